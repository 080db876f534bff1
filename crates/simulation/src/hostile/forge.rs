//! Packets made by hand: right in all but what an attack wants.

use std::time::Duration;

use bytes::Bytes;
use heliogram_crypto::{AuthKey, Side, message};
use heliogram_tl::{Writer, deflate};

const CONTAINER: u32 = 0x73f1_f8dc;
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

    /// A message as it has to be.
    fn plain(&self, id: i64, body: &[u8]) -> Vec<u8> {
        let mut w = Writer::new();
        w.i64(self.victim.salt);
        w.i64(self.victim.session_id);
        w.i64(id);
        w.words([1, body.len() as u32]);
        w.raw(body);
        w.into_vec()
    }

    fn seal(&self, plain: &[u8], padding: usize) -> Vec<u8> {
        seal(self.victim.key, self.side, plain, padding)
    }

    pub(crate) fn good(&self, later: i64, body: impl AsRef<[u8]>) -> Vec<u8> {
        self.with_id(self.id(later), body.as_ref())
    }

    fn with_id(&self, id: i64, body: &[u8]) -> Vec<u8> {
        let plain = self.plain(id, body);
        let padding = message::padding_len(plain.len(), 0);
        self.seal(&plain, padding)
    }

    /// A packet whose plaintext is changed before it is sealed.
    fn changed(&self, change: impl FnOnce(&mut Vec<u8>), padding: usize) -> Vec<u8> {
        let mut body = self.poison();
        body.resize(body.len().next_multiple_of(16), 0);
        let mut plain = self.plain(self.id(0), &body);
        change(&mut plain);
        self.seal(&plain, padding)
    }

    fn damaged(&self, damage: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
        let mut packet = self.good(0, self.poison());
        damage(&mut packet);
        packet
    }

    /// The poison in a packet with this flaw.
    pub(crate) fn flawed(&self, flaw: Flaw) -> Vec<u8> {
        use Flaw as A;
        let of_time = |seconds: i64| self.id(0).wrapping_add(seconds << 32);
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
            A::ForeignId => self.with_id(self.foreign_id(), &self.poison()),
            A::Past => self.with_id(of_time(-400), &self.poison()),
            A::Future => self.with_id(of_time(60), &self.poison()),
            A::Bomb => self.good(0, packed(&vec![7; 17 << 20])),
            A::PackedTwice => {
                let inner = [packed(&vec![7; 4096]), vec![0; 4096]].concat();
                self.good(0, packed(&inner))
            }
            flaw => self.good(9, self.flawed_container(flaw)),
        }
    }

    fn reflected(&self) -> Vec<u8> {
        let side = match self.side {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        };
        let plain = self.plain(self.id(0), &self.poison());
        let padding = message::padding_len(plain.len(), 0);
        seal(self.victim.key, side, &plain, padding)
    }

    /// The body of a container that breaks a rule; its id is 9 steps after now.
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

pub(crate) fn container(inner: &[(i64, &[u8])]) -> Vec<u8> {
    let mut w = Writer::new();
    w.words([CONTAINER, inner.len() as u32]);
    for (id, body) in inner {
        w.i64(*id);
        w.words([1, body.len() as u32]);
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
