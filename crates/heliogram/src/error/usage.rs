use std::{error, fmt};

use super::FilterError;

use crate::{dispatch::DeadRoute, types::KeyboardError};

/// A call that cannot work as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsageError {
    /// The `api_id` is not a positive number.
    ApiId,
    /// The `api_hash` is empty or holds characters no hash has.
    ApiHash,
    /// A phone number without digits.
    EmptyPhone,
    /// An empty login code.
    EmptyCode,
    /// An empty password.
    EmptyPassword,
    /// A bot token that is not `number:letters`.
    BotToken,
    /// The sign-in needs a login code and was given no way to ask for one.
    NoCodeSource,
    /// The account has a password and the sign-in was given no way to ask for it.
    NoPasswordSource,
    /// The phone number has no account and the sign-in was given no name to sign up with.
    SignUpNeeded,
    /// The login code goes to an e-mail address that must be set up first, or must be paid for.
    LoginUnsupported(&'static str),
    /// The RSA public keys given to the client cannot be read.
    PublicKey,
    /// The servers given to the client are not usable, and why.
    Servers(&'static str),
    /// The proxy given to the client is not usable, and why.
    Proxy(&'static str),
    /// The request is longer than one message may be.
    TooLarge {
        /// Its length in bytes.
        len: usize,
    },
    /// More calls wait for an answer than one connection allows.
    TooManyCalls,
    /// The button cannot be pressed like this, and why.
    Button(&'static str),
    /// A filter cannot work.
    Filter(Box<FilterError>),
    /// Text with marks could not be parsed, and why.
    Text(Box<str>),
    /// The keyboard cannot be sent, and why.
    Keyboard(KeyboardError),
    /// Updates are read from a client that was told to have none.
    UpdatesOff,
    /// A route that can never run: its filter lets nothing through that its handler takes.
    Route(Box<DeadRoute>),
    /// Anything else, in words.
    Other(Box<str>),
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApiId => f.write_str(
                "the api_id must be a positive number. Get yours at https://my.telegram.org.",
            ),
            Self::ApiHash => f.write_str(
                "the api_hash must be the letters and digits given with the api_id at \
                 https://my.telegram.org.",
            ),
            Self::EmptyPhone => {
                f.write_str("the phone number holds no digits. Give it in full, such as +15550100.")
            }
            Self::EmptyCode => f.write_str("the login code is empty. Type the code that was sent."),
            Self::EmptyPassword => f.write_str("the password is empty. Type the password."),
            Self::BotToken => f.write_str(
                "this is no bot token: it must look like 123456:letters. Copy it from @BotFather.",
            ),
            Self::NoCodeSource => f.write_str(
                "a login code was sent and nothing says how to ask for it. Give the sign-in a \
                 `code` function, or use `send_code` and `submit`.",
            ),
            Self::NoPasswordSource => f.write_str(
                "the account has a password and nothing says how to ask for it. Give the sign-in \
                 a `password` function, or use `check_password`.",
            ),
            Self::SignUpNeeded => f.write_str(
                "no account has this phone number. Give the sign-in a name with `sign_up`.",
            ),
            Self::LoginUnsupported(what) => {
                write!(
                    f,
                    "the server wants {what}. Sign in once with an official app first."
                )
            }
            Self::PublicKey => f.write_str(
                "the server's public key cannot be read. Give an RSA public key in PEM, as \
                 `heliogram serve` prints it.",
            ),
            Self::Servers(why) => write!(f, "the servers given cannot be used: {why}."),
            Self::Proxy(why) => write!(
                f,
                "the proxy given cannot be used: {why}. Check its link or its settings."
            ),
            Self::TooLarge { len } => write!(
                f,
                "a call of {len} bytes is over the limit of {} bytes. Send less at once.",
                heliogram_mtproto::MAX_BODY
            ),
            Self::TooManyCalls => f.write_str(
                "too many calls wait for an answer. Wait for some of them before making more.",
            ),
            Self::Button(why) => write!(f, "the button cannot be pressed: {why}."),
            Self::Filter(e) => e.fmt(f),
            Self::Text(why) => write!(f, "the text cannot be parsed: {why}."),
            Self::Keyboard(why) => write!(f, "the keyboard cannot be sent: {why}."),
            Self::UpdatesOff => f.write_str(
                "this client gets no updates. Connect without `receive_updates(false)` to read them.",
            ),
            Self::Route(route) => route.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl error::Error for UsageError {}
