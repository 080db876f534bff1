use heliogram_api::{enums, types as raw};

use super::Message;
use crate::{PeerId, types::Chat};

impl Message {
    /// Whether it is a reply to a message or a story.
    #[must_use]
    pub fn is_reply(&self) -> bool {
        self.reply_to().is_some() || self.reply_story().is_some()
    }

    /// The id of the message it replies to, in the same chat unless there is a
    /// [`reply_chat`](Self::reply_chat).
    #[must_use]
    #[doc(alias = "reply_to_msg_id")]
    #[doc(alias = "reply_to_message_id")]
    pub fn reply_to(&self) -> Option<i32> {
        let header = self.reply_header()?;
        // Messages of a topic name the one that began it, as if they were replies to it.
        let topic = header.forum_topic && header.reply_to_top_id.is_none();
        header.reply_to_msg_id.filter(|_| !topic)
    }

    /// The other chat in which the message is that it replies to.
    #[must_use]
    #[doc(alias = "reply_to_peer_id")]
    #[doc(alias = "external_reply")]
    pub fn reply_chat(&self) -> Option<Chat> {
        let id = self.reply_header()?.reply_to_peer_id.as_ref();
        id.and_then(PeerId::from_peer).map(|id| self.known(id))
    }

    /// The story it replies to: whose, and its number.
    #[must_use]
    #[doc(alias = "reply_to_story")]
    pub fn reply_story(&self) -> Option<(Chat, i32)> {
        match self.raw_reply()? {
            enums::MessageReplyHeader::MessageReplyStoryHeader(h) => {
                PeerId::from_peer(&h.peer).map(|id| (self.known(id), h.story_id))
            }
            _ => None,
        }
    }

    /// The part of the other message that it quotes in its reply.
    #[must_use]
    #[doc(alias = "quote_text")]
    pub fn quote(&self) -> Option<&str> {
        self.reply_header()?.quote_text.as_deref()
    }

    /// The id of the message that began the thread it belongs to.
    #[must_use]
    #[doc(alias = "reply_to_top_id")]
    #[doc(alias = "reply_to_top_message_id")]
    pub fn thread_id(&self) -> Option<i32> {
        self.reply_header()?.reply_to_top_id
    }

    /// The topic of a forum it was written in; 1 is the general one, `None` means no forum.
    #[must_use]
    #[doc(alias = "message_thread_id")]
    #[doc(alias = "is_topic_message")]
    pub fn topic_id(&self) -> Option<i32> {
        let named = self.reply_header().filter(|h| h.forum_topic);
        let named = named.and_then(|h| h.reply_to_top_id.or(h.reply_to_msg_id));
        let forum = || self.chat().as_channel().is_some_and(|c| c.forum);
        named.or_else(|| forum().then_some(1))
    }

    /// The replies or comments it has: how many, by whom, and where comments are.
    #[must_use]
    #[doc(alias = "MessageReplies")]
    pub fn replies(&self) -> Option<&raw::MessageReplies> {
        self.plain().and_then(|m| m.replies.as_deref())
    }

    /// Everything the server says of the message it replies to.
    #[must_use]
    #[doc(alias = "MessageReplyHeader")]
    pub fn reply_header(&self) -> Option<&raw::MessageReplyHeader> {
        match self.raw_reply()? {
            enums::MessageReplyHeader::MessageReplyHeader(h) => Some(h),
            _ => None,
        }
    }

    fn raw_reply(&self) -> Option<&enums::MessageReplyHeader> {
        match &self.inner.raw {
            enums::Message::Message(m) => m.reply_to.as_deref(),
            enums::Message::Service(m) => m.reply_to.as_deref(),
            _ => None,
        }
    }
}
