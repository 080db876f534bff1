//! A server that breaks one rule of encrypted messages.

use bytes::Bytes;
use heliogram_crypto::Side;
use heliogram_mtproto::{
    plain,
    tl::types::{
        BadMsgNotification, BadServerSalt, FutureSalts, MsgsStateInfo, NewSessionCreated, Pong,
    },
};
use heliogram_tl::{Writer, to_bytes};

use super::forge::{Flaw, Forge, NEVER, Victim, acks, container};

const RPC_RESULT: u32 = 0xf35c_6d01;
/// More messages than a client remembers.
const FILLERS: i64 = 5000;

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
    /// A new session that begins with a message of 1970.
    NewSessionOfNothing = sec_24_a_new_session_that_begins_with_nothing_we_sent_is_ignored,
    /// A new session that begins with a message that is still to be sent.
    NewSessionToCome = sec_24_a_new_session_that_begins_with_what_we_have_yet_to_send_is_ignored,
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
        let forge = Forge {
            victim,
            side: Side::Server,
        };
        match (self.flaw(), self) {
            (Some(flaw), _) => vec![forge.flawed(flaw)],
            (None, Self::Plaintext) => vec![plain::seal(forge.id(0), victim.poison)],
            (None, Self::Forgotten) => forge.forgotten(FILLERS),
            (None, _) if self.reaction() == Reaction::Ignore => {
                vec![forge.good(0, self.ignored(victim))]
            }
            (None, _) => self.replayed(&forge),
        }
    }

    /// What is wrong with the packet, where its form is.
    fn flaw(self) -> Option<Flaw> {
        Some(match self {
            Self::OtherKey => Flaw::OtherKey,
            Self::DamagedKey => Flaw::DamagedKey,
            Self::DamagedPadding => Flaw::DamagedPadding,
            Self::Reflected => Flaw::Reflected,
            Self::LengthOdd => Flaw::LengthOdd,
            Self::LengthNegative => Flaw::LengthNegative,
            Self::LengthHuge => Flaw::LengthHuge,
            Self::PaddingShort => Flaw::PaddingShort,
            Self::PaddingLong => Flaw::PaddingLong,
            Self::OtherSession => Flaw::OtherSession,
            Self::EvenId => Flaw::ForeignId,
            Self::EvenInnerId => Flaw::ForeignInnerId,
            Self::Past => Flaw::Past,
            Self::Future => Flaw::Future,
            Self::Bomb => Flaw::Bomb,
            Self::PackedTwice => Flaw::PackedTwice,
            Self::Nested => Flaw::Nested,
            Self::TooMany => Flaw::TooMany,
            Self::InnerNewer => Flaw::InnerNewer,
            Self::InnerLong => Flaw::InnerLong,
            Self::Trailing => Flaw::Trailing,
            _ => return None,
        })
    }

    fn replayed(self, forge: &Forge<'_>) -> Vec<Vec<u8>> {
        let first = forge.good(0, forge.poison());
        let second = match self {
            Self::TwiceInside => forge.good(9, container(&[(forge.id(0), &forge.poison())])),
            _ => first.clone(),
        };
        match self {
            Self::TwiceLater => {
                let newer = (1..=600).map(|n| forge.good(n, acks()));
                [first].into_iter().chain(newer).chain([second]).collect()
            }
            _ => vec![first, second],
        }
    }

    fn ignored(self, victim: &Victim<'_>) -> Vec<u8> {
        let body = match self {
            Self::RefusalOfNothing => to_bytes(&BadMsgNotification {
                bad_msg_id: NEVER,
                bad_msg_seqno: 1,
                error_code: 17,
            }),
            Self::SaltForNothing => to_bytes(&BadServerSalt {
                bad_msg_id: NEVER,
                bad_msg_seqno: 1,
                error_code: 48,
                new_server_salt: 99,
            }),
            Self::PongToNothing => to_bytes(&Pong {
                msg_id: NEVER,
                ping_id: 99,
            }),
            Self::SaltsForNothing => to_bytes(&FutureSalts {
                req_msg_id: NEVER,
                now: 5,
                salts: Vec::new(),
            }),
            Self::NewSessionOfNothing => new_session(NEVER),
            Self::NewSessionToCome => new_session(i64::MAX & !3),
            Self::StatesOfNothing => to_bytes(&MsgsStateInfo {
                req_msg_id: NEVER,
                info: Bytes::from_static(&[1]),
            }),
            _ => {
                let mut w = Writer::new();
                w.u32(RPC_RESULT);
                w.i64(NEVER);
                w.raw(victim.poison);
                return w.into_vec();
            }
        };
        body.to_vec()
    }
}

fn new_session(first_msg_id: i64) -> Bytes {
    to_bytes(&NewSessionCreated {
        first_msg_id,
        unique_id: 99,
        server_salt: 99,
    })
}
