use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use crate::{Event, PeerId};

/// A state that a [`Dialogue`](super::Dialogue) keeps; its default is where a dialogue begins.
///
/// It is stored as JSON. So fields that come later need `#[serde(default)]`, variants may be added,
/// and what has to be read otherwise goes through [`migrate`](Self::migrate):
///
/// ```
/// use heliogram::dispatch::DialogueState;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Default, Serialize, Deserialize)]
/// enum Order {
///     #[default]
///     Start,
///     Size { dish: String },
/// }
///
/// impl DialogueState for Order {
///     const NAME: &'static str = "order";
///     const SHAPE: u32 = 1;
///
///     fn migrate(_shape: u32, json: &str) -> Option<Self> {
///         // In shape 0 it was the dish and nothing else.
///         let dish = serde_json::from_str(json).ok()?;
///         Some(Self::Size { dish })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the state of a dialogue",
    note = "implement `DialogueState` for `{Self}` with a `NAME`; it needs `Default` and serde's `Serialize` and `Deserialize`"
)]
#[doc(alias = "StatesGroup")]
#[doc(alias = "FSMContext")]
pub trait DialogueState: Serialize + DeserializeOwned + Default + Send + Sync + 'static {
    /// What it is stored under. Must stay the same from one program to the next, and be another for
    /// every type.
    const NAME: &'static str;

    /// Whose dialogue it is.
    const SCOPE: Scope = Scope::ChatAndSender;

    /// Whether each topic of a forum has dialogues of its own; so it is if not set. With `false` the
    /// topics of a forum share them, as if they were one chat.
    ///
    /// Where a pressed button in a forum has to be told from those in other topics, its message is
    /// fetched. What belongs to no topic, such as somebody's coming and going, has the dialogue of
    /// the chat as a whole. It means nothing for [`Scope::Sender`].
    const TOPICS: bool = true;

    /// Which shape the stored form has: to be counted up when an older one can no longer be read as
    /// it is.
    const SHAPE: u32 = 0;

    /// How long a dialogue lasts after its last change; after that it starts anew and is removed.
    const TIME_TO_LIVE: Option<Duration> = None;

    /// Reads a state of another [`SHAPE`](Self::SHAPE); `None` starts the dialogue anew.
    ///
    /// Unless it is written otherwise, it tries to read it as one of the present shape.
    #[must_use]
    fn migrate(shape: u32, json: &str) -> Option<Self> {
        let _ = shape;
        serde_json::from_str(json).ok()
    }
}

/// Whose a dialogue is: what its state is kept by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Each person has their own in each chat.
    ChatAndSender,
    /// All in a chat share one.
    Chat,
    /// Each person has one, wherever they write.
    Sender,
}

impl Scope {
    /// Whether the dialogues of one chat are not those of another.
    pub(super) const fn has_chat(self) -> bool {
        matches!(self, Self::ChatAndSender | Self::Chat)
    }

    /// Whether the dialogues of one person are not those of another.
    pub(super) const fn has_sender(self) -> bool {
        matches!(self, Self::ChatAndSender | Self::Sender)
    }

    /// Where the dialogue of an event in this topic is kept, if the event has one.
    pub(super) fn key_of(self, name: &str, event: &Event, topic: Option<i32>) -> Option<String> {
        let chat = event.chat_peer();
        // Posts of channels have no other sender than the channel.
        let sender = event.sender_peer().or(chat);
        let chat = match self.has_chat() {
            true => Some(chat?),
            false => None,
        };
        let sender = match self.has_sender() {
            true => Some(sender?),
            false => None,
        };
        Some(key(name, chat, topic, sender))
    }
}

/// What a state is stored under. The general topic is the chat itself.
pub(super) fn key(
    name: &str,
    chat: Option<PeerId>,
    topic: Option<i32>,
    sender: Option<PeerId>,
) -> String {
    let id = |peer: Option<PeerId>| peer.map_or(0, PeerId::as_i64);
    let topic = topic.filter(|&topic| topic != 1 && chat.is_some());
    let topic = topic.map_or_else(String::new, |topic| format!("/{topic}"));
    format!("{name}:{}{topic}:{}", id(chat), id(sender))
}
