use heliogram_api::enums;

use super::{About, Context};
use crate::{Message, PeerId, Result};

/// Messages were read: by this account elsewhere, or by somebody else.
///
/// ```no_run
/// use heliogram::{Message, events::MessageRead};
///
/// async fn seen(event: MessageRead, sent: Message) {
///     if event.is_read(&sent) {
///         println!("{} has read it", sent.chat().title());
///     }
/// }
/// ```
///
/// Raw `updateReadHistoryInbox`, `updateReadHistoryOutbox`, `updateReadChannelInbox`,
/// `updateReadChannelOutbox`, `updateReadChannelDiscussionInbox` and `..Outbox`,
/// `updateReadMonoForumInbox` and `..Outbox`, `updateReadMessagesContents` and
/// `updateChannelReadMessagesContents`.
#[derive(Clone, Debug)]
#[doc(alias = "updateReadHistoryInbox")]
#[doc(alias = "updateReadHistoryOutbox")]
#[doc(alias = "updateReadChannelInbox")]
#[doc(alias = "updateReadChannelOutbox")]
#[doc(alias = "updateReadMessagesContents")]
#[doc(alias = "updateChannelReadMessagesContents")]
#[doc(alias = "updateReadChannelDiscussionInbox")]
#[doc(alias = "updateReadChannelDiscussionOutbox")]
#[doc(alias = "updateReadMonoForumInbox")]
#[doc(alias = "updateReadMonoForumOutbox")]
pub struct MessageRead {
    cx: Context,
    chat: Option<PeerId>,
    kind: ReadKind,
    reach: Reach,
    topic: Option<i32>,
    /// With whom, in the direct messages of a channel.
    correspondent: Option<PeerId>,
    unread: Option<i32>,
}

/// What was read, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadKind {
    /// This account has read what others wrote.
    Inbox,
    /// Others have read what this account wrote.
    Outbox,
    /// A voice or video note was listened to or watched, or a mention or reaction was looked at.
    Contents,
}

/// Which messages were read.
#[derive(Clone, Debug)]
enum Reach {
    UpTo(i32),
    Each(Vec<i32>),
}

event_members!(MessageRead);
has_chat!(maybe MessageRead);

impl MessageRead {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        use enums::Update as U;
        let update = match &**cx.update() {
            U::ReadHistoryInbox(u) => Self {
                topic: u.top_msg_id,
                unread: Some(u.still_unread_count),
                ..Self::up_to(cx, PeerId::from_peer(&u.peer)?, ReadKind::Inbox, u.max_id)
            },
            U::ReadHistoryOutbox(u) => {
                Self::up_to(cx, PeerId::from_peer(&u.peer)?, ReadKind::Outbox, u.max_id)
            }
            U::ReadChannelInbox(u) => Self {
                unread: Some(u.still_unread_count),
                ..Self::up_to(
                    cx,
                    PeerId::channel(u.channel_id)?,
                    ReadKind::Inbox,
                    u.max_id,
                )
            },
            U::ReadChannelOutbox(u) => Self::up_to(
                cx,
                PeerId::channel(u.channel_id)?,
                ReadKind::Outbox,
                u.max_id,
            ),
            U::ReadChannelDiscussionInbox(u) => {
                let chat = PeerId::channel(u.channel_id)?;
                Self::up_to(cx, chat, ReadKind::Inbox, u.read_max_id).in_topic(u.top_msg_id)
            }
            U::ReadChannelDiscussionOutbox(u) => {
                let chat = PeerId::channel(u.channel_id)?;
                Self::up_to(cx, chat, ReadKind::Outbox, u.read_max_id).in_topic(u.top_msg_id)
            }
            U::ReadMonoForumInbox(u) => {
                let chat = PeerId::channel(u.channel_id)?;
                Self::up_to(cx, chat, ReadKind::Inbox, u.read_max_id).with(&u.saved_peer_id)
            }
            U::ReadMonoForumOutbox(u) => {
                let chat = PeerId::channel(u.channel_id)?;
                Self::up_to(cx, chat, ReadKind::Outbox, u.read_max_id).with(&u.saved_peer_id)
            }
            U::ReadMessagesContents(u) => {
                let chat = cx.client().peers().places.common(&u.messages);
                Self::new(
                    cx,
                    chat,
                    ReadKind::Contents,
                    Reach::Each(u.messages.to_vec()),
                )
            }
            U::ChannelReadMessagesContents(u) => {
                let reach = Reach::Each(u.messages.to_vec());
                let chat = PeerId::channel(u.channel_id)?;
                Self {
                    topic: u.top_msg_id,
                    correspondent: u.saved_peer_id.as_ref().and_then(PeerId::from_peer),
                    ..Self::new(cx, Some(chat), ReadKind::Contents, reach)
                }
            }
            _ => return None,
        };
        Some(update)
    }

    fn new(cx: &Context, chat: Option<PeerId>, kind: ReadKind, reach: Reach) -> Self {
        Self {
            cx: cx.clone(),
            chat,
            kind,
            reach,
            topic: None,
            correspondent: None,
            unread: None,
        }
    }

    fn up_to(cx: &Context, chat: PeerId, kind: ReadKind, max_id: i32) -> Self {
        Self::new(cx, Some(chat), kind, Reach::UpTo(max_id))
    }

    fn in_topic(mut self, topic: i32) -> Self {
        self.topic = Some(topic);
        self
    }

    fn with(mut self, correspondent: &enums::Peer) -> Self {
        self.correspondent = PeerId::from_peer(correspondent);
        self
    }

    /// What was read, and by whom.
    #[must_use]
    pub fn kind(&self) -> ReadKind {
        self.kind
    }

    /// Whether this account has read what others wrote.
    #[must_use]
    #[doc(alias = "inbox")]
    pub fn is_inbox(&self) -> bool {
        self.kind == ReadKind::Inbox
    }

    /// Whether others have read what this account wrote.
    #[must_use]
    #[doc(alias = "outbox")]
    pub fn is_outbox(&self) -> bool {
        self.kind == ReadKind::Outbox
    }

    /// Whether what messages carry was looked at: a voice note, a mention, a reaction.
    #[must_use]
    #[doc(alias = "contents")]
    pub fn is_contents(&self) -> bool {
        self.kind == ReadKind::Contents
    }

    /// The newest message that was read.
    #[must_use]
    #[doc(alias = "read_max_id")]
    pub fn max_id(&self) -> i32 {
        match &self.reach {
            Reach::UpTo(max_id) => *max_id,
            Reach::Each(ids) => ids.iter().copied().max().unwrap_or(0),
        }
    }

    /// The messages that are named: all whose contents were read, or the newest one that was read,
    /// with which everything before it is.
    #[must_use]
    pub fn message_ids(&self) -> Vec<i32> {
        match &self.reach {
            Reach::UpTo(max_id) => vec![*max_id],
            Reach::Each(ids) => ids.clone(),
        }
    }

    /// How many messages of others are left unread, where the server tells.
    #[must_use]
    #[doc(alias = "still_unread_count")]
    pub fn still_unread(&self) -> Option<i32> {
        self.unread
    }

    /// The topic of a forum, or the post whose comments were read; `None` for the chat as a whole.
    #[must_use]
    #[doc(alias = "top_msg_id")]
    #[doc(alias = "message_thread_id")]
    pub fn topic_id(&self) -> Option<i32> {
        self.topic
    }

    /// With whom, in the direct messages of a channel.
    #[must_use]
    #[doc(alias = "saved_peer_id")]
    pub fn correspondent_id(&self) -> Option<i64> {
        self.correspondent.map(PeerId::as_i64)
    }

    /// Whether this says of a message that it was read.
    ///
    /// Messages of other chats and topics were not, nor were those of the other direction: what this
    /// account wrote is read by others.
    #[must_use]
    pub fn is_read(&self, message: &Message) -> bool {
        let chat = message.peer_id();
        let here = self.chat.map_or_else(|| !chat.is_channel(), |c| c == chat);
        let thread = Thread::of(message);
        let in_topic = self.topic.is_none_or(|t| thread.root == Some(t));
        let with = self.correspondent.is_none() || thread.correspondent == self.correspondent;
        let reached = match (&self.reach, self.kind) {
            (Reach::Each(ids), _) => ids.contains(&message.id()),
            (Reach::UpTo(max), ReadKind::Outbox) => message.is_outgoing() && message.id() <= *max,
            (Reach::UpTo(max), _) => !message.is_outgoing() && message.id() <= *max,
        };
        here && in_topic && with && reached
    }

    /// Fetches the messages that [`message_ids`](Self::message_ids) names; those that are gone are
    /// left out.
    ///
    /// # Errors
    /// Those of [`Client::get_messages`](crate::Client::get_messages).
    #[doc(alias = "get_messages")]
    pub async fn messages(&self) -> Result<Vec<Message>> {
        let (client, ids) = (self.cx.client(), self.message_ids());
        match self.chat() {
            Some(chat) => {
                let found = client.get_messages(&chat, ids).await?;
                Ok(found.into_iter().flatten().collect())
            }
            None => client.own_messages(&ids).await,
        }
    }
}

impl About for MessageRead {
    fn chat(&self) -> Option<PeerId> {
        self.chat
    }

    fn topic(&self) -> Option<i32> {
        self.topic_id()
    }
}

/// Where within its chat a message belongs.
struct Thread {
    root: Option<i32>,
    correspondent: Option<PeerId>,
}

impl Thread {
    fn of(message: &Message) -> Self {
        let (reply, saved) = match message.raw() {
            enums::Message::Message(m) => (m.reply_to.as_deref(), m.saved_peer_id.as_ref()),
            enums::Message::Service(m) => (m.reply_to.as_deref(), m.saved_peer_id.as_ref()),
            _ => (None, None),
        };
        let root = match reply {
            Some(enums::MessageReplyHeader::MessageReplyHeader(h)) => {
                h.reply_to_top_id.or(h.reply_to_msg_id)
            }
            _ => None,
        };
        Self {
            // The general topic is the chat itself.
            root: root.or(Some(1)),
            correspondent: saved.and_then(PeerId::from_peer),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use heliogram_api::types as raw;

    use super::*;
    use crate::{Client, types::Entities};

    fn event(client: &Client, update: impl Into<enums::Update>) -> MessageRead {
        let cx = Context::new(client, update.into(), Arc::new(Entities::default()));
        MessageRead::from_update(&cx).unwrap()
    }

    fn message(client: &Client, peer: enums::Peer, id: i32, out: bool) -> Message {
        let message = raw::Message {
            out,
            ..raw::Message::new(id, peer, 0, String::new())
        };
        Message::new(client, message.into(), &Entities::default()).unwrap()
    }

    fn user(user_id: i64) -> enums::Peer {
        raw::PeerUser { user_id }.into()
    }

    #[tokio::test]
    async fn others_read_what_this_account_wrote_up_to_a_message() {
        let client = Client::offline().await;
        let read = event(
            &client,
            raw::UpdateReadHistoryOutbox::new(user(7), 10, 0, 0),
        );
        assert!(read.is_outbox() && !read.is_inbox() && !read.is_contents());
        assert_eq!((read.max_id(), read.chat_id()), (10, Some(7)));
        let is_read = |peer, id, out| read.is_read(&message(&client, peer, id, out));
        assert!(is_read(user(7), 10, true) && is_read(user(7), 3, true));
        assert!(!is_read(user(7), 11, true));
        assert!(!is_read(user(8), 3, true), "another chat");
        assert!(!is_read(user(7), 3, false), "the other direction");
    }

    #[tokio::test]
    async fn reading_elsewhere_tells_how_much_is_left() {
        let client = Client::offline().await;
        let read = event(&client, raw::UpdateReadChannelInbox::new(9, 10, 4, 100));
        assert!(read.is_inbox());
        assert_eq!(read.still_unread(), Some(4));
        let channel: enums::Peer = raw::PeerChannel { channel_id: 9 }.into();
        assert!(read.is_read(&message(&client, channel.clone(), 9, false)));
        assert!(!read.is_read(&message(&client, channel, 9, true)));
    }

    #[tokio::test]
    async fn contents_are_read_one_by_one_and_their_chat_is_remembered() {
        let client = Client::offline().await;
        let (heard, other) = (
            message(&client, user(7), 5, false),
            message(&client, user(7), 4, false),
        );
        let read = event(&client, raw::UpdateReadMessagesContents::new(vec![5], 0, 0));
        assert!(read.is_contents() && read.is_read(&heard) && !read.is_read(&other));
        assert_eq!((read.chat_id(), read.message_ids()), (Some(7), vec![5]));
        let unknown = event(
            &client,
            raw::UpdateReadMessagesContents::new(vec![99], 0, 0),
        );
        assert_eq!(unknown.chat_id(), None);
    }

    #[tokio::test]
    async fn comments_are_read_by_thread() {
        let client = Client::offline().await;
        let read = event(
            &client,
            raw::UpdateReadChannelDiscussionInbox::new(9, 100, 120),
        );
        let comment = |root: i32| {
            let header = raw::MessageReplyHeader {
                reply_to_msg_id: Some(root),
                ..raw::MessageReplyHeader::new()
            };
            let peer = raw::PeerChannel { channel_id: 9 }.into();
            let message = raw::Message {
                reply_to: Some(Box::new(header.into())),
                ..raw::Message::new(110, peer, 0, String::new())
            };
            Message::new(&client, message.into(), &Entities::default()).unwrap()
        };
        assert_eq!(read.topic_id(), Some(100));
        assert!(read.is_read(&comment(100)) && !read.is_read(&comment(101)));
    }
}
