use std::{fmt, sync::Arc, time::SystemTime};

use heliogram_api::{enums, types as raw};

use super::{Chat, Entities, Media, media::FileSource, system_time};
use crate::{
    Client, PeerId, PeerLike, Result, Text,
    methods::messages::{
        DeleteMessages, Download, EditMessage, ForwardMessages, SendFile, SendMessage,
    },
    text,
};

/// A message: what was written, by whom, where, and what came with it.
///
/// Cheap to clone. It knows its client, so that it can be answered:
///
/// ```no_run
/// # async fn run(message: heliogram::Message) -> heliogram::Result<()> {
/// if message.text() == "ping" {
///     message.reply("pong").await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// Raw `message` and `messageService`.
#[derive(Clone)]
pub struct Message {
    client: Client,
    inner: Arc<Inner>,
}

struct Inner {
    raw: enums::Message,
    peer: PeerId,
    chat: Chat,
    sender: Option<Chat>,
}

impl Message {
    /// Makes a message of a raw value and the peers that came with it; `None` if it is empty.
    pub(crate) fn new(client: &Client, raw: enums::Message, entities: &Entities) -> Option<Self> {
        let message = Self::apart(client, raw, entities)?;
        let places = &client.peers().places;
        places.note(message.inner.peer, message.id());
        Some(message)
    }

    /// The same for one that is numbered apart from those of the account's chats: one that is still
    /// to be sent, or lies elsewhere.
    pub(crate) fn apart(client: &Client, raw: enums::Message, entities: &Entities) -> Option<Self> {
        let (peer, from, out) = match &raw {
            enums::Message::Message(m) => (&m.peer_id, m.from_id.as_ref(), m.out),
            enums::Message::Service(m) => (&m.peer_id, m.from_id.as_ref(), m.out),
            _ => return None,
        };
        let peer = PeerId::from_peer(peer)?;
        let find = |id: PeerId| entities.find(client, id);
        // In private chats the raw value may leave out who wrote.
        let own = || client.self_id().and_then(PeerId::user).filter(|_| out);
        let sender = from
            .and_then(PeerId::from_peer)
            .or_else(|| {
                if peer.is_user() {
                    own().or_else(|| Some(peer).filter(|_| !out))
                } else {
                    None
                }
            })
            .map(find);
        let chat = find(peer);
        let inner = Inner {
            raw,
            peer,
            chat,
            sender,
        };
        Some(Self {
            client: client.clone(),
            inner: Arc::new(inner),
        })
    }

    /// The message's number, counted per account, or per chat in channels and supergroups.
    #[must_use]
    pub fn id(&self) -> i32 {
        match &self.inner.raw {
            enums::Message::Message(m) => m.id,
            enums::Message::Service(m) => m.id,
            _ => 0,
        }
    }

    /// The marked id of the chat: see [`PeerId`].
    #[must_use]
    pub fn chat_id(&self) -> i64 {
        self.inner.peer.as_i64()
    }

    /// The id of the chat with its kind.
    #[must_use]
    pub fn peer_id(&self) -> PeerId {
        self.inner.peer
    }

    /// The chat it was written in; for private chats the other person.
    #[must_use]
    #[doc(alias = "get_chat")]
    pub fn chat(&self) -> &Chat {
        &self.inner.chat
    }

    /// Who wrote it; `None` where that is the channel itself.
    #[must_use]
    #[doc(alias = "get_sender")]
    #[doc(alias = "from_user")]
    pub fn sender(&self) -> Option<&Chat> {
        self.inner.sender.as_ref()
    }

    /// The marked id of who wrote it.
    #[must_use]
    #[doc(alias = "from_id")]
    pub fn sender_id(&self) -> Option<i64> {
        self.sender().map(Chat::id)
    }

    /// The text without marks, or the caption of a file; empty if there is none.
    #[must_use]
    #[doc(alias = "raw_text")]
    #[doc(alias = "caption")]
    #[doc(alias = "message")]
    pub fn text(&self) -> &str {
        self.plain().map_or("", |m| &m.message)
    }

    /// The formatting of the text, offsets counted in UTF-16 units.
    #[must_use]
    #[doc(alias = "get_entities_text")]
    #[doc(alias = "caption_entities")]
    pub fn entities(&self) -> &[enums::MessageEntity] {
        self.plain()
            .and_then(|m| m.entities.as_ref())
            .map_or(&[], |v| v.as_slice())
    }

    /// The text with Markdown marks, which [`md`](crate::md) reads back.
    #[must_use]
    #[doc(alias = "markdown")]
    pub fn text_md(&self) -> String {
        text::to_markdown(self.text(), self.entities())
    }

    /// The text with HTML tags, which [`html`](crate::html) reads back.
    #[must_use]
    #[doc(alias = "html")]
    pub fn text_html(&self) -> String {
        text::to_html(self.text(), self.entities())
    }

    /// When it was sent.
    #[must_use]
    pub fn date(&self) -> SystemTime {
        system_time(match &self.inner.raw {
            enums::Message::Message(m) => m.date,
            enums::Message::Service(m) => m.date,
            _ => 0,
        })
    }

    /// When it was edited last.
    #[must_use]
    pub fn edit_date(&self) -> Option<SystemTime> {
        self.plain().and_then(|m| m.edit_date).map(system_time)
    }

    /// Whether this account wrote it.
    #[must_use]
    #[doc(alias = "out")]
    pub fn is_outgoing(&self) -> bool {
        match &self.inner.raw {
            enums::Message::Message(m) => m.out,
            enums::Message::Service(m) => m.out,
            _ => false,
        }
    }

    /// Whether this account is mentioned or replied to.
    #[must_use]
    #[doc(alias = "mentioned")]
    pub fn is_mention(&self) -> bool {
        match &self.inner.raw {
            enums::Message::Message(m) => m.mentioned,
            enums::Message::Service(m) => m.mentioned,
            _ => false,
        }
    }

    /// Whether it was sent without a sound.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        match &self.inner.raw {
            enums::Message::Message(m) => m.silent,
            enums::Message::Service(m) => m.silent,
            _ => false,
        }
    }

    /// Whether it tells of something that happened: someone joined, the title changed and so on.
    #[must_use]
    #[doc(alias = "action")]
    pub fn is_service(&self) -> bool {
        matches!(self.inner.raw, enums::Message::Service(_))
    }

    /// Whether it is pinned.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.plain().is_some_and(|m| m.pinned)
    }

    /// Whether it was forwarded from somewhere.
    #[must_use]
    #[doc(alias = "forward")]
    #[doc(alias = "fwd_from")]
    pub fn is_forwarded(&self) -> bool {
        self.plain().is_some_and(|m| m.fwd_from.is_some())
    }

    /// Whether it is a reply.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        self.reply_to().is_some()
    }

    /// The id of the message it replies to, in the same chat unless the raw value says otherwise.
    #[must_use]
    #[doc(alias = "reply_to_msg_id")]
    #[doc(alias = "reply_to_message_id")]
    pub fn reply_to(&self) -> Option<i32> {
        let header = match &self.inner.raw {
            enums::Message::Message(m) => m.reply_to.as_ref(),
            enums::Message::Service(m) => m.reply_to.as_ref(),
            _ => None,
        };
        match header.map(|h| &**h) {
            Some(enums::MessageReplyHeader::MessageReplyHeader(h)) => h.reply_to_msg_id,
            _ => None,
        }
    }

    /// How often it was seen, for posts of channels.
    #[must_use]
    pub fn views(&self) -> Option<i32> {
        self.plain().and_then(|m| m.views)
    }

    /// What messages of one album have in common.
    #[must_use]
    #[doc(alias = "media_group_id")]
    pub fn grouped_id(&self) -> Option<i64> {
        self.plain().and_then(|m| m.grouped_id)
    }

    /// What it carries besides text.
    #[must_use]
    #[doc(alias = "file")]
    pub fn media(&self) -> Option<Media> {
        let source = FileSource {
            chat: self.inner.peer,
            message: self.id(),
        };
        let media = self.plain()?.media.as_ref()?;
        Media::new(media, Some(source))
    }

    /// The raw value, with everything that has no method here.
    #[must_use]
    pub fn raw(&self) -> &enums::Message {
        &self.inner.raw
    }

    /// The client it came through.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Writes to the same chat; see [`Client::send_message`].
    #[doc(alias = "answer")]
    pub fn respond(&self, text: impl Into<Text>) -> SendMessage {
        self.client.send_message(self, text)
    }

    /// Writes to the same chat as a reply; see [`Client::send_message`].
    #[doc(alias = "reply_text")]
    pub fn reply(&self, text: impl Into<Text>) -> SendMessage {
        self.respond(text).reply_to(self.id())
    }

    /// Sends a file to the same chat as a reply; see [`Client::send_file`].
    #[doc(alias = "reply_document")]
    pub fn reply_file(&self, file: impl Into<crate::files::InputFile>) -> SendFile {
        self.client.send_file(self, file).reply_to(self.id())
    }

    /// Changes the text; see [`Client::edit_message`].
    #[doc(alias = "edit_text")]
    #[doc(alias = "edit_caption")]
    pub fn edit(&self, text: impl Into<Text>) -> EditMessage {
        self.client.edit_message(self, self.id(), text)
    }

    /// Deletes it for everyone; see [`Client::delete_messages`].
    pub fn delete(&self) -> DeleteMessages {
        self.client.delete_messages(self, self.id())
    }

    /// Forwards it to another chat; see [`Client::forward_messages`].
    #[doc(alias = "forward_to")]
    pub fn forward(&self, to: impl Into<PeerLike>) -> ForwardMessages {
        self.client.forward_messages(to, self, self.id())
    }

    /// Fetches the file it carries; see [`Client::download`].
    #[doc(alias = "download_media")]
    pub fn download(&self) -> Download {
        self.client.download(self)
    }

    /// Fetches the message it replies to; `None` if it replies to none, or that one is gone.
    ///
    /// # Errors
    /// Those of [`Client::get_messages`].
    #[doc(alias = "get_reply_message")]
    #[doc(alias = "reply_to_message")]
    pub async fn replied(&self) -> Result<Option<Self>> {
        let Some(id) = self.reply_to() else {
            return Ok(None);
        };
        let found = self.client.get_messages(self, id).await?;
        Ok(found.into_iter().next().flatten())
    }

    fn plain(&self) -> Option<&raw::Message> {
        match &self.inner.raw {
            enums::Message::Message(m) => Some(m),
            _ => None,
        }
    }
}

impl PartialEq for Message {
    /// Messages are equal if all their contents are.
    fn eq(&self, other: &Self) -> bool {
        self.inner.raw == other.inner.raw
    }
}

/// Shows where it is, not what it says.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id())
            .field("chat_id", &self.chat_id())
            .field("sender_id", &self.sender_id())
            .field("outgoing", &self.is_outgoing())
            .finish_non_exhaustive()
    }
}
