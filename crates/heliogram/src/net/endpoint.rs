use std::net::SocketAddr;

use heliogram_api::types;

use super::{proxy::Secret, servers::ServerAddr};
use crate::storage::DcAddress;

/// One way to reach a data centre.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) address: ServerAddr,
    /// It takes obfuscated connections only.
    pub(super) tcpo_only: bool,
    /// No other port works at this address.
    pub(super) this_port_only: bool,
    /// It is the one to use through proxies.
    pub(super) is_static: bool,
    /// What a connection has to know, as with a proxy.
    pub(super) secret: Option<Secret>,
}

impl Endpoint {
    /// An address for all connections.
    pub(super) fn new(dc: i32, host: impl Into<String>, port: u16) -> Self {
        Self {
            address: ServerAddr::new(dc, host, port),
            tcpo_only: false,
            this_port_only: false,
            is_static: false,
            secret: None,
        }
    }

    pub(super) fn at_port(&self, port: u16) -> Self {
        let mut other = self.clone();
        other.address.port = port;
        other
    }

    pub(super) fn is_ipv6(&self) -> bool {
        self.address.host.contains(':')
    }

    /// An address of the server's configuration, if an account can use it.
    pub(super) fn from_option(option: &types::DcOption) -> Option<Self> {
        let usable = !option.media_only && (1..=1000).contains(&option.id);
        let port = u16::try_from(option.port).ok().filter(|_| usable)?;
        Some(Self {
            tcpo_only: option.tcpo_only,
            this_port_only: option.this_port_only,
            is_static: option.r#static,
            secret: read_secret(option.secret.as_deref())?,
            ..Self::new(option.id, option.ip_address.clone(), port)
        })
    }

    pub(super) fn from_stored(stored: &DcAddress) -> Option<Self> {
        if stored.media_only || stored.cdn {
            return None;
        }
        let (host, port) = (stored.address.ip().to_string(), stored.address.port());
        Some(Self {
            tcpo_only: stored.tcpo_only,
            this_port_only: stored.this_port_only,
            is_static: stored.is_static,
            secret: read_secret(stored.secret.as_deref())?,
            ..Self::new(stored.dc, host, port)
        })
    }

    /// The form in which it is stored, but for names.
    pub(super) fn to_stored(&self) -> Option<DcAddress> {
        let ip = self.address.host.parse().ok()?;
        let address = SocketAddr::new(ip, self.address.port);
        Some(DcAddress {
            tcpo_only: self.tcpo_only,
            this_port_only: self.this_port_only,
            is_static: self.is_static,
            secret: self.secret.as_ref().map(Secret::to_bytes),
            ..DcAddress::new(self.address.id, address)
        })
    }
}

/// A secret, if there is one; `None` for one of a kind that is not known.
#[allow(clippy::option_option)]
fn read_secret(bytes: Option<&[u8]>) -> Option<Option<Secret>> {
    match bytes {
        None => Some(None),
        Some(bytes) => Secret::from_bytes(bytes).ok().map(Some),
    }
}
