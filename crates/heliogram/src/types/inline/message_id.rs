use std::fmt;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use heliogram_api::{enums, types as raw};

use crate::PeerId;

/// Padding is left out, and may be there.
const TEXT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How a bot calls a message that somebody sent through it: enough to change the message, not to
/// read it.
///
/// Raw `inputBotInlineMessageID` and `inputBotInlineMessageID64`.
#[derive(Clone, PartialEq)]
#[doc(alias = "inline_message_id")]
#[doc(alias = "inputBotInlineMessageID")]
#[doc(alias = "inputBotInlineMessageID64")]
pub struct InlineMessageId {
    raw: enums::InputBotInlineMessageID,
}

impl InlineMessageId {
    /// The data centre at which it is changed.
    #[must_use]
    pub fn dc_id(&self) -> i32 {
        self.parts().0
    }

    /// Who sent it, or the channel it was sent to; `None` if the server sent a number nobody has.
    #[must_use]
    pub fn owner(&self) -> Option<PeerId> {
        match self.parts().1 {
            channel @ ..0 => PeerId::channel(channel.checked_neg()?),
            user => PeerId::user(user),
        }
    }

    /// The id of the message among those of its [`owner`](Self::owner).
    #[must_use]
    pub fn message_id(&self) -> i32 {
        self.parts().2
    }

    /// Data centre, owner, message id and access hash.
    fn parts(&self) -> (i32, i64, i32, i64) {
        use enums::InputBotInlineMessageID as Id;
        match &self.raw {
            Id::InputBotInlineMessageID64(id) => (id.dc_id, id.owner_id, id.id, id.access_hash),
            // Both numbers lie in one, the owner above the message.
            Id::InputBotInlineMessageID(id) => {
                (id.dc_id, id.id >> 32, id.id as i32, id.access_hash)
            }
            _ => (0, 0, 0, 0),
        }
    }

    /// The text the Bot API has for it, good for storing. Whoever has it and the bot's token can
    /// change the message.
    ///
    /// ```
    /// use heliogram::types::InlineMessageId;
    ///
    /// let id = InlineMessageId::unpack("AgAAAAEAAAAAAAAABwAAAAkAAAAAAAAA").unwrap();
    /// assert_eq!((id.dc_id(), id.message_id()), (2, 7));
    /// assert_eq!(id.pack(), "AgAAAAEAAAAAAAAABwAAAAkAAAAAAAAA");
    /// assert!(InlineMessageId::unpack("hello").is_none());
    /// ```
    #[must_use]
    #[doc(alias = "pack_inline_message_id")]
    pub fn pack(&self) -> String {
        let mut bytes = Vec::with_capacity(24);
        match &self.raw {
            enums::InputBotInlineMessageID::InputBotInlineMessageID(id) => {
                bytes.extend(id.dc_id.to_le_bytes());
                bytes.extend(id.id.to_le_bytes());
                bytes.extend(id.access_hash.to_le_bytes());
            }
            _ => {
                let (dc, owner, id, hash) = self.parts();
                bytes.extend(dc.to_le_bytes());
                bytes.extend(owner.to_le_bytes());
                bytes.extend(id.to_le_bytes());
                bytes.extend(hash.to_le_bytes());
            }
        }
        TEXT.encode(bytes)
    }

    /// Reads what [`pack`](Self::pack), or the Bot API, wrote; `None` if it is no such text.
    #[must_use]
    #[doc(alias = "unpack_inline_message_id")]
    #[doc(alias = "resolve_inline_message_id")]
    pub fn unpack(text: &str) -> Option<Self> {
        let bytes = TEXT.decode(text).ok()?;
        let (dc_id, rest) = bytes.split_first_chunk()?;
        let (long, rest) = rest.split_first_chunk()?;
        let (dc_id, long) = (i32::from_le_bytes(*dc_id), i64::from_le_bytes(*long));
        if let Ok(hash) = rest.try_into() {
            let access_hash = i64::from_le_bytes(hash);
            return Some(raw::InputBotInlineMessageID::new(dc_id, long, access_hash).into());
        }
        let (id, rest) = rest.split_first_chunk()?;
        let id = i32::from_le_bytes(*id);
        let access_hash = i64::from_le_bytes(rest.try_into().ok()?);
        Some(raw::InputBotInlineMessageID64::new(dc_id, long, id, access_hash).into())
    }

    /// The raw value.
    #[must_use]
    pub fn raw(&self) -> &enums::InputBotInlineMessageID {
        &self.raw
    }
}

impl<T: Into<enums::InputBotInlineMessageID>> From<T> for InlineMessageId {
    fn from(id: T) -> Self {
        Self { raw: id.into() }
    }
}

/// Shows which message it is, not how to change it.
impl fmt::Debug for InlineMessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InlineMessageId")
            .field("dc_id", &self.dc_id())
            .field("message_id", &self.message_id())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_taken_apart_and_packed_alike() {
        let new = InlineMessageId::from(raw::InputBotInlineMessageID64::new(4, -77, 12, i64::MIN));
        let owner = new.owner().unwrap();
        assert_eq!((new.dc_id(), new.message_id()), (4, 12));
        assert_eq!(owner.channel_id(), Some(77));
        let number = (5_i64 << 32) | 9;
        let old = InlineMessageId::from(raw::InputBotInlineMessageID::new(2, number, -3));
        assert_eq!(old.owner(), PeerId::user(5));
        assert_eq!((old.dc_id(), old.message_id()), (2, 9));
        for id in [old, new] {
            assert_eq!(InlineMessageId::unpack(&id.pack()), Some(id.clone()));
            let padded = format!("{}==", id.pack());
            assert!(InlineMessageId::unpack(&padded).is_none_or(|other| other == id));
            let shown = format!("{id:?}");
            assert!(!shown.contains("hash") && !shown.contains("9223372036854775808"));
        }
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in [
            "",
            "A",
            "AgAA",
            "AgAAAAEAAAAAAAAABwAAAAkAAAAAAAA",
            "\u{1f600}",
            "==",
        ] {
            assert_eq!(InlineMessageId::unpack(text), None, "{text}");
        }
        let least = InlineMessageId::from(raw::InputBotInlineMessageID64::new(1, i64::MIN, 1, 1));
        assert_eq!(least.owner(), None);
    }
}
