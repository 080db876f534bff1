//! MTProto 2.0 without input or output: framings, key exchange and encrypted sessions, for clients
//! and for servers.
//!
//! Nothing here opens a socket, asks a clock or draws randomness: bytes, times ([`Now`]) and seeds
//! go in, bytes, events and deadlines come out. What drives it may be any runtime, or a test with
//! virtual time.
//!
//! | part | client | server |
//! |---|---|---|
//! | packets on a stream | [`framing::Framing::client`] | [`framing::Framing::server`] |
//! | what a proxy is told | [`proxy`] | |
//! | plaintext packets | [`plain`] | [`plain`] |
//! | key exchange | [`exchange::ClientExchange`] | [`exchange::ServerExchange`] |
//! | encrypted session | [`Session`] | [`server::ServerSession`] |
//! | secret chats | [`secret::SecretChat`], both ends | |
#![forbid(unsafe_code)]

mod acks;
mod bad_msg;
pub mod exchange;
pub mod framing;
pub mod http;
mod ids;
pub mod plain;
pub mod proxy;
mod rising;
pub mod secret;
mod seen;
pub mod server;
mod session;
mod time;
mod wire;

/// The types and functions of the protocol's own schema, generated from `mtproto.tl`.
#[allow(clippy::all, unused, unused_qualifications)]
pub mod tl {
    include!(concat!(env!("OUT_DIR"), "/mtproto.rs"));
}

pub use bad_msg::BadMsg;
pub use session::{
    Event, FailReason, MAX_BODY, Packet, PingConfig, RequestId, ResetReason, RpcFailure, Salt,
    SendOptions, Session, SessionConfig, SessionError,
};
pub use time::Now;
