use std::future::pending;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::Instant;

use super::link::{KEPT, Link};
use crate::event::Event;
use crate::shared::Shared;

/// Bytes taken from the socket at once. They lie on the stack: a connection that is silent needs
/// no memory for what may come.
const READ_SIZE: usize = 64 * 1024;
/// With this much to be sent, nothing more is read or made.
const WRITE_HIGH: usize = 2 << 20;
/// A connection that sent nothing that makes sense by then is closed.
const GREETING_TIMEOUT: Duration = Duration::from_secs(60);
/// A connection that sends nothing for so long is closed; clients ping every minute.
const IDLE_TIMEOUT: Duration = Duration::from_secs(900);
/// How long, and how many bytes, a connection that is over is still listened to: closing it with
/// bytes unread would throw away the last answer on its way.
const LINGER: Duration = Duration::from_millis(500);
const LINGER_READS: usize = 64;

/// One connection of one client.
pub(crate) struct Connection {
    shared: Arc<Shared>,
    dc: i32,
    from: SocketAddr,
    ip: IpAddr,
}

impl Connection {
    pub(crate) fn new(shared: Arc<Shared>, dc: i32, from: SocketAddr, ip: IpAddr) -> Self {
        Self {
            shared,
            dc,
            from,
            ip,
        }
    }

    /// Serves the connection to its end.
    pub(crate) async fn run(self, stream: TcpStream, mut stop: watch::Receiver<bool>) {
        let (dc, from) = (self.dc, self.from);
        self.shared.tell(Event::Connected { dc, from });
        let mut link = Link::new(Arc::clone(&self.shared), dc, self.ip);
        let reason = tokio::select! {
            reason = self.talk(&stream, &mut link) => reason,
            _ = stop.wait_for(|stop| *stop) => None,
        };
        let cut = link.conn().is_cut();
        drop(link);
        if reason.is_some() && !cut {
            linger(stream).await;
        }
        self.shared.tell(Event::Disconnected { dc, from, reason });
    }

    /// Moves bytes until the connection ends; gives the reason if the server ended it.
    async fn talk(&self, stream: &TcpStream, link: &mut Link) -> Option<String> {
        let mut output = Output::default();
        let conn = link.conn();
        let mut patience = Instant::now() + GREETING_TIMEOUT;
        loop {
            if output.len() < WRITE_HIGH {
                link.fill(&mut output.bytes);
            }
            let ending = link.ending();
            if ending.is_some() && output.is_empty() {
                return ending.map(str::to_owned);
            }
            // Whoever does not take what was said is not listened to, and nothing more is made.
            let full = output.len() >= WRITE_HIGH;
            let read = ending.is_none() && !full && !link.is_full();
            let interest = match (read, output.is_empty()) {
                (true, true) => Interest::READABLE,
                (true, false) => Interest::READABLE | Interest::WRITABLE,
                (false, _) => Interest::WRITABLE,
            };
            let timeout = link.next_timeout().filter(|_| !full);
            let ready = tokio::select! {
                ready = stream.ready(interest), if read || !output.is_empty() => ready,
                () = conn.wake.notified() => continue,
                () = sleep(timeout) => {
                    link.handle_timeout();
                    continue;
                }
                () = tokio::time::sleep_until(patience) => {
                    return Some("silence".to_owned());
                }
            };
            let Ok(ready) = ready else { return None };
            if ready.is_writable() && !output.is_empty() && output.write(stream).is_err() {
                return None;
            }
            if ready.is_readable() && read {
                match receive(stream, link) {
                    Ok(Received::Bytes) if link.has_spoken() => {
                        patience = Instant::now() + IDLE_TIMEOUT;
                    }
                    Ok(Received::Bytes | Received::Nothing) => {}
                    Ok(Received::End) | Err(_) => return None,
                }
            }
        }
    }
}

enum Received {
    Bytes,
    Nothing,
    End,
}

/// Takes what is there to be read.
fn receive(stream: &TcpStream, link: &mut Link) -> io::Result<Received> {
    let mut input = [0; READ_SIZE];
    match stream.try_read(&mut input) {
        Ok(0) => Ok(Received::End),
        Ok(len) => {
            link.receive(input.get(..len).unwrap_or_default());
            Ok(Received::Bytes)
        }
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(Received::Nothing),
        Err(error) => Err(error),
    }
}

/// Lets a client read the last answer before the connection is closed for good.
async fn linger(mut stream: TcpStream) {
    let listen = async {
        // It may be gone already, and then there is nothing to wait for.
        stream.shutdown().await?;
        let mut rest = vec![0; 8 * 1024];
        for _ in 0..LINGER_READS {
            if stream.read(&mut rest).await? == 0 {
                break;
            }
        }
        io::Result::Ok(())
    };
    let _ = tokio::time::timeout(LINGER, listen).await;
}

async fn sleep(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => pending().await,
    }
}

/// Bytes that wait for the socket.
#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    sent: usize,
}

impl Output {
    fn len(&self) -> usize {
        self.bytes.len() - self.sent
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn write(&mut self, stream: &TcpStream) -> io::Result<()> {
        match stream.try_write(self.bytes.get(self.sent..).unwrap_or_default()) {
            Ok(len) => self.sent += len,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        if self.is_empty() {
            // Between two bursts the memory stays; after a quiet word it is given back.
            if self.bytes.len() <= KEPT {
                self.bytes.shrink_to(KEPT);
            }
            self.sent = 0;
            self.bytes.clear();
        } else if self.sent > READ_SIZE {
            self.bytes.drain(..self.sent);
            self.sent = 0;
        }
        Ok(())
    }
}
