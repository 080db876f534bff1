//! The faults there are: one definition each, by name.

use serde_json::{Map, Value};

use super::error::FaultError;
use super::param::{ANY, Direction, Limits, Migrate, Param};
use super::place::Place;

/// A fault, for those who choose one by its name.
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    /// What it does.
    pub(crate) about: &'static str,
    pub(crate) parameters: fn() -> Vec<Parameter>,
}

/// A parameter of a fault.
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    /// What values it takes, in words.
    pub(crate) expected: String,
    /// What it is unless given; without one it has to be given.
    pub(crate) default: Option<Value>,
    pub(crate) about: &'static str,
}

/// Most milliseconds anything is held.
const MS: Limits = 0..=600_000;
/// How many packets or updates may be counted.
const COUNT: Limits = 1..=1000;
const CODES: [i32; 11] = [16, 17, 18, 19, 20, 32, 33, 34, 35, 48, 64];

macro_rules! faults {
    ($(
        $(#[doc = $about:literal])+
        $name:literal at $place:ident: $variant:ident {
            $($(#[doc = $said:literal])+ $field:ident: $ty:ty = $default:expr, in $limits:expr;)*
        }
    )*) => {
        /// What a fault does, with its parameters.
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) enum What { $($(#[doc = $about])+ $variant { $($field: $ty),* },)* }

        /// Every fault there is.
        pub(crate) static DEFINITIONS: &[Definition] = &[$(Definition {
            name: $name,
            place: Place::$place,
            about: concat!($($about,)+).trim_ascii(),
            parameters: || vec![$(Parameter {
                name: stringify!($field),
                expected: <$ty>::expected(&$limits),
                default: Option::<$ty>::map($default, |default| default.write()),
                about: concat!($($said,)+).trim_ascii(),
            }),*],
        },)*];

        impl What {
            /// The name of the fault.
            pub(crate) fn name(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name,)* }
            }

            /// Where it strikes.
            pub(crate) fn place(&self) -> Place {
                match self { $(Self::$variant { .. } => Place::$place,)* }
            }

            /// The parameters as JSON.
            pub(crate) fn write(&self) -> Map<String, Value> {
                match self { $(Self::$variant { $($field),* } => {
                    [$((stringify!($field).to_owned(), $field.write())),*].into_iter().collect()
                })* }
            }

            /// Takes the parameters of the fault with this name out of `given`.
            pub(crate) fn read(
                name: &str,
                given: &mut Map<String, Value>,
            ) -> Result<Self, FaultError> {
                let what = match name {
                    $($name => Self::$variant {
                        $($field: parameter(name, stringify!($field), given, $default, &$limits)?,)*
                    },)*
                    _ => return Err(FaultError::unknown(name)),
                };
                what.check()?;
                Ok(what)
            }
        }
    };
}

faults! {
    /// An encrypted packet is lost without a sign.
    "drop" at Packet: Drop {
        /// Which way the packet goes.
        direction: Direction = Some(Direction::ToClient), in ANY;
    }
    /// An encrypted packet comes later; those behind it may overtake it.
    "delay" at Packet: Delay {
        /// Which way the packet goes.
        direction: Direction = Some(Direction::ToClient), in ANY;
        /// Milliseconds it is held.
        ms: u64 = Some(500), in MS;
    }
    /// An encrypted packet comes more than once.
    "duplicate" at Packet: Duplicate {
        /// Which way the packet goes.
        direction: Direction = Some(Direction::ToClient), in ANY;
        /// How often it comes beyond the first time.
        copies: u32 = Some(1), in 1..=16;
    }
    /// An encrypted packet is held until others have overtaken it.
    "reorder" at Packet: Reorder {
        /// Which way the packet goes.
        direction: Direction = Some(Direction::ToClient), in ANY;
        /// How many others.
        behind: u32 = Some(1), in COUNT;
        /// Milliseconds after which it goes on even if nothing overtook it.
        ms: u64 = Some(1000), in MS;
    }
    /// Bits of an encrypted packet are turned over; which ones, the seed decides.
    "corrupt" at Packet: Corrupt {
        /// Which way the packet goes.
        direction: Direction = Some(Direction::ToClient), in ANY;
        /// How many bits.
        bits: u32 = Some(1), in COUNT;
    }
    /// The connection ends after so many bytes, exactly there, whatever they are part of; bytes
    /// of all connections the fault is for are counted together.
    "cut_at_byte" at Bytes: CutAtByte {
        /// Which way the bytes go.
        direction: Direction = Some(Direction::ToClient), in ANY;
        /// How many bytes still go through.
        byte: u64 = None, in 0..=i64::MAX;
    }
    /// A connection carries only so many bytes a second, each way, and each takes its time;
    /// counted by connections. It lasts until it is taken away.
    "slow_link" at Connection: SlowLink {
        /// Bytes a second; 0 for as many as there are.
        bytes_per_second: u64 = Some(0), in 0..=1_000_000_000;
        /// Milliseconds each byte is under way.
        latency_ms: u64 = Some(0), in MS;
    }
    /// The server stops reading from and writing to the connection a packet came on, for a time.
    "stall" at Received: Stall {
        /// Milliseconds of silence.
        ms: u64 = Some(1000), in MS;
    }
    /// The connection ends when a packet comes, which is lost.
    "cut_on_packet" at Received: CutOnPacket {}
    /// A packet is refused with `bad_server_salt`.
    "wrong_salt" at Received: WrongSalt {}
    /// A packet is refused with `bad_msg_notification`.
    "bad_msg" at Received: BadMsg {
        /// The code: 16, 17, 18, 19, 20, 32, 33, 34, 35, 48 (which is `wrong_salt`) or 64.
        code: i32 = None, in 16..=64;
    }
    /// The server has forgotten the session a packet belongs to: what was not answered is lost,
    /// and `new_session_created` says so.
    "new_session" at Received: NewSession {}
    /// The server forgets the auth key a packet was sealed with: transport error -404, then and
    /// from then on.
    "forget_key" at Received: ForgetKey {}
    /// A packet is answered with a transport error, and the connection ends.
    "transport_error" at Received: TransportError {
        /// The error: -429 is a flood, -404 a key that is not known, -444 the wrong data centre.
        code: i32 = Some(-429), in -999..=-1;
    }
    /// A call is refused with an error.
    "refuse" at Call: Refuse {
        /// Class of the error.
        code: i32 = Some(400), in -999..=999;
        /// Name of the error, such as `PEER_ID_INVALID`.
        error: String = None, in ANY;
    }
    /// A call is refused with `FLOOD_WAIT_N`.
    "flood_wait" at Call: FloodWait {
        /// The N: seconds to wait.
        seconds: u32 = Some(3), in 0..=1_000_000;
    }
    /// A call is refused because another data centre is the right one.
    "migrate" at Call: Migrates {
        /// What is at home there.
        what: Migrate = Some(Migrate::User), in ANY;
        /// The data centre.
        to_dc: i32 = None, in 1..=1000;
    }
    /// A call is refused with `AUTH_KEY_DUPLICATED`, and the key is logged out.
    "auth_key_duplicated" at Call: AuthKeyDuplicated {}
    /// A call is run later.
    "delay_call" at Call: DelayCall {
        /// Milliseconds until it is run.
        ms: u64 = Some(500), in MS;
    }
    /// The connection ends when a call comes, which is lost with its session.
    "cut_before" at Call: CutBefore {}
    /// A call is run, and the connection ends before its answer leaves.
    "cut_after" at Call: CutAfter {}
    /// Every file reference given so far expires just before a call that uses one; unless a
    /// method is named, `upload.getFile`.
    "expired_reference" at Call: ExpiredReference {}
    /// The difference is too long to be told: `updates.getDifference` and
    /// `updates.getChannelDifference` answer so, or the one of them that is named.
    "difference_too_long" at Call: DifferenceTooLong {}
    /// An update with a pts is never sent; the difference has it.
    "lose_update" at Update: LoseUpdate {}
    /// An update with a pts is withheld, so that pts jumps, and sent once others have gone ahead.
    "gap_update" at Update: GapUpdate {
        /// How many others.
        behind: u32 = Some(1), in COUNT;
    }
    /// An update with a pts is sent, and once more when others have been.
    "repeat_update" at Update: RepeatUpdate {
        /// How many others.
        behind: u32 = Some(1), in COUNT;
    }
    /// A hash told for a part of a file on a CDN is wrong.
    "cdn_wrong_hash" at Cdn: CdnWrongHash {}
    /// The server's clock is wrong, in key exchanges, message ids and dates. It lasts until it is
    /// taken away.
    "clock_skew" at Clock: ClockSkew {
        /// Seconds it is ahead; below zero, behind.
        seconds: i64 = None, in -100_000_000..=100_000_000;
    }
    /// Connections end now: all of them, or those of an account.
    "cut" at Now: Cut {}
}

impl What {
    /// What limits alone do not say.
    fn check(&self) -> Result<(), FaultError> {
        match self {
            Self::BadMsg { code } if !CODES.contains(code) => Err(FaultError::BadParameter {
                fault: self.name(),
                parameter: "code",
                expected: format!("one of {CODES:?}"),
            }),
            _ => Ok(()),
        }
    }

    /// Which way what it strikes goes, if that matters.
    pub(crate) fn direction(&self) -> Option<Direction> {
        match self {
            Self::Drop { direction }
            | Self::Delay { direction, .. }
            | Self::Duplicate { direction, .. }
            | Self::Reorder { direction, .. }
            | Self::Corrupt { direction, .. }
            | Self::CutAtByte { direction, .. } => Some(*direction),
            _ => None,
        }
    }

    /// The only methods it makes sense for; empty for all.
    pub(crate) fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::DifferenceTooLong {} => {
                &["updates.getDifference", "updates.getChannelDifference"]
            }
            _ => &[],
        }
    }

    /// The methods it strikes when none is named; empty for all.
    pub(crate) fn default_methods(&self) -> &'static [&'static str] {
        match self {
            Self::ExpiredReference {} => &["upload.getFile"],
            _ => self.methods(),
        }
    }
}

fn parameter<T: Param>(
    fault: &str,
    name: &'static str,
    given: &mut Map<String, Value>,
    default: Option<T>,
    limits: &Limits,
) -> Result<T, FaultError> {
    let fault = definition(fault).map_or("", |definition| definition.name);
    let Some(value) = given.remove(name) else {
        return default.ok_or_else(|| FaultError::MissingParameter {
            fault,
            parameter: name,
            expected: T::expected(limits),
        });
    };
    T::read(&value, limits).ok_or_else(|| FaultError::BadParameter {
        fault,
        parameter: name,
        expected: T::expected(limits),
    })
}

/// The fault with this name.
pub(crate) fn definition(name: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|known| known.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_read_back_from_what_it_writes() {
        for definition in DEFINITIONS {
            let mut given = Map::new();
            for parameter in (definition.parameters)() {
                let sample = match parameter.name {
                    "error" => "PEER_ID_INVALID".into(),
                    _ => parameter.default.unwrap_or_else(|| 16.into()),
                };
                given.insert(parameter.name.to_owned(), sample);
            }
            let whole = given.clone();
            let what = What::read(definition.name, &mut given).unwrap();
            assert!(given.is_empty());
            assert_eq!(
                (what.name(), what.place()),
                (definition.name, definition.place)
            );
            assert_eq!(what.write(), whole);
        }
    }

    #[test]
    fn wrong_parameters_are_told_apart() {
        let read = |name: &str, json: &str| {
            let mut given = serde_json::from_str(json).unwrap();
            What::read(name, &mut given).unwrap_err().code()
        };
        assert_eq!(read("dorp", "{}"), "UNKNOWN_FAULT");
        assert_eq!(read("bad_msg", "{}"), "MISSING_PARAMETER");
        assert_eq!(read("bad_msg", r#"{"code":21}"#), "BAD_PARAMETER");
        assert_eq!(read("delay", r#"{"ms":-1}"#), "BAD_PARAMETER");
        assert_eq!(read("delay", r#"{"ms":"1"}"#), "BAD_PARAMETER");
        assert_eq!(read("drop", r#"{"direction":"up"}"#), "BAD_PARAMETER");
        assert_eq!(read("refuse", r#"{"error":"not a name"}"#), "BAD_PARAMETER");
    }
}
