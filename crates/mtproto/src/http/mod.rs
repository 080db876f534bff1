//! HTTP/1.1 as far as MTProto needs it: answers of web servers, read within bounds.
//!
//! [`Upgrade`] opens a WebSocket. [`Exchange`] carries packets in requests and answers; what has a
//! server hold its answer is [`Session::poll_wait`](crate::Session::poll_wait).

mod exchange;
mod head;
mod upgrade;

pub use exchange::{Answer, Exchange, ExchangeError};
pub use head::HeadError;
pub(crate) use head::{HEAD_MAX, Head, parse};
pub use upgrade::{Upgrade, UpgradeError};

/// Whether a host can stand in a request without changing what it says.
pub(crate) fn is_host(host: &str) -> bool {
    let plain = |b: u8| b.is_ascii_graphic() && !b"/?#@[]".contains(&b);
    !host.is_empty() && host.bytes().all(plain)
}

/// A host and a port as requests name them.
pub(crate) fn authority(host: &str, port: u16) -> String {
    match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
}
