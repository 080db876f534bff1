use std::{error, fmt};

use super::{RpcError, advice};

/// The account has left this session for good; the client asks nothing more in its name.
///
/// The first call that is told so, and every later one, gets this error, without asking the server
/// again. What is stored stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionEnded {
    /// Why.
    pub why: SessionEnd,
    /// The server's words, with the method that was to be called.
    pub refusal: RpcError,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionEnd {
    /// Two programs used it at once (`AUTH_KEY_DUPLICATED`). Delete the session and sign in anew;
    /// this client cannot sign in any more.
    #[doc(alias = "AuthKeyDuplicatedError")]
    Duplicated,
    /// The server has signed it out (`AUTH_KEY_UNREGISTERED`, `AUTH_KEY_INVALID`). Sign in again.
    #[doc(alias = "AuthKeyUnregisteredError")]
    SignedOut,
    /// It was ended from another device (`SESSION_REVOKED`). Sign in again.
    #[doc(alias = "SessionRevokedError")]
    Revoked,
    /// It was not used for too long (`SESSION_EXPIRED`). Sign in again.
    #[doc(alias = "SessionExpiredError")]
    Expired,
    /// The account was deleted (`USER_DEACTIVATED`). Sign in with another.
    #[doc(alias = "UserDeactivatedError")]
    Deactivated,
    /// The account is banned (`USER_DEACTIVATED_BAN`). Write to <recover@telegram.org>.
    #[doc(alias = "UserDeactivatedBanError")]
    Banned,
}

impl SessionEnded {
    /// What a refusal says of the session, if it ends it.
    pub(crate) fn of(refusal: &RpcError) -> Option<Self> {
        if !refusal.is_unauthorized() {
            return None;
        }
        let why = match &*refusal.name {
            "AUTH_KEY_DUPLICATED" => SessionEnd::Duplicated,
            "AUTH_KEY_UNREGISTERED" | "AUTH_KEY_INVALID" => SessionEnd::SignedOut,
            "SESSION_REVOKED" => SessionEnd::Revoked,
            "SESSION_EXPIRED" => SessionEnd::Expired,
            "USER_DEACTIVATED" => SessionEnd::Deactivated,
            "USER_DEACTIVATED_BAN" => SessionEnd::Banned,
            _ => return None,
        };
        Some(Self {
            why,
            refusal: refusal.clone(),
        })
    }

    /// The same for a call of another method, which was not made.
    pub(crate) fn for_method(&self, method: &'static str) -> Self {
        let mut ended = self.clone();
        ended.refusal.method = method;
        ended
    }
}

impl fmt::Display for SessionEnded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &*self.refusal.name;
        let told = advice::for_name(name);
        let (why, remedy) = match self.why {
            SessionEnd::SignedOut => ("the server has signed this session out", "Sign in again."),
            _ => told.unwrap_or(("the account has left this session", "Sign in again.")),
        };
        write!(
            f,
            "{} cannot be called: {why} ({name}). {remedy}",
            self.refusal.method
        )
    }
}

impl error::Error for SessionEnded {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(&self.refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_says_why_and_what_to_do() {
        for (code, name, why, remedy) in [
            (
                406,
                "AUTH_KEY_DUPLICATED",
                SessionEnd::Duplicated,
                "Delete the session",
            ),
            (
                401,
                "AUTH_KEY_UNREGISTERED",
                SessionEnd::SignedOut,
                "Sign in again",
            ),
            (
                401,
                "AUTH_KEY_INVALID",
                SessionEnd::SignedOut,
                "Sign in again",
            ),
            (401, "SESSION_REVOKED", SessionEnd::Revoked, "Sign in again"),
            (401, "SESSION_EXPIRED", SessionEnd::Expired, "Sign in again"),
            (
                401,
                "USER_DEACTIVATED",
                SessionEnd::Deactivated,
                "another phone number",
            ),
            (
                401,
                "USER_DEACTIVATED_BAN",
                SessionEnd::Banned,
                "recover@telegram.org",
            ),
        ] {
            let ended = SessionEnded::of(&RpcError::new("users.getUsers", code, name)).unwrap();
            assert_eq!(ended.why, why);
            let text = ended.for_method("messages.search").to_string();
            assert!(text.contains(name) && text.contains(remedy), "{text}");
            assert!(text.starts_with("messages.search "), "{text}");
        }
    }

    #[test]
    fn other_refusals_end_nothing() {
        for (code, name) in [
            (401, "SESSION_PASSWORD_NEEDED"),
            (401, "AUTH_KEY_PERM_EMPTY"),
            (401, "ACTIVE_USER_REQUIRED"),
            (400, "INPUT_USER_DEACTIVATED"),
            (400, "SESSION_REVOKED"),
        ] {
            assert_eq!(
                SessionEnded::of(&RpcError::new("x", code, name)),
                None,
                "{name}"
            );
        }
    }
}
