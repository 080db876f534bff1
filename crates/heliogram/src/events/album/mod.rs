//! Albums: several photos or files that were sent as one.

mod grouper;

use std::fmt;

use heliogram_api::{enums, functions as f};

use super::About;
use crate::{
    Chat, Client, Message, PeerId, PeerLike, Result, Text,
    conversation::read_up_to,
    methods::messages::{DeleteMessages, EditMessage, ForwardMessages, SendMessage},
    types::Forward,
};

pub(crate) use grouper::{Grouper, Join};

/// Several photos or files that were sent as one.
///
/// Each of its messages comes as an [`Event::NewMessage`](super::Event::NewMessage) as well, at
/// once. The album follows when it is whole: with its tenth message, before the next message of the
/// chat that does not belong to it, or when nothing more came for a second. A part that is later
/// than that comes as an album of its own with the same [`grouped_id`](Self::grouped_id). Albums
/// that were sent while the program was away are caught up with like messages; if it is killed
/// before an album was dealt with, the album and its messages come again.
///
/// ```no_run
/// use heliogram::{Result, events::Album};
///
/// async fn save(album: Album) -> Result<()> {
///     for message in &album {
///         message.download().to_file(format!("albums/{}", message.id())).await?;
///     }
///     album.reply(format!("{} files are saved", album.len())).await?;
///     Ok(())
/// }
/// ```
///
/// Raw `grouped_id` of `message`.
#[derive(Clone)]
#[doc(alias = "media_group")]
#[doc(alias = "get_media_group")]
#[doc(alias = "grouped_id")]
pub struct Album {
    /// Never empty.
    messages: Vec<Message>,
    first: Message,
}

impl Album {
    /// An album of these messages; `None` of none.
    pub(crate) fn new(messages: Vec<Message>) -> Option<Self> {
        let first = messages.first()?.clone();
        Some(Self { messages, first })
    }

    /// The messages, in order.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The message at this place, from 0.
    #[must_use]
    #[doc(alias = "__getitem__")]
    pub fn get(&self, place: usize) -> Option<&Message> {
        self.messages.get(place)
    }

    /// The messages, in order.
    #[doc(alias = "__iter__")]
    pub fn iter(&self) -> std::slice::Iter<'_, Message> {
        self.messages.iter()
    }

    /// How many messages there are, from 1 to 10.
    #[must_use]
    #[doc(alias = "__len__")]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// The number its messages have in common.
    #[must_use]
    #[doc(alias = "media_group_id")]
    pub fn grouped_id(&self) -> i64 {
        self.first.grouped_id().unwrap_or(0)
    }

    /// The ids of the messages.
    #[must_use]
    pub fn ids(&self) -> Vec<i32> {
        self.iter().map(Message::id).collect()
    }

    /// The client it came through.
    #[must_use]
    pub fn client(&self) -> &Client {
        self.first.client()
    }

    /// The first caption that is not empty; empty if there is none. Apps show the album with it.
    #[must_use]
    #[doc(alias = "raw_text")]
    #[doc(alias = "caption")]
    pub fn text(&self) -> &str {
        self.captioned().text()
    }

    /// The same with Markdown marks; see [`Message::text_md`].
    #[must_use]
    #[doc(alias = "markdown")]
    pub fn text_md(&self) -> String {
        self.captioned().text_md()
    }

    /// The same with HTML tags; see [`Message::text_html`].
    #[must_use]
    #[doc(alias = "html")]
    pub fn text_html(&self) -> String {
        self.captioned().text_html()
    }

    /// The captions of all messages, in order; most are empty.
    #[must_use]
    pub fn captions(&self) -> Vec<&str> {
        self.iter().map(Message::text).collect()
    }

    /// The message with the caption, or else the first.
    fn captioned(&self) -> &Message {
        self.iter()
            .find(|m| !m.text().is_empty())
            .unwrap_or(&self.first)
    }

    /// The marked id of the chat: see [`PeerId`].
    #[must_use]
    pub fn chat_id(&self) -> i64 {
        self.first.chat_id()
    }

    /// The chat it was sent to; see [`Message::chat`].
    #[must_use]
    pub fn chat(&self) -> &Chat {
        self.first.chat()
    }

    /// All about the chat; see [`Message::fetch_chat`].
    ///
    /// # Errors
    /// Those of [`Client::resolve`].
    #[doc(alias = "get_chat")]
    pub async fn fetch_chat(&self) -> Result<Chat> {
        self.first.fetch_chat().await
    }

    /// How raw calls address the chat.
    ///
    /// # Errors
    /// Those of [`Client::input_peer`].
    #[doc(alias = "get_input_chat")]
    pub async fn input_chat(&self) -> Result<enums::InputPeer> {
        self.first.input_chat().await
    }

    /// Who sent it; see [`Message::sender`].
    #[must_use]
    pub fn sender(&self) -> Option<&Chat> {
        self.first.sender()
    }

    /// The marked id of who sent it.
    #[must_use]
    pub fn sender_id(&self) -> Option<i64> {
        self.first.sender_id()
    }

    /// All about who sent it; see [`Message::fetch_sender`].
    ///
    /// # Errors
    /// Those of [`Client::resolve`].
    #[doc(alias = "get_sender")]
    pub async fn fetch_sender(&self) -> Result<Option<Chat>> {
        self.first.fetch_sender().await
    }

    /// How raw calls address who sent it.
    ///
    /// # Errors
    /// Those of [`Client::input_peer`].
    #[doc(alias = "get_input_sender")]
    pub async fn input_sender(&self) -> Result<Option<enums::InputPeer>> {
        self.first.input_sender().await
    }

    /// When it was sent.
    #[must_use]
    pub fn date(&self) -> std::time::SystemTime {
        self.first.date()
    }

    /// Whether this account sent it.
    #[must_use]
    #[doc(alias = "out")]
    pub fn is_outgoing(&self) -> bool {
        self.first.is_outgoing()
    }

    /// Whether it is a reply.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        self.first.is_reply()
    }

    /// The id of the message it replies to.
    #[must_use]
    #[doc(alias = "reply_to_msg_id")]
    pub fn reply_to(&self) -> Option<i32> {
        self.first.reply_to()
    }

    /// Fetches the message it replies to; see [`Message::replied`].
    ///
    /// # Errors
    /// Those of [`Client::get_messages`].
    #[doc(alias = "get_reply_message")]
    pub async fn replied(&self) -> Result<Option<Message>> {
        self.first.replied().await
    }

    /// Whether it was forwarded from somewhere.
    #[must_use]
    pub fn is_forwarded(&self) -> bool {
        self.first.is_forwarded()
    }

    /// Where it was forwarded from; see [`Message::forward`].
    #[must_use]
    pub fn forward(&self) -> Option<Forward> {
        self.first.forward()
    }

    /// Whether a message of it is pinned.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.iter().any(Message::is_pinned)
    }

    /// Writes to the same chat; see [`Client::send_message`].
    pub fn respond(&self, text: impl Into<Text>) -> SendMessage {
        self.first.respond(text)
    }

    /// Writes to the same chat as a reply to the first message.
    pub fn reply(&self, text: impl Into<Text>) -> SendMessage {
        self.first.reply(text)
    }

    /// Changes the caption, or gives one to the first message; see [`Client::edit_message`].
    #[doc(alias = "edit_caption")]
    pub fn edit(&self, text: impl Into<Text>) -> EditMessage {
        self.captioned().edit(text)
    }

    /// Deletes all messages for everyone; see [`Client::delete_messages`].
    pub fn delete(&self) -> DeleteMessages {
        self.client().delete_messages(&self.first, self.ids())
    }

    /// Forwards all messages to another chat, where they are an album again; see
    /// [`Client::forward_messages`].
    #[doc(alias = "copy_media_group")]
    pub fn forward_to(&self, to: impl Into<PeerLike>) -> ForwardMessages {
        self.client().forward_messages(to, &self.first, self.ids())
    }

    /// Marks the album as read, and everything before it in the chat; not for bots.
    ///
    /// ```no_run
    /// # async fn run(album: heliogram::events::Album) -> heliogram::Result<()> {
    /// album.mark_read().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `messages.readHistory` and `channels.readHistory`; in a topic of a forum
    /// `messages.readDiscussion`.
    ///
    /// # Errors
    /// Those of finding the chat, and the server's refusal.
    #[doc(alias = "send_read_acknowledge")]
    #[doc(alias = "read")]
    pub async fn mark_read(&self) -> Result<()> {
        let newest = self.iter().map(Message::id).max().unwrap_or(0);
        let chat = PeerLike::from(&self.first);
        read_up_to(self.client(), &chat, self.first.topic_id(), newest).await
    }

    /// Pins the first message, without notifying anybody; in private chats for both.
    ///
    /// Raw `messages.updatePinnedMessage`.
    ///
    /// # Errors
    /// Those of finding the chat, and the server's refusal.
    #[doc(alias = "pin_message")]
    pub async fn pin(&self) -> Result<()> {
        let peer = self.input_chat().await?;
        let call = f::messages::UpdatePinnedMessage {
            silent: true,
            ..f::messages::UpdatePinnedMessage::new(peer, self.first.id())
        };
        self.client().invoke(call).await.map(drop)
    }
}

chat_kinds!(Album);

impl<'a> IntoIterator for &'a Album {
    type Item = &'a Message;
    type IntoIter = std::slice::Iter<'a, Message>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Album {
    type Item = Message;
    type IntoIter = std::vec::IntoIter<Message>;

    fn into_iter(self) -> Self::IntoIter {
        self.messages.into_iter()
    }
}

impl About for Album {
    fn chat(&self) -> Option<PeerId> {
        Some(self.first.peer_id())
    }

    fn sender(&self) -> Option<PeerId> {
        About::sender(&self.first)
    }

    fn topic(&self) -> Option<i32> {
        self.first.topic_id()
    }
}

/// Shows where it is, not what it says.
impl fmt::Debug for Album {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Album")
            .field("chat_id", &self.chat_id())
            .field("ids", &self.ids())
            .finish_non_exhaustive()
    }
}
