use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{sync::OnceCell, time::Instant};

use super::{
    Awaited,
    seat::{Ended, Place, Seat, Stopped},
    transcript::Transcript,
};
use crate::{Client, ConversationError, Error, Filter, Message, PeerLike, Result};

/// How a conversation is held.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) timeout: Option<Duration>,
    pub(super) total_timeout: Option<Duration>,
    pub(super) max_messages: usize,
    pub(super) exclusive: bool,
    pub(super) replies_are_responses: bool,
    pub(super) person: Option<PeerLike>,
    pub(super) topic: Option<i32>,
    pub(super) cancel_on: Option<Filter>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: Some(Duration::from_secs(60)),
            total_timeout: None,
            max_messages: 100,
            exclusive: true,
            replies_are_responses: true,
            person: None,
            topic: None,
            cancel_on: None,
        }
    }
}

/// What a conversation shares with the messages that are sent in it and the handles that end it.
#[derive(Clone)]
pub(crate) struct Talk {
    pub(super) client: Client,
    pub(super) peer: PeerLike,
    pub(super) settings: Settings,
    life: Arc<Life>,
}

#[derive(Default)]
struct Life {
    opened: OnceCell<Open>,
    over: AtomicBool,
}

/// A conversation that listens.
pub(super) struct Open {
    pub(super) seat: Arc<Seat>,
    began: Instant,
}

impl Talk {
    pub(super) fn new(client: Client, peer: PeerLike) -> Self {
        Self {
            client,
            peer,
            settings: Settings::default(),
            life: Arc::default(),
        }
    }

    /// Begins to listen, if it does not yet.
    pub(super) async fn open(&self) -> Result<&Open> {
        let open = self.life.opened.get_or_try_init(|| self.sit()).await?;
        if self.is_over() {
            // It ended while it began.
            self.leave();
            return Err(Error::Cancelled);
        }
        Ok(open)
    }

    async fn sit(&self) -> Result<Open> {
        if self.is_over() {
            return Err(Error::Cancelled);
        }
        let chat = self.client.find_peer(&self.peer).await?.id;
        let person = match &self.settings.person {
            Some(person) => Some(self.client.find_peer(person).await?.id),
            None => None,
        };
        let place = Place {
            chat,
            person,
            topic: self.settings.topic,
            exclusive: self.settings.exclusive,
        };
        let settings = &self.settings;
        let transcript = Transcript::new(settings.max_messages, settings.replies_are_responses);
        if let Some(word) = &settings.cancel_on {
            word.prepare(&self.client).await?;
        }
        let seat = Seat::new(place, transcript).cancel_on(settings.cancel_on.clone());
        let seat = Arc::new(seat);
        let hub = self.client.hub();
        hub.desk().sit(&seat)?;
        // Whether somebody reads decides whether updates are followed.
        hub.wake();
        let began = Instant::now();
        Ok(Open { seat, began })
    }

    /// It is over: nothing more is heard.
    pub(super) fn end(&self) {
        self.life.over.store(true, Ordering::Release);
        self.leave();
    }

    fn leave(&self) {
        if let Some(open) = self.life.opened.get() {
            self.client.hub().desk().leave(&open.seat);
            self.client.hub().wake();
        }
    }

    fn is_over(&self) -> bool {
        self.life.over.load(Ordering::Acquire)
    }

    /// Begins before something is sent, so that the answer is heard. What is still on its way when
    /// the conversation ends is sent all the same.
    pub(crate) async fn before_sending(&self) -> Result<()> {
        match self.open().await {
            Err(Error::Cancelled) if self.is_over() => Ok(()),
            opened => opened.map(drop),
        }
    }

    /// The topic of the forum in which it is held.
    pub(crate) const fn topic(&self) -> Option<i32> {
        self.settings.topic
    }

    /// Takes note of what was sent.
    pub(crate) fn sent(&self, message: &Message) {
        if let Some(open) = self.life.opened.get() {
            open.seat.with(|t| t.sent(message.id()));
        }
    }

    /// Waits until `attempt` finds something.
    pub(super) async fn wait<T: Send>(
        &self,
        awaited: Awaited,
        timeout: Option<Duration>,
        attempt: impl FnMut(&mut Transcript<Message>) -> Option<T> + Send,
    ) -> Result<T> {
        let open = self.open().await?;
        let start = Instant::now();
        // A time too far away to be told is never.
        let own = timeout.and_then(|t| start.checked_add(t));
        let total = self.settings.total_timeout;
        let whole = total.and_then(|t| open.began.checked_add(t));
        let due = own.into_iter().chain(whole).min();
        let chat = open.seat.place.chat.as_i64();
        open.seat.wait(due, attempt).await.map_err(|why| match why {
            Stopped::Ended(Ended::Cancelled) => Error::Cancelled,
            Stopped::Ended(Ended::Closed) => Error::Closed,
            Stopped::Ended(Ended::SignedOut) => {
                let ended = self.client.net().ended();
                ended.map_or(Error::Cancelled, Error::from)
            }
            Stopped::Ended(Ended::Full) => {
                let limit = open.seat.with(|t| t.len());
                ConversationError::TooManyMessages { chat, limit }.into()
            }
            Stopped::Late => ConversationError::Timeout {
                awaited,
                chat,
                waited: start.elapsed(),
                total: due == whole,
            }
            .into(),
        })
    }
}

impl fmt::Debug for Talk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation")
            .field("peer", &self.peer)
            .field("open", &self.life.opened.initialized())
            .field("over", &self.is_over())
            .finish_non_exhaustive()
    }
}
