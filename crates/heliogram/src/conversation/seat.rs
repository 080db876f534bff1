use std::sync::Mutex;

use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use super::transcript::{Left, Transcript};
use crate::{Chat, Event, Filter, Message, PeerId, net::lock, updates::Receipt};

/// Where a conversation listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) chat: PeerId,
    /// The only one who is listened to.
    pub(super) person: Option<PeerId>,
    /// The only topic of the forum that is listened to.
    pub(super) topic: Option<i32>,
    /// What it takes reaches nobody else.
    pub(super) exclusive: bool,
}

impl Place {
    /// Whether what this person does in the chat is for the conversation.
    pub(super) fn listens_to(&self, sender: Option<PeerId>) -> bool {
        self.person.is_none_or(|person| sender == Some(person))
    }

    /// Whether the conversation is in this topic, or in all.
    pub(super) fn is_in(&self, topic: Option<i32>) -> bool {
        self.topic.is_none() || self.topic == topic
    }

    /// Whether both might take the same message.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        fn apart<T: PartialEq>(one: Option<T>, two: Option<T>) -> bool {
            one.zip(two).is_some_and(|(one, two)| one != two)
        }
        self.chat == other.chat
            && !apart(self.person, other.person)
            && !apart(self.topic, other.topic)
    }

    /// Whether an event happened here: it belongs to this chat, or to none and to this person. What
    /// tells no topic may belong to any.
    pub(super) fn covers(&self, event: &Event) -> bool {
        let sender = event.sender_peer();
        event.chat_peer().or(sender) == Some(self.chat)
            && self.listens_to(sender)
            && event.topic_id().is_none_or(|topic| self.is_in(Some(topic)))
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
    /// Everything up to this message was read, in a topic of the chat or in all.
    Read(i32, Option<i32>),
}

/// The receipts of one event, for all who take it for themselves.
pub(crate) struct Receipts<'a> {
    open: &'a mut dyn FnMut() -> Receipt,
    opened: Option<Receipt>,
    room: bool,
}

impl<'a> Receipts<'a> {
    /// `room` is whether there may be one more event that was not dealt with.
    pub(crate) fn new(room: bool, open: &'a mut dyn FnMut() -> Receipt) -> Self {
        Self {
            open,
            opened: None,
            room,
        }
    }

    /// That of others, if nobody took it for himself.
    pub(crate) fn rest(self) -> Receipt {
        self.opened.unwrap_or_else(self.open)
    }

    fn have_room(&self) -> bool {
        self.room
    }

    /// One for whoever listens here; what others are told as well is theirs to deal with.
    pub(super) fn one(&mut self, place: &Place) -> Receipt {
        match place.exclusive {
            true => self.opened.get_or_insert_with(|| (self.open)()).clone(),
            false => Receipt::default(),
        }
    }
}

/// What a conversation has heard, and the bell that rings when there is more.
pub(super) struct Seat {
    pub(super) place: Place,
    /// The messages that end it.
    pub(super) cancel_on: Option<Filter>,
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
            cancel_on: None,
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }

    /// Ends with a message that passes the filter.
    pub(super) fn cancel_on(mut self, filter: Option<Filter>) -> Self {
        self.cancel_on = filter;
        self
    }

    pub(super) fn has_ended(&self) -> bool {
        lock(&self.state).ended.is_some()
    }

    /// Takes what is for this conversation; answers whether nobody else is to have it, and gives what
    /// had to make room for it. What it has for itself it has with a receipt.
    pub(super) fn hear(
        &self,
        heard: Heard<'_>,
        receipts: &mut Receipts<'_>,
    ) -> (bool, Vec<(Left<Message>, Receipt)>) {
        let (taken, spilled) = {
            let mut state = lock(&self.state);
            if state.ended.is_some() {
                return (false, Vec::new());
            }
            let taken = match heard {
                Heard::Message(m) | Heard::Edit(m)
                    if !self.place.listens_to(m.sender().map(Chat::peer_id))
                        || !self.place.is_in(m.topic_id()) =>
                {
                    return (false, Vec::new());
                }
                Heard::Message(m) => {
                    let kept = receipts.have_room()
                        && state.transcript.hear(m.clone(), receipts.one(&self.place));
                    if !kept {
                        state.ended = Some(Ended::Full);
                    }
                    kept
                }
                Heard::Edit(m) => {
                    let kept = receipts.have_room();
                    if kept {
                        let receipt = receipts.one(&self.place);
                        state.transcript.hear_edit(m.clone(), receipt);
                    }
                    kept
                }
                Heard::Read(to, topic) => {
                    if topic.is_none() || self.place.is_in(topic) {
                        state.transcript.hear_read(to);
                    }
                    false
                }
            };
            (taken, state.transcript.take_spilled())
        };
        self.ring();
        match self.place.exclusive {
            true => (taken, spilled),
            false => (false, Vec::new()),
        }
    }

    /// Nothing more is heard; the first reason stands. Gives what is for others now: what it took
    /// away from them and nobody asked for.
    pub(super) fn end(&self, why: Ended) -> Vec<(Left<Message>, Receipt)> {
        let left = {
            let mut state = lock(&self.state);
            state.ended.get_or_insert(why);
            match self.place.exclusive {
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
    pub(super) async fn wait<T: Send>(
        &self,
        due: Option<Instant>,
        mut attempt: impl FnMut(&mut Transcript<Message>) -> Option<T> + Send,
    ) -> Result<T, Stopped> {
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

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn seat() -> Arc<Seat> {
        let place = Place {
            chat: PeerId::user(5).unwrap(),
            person: None,
            topic: None,
            exclusive: true,
        };
        Arc::new(Seat::new(place, Transcript::new(9, true)))
    }

    fn hear(seat: &Seat, heard: Heard<'_>) -> bool {
        seat.hear(heard, &mut Receipts::new(true, &mut Receipt::default))
            .0
    }

    /// Waits in a task of its own until message 7 is read.
    fn waiting(
        seat: &Arc<Seat>,
        limit: Option<Duration>,
    ) -> tokio::task::JoinHandle<Result<(), Stopped>> {
        let (seat, due) = (Arc::clone(seat), limit.map(|limit| Instant::now() + limit));
        tokio::spawn(async move { seat.wait(due, |t| t.is_read(7).then_some(())).await })
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_ends_when_what_it_is_for_comes_and_no_sooner() {
        let seat = seat();
        let wait = waiting(&seat, None);
        tokio::time::sleep(SECOND).await;
        hear(&seat, Heard::Read(6, None));
        tokio::time::sleep(SECOND).await;
        assert!(!wait.is_finished());
        hear(&seat, Heard::Read(7, None));
        assert_eq!(wait.await.unwrap(), Ok(()));
        // What is there already needs no bell.
        assert_eq!(waiting(&seat, None).await.unwrap(), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_takes_as_long_as_it_may() {
        let (seat, began) = (seat(), Instant::now());
        let wait = waiting(&seat, Some(3 * SECOND));
        for _ in 0..5 {
            // Bells for others make it no longer.
            tokio::time::sleep(SECOND / 2).await;
            seat.ring();
        }
        assert_eq!(wait.await.unwrap(), Err(Stopped::Late));
        assert_eq!(began.elapsed(), 3 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn every_wait_ends_with_the_first_reason() {
        let seat = seat();
        let waits = [waiting(&seat, None), waiting(&seat, Some(SECOND))];
        tokio::time::sleep(SECOND / 2).await;
        seat.end(Ended::Closed);
        seat.end(Ended::Cancelled);
        for wait in waits {
            assert_eq!(wait.await.unwrap(), Err(Stopped::Ended(Ended::Closed)));
        }
        assert!(!hear(&seat, Heard::Read(7, None)));
    }
}
