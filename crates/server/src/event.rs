use std::net::SocketAddr;
use std::time::Duration;

use crate::rpc::Refusal;

/// Something that happened on the server, for whoever watches it. Never holds keys, passwords or
/// tokens; a login code is in [`Event::Code`] alone.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A client connected.
    Connected {
        /// The data centre it came to.
        dc: i32,
        /// Where it came from.
        from: SocketAddr,
    },
    /// A connection ended.
    Disconnected {
        /// The data centre it was on.
        dc: i32,
        /// Where it came from.
        from: SocketAddr,
        /// Why the server ended it, if it did.
        reason: Option<String>,
    },
    /// A request was answered.
    Call {
        /// The data centre that was asked.
        dc: i32,
        /// The method, such as `messages.sendMessage`, or the id of one that is not known.
        method: String,
        /// What the account that asked is called, if it is logged in.
        account: Option<String>,
        /// How long the answer took.
        took: Duration,
        /// The refusal, if it was one.
        refusal: Option<Refusal>,
    },
    /// A login code was made.
    Code {
        /// The phone number it is for.
        phone: String,
        /// The code.
        code: String,
    },
    /// Something is not as it should be with the server itself.
    Trouble {
        /// What, in a sentence.
        what: String,
    },
}
