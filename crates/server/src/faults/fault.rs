use std::time::Duration;

use serde_json::Value;

use super::error::FaultError;
use super::param::{Direction, Migrate};
use super::place::Place;
use super::scope::Scope;
use super::table::What;
use crate::people::Account;
use crate::rpc::Refusal;

/// Something that shall go wrong: what, how often, and to whom.
///
/// It strikes once, at the next moment it fits, unless told otherwise. Give it to
/// [`Faults::add`](super::Faults::add).
///
/// ```
/// use heliogram_server::{Direction, Fault};
///
/// let fault = Fault::corrupt(Direction::ToClient).always().chance(0.05).seed(7);
/// assert_eq!(fault.name(), "corrupt");
/// assert_eq!(
///     fault.to_json(),
///     r#"{"bits":1,"chance":0.05,"direction":"to_client","name":"corrupt","seed":7,"times":"always"}"#
/// );
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a fault does nothing until it is added"]
pub struct Fault {
    pub(crate) what: What,
    pub(crate) scope: Scope,
}

/// What goes wrong.
impl Fault {
    /// `drop`: an encrypted packet is lost without a sign.
    pub fn drop_packet(direction: Direction) -> Self {
        What::Drop { direction }.into()
    }

    /// `delay`: an encrypted packet comes later; those behind it may overtake it. Up to ten
    /// minutes.
    pub fn delay(direction: Direction, by: Duration) -> Self {
        let ms = millis(by);
        What::Delay { direction, ms }.into()
    }

    /// `duplicate`: an encrypted packet comes that often beyond the first time, 1 to 16.
    pub fn duplicate(direction: Direction, copies: u32) -> Self {
        What::Duplicate { direction, copies }.into()
    }

    /// `reorder`: an encrypted packet is held until that many others, 1 to 1000, have overtaken
    /// it, but for a second at most.
    pub fn reorder(direction: Direction, behind: u32) -> Self {
        let ms = 1000;
        What::Reorder {
            direction,
            behind,
            ms,
        }
        .into()
    }

    /// `corrupt`: one bit of an encrypted packet is turned over; which one, the seed decides.
    pub fn corrupt(direction: Direction) -> Self {
        What::Corrupt { direction, bits: 1 }.into()
    }

    /// `cut_at_byte`: the connection ends once that many bytes more went through, exactly there.
    pub fn cut_at_byte(direction: Direction, byte: u64) -> Self {
        What::CutAtByte { direction, byte }.into()
    }

    /// `slow_link`: a connection carries only that many bytes a second (0 for any number) each
    /// way, and every byte takes that long. It lasts until it is taken away.
    pub fn slow_link(bytes_per_second: u64, latency: Duration) -> Self {
        What::SlowLink {
            bytes_per_second,
            latency_ms: millis(latency),
        }
        .into()
    }

    /// `stall`: the server neither reads from nor writes to the connection a packet came on, for
    /// that long; up to ten minutes.
    pub fn stall(time: Duration) -> Self {
        What::Stall { ms: millis(time) }.into()
    }

    /// `cut_on_packet`: the connection ends when a packet comes, which is lost.
    pub fn cut_on_packet() -> Self {
        What::CutOnPacket {}.into()
    }

    /// `wrong_salt`: a packet is refused with `bad_server_salt`.
    pub fn wrong_salt() -> Self {
        What::WrongSalt {}.into()
    }

    /// `bad_msg`: a packet is refused with `bad_msg_notification` and this code: 16 to 20, 32 to
    /// 35, 48 or 64.
    pub fn bad_msg(code: i32) -> Self {
        What::BadMsg { code }.into()
    }

    /// `new_session`: the server has forgotten the session a packet belongs to.
    pub fn new_session() -> Self {
        What::NewSession {}.into()
    }

    /// `forget_key`: the server forgets the auth key a packet was sealed with (-404).
    pub fn forget_key() -> Self {
        What::ForgetKey {}.into()
    }

    /// `transport_error`: a packet is answered with this error, -999 to -1, and the connection
    /// ends.
    pub fn transport_error(code: i32) -> Self {
        What::TransportError { code }.into()
    }

    /// `transport_error` with -429: too many connections or packets.
    pub fn transport_flood() -> Self {
        Self::transport_error(-429)
    }

    /// `refuse`: a call is refused.
    pub fn refuse(refusal: Refusal) -> Self {
        What::Refuse {
            code: refusal.code,
            error: refusal.name.into_owned(),
        }
        .into()
    }

    /// `flood_wait`: a call is refused with `FLOOD_WAIT_N`.
    pub fn flood_wait(seconds: u32) -> Self {
        What::FloodWait { seconds }.into()
    }

    /// `migrate`: a call is refused because another data centre is the right one.
    pub fn migrate(what: Migrate, to_dc: i32) -> Self {
        What::Migrates { what, to_dc }.into()
    }

    /// `auth_key_duplicated`: a call is refused with `AUTH_KEY_DUPLICATED`, and the key is logged
    /// out.
    pub fn auth_key_duplicated() -> Self {
        What::AuthKeyDuplicated {}.into()
    }

    /// `delay_call`: a call is run only after this time, up to ten minutes.
    pub fn delay_call(by: Duration) -> Self {
        What::DelayCall { ms: millis(by) }.into()
    }

    /// `cut_before`: the connection ends when a call comes. The call is lost, and the server's
    /// memory of the session with it, so the client has to send the call again.
    pub fn cut_before() -> Self {
        What::CutBefore {}.into()
    }

    /// `cut_after`: a call is run, and the connection ends before its answer leaves.
    pub fn cut_after() -> Self {
        What::CutAfter {}.into()
    }

    /// `expired_reference`: every file reference given so far expires just before a call that
    /// uses one; `upload.getFile` unless a method is named.
    pub fn expired_reference() -> Self {
        What::ExpiredReference {}.into()
    }

    /// `difference_too_long`: `updates.getDifference` and `updates.getChannelDifference`, or the
    /// one of them that is named, answer that the difference is too long.
    pub fn difference_too_long() -> Self {
        What::DifferenceTooLong {}.into()
    }

    /// `lose_update`: an update with a pts is never sent; the difference has it.
    pub fn lose_update() -> Self {
        What::LoseUpdate {}.into()
    }

    /// `gap_update`: an update with a pts is withheld until that many others, 1 to 1000, have
    /// been sent, so that pts jumps.
    pub fn gap_update(behind: u32) -> Self {
        What::GapUpdate { behind }.into()
    }

    /// `repeat_update`: an update with a pts is sent, and once more when that many others, 1 to 1000,
    /// have been sent.
    pub fn repeat_update(behind: u32) -> Self {
        What::RepeatUpdate { behind }.into()
    }

    /// `cdn_wrong_hash`: a hash told for a part of a file on a CDN is wrong.
    pub fn cdn_wrong_hash() -> Self {
        What::CdnWrongHash {}.into()
    }

    /// `clock_skew`: the server's clock is that many seconds ahead, or behind when negative, until
    /// the fault is taken away.
    pub fn clock_skew(seconds: i64) -> Self {
        What::ClockSkew { seconds }.into()
    }

    /// `cut`: connections end now, all of them or those of an account.
    pub fn cut() -> Self {
        What::Cut {}.into()
    }
}

/// How often, and to whom.
impl Fault {
    /// It strikes that many times.
    pub fn times(mut self, times: u64) -> Self {
        self.scope.times = Some(times);
        self
    }

    /// It strikes until it is taken away.
    pub fn always(mut self) -> Self {
        self.scope.times = None;
        self
    }

    /// That many moments pass before it may strike.
    pub fn skip(mut self, moments: u64) -> Self {
        self.scope.skip = moments;
        self
    }

    /// How likely it is to strike at each moment, from 0 to 1; [`Self::seed`] decides.
    pub fn chance(mut self, chance: f64) -> Self {
        self.scope.chance = chance;
        self
    }

    /// The seed that decides whatever is left to chance; 0 unless told otherwise. The same seed
    /// decides the same for the same moments.
    pub fn seed(mut self, seed: u64) -> Self {
        self.scope.seed = seed;
        self
    }

    /// It strikes at exactly these moments, counted from 1 on, whatever else was said.
    pub fn at(mut self, moments: impl IntoIterator<Item = u64>) -> Self {
        self.scope.at = Some(moments.into_iter().collect());
        self
    }

    /// It strikes calls of this method alone, named as in the schema.
    pub fn method(mut self, name: &str) -> Self {
        self.scope.method = Some(name.to_owned());
        self
    }

    /// It strikes this account alone.
    pub fn account(mut self, account: &Account) -> Self {
        self.scope.account = Some(account.id());
        self
    }

    /// It strikes at this data centre alone; 203 is the CDN.
    pub fn dc(mut self, dc: i32) -> Self {
        self.scope.dc = Some(dc);
        self
    }
}

impl Fault {
    /// What it is called where faults are chosen by name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.what.name()
    }

    /// Everything about it as a JSON object, which [`Faults::add_json`](super::Faults::add_json)
    /// takes.
    #[must_use]
    pub fn to_json(&self) -> String {
        Value::Object(self.write()).to_string()
    }

    pub(crate) fn place(&self) -> Place {
        self.what.place()
    }

    /// Whether everything about it makes sense.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        What::read(self.name(), &mut self.what.write())?;
        self.scope.check(&self.what)
    }

    /// Whether it is about calls of that method.
    pub(crate) fn concerns(&self, method: &str) -> bool {
        match &self.scope.method {
            Some(name) => name == method,
            None => {
                let methods = self.what.default_methods();
                methods.is_empty() || methods.contains(&method)
            }
        }
    }
}

impl From<What> for Fault {
    fn from(what: What) -> Self {
        Self {
            what,
            scope: Scope::default(),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
