//! What a client says to a proxy before, or below, the protocol itself.
//!
//! [`Socks5`] and [`Connect`] ask a proxy for a connection to a server; once they are done the
//! connection is as good as one to the server. [`FakeTls`] greets a proxy made for MTProto as a
//! browser greets a web site, and gives the [`Records`] that everything travels in from then on.
//!
//! All of them take bytes from the proxy and give bytes for it, keep no more of what a proxy says
//! than its longest legal answer, and name the rule that an answer breaks.

mod connect;
mod fake_tls;
mod socks5;

pub use connect::{Connect, ConnectError};
pub use fake_tls::{DOMAIN_MAX, FakeTls, FakeTlsError, Records};
pub use socks5::{Socks5, Socks5Error, Socks5Refusal};
