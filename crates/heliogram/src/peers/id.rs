use std::fmt;

use heliogram_api::{enums, types};

/// Largest user id: 40 bits.
const MAX_USER: i64 = (1 << 40) - 1;
/// Largest id of a basic group.
const MAX_GROUP: i64 = 999_999_999_999;
const MIN_GROUP: i64 = -MAX_GROUP;
/// Channels are marked as `-(CHANNEL_ZERO + id)`.
const CHANNEL_ZERO: i64 = 1_000_000_000_000;
/// Largest id of an ordinary channel; the ids right above it belong to secret chats when marked.
const MAX_CHANNEL: i64 = CHANNEL_ZERO - (1 << 31);
/// Secret chats are marked as `SECRET_ZERO + id`, with `id` any 32-bit number but zero.
const SECRET_ZERO: i64 = -2_000_000_000_000;
/// Ids of monoforums (direct messages of a channel) lie beyond the secret chats.
const MIN_MONOFORUM: i64 = 1_002_147_483_649;
const MAX_MONOFORUM: i64 = 3_000_000_000_000;

/// The id of a user, group or channel in one number, marked the way the Bot API marks it.
///
/// Users keep their id, basic groups are negative, channels and supergroups start with `-100`.
///
/// ```
/// use heliogram::{PeerId, PeerKind};
///
/// let id = PeerId::try_from(-1001234567890)?;
/// assert_eq!(id.kind(), PeerKind::Channel(1234567890));
/// assert!(PeerId::try_from(0).is_err());
/// # Ok::<(), heliogram::PeerError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[doc(alias = "get_peer_id")]
#[doc(alias = "chat_id")]
#[doc(alias = "marked id")]
pub struct PeerId(i64);

/// What a [`PeerId`] points at, with the bare id the raw API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[doc(alias = "resolve_id")]
pub enum PeerKind {
    /// A person or a bot.
    User(i64),
    /// A basic group.
    Group(i64),
    /// A channel, supergroup or monoforum.
    Channel(i64),
    /// An end-to-end encrypted chat of this device.
    Secret(i32),
}

impl PeerId {
    /// The id of a user; `None` when no user can have this number.
    #[must_use]
    pub fn user(id: i64) -> Option<Self> {
        (1..=MAX_USER).contains(&id).then_some(Self(id))
    }

    /// The id of a basic group; `None` when no group can have this number.
    #[must_use]
    pub fn group(id: i64) -> Option<Self> {
        (1..=MAX_GROUP).contains(&id).then(|| Self(-id))
    }

    /// The id of a channel or supergroup; `None` when no channel can have this number.
    #[must_use]
    pub fn channel(id: i64) -> Option<Self> {
        let plain = (1..=MAX_CHANNEL).contains(&id);
        (plain || (MIN_MONOFORUM..=MAX_MONOFORUM).contains(&id)).then(|| Self(-(CHANNEL_ZERO + id)))
    }

    /// The marked number, as the Bot API, Telethon and Pyrogram write it.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        self.0
    }

    /// What the id points at, with its bare id.
    #[must_use]
    pub fn kind(self) -> PeerKind {
        // Every constructor checks the ranges, so the fallback is never taken.
        classify(self.0).unwrap_or(PeerKind::User(self.0))
    }

    /// Whether this is a user.
    #[must_use]
    pub fn is_user(self) -> bool {
        matches!(self.kind(), PeerKind::User(_))
    }

    /// Whether this is a channel, supergroup or monoforum.
    #[must_use]
    pub fn is_channel(self) -> bool {
        matches!(self.kind(), PeerKind::Channel(_))
    }

    /// The bare id of a channel, `None` for anything else.
    #[must_use]
    pub fn channel_id(self) -> Option<i64> {
        match self.kind() {
            PeerKind::Channel(id) => Some(id),
            _ => None,
        }
    }

    /// The peer in the words of the raw API; `None` for secret chats, which it does not know.
    #[must_use]
    #[doc(alias = "Peer")]
    pub fn to_peer(self) -> Option<enums::Peer> {
        Some(match self.kind() {
            PeerKind::User(user_id) => types::PeerUser { user_id }.into(),
            PeerKind::Group(chat_id) => types::PeerChat { chat_id }.into(),
            PeerKind::Channel(channel_id) => types::PeerChannel { channel_id }.into(),
            PeerKind::Secret(_) => return None,
        })
    }

    /// The id of a raw peer; `None` when its number lies outside what Telegram assigns.
    #[must_use]
    pub fn from_peer(peer: &enums::Peer) -> Option<Self> {
        match peer {
            enums::Peer::User(p) => Self::user(p.user_id),
            enums::Peer::Chat(p) => Self::group(p.chat_id),
            enums::Peer::Channel(p) => Self::channel(p.channel_id),
            _ => None,
        }
    }
}

impl TryFrom<i64> for PeerId {
    type Error = super::PeerError;

    /// Checks a marked id against the ranges Telegram assigns.
    fn try_from(id: i64) -> Result<Self, Self::Error> {
        classify(id)
            .map(|_| Self(id))
            .ok_or(super::PeerError::BadId(id))
    }
}

impl From<PeerId> for i64 {
    fn from(id: PeerId) -> Self {
        id.0
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The ranges of marked ids, as TDLib's `DialogId` has them; zero and the seams belong to nobody.
fn classify(id: i64) -> Option<PeerKind> {
    let secret = i32::try_from(id.saturating_sub(SECRET_ZERO))
        .ok()
        .filter(|s| *s != 0);
    let channel = id.checked_neg()?.saturating_sub(CHANNEL_ZERO);
    match (id, secret) {
        (1..=MAX_USER, _) => Some(PeerKind::User(id)),
        (MIN_GROUP..=-1, _) => Some(PeerKind::Group(-id)),
        (_, Some(secret)) if id < 0 => Some(PeerKind::Secret(secret)),
        _ if (1..=MAX_CHANNEL).contains(&channel) => Some(PeerKind::Channel(channel)),
        _ if (MIN_MONOFORUM..=MAX_MONOFORUM).contains(&channel) => Some(PeerKind::Channel(channel)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_ids_keep_to_their_ranges() {
        let kinds = [
            (1, PeerKind::User(1)),
            ((1 << 40) - 1, PeerKind::User((1 << 40) - 1)),
            (-1, PeerKind::Group(1)),
            (-999_999_999_999, PeerKind::Group(999_999_999_999)),
            (-1_000_000_000_001, PeerKind::Channel(1)),
            (-1_997_852_516_352, PeerKind::Channel(997_852_516_352)),
            (-1_997_852_516_353, PeerKind::Secret(i32::MAX)),
            (-2_002_147_483_648, PeerKind::Secret(i32::MIN)),
            (-2_002_147_483_649, PeerKind::Channel(1_002_147_483_649)),
            (-4_000_000_000_000, PeerKind::Channel(3_000_000_000_000)),
        ];
        for (id, kind) in kinds {
            assert_eq!(PeerId::try_from(id).unwrap().kind(), kind, "{id}");
        }
        let nobody = [0, 1 << 40, -1_000_000_000_000, -2_000_000_000_000];
        for id in nobody
            .into_iter()
            .chain([-4_000_000_000_001, i64::MIN, i64::MAX])
        {
            assert!(PeerId::try_from(id).is_err(), "{id}");
        }
    }

    #[test]
    fn bare_ids_come_back_from_the_mark() {
        assert_eq!(PeerId::user(7).unwrap().kind(), PeerKind::User(7));
        assert_eq!(PeerId::group(7).unwrap().as_i64(), -7);
        assert_eq!(
            PeerId::channel(1_234_567_890).unwrap().as_i64(),
            -1_001_234_567_890
        );
        assert_eq!(
            PeerId::channel(1_234_567_890).unwrap().channel_id(),
            Some(1_234_567_890)
        );
        assert_eq!(PeerId::channel(1_000_000_000_000), None);
        assert_eq!(PeerId::user(-1), None);
        // Numbers from elsewhere may be any; none of them makes a panic.
        for id in [i64::MIN, i64::MAX] {
            assert_eq!(
                (PeerId::user(id), PeerId::group(id), PeerId::channel(id)),
                (None, None, None)
            );
        }
    }

    #[test]
    fn raw_peers_go_there_and_back() {
        for id in [5, -5, -1_000_000_000_005] {
            let id = PeerId::try_from(id).unwrap();
            assert_eq!(PeerId::from_peer(&id.to_peer().unwrap()), Some(id));
        }
    }
}
