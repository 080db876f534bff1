use std::{fmt, time::SystemTime};

use heliogram_api::{enums, types as raw};

use super::Message;
use crate::{
    PeerId,
    types::{Chat, system_time},
};

/// Where a forwarded message comes from.
///
/// Raw `messageFwdHeader`.
#[derive(Clone, PartialEq)]
#[doc(alias = "MessageFwdHeader")]
#[doc(alias = "forward_origin")]
pub struct Forward {
    message: Message,
    header: raw::MessageFwdHeader,
}

impl Message {
    /// Whether it was forwarded from somewhere.
    #[must_use]
    pub fn is_forwarded(&self) -> bool {
        header(&self.inner.raw).is_some()
    }

    /// Where it was forwarded from; `None` if it was not.
    ///
    /// ```no_run
    /// # fn show(message: &heliogram::Message) {
    /// if let Some(forward) = message.forward() {
    ///     println!("written by {:?} at {:?}", forward.sender_name(), forward.date());
    /// }
    /// # }
    /// ```
    #[must_use]
    #[doc(alias = "fwd_from")]
    pub fn forward(&self) -> Option<Forward> {
        Some(Forward {
            message: self.clone(),
            header: header(&self.inner.raw)?.clone(),
        })
    }
}

/// What a raw message says of where it was forwarded from.
pub(super) fn header(message: &enums::Message) -> Option<&raw::MessageFwdHeader> {
    match message {
        enums::Message::Message(m) => m.fwd_from.as_deref(),
        _ => None,
    }
}

impl Forward {
    /// The person, group or channel whose message it was; `None` for those who hide that
    /// ([`sender_name`](Self::sender_name) has a name then).
    #[must_use]
    #[doc(alias = "get_sender")]
    #[doc(alias = "forward_from")]
    #[doc(alias = "from_id")]
    pub fn sender(&self) -> Option<Chat> {
        self.peer(self.header.from_id.as_ref())
    }

    /// The marked id of whose message it was.
    #[must_use]
    pub fn sender_id(&self) -> Option<i64> {
        self.sender().map(|c| c.id())
    }

    /// The name of who wrote it first, also of those who hide their account.
    #[must_use]
    #[doc(alias = "from_name")]
    #[doc(alias = "forward_sender_name")]
    pub fn sender_name(&self) -> Option<String> {
        let hidden = self.header.from_name.clone();
        let known = || self.sender().map(|c| c.title()).filter(|t| !t.is_empty());
        hidden.or_else(known)
    }

    /// The group or channel it was written in first, where the server tells.
    #[must_use]
    #[doc(alias = "get_chat")]
    #[doc(alias = "forward_from_chat")]
    pub fn chat(&self) -> Option<Chat> {
        let post = self.sender().filter(|c| !c.peer_id().is_user());
        post.or_else(|| self.saved_from())
    }

    /// The marked id of the [`chat`](Self::chat).
    #[must_use]
    pub fn chat_id(&self) -> Option<i64> {
        self.chat().map(|c| c.id())
    }

    /// When it was written first.
    #[must_use]
    #[doc(alias = "forward_date")]
    pub fn date(&self) -> SystemTime {
        system_time(self.header.date)
    }

    /// Its number among the posts of the channel it comes from.
    #[must_use]
    #[doc(alias = "channel_post")]
    #[doc(alias = "forward_from_message_id")]
    pub fn post_id(&self) -> Option<i32> {
        self.header.channel_post
    }

    /// Which author of the channel signed it.
    #[must_use]
    #[doc(alias = "post_author")]
    #[doc(alias = "forward_signature")]
    pub fn signature(&self) -> Option<&str> {
        self.header.post_author.as_deref()
    }

    /// Where the message was that was forwarded last: the chat in which one saved it from, or the
    /// channel whose post came into its discussion group.
    #[must_use]
    #[doc(alias = "saved_from_peer")]
    pub fn saved_from(&self) -> Option<Chat> {
        self.peer(self.header.saved_from_peer.as_ref())
    }

    /// The number of the message in the chat it was [saved from](Self::saved_from).
    #[must_use]
    #[doc(alias = "saved_from_msg_id")]
    pub fn saved_id(&self) -> Option<i32> {
        self.header.saved_from_msg_id
    }

    /// Who sent the message that was saved, if that was a forwarded one itself.
    #[must_use]
    #[doc(alias = "saved_from_id")]
    pub fn saved_sender(&self) -> Option<Chat> {
        self.peer(self.header.saved_from_id.as_ref())
    }

    /// Whether it was brought along from another app.
    #[must_use]
    #[doc(alias = "imported")]
    pub fn is_imported(&self) -> bool {
        self.header.imported
    }

    /// Whether it is a post of the channel a discussion group belongs to, which came there by
    /// itself.
    #[must_use]
    #[doc(alias = "is_automatic_forward")]
    pub fn is_automatic(&self) -> bool {
        let from = self.header.saved_from_peer.as_ref();
        let from = from.and_then(PeerId::from_peer).filter(|p| p.is_channel());
        let sender = self.message.sender().map(Chat::peer_id);
        from.is_some() && from == sender && self.message.chat().is_group()
    }

    /// The raw value, with everything that has no method here.
    #[must_use]
    #[doc(alias = "original_fwd")]
    pub fn raw(&self) -> &raw::MessageFwdHeader {
        &self.header
    }

    fn peer(&self, peer: Option<&enums::Peer>) -> Option<Chat> {
        peer.and_then(PeerId::from_peer)
            .map(|id| self.message.known(id))
    }
}

/// Shows where it comes from, not who hides behind a name.
impl fmt::Debug for Forward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forward")
            .field("sender_id", &self.sender_id())
            .field("chat_id", &self.chat_id())
            .field("post_id", &self.post_id())
            .finish_non_exhaustive()
    }
}
