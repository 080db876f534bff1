//! An MTProxy in front of the data centres: whoever knows its secret names the one to be led to.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use heliogram_mtproto::framing::{Frame, FrameError, Framing, Obfuscation};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use super::listen::{Addresses, bind};
use crate::shared::Shared;

/// Clients that are led at once; further ones are closed as they come.
const CLIENTS_MAX: usize = 2000;
/// How long a client may take to say where it wants to go.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes read at once.
const READ: usize = 16 * 1024;
/// Clients of test servers add this to the number of a data centre.
const TEST_DC: u16 = 10_000;

/// Where the proxy listens, and what its clients have to know.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) address: SocketAddr,
    pub(crate) secret: [u8; 16],
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// The socket of the proxy.
pub(crate) struct Front {
    socket: TcpListener,
    secret: [u8; 16],
}

impl Front {
    /// Listens at a place; gives the address, which may have been left open.
    pub(crate) fn open(place: &Place) -> io::Result<(Self, SocketAddr)> {
        let socket = bind(place.address)?;
        let address = socket.local_addr()?;
        let secret = place.secret;
        Ok((Self { socket, secret }, address))
    }

    /// Leads clients until the server stops.
    pub(crate) async fn run(self, shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
        let room = Arc::new(Semaphore::new(CLIENTS_MAX));
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            let (Ok((client, _)), Ok(place)) = (accepted, Arc::clone(&room).try_acquire_owned())
            else {
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            };
            let (shared, secret, mut stop) = (Arc::clone(&shared), self.secret, stop.clone());
            tokio::spawn(async move {
                tokio::select! {
                    // A client that is led no further is gone, for whatever reason.
                    _ = lead(&shared, secret, client) => {}
                    _ = stop.wait_for(|stop| *stop) => {}
                }
                drop(place);
            });
        }
    }
}

/// The two ends of one connection through the proxy.
struct Ends {
    client: Framing,
    server: Framing,
}

/// Takes a client where it wants to go, and carries packets both ways until one side is gone.
async fn lead(shared: &Shared, secret: [u8; 16], mut client: TcpStream) -> io::Result<()> {
    let mut framing = Framing::server_with_secret(secret, shared.seed());
    let greeting = greet(&mut framing, &mut client);
    let first = timeout(PATIENCE, greeting).await??;
    let (Some(dc_id), Some(transport)) = (framing.dc_id(), framing.transport()) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let address = shared.addresses.get().and_then(|all| target(all, dc_id));
    let server = TcpStream::connect(address.ok_or(io::ErrorKind::NotFound)?).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let obfuscation = Obfuscation {
        dc_id,
        secret: None,
    };
    let ends = Mutex::new(Ends {
        client: framing,
        server: Framing::client(transport, Some(obfuscation), shared.seed()),
    });
    let (from_client, to_client) = split(client);
    let (from_server, mut to_server) = split(server);
    let out = with(&ends, |ends| ends.up(first))?;
    to_server.write_all(&out).await?;
    tokio::select! {
        end = carry(from_client, to_server, &ends, Ends::take_from_client) => end,
        end = carry(from_server, to_client, &ends, Ends::take_from_server) => end,
    }
}

/// Reads until the client's first packet is there.
async fn greet(framing: &mut Framing, client: &mut TcpStream) -> io::Result<Frame> {
    let mut buffer = vec![0; READ];
    loop {
        if let Some(frame) = framing.next_frame().map_err(broken)? {
            return Ok(frame);
        }
        match client.read(&mut buffer).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            len => framing.receive(buffer.get(..len).unwrap_or_default()),
        }
    }
}

/// The address of the data centre with this number; that for files, if the number is negative.
fn target(addresses: &Addresses, dc_id: i16) -> Option<SocketAddr> {
    let list = match dc_id < 0 {
        true => &addresses.media,
        false => &addresses.main,
    };
    let number = dc_id.unsigned_abs() % TEST_DC;
    let mut address = *list.get(usize::from(number).checked_sub(1)?)?;
    // What listens everywhere is reached here.
    match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    Some(address)
}

async fn carry(
    mut from: ReadHalf<TcpStream>,
    mut to: WriteHalf<TcpStream>,
    ends: &Mutex<Ends>,
    pass: fn(&mut Ends, &[u8]) -> Result<Vec<u8>, FrameError>,
) -> io::Result<()> {
    let mut buffer = vec![0; READ];
    loop {
        let len = from.read(&mut buffer).await?;
        if len == 0 {
            return Ok(());
        }
        let out = with(ends, |ends| {
            pass(ends, buffer.get(..len).unwrap_or_default())
        })?;
        to.write_all(&out).await?;
    }
}

fn with<T>(
    ends: &Mutex<Ends>,
    pass: impl FnOnce(&mut Ends) -> Result<T, FrameError>,
) -> io::Result<T> {
    // Nothing panics while it holds this.
    pass(&mut ends.lock().unwrap_or_else(PoisonError::into_inner)).map_err(broken)
}

fn broken(error: FrameError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

impl Ends {
    fn take_from_client(&mut self, bytes: &[u8]) -> Result<Vec<u8>, FrameError> {
        self.client.receive(bytes);
        let mut out = Vec::new();
        while let Some(frame) = self.client.next_frame()? {
            out.append(&mut self.up(frame)?);
        }
        Ok(out)
    }

    /// A frame of the client on its way to the data centre.
    fn up(&mut self, frame: Frame) -> Result<Vec<u8>, FrameError> {
        let mut out = Vec::new();
        if let Frame::Packet(packet) = frame {
            match self.client.quick_ack_wanted() {
                true => self.server.encode_with_quick_ack(&packet, &mut out)?,
                false => self.server.encode(&packet, &mut out)?,
            }
        }
        Ok(out)
    }

    fn take_from_server(&mut self, bytes: &[u8]) -> Result<Vec<u8>, FrameError> {
        self.server.receive(bytes);
        let mut out = Vec::new();
        while let Some(frame) = self.server.next_frame()? {
            match frame {
                Frame::Packet(packet) => self.client.encode(&packet, &mut out)?,
                Frame::Error(code) => self.client.encode_error(code, &mut out)?,
                Frame::QuickAck(token) => self.client.encode_quick_ack(token, &mut out)?,
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_centres_go_by_their_number_whatever_else_it_says() {
        let at = |port| SocketAddr::from(([0, 0, 0, 0], port));
        let addresses = Addresses {
            main: vec![at(1), at(2)],
            media: vec![at(3), at(4)],
            ..Addresses::default()
        };
        let port = |dc| target(&addresses, dc).map(|address| address.port());
        assert_eq!(
            (port(2), port(10_002), port(-1)),
            (Some(2), Some(2), Some(3))
        );
        assert_eq!((port(0), port(3), port(i16::MIN)), (None, None, None));
        assert!(target(&addresses, 1).unwrap().ip().is_loopback());
    }
}
