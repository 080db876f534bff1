//! Calls that go wrong.

use std::time::Duration;

use bytes::Bytes;

use super::table::What;
use crate::rpc::{Answer, Refusal};
use crate::serve::Outcome;
use crate::shared::Shared;

impl Shared {
    /// What becomes of a call under this fault; `key` is the one it came under.
    pub(crate) fn go_wrong(
        &self,
        what: What,
        key: i64,
        run: impl FnOnce() -> Answer<Bytes>,
    ) -> Outcome {
        Outcome::Done(match what {
            What::Refuse { code, error } => Err(Refusal::new(code, error)),
            What::FloodWait { seconds } => Err(Refusal::flood_wait(seconds)),
            What::Migrates { what, to_dc } => {
                let kind = what.name().to_ascii_uppercase();
                Err(Refusal::elsewhere(&kind, to_dc))
            }
            What::AuthKeyDuplicated {} => self
                .end_login(key)
                .and(Err(Refusal::new(406, "AUTH_KEY_DUPLICATED"))),
            What::DelayCall { ms } => return Outcome::Later(Duration::from_millis(ms)),
            What::CutBefore {} => return Outcome::Cut(None),
            What::CutAfter {} => return Outcome::Cut(Some(run())),
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
