use std::fmt;

use bytes::Bytes;

use crate::PeerId;

/// Something that happened and that this version of the library cannot read.
///
/// Telegram's API has moved on, or its server made a mistake. The encoded value is here for whoever
/// can read it; what came with it and after it is handed out as always. An update of the library
/// usually helps.
#[derive(Clone)]
#[doc(alias = "TypeNotFoundError")]
pub struct Unreadable {
    pub(crate) bytes: Bytes,
    pub(crate) chat: Option<PeerId>,
    pub(crate) range: Option<(i32, i32)>,
}

impl Unreadable {
    /// The encoded value, as it came: a raw `Updates`, or the answer to `updates.getDifference` or
    /// `updates.getChannelDifference`. It holds one update, or as few as the server would tell at
    /// once.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The marked id of the channel or supergroup it happened in, as far as is known.
    #[must_use]
    pub fn chat_id(&self) -> Option<i64> {
        self.chat.map(PeerId::as_i64)
    }

    /// The `pts` before and after it. `None` for what the server sent of its own accord: if it was
    /// counted it is fetched, and comes readable, or again as this with a range.
    #[must_use]
    pub fn range(&self) -> Option<(i32, i32)> {
        self.range
    }
}

/// Tells how much there is, not what it says.
impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unreadable")
            .field("len", &self.bytes.len())
            .field("chat", &self.chat)
            .field("range", &self.range)
            .finish()
    }
}
