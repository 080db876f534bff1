use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

use super::conn::Connection;
use super::mtproxy::{self, Front};
use crate::event::Event;
use crate::shared::Shared;

/// Connections open at once; further ones are closed as they come.
const CONNECTIONS_MAX: usize = 10_000;
/// Connections that may wait to be taken. With the usual 128 a thousand clients that come at once
/// are turned away, to try again after a second or two.
const BACKLOG: u32 = 4096;

/// The data centre that hands out large files and nothing else, with the id of Telegram's own.
pub(crate) const CDN_DC: i32 = 203;

/// Where data centres listen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    /// For everything, from data centre 1 on.
    pub(crate) main: Vec<SocketAddr>,
    /// For files, from data centre 1 on.
    pub(crate) media: Vec<SocketAddr>,
    /// Of the CDN, if there is one.
    pub(crate) cdn: Option<SocketAddr>,
    /// Of the MTProxy, if there is one.
    pub(crate) mtproxy: Option<SocketAddr>,
}

impl Addresses {
    /// The same as a client that reached us at `ip` can use them.
    pub(crate) fn seen_from(&self, ip: IpAddr) -> Self {
        let reachable = |address: &SocketAddr| match address.ip().is_unspecified() {
            true => SocketAddr::new(ip, address.port()),
            false => *address,
        };
        Self {
            main: self.main.iter().map(reachable).collect(),
            media: self.media.iter().map(reachable).collect(),
            cdn: self.cdn.as_ref().map(reachable),
            mtproxy: self.mtproxy.as_ref().map(reachable),
        }
    }
}

/// What is listened for.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) host: IpAddr,
    /// The first port of consecutive ones, or 0 for wherever there is room.
    pub(crate) port: u16,
    /// Number of data centres.
    pub(crate) dcs: i32,
    pub(crate) cdn: bool,
    /// Where single data centres listen that do not follow `host` and `port`.
    pub(crate) places: BTreeMap<i32, SocketAddr>,
    /// Where an MTProxy stands in front of them.
    pub(crate) mtproxy: Option<mtproxy::Place>,
}

/// The socket of one address of a data centre.
pub(crate) struct Listener {
    dc: i32,
    socket: TcpListener,
}

/// Everything that listens.
pub(crate) struct Listening {
    pub(crate) listeners: Vec<Listener>,
    pub(crate) front: Option<Front>,
    pub(crate) addresses: Addresses,
}

/// Binds two sockets for each data centre and one for the CDN: first all that are for everything,
/// then those for files, then the CDN's; then the one of the proxy.
pub(crate) fn listen(plan: &Plan) -> io::Result<Listening> {
    let (mut listeners, mut addresses) = (Vec::new(), Addresses::default());
    for kind in [Kind::Main, Kind::Media, Kind::Cdn] {
        for dc in kind.dcs(plan).into_iter().flatten() {
            let socket = bind(plan.address(kind, dc, listeners.len())?)?;
            let address = socket.local_addr()?;
            match kind {
                Kind::Main => addresses.main.push(address),
                Kind::Media => addresses.media.push(address),
                Kind::Cdn => addresses.cdn = Some(address),
            }
            listeners.push(Listener { dc, socket });
        }
    }
    let front = plan.mtproxy.as_ref().map(Front::open).transpose()?;
    let front = front.map(|(front, address)| {
        addresses.mtproxy = Some(address);
        front
    });
    Ok(Listening {
        listeners,
        front,
        addresses,
    })
}

impl Plan {
    /// Where a socket shall be: at the place of its own, or so many steps after the first.
    fn address(&self, kind: Kind, dc: i32, step: usize) -> io::Result<SocketAddr> {
        if let Some(place) = self.places.get(&dc).filter(|_| kind == Kind::Main) {
            return Ok(*place);
        }
        let step = u16::try_from(step).unwrap_or(u16::MAX);
        let port = match self.port {
            0 => Some(0),
            first => first.checked_add(step),
        };
        let port = port.ok_or_else(|| io::Error::other("the ports end at 65535"))?;
        Ok(SocketAddr::new(self.host, port))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Main,
    Media,
    Cdn,
}

impl Kind {
    /// The data centres that have an address of this kind.
    fn dcs(self, plan: &Plan) -> Option<RangeInclusive<i32>> {
        match self {
            Self::Main | Self::Media => Some(1..=plan.dcs),
            Self::Cdn => plan.cdn.then_some(CDN_DC..=CDN_DC),
        }
    }
}

pub(super) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let bound = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        // A server that starts again takes its port back at once; on Windows it would share it.
        #[cfg(not(windows))]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bound().map_err(|error: io::Error| {
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })
}

impl Listener {
    /// Takes connections until the server stops.
    pub(crate) async fn run(self, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match accepted {
                Ok((stream, from)) if shared.hub.connections() < CONNECTIONS_MAX => {
                    let _ = stream.set_nodelay(true);
                    let ip = stream.local_addr().unwrap_or(from).ip();
                    let connection = Connection::new(Arc::clone(&shared), self.dc, from, ip);
                    tokio::spawn(connection.run(stream, stop.clone()));
                }
                Ok((stream, _)) => drop(stream),
                Err(error) => {
                    let what = format!("a connection could not be taken: {error}");
                    shared.tell(Event::Trouble { what });
                    // Out of file descriptors, most likely: some will be given back.
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn plan(port: u16) -> Plan {
        Plan {
            host: Ipv4Addr::LOCALHOST.into(),
            port,
            dcs: 3,
            cdn: false,
            places: BTreeMap::from([(2, ([127, 0, 0, 9], 443).into())]),
            mtproxy: None,
        }
    }

    #[test]
    fn data_centres_follow_the_first_port_but_where_they_are_told_otherwise() {
        let at = |port, kind, dc, step| plan(port).address(kind, dc, step).map(|a| a.to_string());
        assert_eq!(at(4430, Kind::Main, 1, 0).unwrap(), "127.0.0.1:4430");
        assert_eq!(at(4430, Kind::Main, 2, 1).unwrap(), "127.0.0.9:443");
        assert_eq!(at(4430, Kind::Main, 3, 2).unwrap(), "127.0.0.1:4432");
        assert_eq!(at(4430, Kind::Media, 2, 4).unwrap(), "127.0.0.1:4434");
        assert_eq!(at(0, Kind::Main, 3, 2).unwrap(), "127.0.0.1:0");
        assert!(at(65535, Kind::Main, 1, 1).is_err());
    }
}
