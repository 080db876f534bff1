//! A server that breaks one rule of encrypted messages.

use std::time::Duration;

use bytes::Bytes;
use heliogram_crypto::{AuthKey, Side, message};
use heliogram_mtproto::{
    plain,
    tl::types::{BadMsgNotification, BadServerSalt, FutureSalts, MsgsAck, MsgsStateInfo, Pong},
};
use heliogram_tl::{Writer, deflate, to_bytes};

const CONTAINER: u32 = 0x73f1_f8dc;
const GZIP_PACKED: u32 = 0x3072_cfa1;
const RPC_RESULT: u32 = 0xf35c_6d01;
/// Messages that fill the memory of ids, and how many go into one container.
const FILLERS: i64 = 5000;
const FILLERS_AT_ONCE: i64 = 1000;

super::attacks! { $
    /// One broken rule of a server in an encrypted session.
    RecordAttack tested by record_attack_tests;
    /// The packet names another key.
    OtherKey = sec_14_a_packet_of_another_key_is_refused,
    /// A plaintext packet where all is encrypted.
    Plaintext = sec_14_plaintext_is_refused_once_encrypted,
    /// `msg_key` is damaged.
    DamagedKey = sec_15_a_damaged_message_key_is_refused,
    /// The last byte of the padding is damaged.
    DamagedPadding = sec_15_the_message_key_covers_the_padding,
    /// The packet is sealed as a client's.
    Reflected = sec_15_a_packet_of_the_clients_direction_is_refused,
    /// The length is no multiple of 4.
    LengthOdd = sec_16_a_length_of_broken_words_is_refused,
    /// The length is negative.
    LengthNegative = sec_16_a_negative_length_is_refused,
    /// The length is more than there is.
    LengthHuge = sec_16_a_length_beyond_the_packet_is_refused,
    /// There is no padding.
    PaddingShort = sec_17_less_padding_than_12_bytes_is_refused,
    /// There are more than 1024 bytes of padding.
    PaddingLong = sec_17_more_padding_than_1024_bytes_is_refused,
    /// The message is one of another session.
    OtherSession = sec_18_a_message_of_another_session_is_refused,
    /// The id is one that clients give.
    EvenId = sec_19_an_even_message_id_is_refused,
    /// The id inside a container is one that clients give.
    EvenInnerId = sec_19_an_even_id_inside_a_container_is_refused,
    /// A message comes twice.
    Twice = sec_20_a_replayed_message_is_dropped,
    /// A message comes by itself and again in a container.
    TwiceInside = sec_20_a_message_replayed_in_a_container_is_dropped,
    /// A message comes again after newer ones.
    TwiceLater = sec_20_a_replay_after_newer_messages_is_dropped,
    /// A message is older than all that are remembered.
    Forgotten = sec_21_a_message_older_than_all_remembered_is_refused,
    /// A message is 400 seconds old.
    Past = sec_22_a_message_of_long_ago_is_refused,
    /// A message comes from a minute ahead.
    Future = sec_22_a_message_of_the_future_is_refused_and_moves_no_clock,
    /// A refusal of a message that was never sent says the clock is wrong.
    RefusalOfNothing = sec_24_a_refusal_of_nothing_we_sent_is_ignored,
    /// A new salt for a message that was never sent.
    SaltForNothing = sec_24_a_salt_for_nothing_we_sent_is_ignored,
    /// A pong to no ping.
    PongToNothing = sec_24_a_pong_to_no_ping_is_ignored,
    /// Salts nobody asked for.
    SaltsForNothing = sec_24_salts_nobody_asked_for_are_ignored,
    /// The state of messages nobody asked about.
    StatesOfNothing = sec_24_states_nobody_asked_for_are_ignored,
    /// A container in a container.
    Nested = sec_25_a_container_in_a_container_is_refused,
    /// A container of more than 1024 messages.
    TooMany = sec_25_a_container_of_too_many_messages_is_refused,
    /// A message in a container is newer than it.
    InnerNewer = sec_25_a_message_newer_than_its_container_is_refused,
    /// A message in a container is longer than that.
    InnerLong = sec_25_a_message_longer_than_its_container_is_refused,
    /// Bytes follow the messages of a container.
    Trailing = sec_25_bytes_after_a_container_are_refused,
    /// Packed data that grows beyond all limits.
    Bomb = sec_25_packed_data_is_bounded,
    /// Packed data in packed data.
    PackedTwice = sec_25_packed_data_in_packed_data_is_refused,
    /// An answer to a request that was never made.
    AnswerToNothing = sec_26_an_answer_to_no_request_is_dropped,
}

/// What a client has to do about an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// It refuses the packet, closes the connection and goes on over another one.
    Reconnect,
    /// It ignores the message.
    Ignore,
    /// It takes the message once.
    TakeOnce,
}

/// What a hostile server knows of its victim.
#[derive(Clone, Copy, Debug)]
pub struct Victim<'a> {
    /// The key of the session.
    pub key: &'a AuthKey,
    /// The id of the session.
    pub session_id: i64,
    /// The server's time since the Unix epoch.
    pub time: Duration,
    /// What the victim must not take, or take once: an encoded update.
    pub poison: &'a Bytes,
}

impl RecordAttack {
    /// What a client has to do about it.
    #[must_use]
    pub fn reaction(self) -> Reaction {
        match self.name().get(4..6) {
            Some("20") => Reaction::TakeOnce,
            Some("24" | "26") => Reaction::Ignore,
            _ => Reaction::Reconnect,
        }
    }

    /// The packets of the attack, in their order. Each is the victim's own in all but one rule.
    #[must_use]
    pub fn packets(self, victim: &Victim<'_>) -> Vec<Vec<u8>> {
        let forge = Forge { victim };
        match self.reaction() {
            Reaction::Reconnect => forge.refused(self),
            Reaction::Ignore => vec![forge.good(0, forge.ignored(self))],
            Reaction::TakeOnce => forge.replayed(self),
        }
    }
}

/// Makes packets.
struct Forge<'a> {
    victim: &'a Victim<'a>,
}

/// A message that never was: clients number theirs by their clock, and this is of 1970.
const NEVER: i64 = 4;

impl Forge<'_> {
    /// A server's id, `later` steps after now.
    fn id(&self, later: i64) -> i64 {
        let time = self.victim.time;
        let fraction = (u64::from(time.subsec_nanos()) << 32) / 1_000_000_000;
        let now = (time.as_secs() << 32 | fraction) as i64;
        ((now & !0xffff) + later * 4) | 3
    }

    fn poison(&self) -> Vec<u8> {
        self.victim.poison.to_vec()
    }

    /// A message as it has to be.
    fn plain(&self, id: i64, body: &[u8]) -> Vec<u8> {
        let mut w = Writer::new();
        w.i64(0);
        w.i64(self.victim.session_id);
        w.i64(id);
        w.words([1, body.len() as u32]);
        w.raw(body);
        w.into_vec()
    }

    fn seal(&self, plain: &[u8], padding: usize) -> Vec<u8> {
        let mut packet = Vec::new();
        // What does not make whole blocks stays empty, and is refused as too short.
        let _ = message::seal(
            self.victim.key,
            Side::Server,
            plain,
            &vec![7; padding],
            &mut packet,
        );
        packet
    }

    fn good(&self, later: i64, body: impl AsRef<[u8]>) -> Vec<u8> {
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

    fn refused(&self, attack: RecordAttack) -> Vec<Vec<u8>> {
        use RecordAttack as A;
        let of_time = |seconds: i64| self.id(0).wrapping_add(seconds << 32);
        let packet = match attack {
            A::OtherKey => self.damaged(|packet| packet[0] ^= 1),
            A::Plaintext => plain::seal(self.id(0), self.victim.poison),
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
            A::EvenId => self.with_id(self.id(0) & !3, &self.poison()),
            A::Past => self.with_id(of_time(-400), &self.poison()),
            A::Future => self.with_id(of_time(60), &self.poison()),
            A::Bomb => self.good(0, packed(&vec![7; 17 << 20])),
            A::PackedTwice => {
                let inner = [packed(&vec![7; 4096]), vec![0; 4096]].concat();
                self.good(0, packed(&inner))
            }
            A::Forgotten => return self.forgotten(),
            attack => self.good(9, self.container_against(attack)),
        };
        vec![packet]
    }

    fn reflected(&self) -> Vec<u8> {
        let plain = self.plain(self.id(0), &self.poison());
        let padding = vec![7; message::padding_len(plain.len(), 0)];
        let mut packet = Vec::new();
        // The padding makes whole blocks.
        let _ = message::seal(self.victim.key, Side::Client, &plain, &padding, &mut packet);
        packet
    }

    /// The body of a container that breaks a rule; its id is 9 steps after now.
    fn container_against(&self, attack: RecordAttack) -> Vec<u8> {
        use RecordAttack as A;
        let poison = self.poison();
        match attack {
            A::EvenInnerId => container(&[(self.id(0) & !3, &poison)]),
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

    /// So many messages that the first one, which comes last, cannot be told from a replay.
    fn forgotten(&self) -> Vec<Vec<u8>> {
        let nothing = to_bytes(&MsgsAck {
            msg_ids: vec![NEVER],
        });
        let mut packets: Vec<_> = (0..FILLERS / FILLERS_AT_ONCE)
            .map(|part| {
                let ids = part * FILLERS_AT_ONCE + 1..=(part + 1) * FILLERS_AT_ONCE;
                let inner: Vec<_> = ids.map(|n| (self.id(n), &nothing[..])).collect();
                self.good(FILLERS + 1 + part, container(&inner))
            })
            .collect();
        packets.push(self.good(0, self.poison()));
        packets
    }

    fn replayed(&self, attack: RecordAttack) -> Vec<Vec<u8>> {
        let first = self.good(0, self.poison());
        let second = match attack {
            RecordAttack::TwiceInside => self.good(9, container(&[(self.id(0), &self.poison())])),
            _ => first.clone(),
        };
        let nothing = to_bytes(&MsgsAck {
            msg_ids: vec![NEVER],
        });
        match attack {
            RecordAttack::TwiceLater => {
                let newer = (1..=600).map(|n| self.good(n, &nothing));
                [first].into_iter().chain(newer).chain([second]).collect()
            }
            _ => vec![first, second],
        }
    }

    fn ignored(&self, attack: RecordAttack) -> Vec<u8> {
        use RecordAttack as A;
        let body = match attack {
            A::RefusalOfNothing => to_bytes(&BadMsgNotification {
                bad_msg_id: NEVER,
                bad_msg_seqno: 1,
                error_code: 17,
            }),
            A::SaltForNothing => to_bytes(&BadServerSalt {
                bad_msg_id: NEVER,
                bad_msg_seqno: 1,
                error_code: 48,
                new_server_salt: 99,
            }),
            A::PongToNothing => to_bytes(&Pong {
                msg_id: NEVER,
                ping_id: 99,
            }),
            A::SaltsForNothing => to_bytes(&FutureSalts {
                req_msg_id: NEVER,
                now: 5,
                salts: Vec::new(),
            }),
            A::StatesOfNothing => to_bytes(&MsgsStateInfo {
                req_msg_id: NEVER,
                info: Bytes::from_static(&[1]),
            }),
            _ => {
                let mut w = Writer::new();
                w.u32(RPC_RESULT);
                w.i64(NEVER);
                w.raw(self.victim.poison);
                return w.into_vec();
            }
        };
        body.to_vec()
    }
}

fn container(inner: &[(i64, &[u8])]) -> Vec<u8> {
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
