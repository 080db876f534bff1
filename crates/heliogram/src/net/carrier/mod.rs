//! What carries the bytes between the client and the servers, where it is not TCP alone.

#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "websocket")]
mod websocket;

#[cfg(feature = "tls")]
use std::sync::Arc;
use std::{fmt, io};

use tokio::time::{Instant, timeout_at};

use super::{endpoint::Endpoint, servers::Servers, wire::Stream};

/// Where web servers listen.
const HTTP_PORT: u16 = 80;

/// What carries the connections to the servers: WebSockets or HTTP, in the open or inside of TLS.
///
/// Without one they are plain TCP. To Telegram's own servers WebSockets and TLS go by their names
/// for web apps, such as `venus.web.telegram.org`; to others everything goes by the addresses given.
///
/// ```
/// # #[cfg(all(feature = "websocket", feature = "tls"))] {
/// use heliogram::{Carrier, Client};
///
/// let builder = Client::builder(12345, "0123456789abcdef0123456789abcdef")
///     .carrier(Carrier::websocket().tls());
/// # let _ = builder;
/// # }
/// ```
#[derive(Clone)]
pub struct Carrier {
    kind: Kind,
    #[cfg(feature = "tls")]
    tls: Option<tls::Trust>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    #[cfg(feature = "websocket")]
    WebSocket,
    Http,
}

impl Carrier {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// WebSockets (RFC 6455); connections inside of them are always obfuscated.
    #[cfg(feature = "websocket")]
    #[doc(alias = "PromisedWebSockets")]
    #[must_use]
    pub fn websocket() -> Self {
        Self::new(Kind::WebSocket)
    }

    /// HTTP requests, one for each packet, and one that is always under way for what the server
    /// has to say; for networks that let nothing else through.
    #[doc(alias = "ConnectionHttp")]
    #[must_use]
    pub fn http() -> Self {
        Self::new(Kind::Http)
    }

    /// The same inside of TLS, with the certificates that Mozilla trusts.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = Some(tls::Trust::Mozilla);
        self
    }

    /// The same inside of TLS, set up by hand: other certificates, or another provider of
    /// cryptography. [`rustls`](crate::rustls) is the version whose configuration this takes.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls_with(mut self, config: Arc<rustls::ClientConfig>) -> Self {
        self.tls = Some(tls::Trust::Given(config));
        self
    }

    fn is_tls(&self) -> bool {
        #[cfg(feature = "tls")]
        let is_tls = self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        let is_tls = false;
        is_tls
    }

    /// Whether packets travel in requests and answers.
    pub(super) fn is_http(&self) -> bool {
        self.kind == Kind::Http
    }

    /// Whether an address that is known of a data centre takes this carrier.
    pub(super) fn fits(&self, servers: &Servers, endpoint: &Endpoint) -> bool {
        // Telegram's servers have other things at their other ports.
        let port_fits = endpoint.address.port == HTTP_PORT || !servers.has_ports();
        port_fits && endpoint.secret.is_none() && !(self.is_http() && endpoint.tcpo_only)
    }

    /// Where a data centre is to be reached, if not at the addresses that are known of it.
    pub(super) fn endpoints(&self, servers: &Servers, dc: i32) -> Option<Vec<Endpoint>> {
        if self.is_http() && !self.is_tls() {
            return None;
        }
        let host = servers.web_host(dc)?;
        let port = if self.is_tls() { 443 } else { HTTP_PORT };
        Some(vec![Endpoint::new(dc, host, port)])
    }

    /// What is asked for at the server.
    pub(super) fn path(&self, servers: &Servers) -> &'static str {
        match (self.kind, servers.is_test()) {
            #[cfg(feature = "websocket")]
            (Kind::WebSocket, false) => "/apiws",
            #[cfg(feature = "websocket")]
            (Kind::WebSocket, true) => "/apiws_test",
            (Kind::Http, false) if self.is_tls() => "/apiw1",
            (Kind::Http, true) if self.is_tls() => "/apiw1_test",
            (Kind::Http, false) => "/api",
            (Kind::Http, true) => "/api_test",
        }
    }

    /// Puts the carrier on a connection to a server.
    ///
    /// # Errors
    /// What the server refused, or that it says nothing by the deadline.
    pub(super) async fn carry<S: Stream + 'static>(
        &self,
        stream: S,
        server: (&str, u16),
        path: &str,
        deadline: Instant,
    ) -> io::Result<Box<dyn Stream>> {
        let carried = async {
            #[cfg(feature = "tls")]
            if let Some(trust) = &self.tls {
                let stream = trust.connect(stream, server.0).await?;
                return self.open(stream, server, path).await;
            }
            self.open(stream, server, path).await
        };
        match timeout_at(deadline, carried).await {
            Ok(result) => result,
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")),
        }
    }

    async fn open<S: Stream + 'static>(
        &self,
        stream: S,
        server: (&str, u16),
        path: &str,
    ) -> io::Result<Box<dyn Stream>> {
        match self.kind {
            #[cfg(feature = "websocket")]
            Kind::WebSocket => websocket::open(stream, server, path).await,
            Kind::Http => {
                let _ = (server, path);
                Ok(Box::new(stream))
            }
        }
    }
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Carrier")
            .field("kind", &self.kind)
            .field("tls", &self.is_tls())
            .finish()
    }
}
