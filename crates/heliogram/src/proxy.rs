//! Proxies on the way to the servers, and why they may be none.
//!
//! A [`Proxy`] is given to [`ClientBuilder::proxy`](crate::ClientBuilder::proxy); what is wrong with
//! it comes as [`NetworkError::Proxy`](crate::NetworkError::Proxy).

pub use heliogram_mtproto::proxy::{ConnectError, FakeTlsError, Socks5Error, Socks5Refusal};

pub use crate::{error::ProxyError, net::proxy::Proxy};
