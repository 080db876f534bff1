use std::time::Duration;

use heliogram_api::{enums, types as raw};

use super::Message;
use crate::{PeerId, PeerKind, types::Chat};

impl Message {
    /// The bot through which it was sent: whose inline result was chosen.
    #[must_use]
    #[doc(alias = "via_bot_id")]
    #[doc(alias = "via_input_bot")]
    pub fn via_bot(&self) -> Option<Chat> {
        let id = self.plain()?.via_bot_id?;
        PeerId::user(id).map(|id| self.known(id))
    }

    /// The bot that wrote it in the name of a person it manages a business for.
    #[must_use]
    #[doc(alias = "via_business_bot_id")]
    #[doc(alias = "sender_business_bot")]
    pub fn business_bot(&self) -> Option<Chat> {
        let id = self.plain()?.via_business_bot_id?;
        PeerId::user(id).map(|id| self.known(id))
    }

    /// The group or channel in whose name it was written: posts of channels, anonymous admins,
    /// channels that write in groups.
    #[must_use]
    pub fn sender_chat(&self) -> Option<&Chat> {
        match self.sender() {
            Some(sender) => Some(sender).filter(|c| !c.peer_id().is_user()),
            None => Some(self.chat()).filter(|_| self.is_post()),
        }
    }

    /// Whether it is a post of a channel.
    #[must_use]
    #[doc(alias = "post")]
    pub fn is_post(&self) -> bool {
        match &self.inner.raw {
            enums::Message::Message(m) => m.post,
            enums::Message::Service(m) => m.post,
            _ => false,
        }
    }

    /// Which author signed the post, or the title of an anonymous admin.
    #[must_use]
    #[doc(alias = "post_author")]
    #[doc(alias = "author_signature")]
    pub fn signature(&self) -> Option<&str> {
        self.plain()?.post_author.as_deref()
    }

    /// Whether it was scheduled and is sent now.
    #[must_use]
    #[doc(alias = "from_scheduled")]
    pub fn is_from_scheduled(&self) -> bool {
        self.plain().is_some_and(|m| m.from_scheduled)
    }

    /// Whether it was sent because its author is away: a greeting or a note of absence.
    #[must_use]
    #[doc(alias = "offline")]
    pub fn is_automatic(&self) -> bool {
        self.plain().is_some_and(|m| m.offline)
    }

    /// Whether it must not be forwarded or saved.
    #[must_use]
    #[doc(alias = "noforwards")]
    #[doc(alias = "has_protected_content")]
    pub fn is_protected(&self) -> bool {
        self.plain().is_some_and(|m| m.noforwards)
    }

    /// Whether its voice or video was not played yet, or its mention not read.
    #[must_use]
    #[doc(alias = "media_unread")]
    pub fn is_media_unread(&self) -> bool {
        match &self.inner.raw {
            enums::Message::Message(m) => m.media_unread,
            enums::Message::Service(m) => m.media_unread,
            _ => false,
        }
    }

    /// After how long it is deleted by itself.
    #[must_use]
    #[doc(alias = "ttl_period")]
    #[doc(alias = "auto_delete_time")]
    pub fn ttl(&self) -> Option<Duration> {
        let seconds = match &self.inner.raw {
            enums::Message::Message(m) => m.ttl_period,
            enums::Message::Service(m) => m.ttl_period,
            _ => None,
        };
        seconds
            .and_then(|s| u64::try_from(s).ok())
            .map(Duration::from_secs)
    }

    /// The number of the animation it is shown with.
    #[must_use]
    #[doc(alias = "effect_id")]
    pub fn effect(&self) -> Option<i64> {
        self.plain()?.effect
    }

    /// How many Stars were paid to send it.
    #[must_use]
    #[doc(alias = "paid_message_stars")]
    #[doc(alias = "paid_star_count")]
    pub fn paid_stars(&self) -> Option<i64> {
        self.plain()?.paid_message_stars
    }

    /// The reactions to it.
    #[must_use]
    #[doc(alias = "MessageReactions")]
    pub fn reactions(&self) -> Option<&raw::MessageReactions> {
        match &self.inner.raw {
            enums::Message::Message(m) => m.reactions.as_deref(),
            enums::Message::Service(m) => m.reactions.as_deref(),
            _ => None,
        }
    }

    /// Where everyone who may see it can open it: `https://t.me/...`. Messages of private chats and
    /// basic groups have no such place.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        let PeerKind::Channel(channel) = self.peer_id().kind() else {
            return None;
        };
        let chat = match self.chat().username() {
            Some(name) => name.to_owned(),
            None => format!("c/{channel}"),
        };
        // The general topic is the chat itself.
        let topic = self.topic_id().filter(|&t| t != 1);
        let topic = topic.map_or_else(String::new, |t| format!("{t}/"));
        Some(format!("https://t.me/{chat}/{topic}{}", self.id()))
    }
}
