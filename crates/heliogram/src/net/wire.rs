use std::{future::poll_fn, io, pin::Pin, task::Poll};

use heliogram_mtproto::{
    framing::{Frame, FrameError, Framing},
    proxy::{FakeTlsError, Records},
};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::{fault::Fault, servers::ServerAddr};
use crate::error::{NetworkError, ProtocolError, ProxyError};

/// Bytes asked of the socket at once.
const READ: usize = 64 * 1024;
/// Bytes that may wait to be written before no more packets are made.
const MAX_OUT: usize = 1024 * 1024;

/// What packets can travel on.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A socket and its framing: packets go in and frames come out.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    framing: Framing,
    /// What the bytes of the framing travel in, on their way to some proxies.
    records: Option<Records>,
    /// Where it leads, for people.
    address: Box<str>,
    /// The server's address, where one was chosen.
    server: Option<ServerAddr>,
    /// Whether that is a proxy made for MTProto.
    behind_mtproxy: bool,
    out: Vec<u8>,
    written: usize,
    input: Box<[u8]>,
    /// Bytes on their way into records or out of them.
    plain: Vec<u8>,
    /// The first bytes that came, to tell what a stranger speaks.
    first: Vec<u8>,
    frames: u64,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>, framing: Framing, address: Box<str>) -> Self {
        Self {
            stream,
            framing,
            records: None,
            address,
            server: None,
            behind_mtproxy: false,
            out: Vec::new(),
            written: 0,
            input: vec![0; READ].into(),
            plain: Vec::new(),
            first: Vec::new(),
            frames: 0,
        }
    }

    /// The same wire inside of records.
    pub(super) fn disguised(mut self, records: Option<Records>) -> Self {
        self.records = records;
        self
    }

    /// The same wire, known to lead to this address of a server.
    pub(super) fn to_server(mut self, address: ServerAddr) -> Self {
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

    /// Whether more packets may be queued.
    pub(super) fn has_room(&self) -> bool {
        self.out.len() - self.written < MAX_OUT
    }

    /// Queues a packet.
    pub(super) fn queue(&mut self, packet: &[u8]) -> Result<(), FrameError> {
        if self.written == self.out.len() {
            self.out.clear();
            self.written = 0;
        }
        let Some(records) = &mut self.records else {
            return self.framing.encode(packet, &mut self.out);
        };
        self.plain.clear();
        self.framing.encode(packet, &mut self.plain)?;
        records.seal(&self.plain, &mut self.out);
        Ok(())
    }

    /// The next frame of what was read.
    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        let frame = self.framing.next_frame()?;
        self.frames += u64::from(frame.is_some());
        Ok(frame)
    }

    /// Writes what is queued until something is read; gives the number of bytes read, 0 at the end
    /// of the stream. Dropping the future loses nothing.
    pub(super) async fn io(&mut self) -> io::Result<usize> {
        let read = poll_fn(|cx| {
            while self.written < self.out.len() {
                let rest = self.out.get(self.written..).unwrap_or_default();
                match Pin::new(&mut self.stream).poll_write(cx, rest) {
                    Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    Poll::Ready(Ok(n)) => self.written += n,
                    Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                    Poll::Pending => break,
                }
            }
            let mut buf = ReadBuf::new(&mut self.input);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) => Poll::Ready(Ok(buf.filled().len())),
                Poll::Ready(Err(e)) => Poll::Ready(Err(e)),
                Poll::Pending => Poll::Pending,
            }
        })
        .await?;
        let mut data = self.input.get(..read).unwrap_or_default();
        if let Some(records) = &mut self.records {
            self.plain.clear();
            records
                .receive(data, &mut self.plain)
                .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?;
            data = &self.plain;
        }
        if self.first.len() < 8 {
            self.first.extend(data.iter().take(8));
        }
        self.framing.receive(data);
        Ok(read)
    }

    /// Writes all that is queued and closes the writing side.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        let rest = self.out.get(self.written..).unwrap_or_default();
        self.stream.write_all(rest).await?;
        self.written = self.out.len();
        self.stream.shutdown().await
    }

    /// Whether bytes came and none of them made a frame.
    pub(super) fn is_gibberish(&self) -> bool {
        self.frames == 0 && !self.first.is_empty()
    }

    /// The fault of a wire that something else than MTProto came over.
    pub(super) fn stranger(&self, dc: i32) -> Fault {
        let (address, speaks) = (self.address.clone(), self.speaks());
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
    use tokio::io::{AsyncReadExt, duplex};

    use super::*;

    fn wire(size: usize) -> (Wire, tokio::io::DuplexStream) {
        let (ours, theirs) = duplex(size);
        let framing = Framing::client(Transport::Intermediate, None, [1; 32]);
        (Wire::new(Box::new(ours), framing, "test".into()), theirs)
    }

    #[tokio::test]
    async fn reading_goes_on_while_writing_is_stuck() {
        let (mut wire, mut theirs) = wire(16);
        wire.queue(&[7; 400]).unwrap();
        theirs.write_all(&[16, 0, 0, 0]).await.unwrap();
        assert_eq!(wire.io().await.unwrap(), 4);
        assert!(wire.has_room() && wire.next_frame().unwrap().is_none());
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
