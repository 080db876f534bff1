//! Sockets to servers: the ways there, tried beside each other until one works.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use heliogram_mtproto::proxy::Records;
use tokio::{
    net::{TcpStream, lookup_host},
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};

use super::{
    carrier::Carrier,
    endpoint::Endpoint,
    proxy::{Kind, Proxy, Secret, greet},
    wire::Stream,
};
use crate::{error::ProxyError, random};

/// How long one way has before the next one is tried beside it (RFC 8305).
const STAGGER: Duration = Duration::from_millis(250);
/// Most addresses of one name that are tried.
const MAX_RESOLVED: usize = 16;

/// What all attempts to reach a data centre have in common.
#[derive(Clone)]
pub(super) struct Route {
    pub(super) proxy: Option<Arc<Proxy>>,
    pub(super) carrier: Option<Carrier>,
    /// What the carrier asks for at the server.
    pub(super) path: &'static str,
    /// Seconds since 1970, for proxies that want to be told.
    pub(super) unix: u32,
}

/// A socket that leads to a server.
pub(super) struct Reached {
    pub(super) stream: Box<dyn Stream>,
    /// The disguise of the stream, if it has one.
    pub(super) records: Option<Records>,
    pub(super) endpoint: Endpoint,
}

/// Why no socket leads to a server.
#[derive(Debug)]
pub(super) enum DialError {
    Socket(io::Error),
    Proxy(ProxyError),
}

impl Route {
    /// The secret that the other end of the socket wants to see.
    pub(super) fn secret<'a>(&'a self, endpoint: &'a Endpoint) -> Option<&'a Secret> {
        match self.proxy.as_ref().map(|proxy| proxy.kind()) {
            Some(Kind::MtProxy(secret)) => Some(secret),
            _ => endpoint.secret.as_ref(),
        }
    }
}

/// Reaches the first of the endpoints that answers.
///
/// # Errors
/// What was wrong with the way that failed last.
pub(super) async fn dial(
    endpoints: &[Endpoint],
    route: &Route,
    limit: Duration,
) -> Result<Reached, DialError> {
    let deadline = Instant::now() + limit;
    let attempts = endpoints
        .iter()
        .map(|endpoint| reach(endpoint.clone(), route.clone(), deadline));
    let nobody = io::Error::new(io::ErrorKind::AddrNotAvailable, "no address");
    let raced = race(attempts, DialError::ends_race).await;
    raced.unwrap_or(Err(DialError::Socket(nobody)))
}

/// Runs attempts beside each other, each a moment after the one before it or as soon as that
/// fails; gives the first success, the first failure that `ends` it, or the last failure; `None`
/// where there are no attempts.
async fn race<F, T, E>(
    mut attempts: impl ExactSizeIterator<Item = F>,
    ends: impl Fn(&E) -> bool,
) -> Option<Result<T, E>>
where
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    let mut running = JoinSet::new();
    let mut last = None;
    loop {
        match attempts.next() {
            Some(attempt) => drop(running.spawn(attempt)),
            None if running.is_empty() => return last,
            None => {}
        }
        tokio::select! {
            Some(done) = running.join_next() => match done {
                Ok(Ok(won)) => return Some(Ok(won)),
                Ok(Err(e)) if ends(&e) => return Some(Err(e)),
                Ok(Err(e)) => last = Some(Err(e)),
                Err(_) => {}
            },
            () = sleep(STAGGER), if attempts.len() > 0 => {}
        }
    }
}

async fn reach(endpoint: Endpoint, route: Route, deadline: Instant) -> Result<Reached, DialError> {
    let server = (endpoint.address.host.as_str(), endpoint.address.port);
    let (host, port) = match &route.proxy {
        Some(proxy) => (proxy.host(), proxy.port()),
        None => server,
    };
    let mut stream = connect(host, port, deadline)
        .await
        .map_err(|e| match route.proxy {
            Some(_) => DialError::Proxy(ProxyError::Unreachable(e.into())),
            None => DialError::Socket(e),
        })?;
    if let Some(proxy) = &route.proxy {
        greet::ask(&mut stream, proxy, server, deadline).await?;
    }
    let records = match route.secret(&endpoint) {
        None => None,
        Some(secret) => {
            let seed = random::seed().map_err(DialError::Socket)?;
            let disguised = greet::disguise(&mut stream, secret, route.unix, seed, deadline).await;
            disguised.map_err(|e| match route.proxy {
                Some(_) => DialError::Proxy(e),
                None => DialError::Socket(io::Error::new(io::ErrorKind::InvalidData, e)),
            })?
        }
    };
    let stream: Box<dyn Stream> = match &route.carrier {
        None => Box::new(stream),
        Some(carrier) => {
            let carried = carrier.carry(stream, server, route.path, deadline).await;
            carried.map_err(DialError::Socket)?
        }
    };
    Ok(Reached {
        stream,
        records,
        endpoint,
    })
}

/// Connects a socket to a host, at whichever of its addresses answers first.
async fn connect(host: &str, port: u16, deadline: Instant) -> io::Result<TcpStream> {
    let connecting = async {
        if let Ok(ip) = host.parse::<IpAddr>() {
            return open(SocketAddr::new(ip, port)).await;
        }
        let found = lookup_host((host, port)).await?.take(MAX_RESOLVED);
        let found = interleaved(found.collect(), SocketAddr::is_ipv6);
        let nobody = || io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        let raced = race(found.into_iter().map(open), |_| false).await;
        raced.unwrap_or_else(|| Err(nobody()))
    };
    match timeout_at(deadline, connecting).await {
        Ok(result) => result,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")),
    }
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Brings two kinds into turns, beginning with that of the first one; each keeps its order.
pub(super) fn interleaved<T>(all: Vec<T>, kind: impl Fn(&T) -> bool) -> Vec<T> {
    let Some(first) = all.first().map(&kind) else {
        return all;
    };
    let len = all.len();
    let (ours, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| kind(one) == first);
    let (mut ours, mut others) = (ours.into_iter(), others.into_iter());
    let mut out = Vec::with_capacity(len);
    while out.len() < len {
        out.extend(ours.next());
        out.extend(others.next());
    }
    out
}

impl DialError {
    /// Whether another way to the server cannot do better.
    fn ends_race(&self) -> bool {
        match self {
            Self::Socket(_) => false,
            Self::Proxy(e) => e.is_of_proxy(),
        }
    }
}

impl From<DialError> for io::Error {
    fn from(e: DialError) -> Self {
        match e {
            DialError::Socket(e) => e,
            DialError::Proxy(e) => Self::other(e),
        }
    }
}

impl From<ProxyError> for DialError {
    fn from(e: ProxyError) -> Self {
        Self::Proxy(e)
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const SOON: Duration = Duration::from_secs(5);
    const DIRECT: Route = Route {
        proxy: None,
        carrier: None,
        path: "",
        unix: 0,
    };

    fn at(port: u16) -> Endpoint {
        Endpoint::new(1, "127.0.0.1", port)
    }

    async fn dead_port() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    }

    #[tokio::test]
    async fn a_dead_address_does_not_hide_a_live_one() {
        let live = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = live.local_addr().unwrap().port();
        let endpoints = [at(dead_port().await), at(port)];
        let reached = dial(&endpoints, &DIRECT, SOON).await.unwrap();
        assert_eq!(reached.endpoint.address.port, port);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_way_has_the_next_one_beside_it_a_moment_later() {
        let began = Instant::now();
        let attempts: Vec<_> = [3600, 0]
            .map(|seconds| async move {
                sleep(Duration::from_secs(seconds)).await;
                Ok::<_, ()>(seconds)
            })
            .into();
        assert_eq!(race(attempts.into_iter(), |()| false).await, Some(Ok(0)));
        assert_eq!(began.elapsed(), STAGGER);
    }

    #[tokio::test]
    async fn nobody_there_is_an_error_within_the_limit() {
        let failed = |endpoints: Vec<Endpoint>| async move {
            match dial(&endpoints, &DIRECT, SOON).await.err().unwrap() {
                DialError::Socket(e) => e.kind(),
                DialError::Proxy(e) => panic!("{e}"),
            }
        };
        let refused = failed(vec![at(dead_port().await)]).await;
        assert_eq!(refused, io::ErrorKind::ConnectionRefused);
        assert_eq!(failed(Vec::new()).await, io::ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn kinds_take_turns_and_keep_their_order() {
        let even = |n: &i32| n % 2 == 0;
        assert_eq!(interleaved(vec![1, 3, 5, 2, 4], even), [1, 2, 3, 4, 5]);
        assert_eq!(interleaved(vec![2, 4, 1], even), [2, 1, 4]);
        assert!(interleaved(Vec::new(), even).is_empty());
    }
}
