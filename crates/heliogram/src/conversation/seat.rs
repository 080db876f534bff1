use std::{future::Future, sync::Mutex};

use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::transcript::Transcript;
use crate::{Message, PeerId, net::lock};

/// Where a conversation listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) chat: PeerId,
    /// The only one who is listened to.
    pub(super) person: Option<PeerId>,
    /// What it takes reaches nobody else.
    pub(super) exclusive: bool,
}

impl Place {
    /// Whether what this person does in the chat is for the conversation.
    pub(super) fn listens_to(&self, sender: Option<PeerId>) -> bool {
        self.person.is_none_or(|person| sender == Some(person))
    }

    /// Whether both might take the same message.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let apart = self
            .person
            .zip(other.person)
            .is_some_and(|(one, two)| one != two);
        self.chat == other.chat && !apart
    }

    /// Whether something that belongs to this chat, or to none and this person, happened here.
    pub(super) fn covers(&self, chat: Option<PeerId>, sender: Option<PeerId>) -> bool {
        chat.or(sender) == Some(self.chat) && self.listens_to(sender)
    }
}

/// Why a conversation brings nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Somebody called it off.
    Cancelled,
    /// The client was stopped.
    Closed,
    /// The account has left the session.
    SignedOut,
    /// More came than it keeps.
    Full,
}

/// Why a wait brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    Ended(Ended),
    Late,
}

/// Something that may be for a conversation.
#[derive(Clone, Copy)]
pub(super) enum Heard<'a> {
    Message(&'a Message),
    Edit(&'a Message),
    Read(i32),
}

/// What a conversation has heard, and the bell that rings when there is more.
pub(super) struct Seat {
    pub(super) place: Place,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    transcript: Transcript<Message>,
    ended: Option<Ended>,
}

impl Seat {
    pub(super) fn new(place: Place, transcript: Transcript<Message>) -> Self {
        let state = State {
            transcript,
            ended: None,
        };
        Self {
            place,
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    /// Takes what is for this conversation; answers whether nobody else is to have it.
    pub(super) fn hear(&self, heard: Heard<'_>) -> bool {
        let taken = {
            let mut state = lock(&self.state);
            if state.ended.is_some() {
                return false;
            }
            match heard {
                Heard::Message(m) | Heard::Edit(m)
                    if !self.place.listens_to(m.sender().map(crate::Chat::peer_id)) =>
                {
                    return false;
                }
                Heard::Message(m) => {
                    let kept = state.transcript.hear(m.clone());
                    if !kept {
                        state.ended = Some(Ended::Full);
                    }
                    kept
                }
                Heard::Edit(m) => {
                    state.transcript.hear_edit(m.clone());
                    true
                }
                Heard::Read(to) => {
                    state.transcript.hear_read(to);
                    false
                }
            }
        };
        self.ring();
        taken && self.place.exclusive
    }

    /// Nothing more is heard; the first reason stands. Gives what is for others now: what it took
    /// away from them and nobody asked for, unless that was too much.
    pub(super) fn end(&self, why: Ended) -> Vec<Message> {
        let left = {
            let mut state = lock(&self.state);
            match *state.ended.get_or_insert(why) == why && self.place.exclusive {
                true => state.transcript.leftover(),
                false => Vec::new(),
            }
        };
        self.ring();
        left
    }

    /// Makes whoever waits look again.
    pub(super) fn ring(&self) {
        self.changed.notify_waiters();
    }

    /// Looks at what was heard, or changes it.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Transcript<Message>) -> T) -> T {
        look(&mut lock(&self.state).transcript)
    }

    /// Waits until `attempt` finds something. Takes nothing unless it returns it.
    pub(super) fn wait<T: Send>(
        &self,
        due: Option<Instant>,
        mut attempt: impl FnMut(&mut Transcript<Message>) -> Option<T> + Send,
    ) -> impl Future<Output = Result<T, Stopped>> + Send {
        async move {
            let mut late = false;
            loop {
                // Made before the look, so that no bell between the two is missed.
                let changed = self.changed.notified();
                {
                    let mut state = lock(&self.state);
                    let ended = state.ended;
                    if let Some(why) = ended.filter(|why| *why != Ended::Full) {
                        return Err(Stopped::Ended(why));
                    }
                    if let Some(found) = attempt(&mut state.transcript) {
                        return Ok(found);
                    }
                    if let Some(why) = ended {
                        return Err(Stopped::Ended(why));
                    }
                }
                if late {
                    return Err(Stopped::Late);
                }
                match due {
                    Some(due) => late = timeout_at(due, changed).await.is_err(),
                    None => changed.await,
                }
            }
        }
    }
}
