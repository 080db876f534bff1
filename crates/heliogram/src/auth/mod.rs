//! Signing in and out: phone and code, password, bot token.
//!
//! [`Client::sign_in`](crate::Client::sign_in) does all of it in one awaitable builder. The steps
//! behind it are there for programs that draw their own forms:
//! [`Client::send_code`](crate::Client::send_code), [`LoginToken::submit`], and what [`Step`] asks
//! for next.

mod account;
mod bot;
mod code;
mod password;
mod phone;
mod sign_in;

pub(crate) use account::own_user;
pub use code::CodeKind;
pub use password::PasswordToken;
pub(crate) use password::prove;
pub use phone::{LoginToken, SignUpToken, Step};
pub use sign_in::SignIn;

/// Who a session is signed in as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// A person's account.
    User,
    /// A bot.
    Bot,
    /// Nobody.
    None,
}
