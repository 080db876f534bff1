//! Calls that go wrong.

use std::time::Duration;

use super::table::What;
use crate::rpc::{Answer, Refusal};
use crate::serve::Ran;
use crate::shared::Shared;

/// What a fault made of a call.
pub(crate) enum Struck {
    /// It is to be run after this time.
    Later(Duration),
    /// It was lost, and the connection has to end.
    Lost,
    /// It was run, and the connection has to end.
    Cut(Ran),
    /// It was run or refused.
    Done(Ran),
}

impl Shared {
    /// What becomes of a call under this fault; `key` is the one it came under.
    pub(crate) fn go_wrong(&self, what: What, key: i64, run: impl FnOnce() -> Ran) -> Struck {
        Struck::Done(match what {
            What::Refuse { code, error } => Err(Refusal::new(code, error)),
            What::FloodWait { seconds } => Err(Refusal::flood_wait(seconds)),
            What::Migrates { what, to_dc } => {
                let kind = what.name().to_ascii_uppercase();
                Err(Refusal::elsewhere(&kind, to_dc))
            }
            What::AuthKeyDuplicated {} => self
                .end_login(key)
                .and(Err(Refusal::new(406, "AUTH_KEY_DUPLICATED"))),
            What::DelayCall { ms } => return Struck::Later(Duration::from_millis(ms)),
            What::CutBefore {} => return Struck::Lost,
            What::CutAfter {} => return Struck::Cut(run()),
            What::ExpiredReference {} => {
                let expired = self.change(|world| {
                    world.expire_references();
                    Ok(())
                });
                expired.and_then(|()| run())
            }
            _ => run(),
        })
    }

    /// Logs out the key behind this one.
    fn end_login(&self, key: i64) -> Answer<()> {
        let ended = self.change(|world| {
            let key = world.permanent(key);
            let spoken = world.spoken_under(key);
            Ok(world.log_out(key).map(|user| (user, spoken)))
        })?;
        if let Some((user, spoken)) = ended {
            self.hub.unsubscribe(user, &spoken);
        }
        Ok(())
    }
}
