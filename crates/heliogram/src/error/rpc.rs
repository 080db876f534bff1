use std::{error, fmt, time::Duration};

use heliogram_api::errors::{self, ErrorName};

use super::advice;

/// Longest error text kept; what a server says beyond it is cut off.
const MAX_TEXT: usize = 128;

/// A call that the server refused (raw `rpc_error`).
#[doc(alias = "RPCError")]
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RpcError {
    /// The class: 303 move, 400 bad request, 401 not signed in, 403 forbidden, 406 silent,
    /// 420 too fast, 500 internal.
    pub code: i32,
    /// The name without its number: `FLOOD_WAIT` for `FLOOD_WAIT_30`.
    pub name: Box<str>,
    /// The number inside the name: 30 for `FLOOD_WAIT_30`.
    pub value: Option<i64>,
    /// The method refused, as the schema names it.
    pub method: &'static str,
}

impl RpcError {
    /// The error that the text of an `rpc_error` stands for.
    #[must_use]
    pub fn new(method: &'static str, code: i32, text: &str) -> Self {
        let text: String = text
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_TEXT)
            .collect();
        let (name, value) = errors::parse(&text);
        Self {
            code,
            name: name.into(),
            value,
            method,
        }
    }

    /// Whether this is the error of that name, whatever number it carries.
    #[must_use]
    pub fn is(&self, name: ErrorName) -> bool {
        *self.name == *name.name
    }

    /// How long to wait before the call may be made again.
    #[must_use]
    pub fn flood_wait(&self) -> Option<Duration> {
        if self.code != 420 {
            return None;
        }
        let seconds = u64::try_from(self.value?).ok()?;
        Some(Duration::from_secs(
            seconds.clamp(1, crate::RawCall::LONGEST_WAIT.as_secs()),
        ))
    }

    /// Whether the server had a fault of its own and the same call may work in a moment.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        let lasting = [
            "AUTH_RESTART",
            "NEED_CHAT_INVALID",
            "NEED_MEMBER_INVALID",
            "RANDOM_ID_DUPLICATE",
            "SIGN_IN_FAILED",
            "STORE_INVALID_SCALAR_TYPE",
            "UNKNOWN_METHOD",
        ];
        // The code of these depends on the part of the server that gave up.
        let passing = [
            "MSG_WAIT_FAILED",
            "MSG_WAIT_TIMEOUT",
            "RPC_CALL_FAIL",
            "RPC_MCGET_FAIL",
            "Timedout",
            "Timeout",
            "WORKER_BUSY_TOO_LONG_RETRY",
        ];
        let fault = self.code <= 0 || self.code >= 500;
        (fault && !lasting.contains(&&*self.name)) || passing.contains(&&*self.name)
    }

    /// Whether the session is not signed in, or was ended from another device.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        (self.code == 401 && !self.needs_password()) || self.is_duplicated()
    }

    /// Whether the account has a password that must be given next.
    #[doc(alias = "SessionPasswordNeededError")]
    #[must_use]
    pub fn needs_password(&self) -> bool {
        &*self.name == "SESSION_PASSWORD_NEEDED"
    }

    /// Whether two programs used the session at once, which ends it for good.
    #[doc(alias = "AuthKeyDuplicatedError")]
    #[must_use]
    pub fn is_duplicated(&self) -> bool {
        &*self.name == "AUTH_KEY_DUPLICATED"
    }

    /// The data centre a `*_MIGRATE_X` error sends the call to.
    pub(crate) fn migrate_to(&self, name: &str) -> Option<i32> {
        if self.code != 303 || *self.name != *name {
            return None;
        }
        i32::try_from(self.value?)
            .ok()
            .filter(|dc| (1..=1000).contains(dc))
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was refused", self.method)?;
        if let Some(wait) = self.flood_wait() {
            let wait = wait.as_secs();
            return write!(
                f,
                ": too many calls ({}). Wait {wait} s and try again.",
                self.name
            );
        }
        match advice::for_name(&self.name) {
            Some((why, remedy)) => write!(f, ": {why} ({}). {remedy}", self.name),
            None if self.code == 401 => {
                write!(
                    f,
                    ": this session is not signed in ({}). Sign in again.",
                    self.name
                )
            }
            None if self.is_transient() => write!(
                f,
                ": the server has a fault of its own ({}, {}). Try again later.",
                self.code, self.name
            ),
            None => {
                write!(f, ": {} (error {}", self.name, self.code)?;
                if let Some(value) = self.value {
                    write!(f, ", {value}")?;
                }
                // Telegram's page of a method tells what each of its errors means.
                write!(
                    f,
                    "). See https://core.telegram.org/method/{}.",
                    self.method
                )
            }
        }
    }
}

impl fmt::Debug for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RpcError({} {}", self.code, self.name)?;
        if let Some(value) = self.value {
            write!(f, " {value}")?;
        }
        write!(f, " to {})", self.method)
    }
}

impl error::Error for RpcError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_text_stays_short_and_printable() {
        let e = RpcError::new("x", 400, &"\u{1b}[2J".repeat(10_000));
        assert!(e.name.len() <= 4 * MAX_TEXT);
        assert!(!e.to_string().contains('\u{1b}'));
    }

    #[test]
    fn every_refusal_says_what_to_do_next() {
        let text = |code, name| RpcError::new("messages.sendMedia", code, name).to_string();
        for name in [
            "CHAT_ID_INVALID",
            "REPLY_MESSAGE_ID_INVALID",
            "CHANNEL_PRIVATE",
        ] {
            assert!(
                text(400, name).contains(": there is") || text(400, name).contains("is private")
            );
        }
        let rare = text(400, "PHOTO_CROP_SIZE_SMALL_7");
        assert!(
            rare.ends_with("https://core.telegram.org/method/messages.sendMedia."),
            "{rare}"
        );
        assert!(rare.contains("(error 400, 7)"), "{rare}");
    }

    #[test]
    fn only_sane_data_centres_are_followed() {
        let to = |v: &str| RpcError::new("x", 303, v).migrate_to("USER_MIGRATE");
        assert_eq!(to("USER_MIGRATE_4"), Some(4));
        assert_eq!(to("USER_MIGRATE_0"), None);
        assert_eq!(to("USER_MIGRATE_100000"), None);
        assert_eq!(to("FILE_MIGRATE_4"), None);
    }
}
