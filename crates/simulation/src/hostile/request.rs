//! A client that breaks one rule of encrypted messages.

use heliogram_crypto::Side;

use super::forge::{Flaw, Forge, Victim, container};

super::attacks! { $
    /// One broken rule of a client in an encrypted session.
    RequestAttack tested by request_attack_tests;
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
    /// The id is one that servers give.
    ForeignId = sec_19_a_server_refuses_an_id_that_is_no_multiple_of_four,
    /// The id inside a container is one that servers give.
    ForeignInnerId = sec_19_a_server_refuses_such_an_id_inside_a_container,
    /// A request comes twice.
    Twice = sec_20_a_server_runs_a_replayed_request_once,
    /// A request comes by itself and again in a container.
    TwiceInside = sec_20_a_server_runs_a_request_replayed_in_a_container_once,
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
    /// Packed data that grows beyond all limits.
    Bomb = sec_25_a_server_bounds_packed_data,
    /// Packed data in packed data.
    PackedTwice = sec_25_a_server_refuses_packed_data_in_packed_data,
}

impl RequestAttack {
    /// How often a server runs the request.
    #[must_use]
    pub fn runs(self) -> usize {
        usize::from(matches!(self, Self::Twice | Self::TwiceInside))
    }

    /// The packets of the attack, in their order.
    #[must_use]
    pub fn packets(self, victim: &Victim<'_>) -> Vec<Vec<u8>> {
        let forge = Forge {
            victim,
            side: Side::Client,
        };
        if let Some(flaw) = self.flaw() {
            return vec![forge.flawed(flaw)];
        }
        let first = forge.good(0, forge.poison());
        let second = match self {
            Self::TwiceInside => forge.good(9, container(&[(forge.id(0), &forge.poison())])),
            _ => first.clone(),
        };
        vec![first, second]
    }

    fn flaw(self) -> Option<Flaw> {
        Some(match self {
            Self::DamagedKey => Flaw::DamagedKey,
            Self::DamagedPadding => Flaw::DamagedPadding,
            Self::Reflected => Flaw::Reflected,
            Self::LengthOdd => Flaw::LengthOdd,
            Self::LengthNegative => Flaw::LengthNegative,
            Self::LengthHuge => Flaw::LengthHuge,
            Self::PaddingShort => Flaw::PaddingShort,
            Self::PaddingLong => Flaw::PaddingLong,
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
            Self::Twice | Self::TwiceInside => return None,
        })
    }
}
