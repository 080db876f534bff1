//! What a conversation is with, as one number.

use super::World;
use crate::rpc::{Answer, Refusal};

/// The highest id of a channel comes right before the ids of secret chats (protocol of dialog ids).
const CHANNEL_BASE: i64 = 1_000_000_000_000;

/// The other end of a conversation.
///
/// The model keeps it as one number, the dialog id: accounts are positive, basic groups are their
/// id negated, and channels (supergroups too) are their id below minus 10^12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Peer {
    /// An account, by its id.
    User(i64),
    /// A basic group, by its own id.
    Group(i64),
    /// A channel or supergroup, by its own id.
    Channel(i64),
}

impl Peer {
    /// What a dialog id means.
    pub(crate) fn of(dialog: i64) -> Self {
        if dialog > 0 {
            Self::User(dialog)
        } else if dialog > -CHANNEL_BASE {
            Self::Group(dialog.wrapping_neg())
        } else {
            Self::Channel((-CHANNEL_BASE).saturating_sub(dialog))
        }
    }

    /// The dialog id.
    pub(crate) fn dialog(self) -> i64 {
        match self {
            Self::User(id) => id,
            Self::Group(id) => id.wrapping_neg(),
            Self::Channel(id) => (-CHANNEL_BASE).saturating_sub(id),
        }
    }

    /// The id without its kind, as the API writes it.
    pub(crate) fn id(self) -> i64 {
        match self {
            Self::User(id) | Self::Group(id) | Self::Channel(id) => id,
        }
    }
}

/// The dialog id of the basic group with that id; nothing for a number that can be none.
pub(crate) fn group_dialog(id: i64) -> Answer<i64> {
    match (1..CHANNEL_BASE).contains(&id) {
        true => Ok(Peer::Group(id).dialog()),
        false => Err(Refusal::bad("CHAT_ID_INVALID")),
    }
}

/// The same for a channel or supergroup.
pub(crate) fn channel_dialog(id: i64) -> Answer<i64> {
    match (1..CHANNEL_BASE).contains(&id) {
        true => Ok(Peer::Channel(id).dialog()),
        false => Err(Refusal::bad("CHANNEL_INVALID")),
    }
}

/// Whether a dialog id is that of a channel or supergroup.
pub(crate) fn is_channel(dialog: i64) -> bool {
    matches!(Peer::of(dialog), Peer::Channel(_))
}

/// Where a message lies: in whose box, and under which id there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// The account, or the channel, that has the box.
    pub(crate) owner: i64,
    /// The message's id in it.
    pub(crate) id: i32,
}

impl World {
    /// Whose box holds a conversation: channels have one of their own, everything else lies in the
    /// box of whoever looks.
    pub(crate) fn box_of(&self, viewer: i64, dialog: i64) -> i64 {
        if is_channel(dialog) { dialog } else { viewer }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialog_ids_are_those_of_telegram() {
        for (peer, dialog) in [
            (Peer::User(5), 5),
            (Peer::Group(7), -7),
            (Peer::Group(999_999_999_999), -999_999_999_999),
            (Peer::Channel(1), -1_000_000_000_001),
            (Peer::Channel(997_852_516_352), -1_997_852_516_352),
        ] {
            assert_eq!(peer.dialog(), dialog);
            assert_eq!(Peer::of(dialog), peer);
        }
    }
}
