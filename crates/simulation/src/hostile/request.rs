//! A client that breaks one rule of encrypted messages.

use heliogram_crypto::Side;
use heliogram_mtproto::{BadMsg, plain};

use super::{
    Heard,
    forge::{Flaw, Forge, Victim, acks, container},
};

/// More messages than a server remembers, and how many go into one container.
const FILLERS: i64 = 17_000;

super::attacks! { $
    /// One broken rule of a client in an encrypted session.
    RequestAttack tested by request_attack_tests;
    /// The packet names a key that nobody has.
    OtherKey = sec_14_a_server_refuses_a_packet_of_another_key,
    /// A request in plaintext, where there is a session.
    Plaintext = sec_14_a_server_refuses_a_request_in_plaintext,
    /// `msg_key` is damaged.
    DamagedKey = sec_15_a_server_refuses_a_damaged_message_key,
    /// The last byte of the padding is damaged.
    DamagedPadding = sec_15_a_server_finds_damaged_padding,
    /// The packet is sealed as a server's.
    Reflected = sec_15_a_server_refuses_a_packet_of_its_own_direction,
    /// The length is no multiple of 4.
    LengthOdd = sec_16_a_server_refuses_a_length_of_broken_words,
    /// The length is negative.
    LengthNegative = sec_16_a_server_refuses_a_negative_length,
    /// The length is more than there is.
    LengthHuge = sec_16_a_server_refuses_a_length_beyond_the_packet,
    /// There is no padding.
    PaddingShort = sec_17_a_server_refuses_less_padding_than_12_bytes,
    /// There are more than 1024 bytes of padding.
    PaddingLong = sec_17_a_server_refuses_more_padding_than_1024_bytes,
    /// The message is of session 0, which is none.
    NoSession = sec_18_a_server_refuses_a_message_of_no_session,
    /// The id is one that servers give.
    ForeignId = sec_19_a_server_refuses_an_id_that_is_no_multiple_of_four,
    /// The id inside a container is one that servers give.
    ForeignInnerId = sec_19_a_server_refuses_such_an_id_inside_a_container,
    /// A request comes twice.
    Twice = sec_20_a_server_runs_a_replayed_request_once,
    /// A request comes by itself and again in a container.
    TwiceInside = sec_20_a_server_runs_a_request_replayed_in_a_container_once,
    /// A request is older than all messages that the server remembers.
    Forgotten = sec_21_a_server_refuses_a_request_older_than_all_it_remembers,
    /// A request is 400 seconds old.
    Past = sec_22_a_server_refuses_a_request_of_long_ago,
    /// A request comes from a minute ahead.
    Future = sec_22_a_server_refuses_a_request_of_the_future,
    /// A container in a container.
    Nested = sec_25_a_server_refuses_a_container_in_a_container,
    /// A container of more than 1024 messages.
    TooMany = sec_25_a_server_refuses_a_container_of_too_many_messages,
    /// A message in a container is newer than it.
    InnerNewer = sec_25_a_server_refuses_a_message_newer_than_its_container,
    /// A message in a container is longer than that.
    InnerLong = sec_25_a_server_refuses_a_message_longer_than_its_container,
    /// Bytes follow the messages of a container.
    Trailing = sec_25_a_server_refuses_bytes_after_a_container,
    /// Two containers of one id hold different things.
    SameContainer = sec_25_a_server_refuses_another_container_of_the_same_id,
    /// Packed data that grows beyond all limits.
    Bomb = sec_25_a_server_bounds_packed_data,
    /// Packed data in packed data.
    PackedTwice = sec_25_a_server_refuses_packed_data_in_packed_data,
    /// A later message has a lower sequence number.
    SeqLow = sec_28_a_server_refuses_a_sequence_number_that_falls,
    /// An earlier message has a higher sequence number.
    SeqHigh = sec_28_a_server_refuses_a_sequence_number_ahead_of_a_later_one,
    /// A container says that it wants to be acknowledged.
    SeqOdd = sec_28_a_server_refuses_an_odd_number_of_a_container,
    /// A request says that it wants no acknowledgement.
    SeqEven = sec_28_a_server_refuses_an_even_number_of_a_request,
}

/// What a server has to do about an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerReaction {
    /// It closes the connection, with this transport error where there is one.
    Close(Option<i32>),
    /// It refuses the message with this code, and goes on.
    Refuse(BadMsg),
    /// It answers the request with an error of this name.
    Fail(&'static str),
    /// It runs the request once, and answers the copy with what it has answered before.
    RunOnce,
}

/// The transport error for whatever is wrong before a message can be read.
const NOT_FOUND: i32 = -404;

impl RequestAttack {
    /// What a server has to do about it.
    #[must_use]
    pub fn reaction(self) -> ServerReaction {
        use ServerReaction as R;
        match self {
            Self::NoSession => R::Close(None),
            Self::ForeignId | Self::ForeignInnerId => R::Refuse(BadMsg::IdLowBits),
            Self::Twice | Self::TwiceInside => R::RunOnce,
            Self::Forgotten => R::Refuse(BadMsg::TooOld),
            Self::Past => R::Refuse(BadMsg::IdTooLow),
            Self::Future => R::Refuse(BadMsg::IdTooHigh),
            Self::Nested | Self::TooMany | Self::InnerNewer | Self::InnerLong | Self::Trailing => {
                R::Refuse(BadMsg::BadContainer)
            }
            Self::SameContainer => R::Refuse(BadMsg::ContainerIdTaken),
            Self::Bomb | Self::PackedTwice => R::Fail("INPUT_FETCH_ERROR"),
            Self::SeqLow => R::Refuse(BadMsg::SeqTooLow),
            Self::SeqHigh => R::Refuse(BadMsg::SeqTooHigh),
            Self::SeqOdd => R::Refuse(BadMsg::SeqNotEven),
            Self::SeqEven => R::Refuse(BadMsg::SeqNotOdd),
            _ => R::Close(Some(NOT_FOUND)),
        }
    }

    /// How often a server runs the request.
    #[must_use]
    pub fn runs(self) -> usize {
        usize::from(self.reaction() == ServerReaction::RunOnce)
    }

    /// All that the client hears, where each request that runs is answered well, and before the
    /// last packet is sent.
    #[must_use]
    pub fn heard(self, victim: &Victim<'_>) -> Heard {
        let forge = forge(victim);
        let mut heard = Heard::default();
        match self.reaction() {
            ServerReaction::Close(error) => (heard.error, heard.closed) = (error, true),
            ServerReaction::Refuse(code) => {
                heard.refused = vec![(self.last_id(&forge), code.code())];
            }
            ServerReaction::Fail(name) => {
                heard.answered = vec![(forge.id(0), Some(name.to_owned()))];
            }
            ServerReaction::RunOnce => heard.answered = vec![(forge.id(0), None); 2],
        }
        heard
    }

    /// The packets of the attack, in their order; what breaks the rule is the last one.
    #[must_use]
    pub fn packets(self, victim: &Victim<'_>) -> Vec<Vec<u8>> {
        let forge = forge(victim);
        if let Some(flaw) = self.flaw() {
            return vec![forge.flawed(flaw)];
        }
        let poison = forge.poison();
        let alone = container(&[(forge.id(0), &poison)]);
        let last = self.last_id(&forge);
        match self {
            Self::Plaintext => vec![plain::seal(last, victim.poison)],
            Self::TwiceInside => vec![forge.good(0, &poison), forge.good(9, alone)],
            Self::Forgotten => forge.forgotten(FILLERS),
            Self::SameContainer => vec![
                forge.good(9, container(&[(forge.id(1), &acks())])),
                forge.good(9, alone),
            ],
            Self::SeqLow => vec![
                forge.numbered(forge.id(0), 4, &acks()),
                forge.numbered(last, 1, &poison),
            ],
            Self::SeqHigh => vec![
                forge.numbered(forge.id(9), 0, &acks()),
                forge.numbered(last, 3, &poison),
            ],
            Self::SeqOdd => vec![forge.numbered(last, 3, &alone)],
            Self::SeqEven => vec![forge.numbered(last, 0, &poison)],
            _ => vec![forge.good(0, &poison); 2],
        }
    }

    /// The id of the message in the last packet.
    fn last_id(self, forge: &Forge<'_>) -> i64 {
        match (self.flaw(), self) {
            (Some(flaw), _) => forge.id_of(flaw),
            (None, Self::TwiceInside | Self::SameContainer | Self::SeqOdd) => forge.id(9),
            (None, Self::SeqLow) => forge.id(1),
            _ => forge.id(0),
        }
    }

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
            Self::NoSession => Flaw::NoSession,
            Self::ForeignId => Flaw::ForeignId,
            Self::ForeignInnerId => Flaw::ForeignInnerId,
            Self::Past => Flaw::Past,
            Self::Future => Flaw::Future,
            Self::Nested => Flaw::Nested,
            Self::TooMany => Flaw::TooMany,
            Self::InnerNewer => Flaw::InnerNewer,
            Self::InnerLong => Flaw::InnerLong,
            Self::Trailing => Flaw::Trailing,
            Self::Bomb => Flaw::Bomb,
            Self::PackedTwice => Flaw::PackedTwice,
            _ => return None,
        })
    }
}

fn forge<'a>(victim: &'a Victim<'a>) -> Forge<'a> {
    Forge {
        victim,
        side: Side::Client,
    }
}
