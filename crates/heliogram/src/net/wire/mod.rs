mod framed;
mod lane;
mod polled;
mod scratch;
mod socket;

use std::io;

use heliogram_mtproto::{
    framing::{Frame, FrameError, Framing},
    http::ExchangeError,
    proxy::{FakeTlsError, Records},
};
use tokio::io::{AsyncRead, AsyncWrite};

use self::framed::Framed;
pub(super) use self::polled::{Open, Polled};
use super::{fault::Fault, servers::ServerAddr};
use crate::error::{NetworkError, ProtocolError, ProxyError};

/// Bytes that may wait to be written before no more packets are made.
const MAX_OUT: usize = 1024 * 1024;

/// What packets can travel on.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A way for packets to a server and back: packets go in and frames come out.
pub(super) struct Wire {
    link: Link,
    /// Where it leads, for people.
    address: Box<str>,
    /// The server's address, where one was chosen.
    server: Option<ServerAddr>,
    /// Whether that is a proxy made for MTProto.
    behind_mtproxy: bool,
    /// The first bytes that came, to tell what a stranger speaks.
    first: Vec<u8>,
    frames: u64,
}

enum Link {
    Framed(Box<Framed>),
    Polled(Box<Polled>),
}

impl Wire {
    /// A socket and its framing, inside of records or not.
    pub(super) fn framed(
        stream: Box<dyn Stream>,
        framing: Framing,
        records: Option<Records>,
        address: Box<str>,
    ) -> Self {
        let framed = Framed::new(stream, framing, records);
        Self::new(Link::Framed(Box::new(framed)), address)
    }

    /// HTTP connections.
    pub(super) fn polled(polled: Polled, address: Box<str>) -> Self {
        Self::new(Link::Polled(Box::new(polled)), address)
    }

    fn new(link: Link, address: Box<str>) -> Self {
        Self {
            link,
            address,
            server: None,
            behind_mtproxy: false,
            first: Vec::new(),
            frames: 0,
        }
    }

    /// A session begins on the wire: where the server only speaks when spoken to, it is asked to
    /// from now on.
    pub(super) fn begin(&mut self) {
        if let Link::Polled(polled) = &mut self.link {
            polled.begin();
        }
    }

    /// Whether the server is to be asked now to hold its answer until it has something to say.
    pub(super) fn wants_wait(&self) -> bool {
        match &self.link {
            Link::Framed(_) => false,
            Link::Polled(polled) => polled.wants_wait(),
        }
    }

    /// Sends the packet that asks for it.
    pub(super) fn wait(&mut self, packet: &[u8]) -> io::Result<()> {
        match &mut self.link {
            Link::Framed(_) => Ok(()),
            Link::Polled(polled) => polled.wait(packet),
        }
    }

    /// Whether packets travel in requests and answers.
    pub(super) fn is_polled(&self) -> bool {
        matches!(self.link, Link::Polled(_))
    }

    /// Whether it is unknown since this was asked last if a packet arrived, though the wire goes
    /// on.
    pub(super) fn take_lost(&mut self) -> bool {
        match &mut self.link {
            Link::Framed(_) => false,
            Link::Polled(polled) => polled.take_lost(),
        }
    }

    /// The same wire, known to lead to this address of a server.
    pub(super) fn leading_to(mut self, address: ServerAddr) -> Self {
        self.server = Some(address);
        self
    }

    /// The address of the server it leads to.
    pub(super) fn server(&self) -> Option<&ServerAddr> {
        self.server.as_ref()
    }

    /// The same wire, known to lead to a proxy made for MTProto.
    pub(super) fn behind_mtproxy(mut self) -> Self {
        self.behind_mtproxy = true;
        self
    }

    /// Where it leads, for people.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Bytes that may be queued before more has to wait.
    pub(super) fn room(&self) -> usize {
        match &self.link {
            Link::Framed(framed) => framed.room(),
            Link::Polled(polled) => polled.room(),
        }
    }

    /// Queues a packet.
    pub(super) fn queue(&mut self, packet: &[u8]) -> Result<(), FrameError> {
        self.queue_packet(packet, false)
    }

    /// Queues a packet; with `quick_ack` the server is asked to confirm at once that it came, where
    /// the wire has words for that.
    pub(super) fn queue_packet(
        &mut self,
        packet: &[u8],
        quick_ack: bool,
    ) -> Result<(), FrameError> {
        match &mut self.link {
            Link::Framed(framed) => framed.queue(packet, quick_ack),
            Link::Polled(polled) => polled.queue(packet),
        }
    }

    /// The next frame of what was read.
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let frame = match &mut self.link {
            Link::Framed(framed) => framed.next_frame()?,
            Link::Polled(polled) => polled.next_frame(),
        };
        self.frames += u64::from(frame.is_some());
        Ok(frame)
    }

    /// Writes what is queued until something is read; gives the number of bytes read, 0 at the end
    /// of the stream. Dropping the future loses nothing.
    pub(super) async fn io(&mut self) -> io::Result<usize> {
        match &mut self.link {
            Link::Framed(framed) => framed.io(&mut self.first).await,
            Link::Polled(polled) => polled.io().await,
        }
    }

    /// Writes all that is queued and closes the writing side.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        match &mut self.link {
            Link::Framed(framed) => framed.finish().await,
            Link::Polled(polled) => polled.finish().await,
        }
    }

    /// Whether no frame came before the last one.
    pub(super) fn is_first(&self) -> bool {
        self.frames <= 1
    }

    /// Whether bytes came and none of them made a frame.
    pub(super) fn is_gibberish(&self) -> bool {
        self.frames == 0 && !self.first.is_empty()
    }

    /// The fault of a wire that something else than MTProto came over.
    pub(super) fn stranger(&self, dc: i32) -> Fault {
        // Over HTTP it is no news that HTTP is spoken.
        let speaks = self.speaks().filter(|_| !self.is_polled());
        let address = self.address.clone();
        ProtocolError::NotMtproto {
            dc,
            address,
            speaks,
        }
        .into()
    }

    /// The fault of a wire that ended, by itself or with an error.
    pub(super) fn ended(&self, dc: i32, error: Option<&io::Error>) -> Fault {
        let broken = error.and_then(io::Error::get_ref);
        if broken.is_some_and(|e| e.is::<ExchangeError>()) && self.frames == 0 {
            return self.stranger(dc);
        }
        let broken = broken.and_then(|e| e.downcast_ref::<FakeTlsError>());
        if self.is_gibberish() && broken.is_none() {
            return self.stranger(dc);
        }
        let address = self.address.clone();
        match broken {
            Some(rule) => self.no_way(dc, ProxyError::FakeTls(*rule)),
            None if self.behind_mtproxy => self.no_way(dc, ProxyError::NoServer),
            None => NetworkError::Dropped { dc, address }.into(),
        }
    }

    /// The fault of a wire that nothing comes over.
    pub(super) fn silent(&self, dc: i32) -> Fault {
        let address = self.address.clone();
        match self.behind_mtproxy {
            true => self.no_way(dc, ProxyError::NoServer),
            false => NetworkError::Silent { dc, address }.into(),
        }
    }

    fn no_way(&self, dc: i32, source: ProxyError) -> Fault {
        let proxy = self.address.clone();
        NetworkError::Proxy { dc, proxy, source }.into()
    }

    /// What a server that is no MTProto server seems to speak.
    pub(super) fn speaks(&self) -> Option<&'static str> {
        match self.first.as_slice() {
            [b'H', b'T', b'T', b'P', ..] => Some("HTTP"),
            [b'S', b'S', b'H', b'-', ..] => Some("SSH"),
            [0x15 | 0x16, 0x03, ..] => Some("TLS"),
            [b'2', b'2', b'0', b' ' | b'-', ..] => Some("SMTP or FTP"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use heliogram_mtproto::framing::Transport;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    fn wire(size: usize) -> (Wire, tokio::io::DuplexStream) {
        let (ours, theirs) = duplex(size);
        let framing = Framing::client(Transport::Intermediate, None, [1; 32]);
        (
            Wire::framed(Box::new(ours), framing, None, "test".into()),
            theirs,
        )
    }

    #[tokio::test]
    async fn reading_goes_on_while_writing_is_stuck() {
        let (mut wire, mut theirs) = wire(16);
        wire.queue(&[7; 400]).unwrap();
        theirs.write_all(&[16, 0, 0, 0]).await.unwrap();
        assert_eq!(wire.io().await.unwrap(), 4);
        assert!(wire.room() > 0 && wire.next_frame().unwrap().is_none());
        let reader = tokio::spawn(async move {
            let mut all = Vec::new();
            theirs.read_to_end(&mut all).await.unwrap();
            all
        });
        wire.finish().await.unwrap();
        drop(wire);
        assert_eq!(reader.await.unwrap().len(), 4 + 4 + 400);
    }

    #[tokio::test]
    async fn a_stranger_is_recognised_by_its_first_bytes() {
        let (mut wire, mut theirs) = wire(1024);
        theirs
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        wire.io().await.unwrap();
        let _ = wire.next_frame();
        assert!(wire.is_gibberish());
        assert_eq!(wire.speaks(), Some("HTTP"));
    }
}
