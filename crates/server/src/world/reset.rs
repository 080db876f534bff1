//! Passwords that were forgotten: they go a week after somebody asked for that.

use super::World;
use crate::rpc::{Answer, Refusal};

/// Seconds until a password goes.
const WAIT: i32 = 7 * 86_400;
/// Seconds after its owner objected until it can be asked for again.
const AFTER_NO: i32 = 86_400;

/// What is to happen to a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reset {
    /// It will go then.
    At(i32),
    /// Its owner said no; it can be asked for again then.
    NotBefore(i32),
}

/// What came of asking for a reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forgotten {
    /// The password is gone.
    Gone,
    /// It goes then.
    At(i32),
    /// It may be asked for again then.
    NotBefore(i32),
}

impl crate::persist::Field for Reset {
    fn put(&self, w: &mut heliogram_tl::Writer) {
        match self {
            Self::At(at) => (true, *at).put(w),
            Self::NotBefore(at) => (false, *at).put(w),
        }
    }

    fn get(r: &mut heliogram_tl::Reader<'_>) -> Self {
        match crate::persist::Field::get(r) {
            (true, at) => Self::At(at),
            (false, at) => Self::NotBefore(at),
        }
    }
}

impl World {
    /// Asks for a password to be forgotten; once it is time, it is.
    pub(crate) fn reset_password(&mut self, user: i64) -> Answer<Forgotten> {
        if self.user(user)?.password.is_none() {
            return Err(Refusal::bad("PASSWORD_EMPTY"));
        }
        let now = self.now();
        let state = self.preferences(user).and_then(|all| all.reset);
        Ok(match state {
            Some(Reset::At(at)) if at <= now => {
                self.preferences_mut(user).reset = None;
                self.set_password(user, None)?;
                Forgotten::Gone
            }
            Some(Reset::At(at)) => Forgotten::At(at),
            Some(Reset::NotBefore(at)) if at > now => Forgotten::NotBefore(at),
            _ => {
                let at = now.saturating_add(WAIT);
                self.preferences_mut(user).reset = Some(Reset::At(at));
                Forgotten::At(at)
            }
        })
    }

    /// When an account's password goes, if that was asked for.
    pub(crate) fn reset_date(&self, user: i64) -> Option<i32> {
        match self.preferences(user)?.reset? {
            Reset::At(at) => Some(at),
            Reset::NotBefore(_) => None,
        }
    }

    /// The owner of a password keeps it.
    pub(crate) fn decline_reset(&mut self, user: i64) -> Answer<()> {
        if self.reset_date(user).is_none() {
            return Err(Refusal::bad("RESET_REQUEST_MISSING"));
        }
        let at = self.now().saturating_add(AFTER_NO);
        self.preferences_mut(user).reset = Some(Reset::NotBefore(at));
        Ok(())
    }
}
