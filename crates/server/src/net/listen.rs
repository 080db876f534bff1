use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;

use super::conn::Connection;
use crate::event::Event;
use crate::shared::Shared;

/// Connections open at once; further ones are closed as they come.
const CONNECTIONS_MAX: usize = 10_000;

/// The socket of one data centre.
pub(crate) struct Listener {
    dc: i32,
    socket: TcpListener,
}

/// Binds one socket for each data centre, from 1 on.
pub(crate) async fn listen(addresses: &[SocketAddr]) -> io::Result<Vec<Listener>> {
    let mut listeners = Vec::new();
    for (dc, address) in (1..).zip(addresses) {
        let socket = TcpListener::bind(address).await.map_err(|error| {
            io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
        })?;
        listeners.push(Listener { dc, socket });
    }
    Ok(listeners)
}

impl Listener {
    /// Where the data centre is.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

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
