//! Packets made by hand: right in all but what an attack wants.

use std::time::Duration;

use bytes::Bytes;
use heliogram_crypto::{AuthKey, Side, message};
use heliogram_mtproto::tl::types::MsgsAck;
use heliogram_tl::{Constructor, Writer, deflate, to_bytes};

pub(crate) const CONTAINER: u32 = 0x73f1_f8dc;
const GZIP_PACKED: u32 = 0x3072_cfa1;

/// What a hostile peer knows of its victim.
#[derive(Clone, Copy, Debug)]
pub struct Victim<'a> {
    /// The key of the session.
    pub key: &'a AuthKey,
    /// The id of the session.
    pub session_id: i64,
    /// The salt that the session uses now; clients do not look at it.
    pub salt: i64,
    /// The server's time since the Unix epoch.
    pub time: Duration,
    /// What the victim must not take, or take once: an encoded update or request.
    pub poison: &'a Bytes,
}

impl Victim<'_> {
    /// The id of the first message of an attack by this side: of the one that is replayed, where
    /// there is one.
    #[must_use]
    pub fn first_id(&self, side: Side) -> i64 {
        Forge { victim: self, side }.id(0)
    }
}

/// A message that never was: clients number theirs by their clock, and this is of 1970.
pub(crate) const NEVER: i64 = 4;

/// A message that says nothing: it acknowledges what never was.
pub(crate) fn acks() -> Vec<u8> {
    let msg_ids = vec![NEVER];
    to_bytes(&MsgsAck { msg_ids }).to_vec()
}

/// How many messages that say nothing go into one container.
const FILLERS_AT_ONCE: i64 = 1000;

/// Makes packets of one side.
pub(crate) struct Forge<'a> {
    pub(crate) victim: &'a Victim<'a>,
    /// The side of the attacker.
    pub(crate) side: Side,
}

/// What a packet or a container can be besides what it says, whichever side it is of.
#[derive(Clone, Copy)]
pub(crate) enum Flaw {
    OtherKey,
    DamagedKey,
    DamagedPadding,
    Reflected,
    LengthOdd,
    LengthNegative,
    LengthHuge,
    PaddingShort,
    PaddingLong,
    OtherSession,
    NoSession,
    /// With the low bits of the other side's ids.
    ForeignId,
    ForeignInnerId,
    Past,
    Future,
    Bomb,
    PackedTwice,
    Nested,
    TooMany,
    InnerNewer,
    InnerLong,
    Trailing,
}

impl Forge<'_> {
    fn low_bits(&self) -> i64 {
        match self.side {
            Side::Client => 0,
            Side::Server => 3,
        }
    }

    /// An id of the other side.
    fn foreign_id(&self) -> i64 {
        self.id(0) ^ 3
    }

    /// An id of the side, `later` steps after now.
    pub(crate) fn id(&self, later: i64) -> i64 {
        let time = self.victim.time;
        let fraction = (u64::from(time.subsec_nanos()) << 32) / 1_000_000_000;
        let now = (time.as_secs() << 32 | fraction) as i64;
        ((now & !0xffff) + later * 4) | self.low_bits()
    }

    pub(crate) fn poison(&self) -> Vec<u8> {
        self.victim.poison.to_vec()
    }

    /// The plaintext of a message.
    fn plain(&self, id: i64, seq_no: u32, body: &[u8]) -> Vec<u8> {
        let mut w = Writer::new();
        w.i64(self.victim.salt);
        w.i64(self.victim.session_id);
        w.i64(id);
        w.words([seq_no, body.len() as u32]);
        w.raw(body);
        w.into_vec()
    }

    fn seal(&self, plain: &[u8], padding: usize) -> Vec<u8> {
        seal(self.victim.key, self.side, plain, padding)
    }

    /// A packet as it has to be.
    pub(crate) fn good(&self, later: i64, body: impl AsRef<[u8]>) -> Vec<u8> {
        self.with_id(self.id(later), body.as_ref())
    }

    fn with_id(&self, id: i64, body: &[u8]) -> Vec<u8> {
        self.numbered(id, seq_no(body), body)
    }

    /// A packet of a message with this sequence number.
    pub(crate) fn numbered(&self, id: i64, seq_no: u32, body: &[u8]) -> Vec<u8> {
        let plain = self.plain(id, seq_no, body);
        let padding = message::padding_len(plain.len(), 0);
        self.seal(&plain, padding)
    }

    /// More messages than the other side remembers, behind which the poison comes with an older
    /// id, so that it cannot be told from a replay.
    pub(crate) fn forgotten(&self, fillers: i64) -> Vec<Vec<u8>> {
        let nothing = acks();
        let mut packets: Vec<_> = (0..fillers / FILLERS_AT_ONCE)
            .map(|part| {
                let ids = part * FILLERS_AT_ONCE + 1..=(part + 1) * FILLERS_AT_ONCE;
                let inner: Vec<_> = ids.map(|n| (self.id(n), &nothing[..])).collect();
                self.good(fillers + 1 + part, container(&inner))
            })
            .collect();
        packets.push(self.good(0, self.poison()));
        packets
    }

    /// A packet whose plaintext is changed before it is sealed.
    fn changed(&self, change: impl FnOnce(&mut Vec<u8>), padding: usize) -> Vec<u8> {
        let mut body = self.poison();
        body.resize(body.len().next_multiple_of(16), 0);
        let mut plain = self.plain(self.id(0), 1, &body);
        change(&mut plain);
        self.seal(&plain, padding)
    }

    fn damaged(&self, damage: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut packet = self.good(0, self.poison());
        damage(&mut packet);
        packet
    }

    /// The id of the message in a packet with this flaw.
    pub(crate) fn id_of(&self, flaw: Flaw) -> i64 {
        use Flaw as A;
        let of_time = |seconds: i64| self.id(0).wrapping_add(seconds << 32);
        match flaw {
            A::ForeignId => self.foreign_id(),
            A::Past => of_time(-400),
            A::Future => of_time(60),
            A::ForeignInnerId
            | A::Nested
            | A::TooMany
            | A::InnerNewer
            | A::InnerLong
            | A::Trailing => self.id(9),
            _ => self.id(0),
        }
    }

    /// The poison in a packet with this flaw.
    pub(crate) fn flawed(&self, flaw: Flaw) -> Vec<u8> {
        use Flaw as A;
        match flaw {
            A::OtherKey => self.damaged(|packet| packet[0] ^= 1),
            A::DamagedKey => self.damaged(|packet| packet[10] ^= 1),
            A::DamagedPadding => self.damaged(|packet| {
                if let Some(last) = packet.last_mut() {
                    *last ^= 1;
                }
            }),
            A::Reflected => self.reflected(),
            A::LengthOdd => self.changed(|plain| plain[28] = 5, 16),
            A::LengthNegative => self.changed(|plain| plain[28..32].fill(0xff), 16),
            A::LengthHuge => self.changed(|plain| plain[30] = 1, 16),
            A::PaddingShort => self.changed(|_| (), 0),
            A::PaddingLong => self.changed(|_| (), 1040),
            A::OtherSession => self.changed(|plain| plain[8] ^= 1, 16),
            A::NoSession => self.changed(|plain| plain[8..16].fill(0), 16),
            A::ForeignId | A::Past | A::Future => self.with_id(self.id_of(flaw), &self.poison()),
            A::Bomb => self.good(0, packed(&vec![7; 17 << 20])),
            A::PackedTwice => {
                let inner = [packed(&vec![7; 4096]), vec![0; 4096]].concat();
                self.good(0, packed(&inner))
            }
            flaw => self.with_id(self.id_of(flaw), &self.flawed_container(flaw)),
        }
    }

    fn reflected(&self) -> Vec<u8> {
        let side = match self.side {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        };
        let plain = self.plain(self.id(0), 1, &self.poison());
        let padding = message::padding_len(plain.len(), 0);
        seal(self.victim.key, side, &plain, padding)
    }

    /// The body of a container that breaks a rule; [`Forge::id_of`] is its id.
    fn flawed_container(&self, flaw: Flaw) -> Vec<u8> {
        use Flaw as A;
        let poison = self.poison();
        match flaw {
            A::ForeignInnerId => container(&[(self.foreign_id(), &poison)]),
            A::Nested => {
                let inner = container(&[(self.id(0), &poison)]);
                container(&[(self.id(1), &inner)])
            }
            A::TooMany => container(&vec![(self.id(0), &poison[..]); 1025]),
            A::InnerNewer => container(&[(self.id(20), &poison)]),
            A::InnerLong => {
                let mut body = container(&[(self.id(0), &poison)]);
                body[22] = 0xff;
                body
            }
            _ => [&container(&[(self.id(0), &poison)])[..], &[0; 4]].concat(),
        }
    }
}

fn seal(key: &AuthKey, side: Side, plain: &[u8], padding: usize) -> Vec<u8> {
    let mut packet = Vec::new();
    // What does not make whole blocks stays empty, and is refused as too short.
    let _ = message::seal(key, side, plain, &vec![7; padding], &mut packet);
    packet
}

/// The sequence number of a message with this body, where one that is to be acknowledged comes
/// first and any number of others follow.
fn seq_no(body: &[u8]) -> u32 {
    let constructor = body.first_chunk().copied().map(u32::from_le_bytes);
    match constructor {
        Some(CONTAINER | MsgsAck::ID) => 2,
        _ => 1,
    }
}

pub(crate) fn container(inner: &[(i64, &[u8])]) -> Vec<u8> {
    let mut w = Writer::new();
    w.words([CONTAINER, inner.len() as u32]);
    for (id, body) in inner {
        w.i64(*id);
        w.words([seq_no(body), body.len() as u32]);
        w.raw(body);
    }
    w.into_vec()
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.u32(GZIP_PACKED);
    w.bytes(&deflate(body).unwrap_or_default());
    w.into_vec()
}
