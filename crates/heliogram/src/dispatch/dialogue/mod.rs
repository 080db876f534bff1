//! Dialogues: states that are stored between one message of a person and the next.

mod in_state;
mod state;
mod store;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

pub use in_state::{InState, in_state};
pub use state::{DialogueState, Scope};
pub(crate) use store::Dialogues;

use self::store::Change;
use super::{FromUpdate, Reject, UpdateCx};
use crate::{
    Chat, Client, Event, PeerLike, Result, error::DialogueError, net::lock, storage::DialogueRow,
};

/// Where a person is in a dialogue: a state that outlives a restart of the program.
///
/// A handler that takes one is given that of the event's chat and sender, and in a forum of its topic
/// ([`DialogueState::SCOPE`] and [`TOPICS`](DialogueState::TOPICS) say whose it is). It is read once for each event, whoever takes it,
/// and written when [`set`](Self::set) returns.
///
/// ```
/// use heliogram::{Message, Result, dispatch::{Dialogue, DialogueState}};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Default, Serialize, Deserialize)]
/// enum Form {
///     #[default]
///     Name,
///     Age { name: String },
/// }
///
/// impl DialogueState for Form {
///     const NAME: &'static str = "form";
/// }
///
/// async fn form(dialogue: Dialogue<Form>, message: Message) -> Result<()> {
///     match &*dialogue.state() {
///         Form::Name => {
///             message.reply("How old are you?").await?;
///             dialogue.set(Form::Age { name: message.text().into() }).await
///         }
///         Form::Age { name } => {
///             message.reply(format!("{name}, {}", message.text())).await?;
///             dialogue.end().await
///         }
///     }
/// }
/// ```
#[doc(alias = "FSMContext")]
#[doc(alias = "State")]
pub struct Dialogue<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    client: Client,
    key: String,
    seen: Mutex<Seen<T>>,
}

/// The state as it was read or written last.
struct Seen<T> {
    state: Arc<T>,
    /// 0 if none is stored.
    revision: i64,
    lost: bool,
}

impl Client {
    /// The dialogue of a person in a chat, from outside of a handler; what the
    /// [`SCOPE`](DialogueState::SCOPE) leaves out is not looked at.
    ///
    /// ```
    /// # use heliogram::dispatch::DialogueState;
    /// # #[derive(Default, serde::Serialize, serde::Deserialize)]
    /// # struct Reminder { text: String }
    /// # impl DialogueState for Reminder { const NAME: &'static str = "reminder"; }
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// let reminder = client.dialogue::<Reminder>("@bob", "@bob").await?;
    /// reminder.set(Reminder { text: "water the plants".into() }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Peer`](crate::Error::Peer) if one of them cannot be found, and a failure of the
    /// storage.
    pub async fn dialogue<T: DialogueState>(
        &self,
        chat: impl Into<PeerLike>,
        sender: impl Into<PeerLike>,
    ) -> Result<Dialogue<T>> {
        self.find_dialogue(chat.into(), None, sender.into()).await
    }

    /// The same in a topic of a forum, by the topic's id, where [each has its
    /// own](DialogueState::TOPICS).
    ///
    /// # Errors
    /// As [`dialogue`](Self::dialogue).
    pub async fn dialogue_in_topic<T: DialogueState>(
        &self,
        chat: impl Into<PeerLike>,
        topic: i32,
        sender: impl Into<PeerLike>,
    ) -> Result<Dialogue<T>> {
        let topic = Some(topic).filter(|_| T::TOPICS);
        self.find_dialogue(chat.into(), topic, sender.into()).await
    }

    async fn find_dialogue<T: DialogueState>(
        &self,
        chat: PeerLike,
        topic: Option<i32>,
        sender: PeerLike,
    ) -> Result<Dialogue<T>> {
        let chat = match T::SCOPE.has_chat() {
            true => Some(self.find_peer(&chat).await?.id),
            false => None,
        };
        let sender = match T::SCOPE.has_sender() {
            true => Some(self.find_peer(&sender).await?.id),
            false => None,
        };
        Dialogue::load(self, state::key(T::NAME, chat, topic, sender)).await
    }
}

/// The topic that tells the dialogues of an event's chat apart.
async fn topic_of<T: DialogueState>(cx: &UpdateCx) -> Result<Option<i32>> {
    if !T::TOPICS || !T::SCOPE.has_chat() {
        return Ok(None);
    }
    let Event::CallbackQuery(query) = cx.event() else {
        return Ok(cx.event().topic_id());
    };
    let chat = query.chat();
    let channel = chat.as_ref().and_then(Chat::as_channel);
    if !channel.is_some_and(|channel| channel.forum) {
        return Ok(None);
    }
    let message = query.message().await?;
    Ok(message.and_then(|message| message.topic_id()))
}

impl<T: DialogueState> Dialogue<T> {
    async fn load(client: &Client, key: String) -> Result<Self> {
        client.dialogues().name::<T>(T::NAME)?;
        let row = store::load(client, &key).await?;
        let seen = Seen::new(&key, row);
        Ok(Self {
            inner: Arc::new(Inner {
                client: client.clone(),
                key,
                seen: Mutex::new(seen),
            }),
        })
    }

    /// The state, as it was when the event came or as it was set since; the default if there is no
    /// dialogue yet.
    #[must_use]
    #[doc(alias = "get_state")]
    #[doc(alias = "get_data")]
    pub fn state(&self) -> Arc<T> {
        Arc::clone(&lock(&self.inner.seen).state)
    }

    /// Whether there is a dialogue: a state was set, and neither ended nor expired.
    #[must_use]
    pub fn is_started(&self) -> bool {
        lock(&self.inner.seen).revision != 0
    }

    /// Whether a state was stored that can no longer be read, in place of which there is the
    /// default. It is logged, without what it holds.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        lock(&self.inner.seen).lost
    }

    /// Stores a new state.
    ///
    /// # Errors
    /// [`DialogueError::Conflict`] if the dialogue was changed elsewhere since this one was read,
    /// which handlers of one chat never do to each other; [`DialogueError::NotStorable`], and a
    /// failure of the storage.
    #[doc(alias = "set_state")]
    #[doc(alias = "set_data")]
    pub async fn set(&self, state: T) -> Result<()> {
        let stored = encode(&state)?;
        self.replace(Some(stored), state).await
    }

    /// Ends the dialogue: nothing of it stays stored, and the next starts with the default.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    #[doc(alias = "finish")]
    #[doc(alias = "clear")]
    #[doc(alias = "exit")]
    pub async fn end(&self) -> Result<()> {
        self.replace(None, T::default()).await
    }

    /// Changes the state that is stored by now, whoever set it, and answers what `change` does.
    ///
    /// # Errors
    /// As [`set`](Self::set), but never [`DialogueError::Conflict`].
    #[doc(alias = "update_data")]
    pub async fn update<R: Send>(&self, change: impl FnOnce(&mut T) -> R + Send) -> Result<R> {
        let inner = &*self.inner;
        let mut done = None;
        let decide = |row: Option<DialogueRow>| {
            let mut state = Seen::<T>::read(&inner.key, row.as_ref()).0;
            let answer = change(&mut state);
            let stored = encode(&state)?;
            done = Some((answer, state));
            Ok::<_, DialogueError>(Self::change(Some(stored)))
        };
        let dialogues = inner.client.dialogues();
        let revision = dialogues.change(&inner.client, &inner.key, decide).await?;
        let Some((answer, state)) = done else {
            // Whoever changes a row has decided how.
            return Err(DialogueError::Conflict { name: T::NAME }.into());
        };
        self.note(state, revision);
        Ok(answer)
    }

    async fn replace(&self, stored: Option<Box<str>>, state: T) -> Result<()> {
        let inner = &*self.inner;
        let seen = lock(&inner.seen).revision;
        let decide = |row: Option<DialogueRow>| {
            let there = row.map_or(0, |row| row.revision);
            match there == seen {
                true => Ok(Self::change(stored)),
                false => Err(DialogueError::Conflict { name: T::NAME }),
            }
        };
        let dialogues = inner.client.dialogues();
        let revision = dialogues.change(&inner.client, &inner.key, decide).await?;
        self.note(state, revision);
        Ok(())
    }

    const fn change(state: Option<Box<str>>) -> Change {
        Change {
            shape: T::SHAPE,
            time_to_live: T::TIME_TO_LIVE,
            state,
        }
    }

    fn note(&self, state: T, revision: i64) {
        *lock(&self.inner.seen) = Seen {
            state: Arc::new(state),
            revision,
            lost: false,
        };
    }
}

impl<T: DialogueState> Seen<T> {
    fn new(key: &str, row: Option<DialogueRow>) -> Self {
        let (state, lost) = Self::read(key, row.as_ref());
        Self {
            state: Arc::new(state),
            revision: row.map_or(0, |row| row.revision),
            lost,
        }
    }

    /// The state of a row, and whether it could not be read.
    fn read(key: &str, row: Option<&DialogueRow>) -> (T, bool) {
        let Some(row) = row else {
            return (T::default(), false);
        };
        let read = match row.shape == T::SHAPE {
            true => serde_json::from_str(&row.state).ok(),
            false => T::migrate(row.shape, &row.state),
        };
        read.map_or_else(
            || {
                // The reason may quote what people wrote.
                let (stored, known) = (row.shape, T::SHAPE);
                tracing::warn!(
                    key,
                    stored,
                    known,
                    "a dialogue cannot be read; it starts anew"
                );
                (T::default(), true)
            },
            |state| (state, false),
        )
    }
}

fn encode<T: DialogueState>(state: &T) -> Result<Box<str>, DialogueError> {
    let text = serde_json::to_string(state);
    // The reason may quote the state.
    let text = text.map_err(|_| DialogueError::NotStorable { name: T::NAME })?;
    Ok(text.into())
}

impl<T: DialogueState, S: Sync> FromUpdate<S> for Dialogue<T> {
    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        if let Some(dialogue) = cx.get::<Self>() {
            return Ok(dialogue);
        }
        let topic = topic_of::<T>(cx).await?;
        let Some(key) = T::SCOPE.key_of(T::NAME, cx.event(), topic) else {
            return Err(Reject::Skip);
        };
        let dialogue = Self::load(cx.client(), key).await?;
        cx.insert(dialogue.clone());
        Ok(dialogue)
    }
}

impl<T> Clone for Dialogue<T> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

/// Shows whose it is, not its state.
impl<T> fmt::Debug for Dialogue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialogue")
            .field("key", &self.inner.key)
            .field("revision", &lock(&self.inner.seen).revision)
            .finish_non_exhaustive()
    }
}
