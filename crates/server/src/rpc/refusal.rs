use std::borrow::Cow;

/// Why the server did not do what a request asked: the code and name of an `rpc_error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Class of the error: 303, 400, 401, 403, 404, 406, 420 or 500.
    pub code: i32,
    /// Name, such as `PEER_ID_INVALID`, with its number where it has one (`FLOOD_WAIT_3`).
    pub name: Cow<'static, str>,
}

/// What a handler gives back.
pub(crate) type Answer<T> = Result<T, Refusal>;

impl Refusal {
    /// An error of any class.
    pub fn new(code: i32, name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            name: name.into(),
        }
    }

    /// 400: the request itself is wrong.
    pub fn bad(name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(400, name)
    }

    /// 401: the request needs a login (or a step of it) that is not there.
    pub fn unauthorized(name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(401, name)
    }

    /// 403: the account may not do this.
    pub fn forbidden(name: impl Into<Cow<'static, str>>) -> Self {
        Self::new(403, name)
    }

    /// 303: another data centre is the right one, such as `PHONE_MIGRATE_2`.
    pub fn elsewhere(kind: &str, dc: i32) -> Self {
        Self::new(303, format!("{kind}_MIGRATE_{dc}"))
    }

    /// 420: come back after that many seconds.
    pub fn flood_wait(seconds: u32) -> Self {
        Self::new(420, format!("FLOOD_WAIT_{seconds}"))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.code, self.name)
    }
}

impl std::error::Error for Refusal {}
