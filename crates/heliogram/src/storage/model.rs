use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use heliogram_crypto::AuthKey;

use super::{
    names::number,
    record::{RecordReader, RecordWriter},
};

/// Version of the bytes of every record in this file.
const VERSION: u8 = 1;
/// That of a channel; before, only a number was kept.
const CHANNEL_VERSION: u8 = 2;

/// The authorization key of one data centre with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "auth_key")]
pub struct DcKey {
    /// The data centre.
    pub dc: i32,
    /// The key.
    pub key: AuthKey,
    /// The salt used last; 0 if none is known.
    pub salt: i64,
    /// Salts for the time to come.
    pub salts: Vec<Salt>,
    /// The server's clock minus this machine's in milliseconds, where it is known.
    pub time_offset_ms: Option<i64>,
}

impl DcKey {
    /// A key of which nothing else is known.
    #[must_use]
    pub const fn new(dc: i32, key: AuthKey) -> Self {
        Self {
            dc,
            key,
            salt: 0,
            salts: Vec::new(),
            time_offset_ms: None,
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut w = RecordWriter::new(VERSION);
        w.i32(self.dc).raw(self.key.as_bytes()).i64(self.salt);
        w.u8(u8::from(self.time_offset_ms.is_some()))
            .i64(self.time_offset_ms.unwrap_or(0));
        w.count(self.salts.len());
        for salt in &self.salts {
            w.i32(salt.valid_since)
                .i32(salt.valid_until)
                .i64(salt.value);
        }
        w.finish()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut r = RecordReader::new(bytes, VERSION)?;
        let mut key = Self::new(r.i32()?, AuthKey::new(r.array()?));
        key.salt = r.i64()?;
        let known = r.u8()? != 0;
        let offset = r.i64()?;
        key.time_offset_ms = known.then_some(offset);
        for _ in 0..r.count(16)? {
            key.salts.push(Salt {
                valid_since: r.i32()?,
                valid_until: r.i32()?,
                value: r.i64()?,
            });
        }
        r.end(key)
    }
}

/// A server salt and when it may be used, in seconds of Unix time.
#[derive(Clone, Copy, PartialEq, Eq)]
#[doc(alias = "futureSalt")]
pub struct Salt {
    /// The first second.
    pub valid_since: i32,
    /// The second after the last.
    pub valid_until: i32,
    /// The salt.
    pub value: i64,
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Salt({}..{})", self.valid_since, self.valid_until)
    }
}

/// One address of a data centre, as the server's configuration gives it (raw `dcOption`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "dcOption")]
pub struct DcAddress {
    /// The data centre.
    pub dc: i32,
    /// Where it listens.
    pub address: SocketAddr,
    /// For files only.
    pub media_only: bool,
    /// For obfuscated connections only.
    pub tcpo_only: bool,
    /// A mirror that serves encrypted files and knows no accounts.
    pub cdn: bool,
    /// To be used through proxies as well.
    pub is_static: bool,
    /// No other port works at this address.
    pub this_port_only: bool,
    /// The secret of the transport, for `tcpo_only` addresses.
    pub secret: Option<Vec<u8>>,
}

impl DcAddress {
    /// An address for everything.
    #[must_use]
    pub const fn new(dc: i32, address: SocketAddr) -> Self {
        Self {
            dc,
            address,
            media_only: false,
            tcpo_only: false,
            cdn: false,
            is_static: false,
            this_port_only: false,
            secret: None,
        }
    }

    pub(super) fn list_to_bytes(list: &[Self]) -> Vec<u8> {
        let mut w = RecordWriter::new(VERSION);
        w.count(list.len());
        for a in list {
            let flags = [
                a.media_only,
                a.tcpo_only,
                a.cdn,
                a.is_static,
                a.this_port_only,
            ];
            let bits = flags
                .iter()
                .rev()
                .fold(0, |bits, &flag| bits << 1 | u8::from(flag));
            w.i32(a.dc).u8(bits | u8::from(a.secret.is_some()) << 5);
            match a.address.ip() {
                IpAddr::V4(ip) => w.bytes(&ip.octets()),
                IpAddr::V6(ip) => w.bytes(&ip.octets()),
            };
            w.u32(a.address.port().into())
                .bytes(a.secret.as_deref().unwrap_or_default());
        }
        w.finish()
    }

    pub(super) fn list_from_bytes(bytes: &[u8]) -> Option<Vec<Self>> {
        let mut r = RecordReader::new(bytes, VERSION)?;
        let mut list = Vec::new();
        for _ in 0..r.count(17)? {
            let dc = r.i32()?;
            let bits = r.u8()?;
            let ip = ip_from_bytes(r.bytes()?)?;
            let port = u16::try_from(r.u32()?).ok()?;
            let secret = r.bytes()?;
            let has = |bit: u8| bits & 1 << bit != 0;
            list.push(Self {
                media_only: has(0),
                tcpo_only: has(1),
                cdn: has(2),
                is_static: has(3),
                this_port_only: has(4),
                secret: has(5).then(|| secret.to_vec()),
                ..Self::new(dc, SocketAddr::new(ip, port))
            });
        }
        r.end(list)
    }
}

/// The address in 4 or 16 bytes, most significant first.
pub(super) fn ip_from_bytes(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

/// Who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "is_bot")]
pub struct SignedIn {
    /// The account's id; 0 if a session string of another library did not tell.
    pub user_id: i64,
    /// Whether the account is a bot, where that is known.
    pub bot: Option<bool>,
}

impl SignedIn {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let bot = self.bot.map_or(2, u8::from);
        RecordWriter::new(VERSION)
            .i64(self.user_id)
            .u8(bot)
            .finish()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut r = RecordReader::new(bytes, VERSION)?;
        let user_id = r.i64()?;
        let bot = match r.u8()? {
            0 => Some(false),
            1 => Some(true),
            2 => None,
            _ => return None,
        };
        r.end(Self { user_id, bot })
    }
}

/// How far the updates of the account have been received (raw `updates.state`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[doc(alias = "updates.state")]
pub struct UpdateState {
    /// Count of events in private chats and groups.
    pub pts: i32,
    /// Count of events of secret chats and bots.
    pub qts: i32,
    /// When the last update came, in seconds of Unix time.
    pub date: i32,
    /// Count of containers of updates.
    pub seq: i32,
}

impl UpdateState {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        RecordWriter::new(VERSION)
            .i32(self.pts)
            .i32(self.qts)
            .i32(self.date)
            .i32(self.seq)
            .finish()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut r = RecordReader::new(bytes, VERSION)?;
        let state = Self {
            pts: r.i32()?,
            qts: r.i32()?,
            date: r.i32()?,
            seq: r.i32()?,
        };
        r.end(state)
    }
}

/// How far the updates of a channel have been received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelState {
    /// Count of events in it; the bitwise complement of that (so: a negative number) while more is
    /// known to have happened.
    pub pts: i32,
    /// The id of the newest message that was delivered or is known to be older than what is wanted;
    /// 0 for none.
    pub newest: i32,
    /// Mostly 0. Otherwise what is older than this, in seconds of Unix time, is not news; as the
    /// bitwise complement while it is searched where what is news begins, and [`i32::MIN`] while the
    /// channel cannot be read.
    pub since: i32,
}

impl ChannelState {
    /// A channel whose updates were received up to this pts.
    #[must_use]
    pub const fn at(pts: i32) -> Self {
        Self {
            pts,
            newest: 0,
            since: 0,
        }
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        RecordWriter::new(CHANNEL_VERSION)
            .i32(self.pts)
            .i32(self.newest)
            .i32(self.since)
            .finish()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let Some(mut r) = RecordReader::new(bytes, CHANNEL_VERSION) else {
            return number(bytes).map(Self::at);
        };
        let state = Self {
            pts: r.i32()?,
            newest: r.i32()?,
            since: r.i32()?,
        };
        r.end(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_comes_back_also_from_the_time_when_only_its_pts_was_kept() {
        let state = ChannelState {
            pts: !7,
            newest: 5,
            since: i32::MIN,
        };
        assert_eq!(ChannelState::from_bytes(&state.to_bytes()), Some(state));
        let old = crate::storage::names::number_bytes(7);
        assert_eq!(ChannelState::from_bytes(&old), Some(ChannelState::at(7)));
        assert_eq!(ChannelState::from_bytes(&state.to_bytes()[1..]), None);
    }

    #[test]
    fn records_come_back_whole_and_cut_ones_not_at_all() {
        let key = DcKey {
            salt: -9,
            salts: vec![Salt {
                valid_since: 1,
                valid_until: 2,
                value: i64::MIN,
            }],
            time_offset_ms: Some(-1500),
            ..DcKey::new(4, AuthKey::new([7; 256]))
        };
        let bytes = key.to_bytes();
        assert_eq!(DcKey::from_bytes(&bytes), Some(key));
        assert!((0..bytes.len()).all(|n| DcKey::from_bytes(&bytes[..n]).is_none()));

        let v4 = DcAddress::new(2, SocketAddr::from(([149, 154, 167, 51], 443)));
        let v6 = DcAddress {
            media_only: true,
            this_port_only: true,
            secret: Some(vec![1; 16]),
            ..DcAddress::new(-2, SocketAddr::from(([1_u16; 8], 65535)))
        };
        let cdn = DcAddress {
            cdn: true,
            is_static: true,
            tcpo_only: true,
            ..v4.clone()
        };
        let list = vec![v4, v6, cdn];
        let bytes = DcAddress::list_to_bytes(&list);
        assert_eq!(DcAddress::list_from_bytes(&bytes), Some(list));
        assert!((0..bytes.len()).all(|n| DcAddress::list_from_bytes(&bytes[..n]).is_none()));

        for bot in [None, Some(true), Some(false)] {
            let me = SignedIn {
                user_id: 1 << 40,
                bot,
            };
            assert_eq!(SignedIn::from_bytes(&me.to_bytes()), Some(me));
        }
        let state = UpdateState {
            pts: 1,
            qts: 2,
            date: 3,
            seq: 4,
        };
        assert_eq!(UpdateState::from_bytes(&state.to_bytes()), Some(state));
    }

    #[test]
    fn debug_text_shows_no_secret() {
        let key = DcKey {
            salt: 7_777_777,
            salts: vec![Salt {
                valid_since: 1,
                valid_until: 2,
                value: 8_888_888,
            }],
            ..DcKey::new(4, AuthKey::new([201; 256]))
        };
        let text = format!("{key:?}");
        assert!(
            !text.contains("8888888") && !text.contains("201, 201"),
            "{text}"
        );
    }
}
