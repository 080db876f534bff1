//! Sockets: listeners for each data centre, one task for each connection.
//!
//! Bytes go through [`wire`], which knows what they are (a framing, a WebSocket, HTTP), as packets
//! into [`link`], which knows whose they are, and from there as requests into [`crate::serve`].

mod conn;
mod http;
mod keys;
mod link;
mod listen;
mod mtproxy;
mod requests;
mod websocket;
mod wire;

pub(crate) use http::{BadHead, HEAD_MAX, Head, parse_head};
pub(crate) use listen::{Addresses, CDN_DC, Plan, listen};
pub(crate) use mtproxy::Place;
