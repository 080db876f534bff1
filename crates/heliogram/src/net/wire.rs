use std::{future::poll_fn, io, pin::Pin, task::Poll};

use heliogram_mtproto::framing::{Frame, FrameError, Framing};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

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
    address: Box<str>,
    out: Vec<u8>,
    written: usize,
    input: Box<[u8]>,
    /// The first bytes that came, to tell what a stranger speaks.
    first: Vec<u8>,
    frames: u64,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>, framing: Framing, address: Box<str>) -> Self {
        Self {
            stream,
            framing,
            address,
            out: Vec::new(),
            written: 0,
            input: vec![0; READ].into(),
            first: Vec::new(),
            frames: 0,
        }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Bytes that may be queued before more has to wait.
    pub(super) fn room(&self) -> usize {
        MAX_OUT.saturating_sub(self.out.len() - self.written)
    }

    /// Queues a packet.
    pub(super) fn queue(&mut self, packet: &[u8]) -> Result<(), FrameError> {
        if self.written == self.out.len() {
            self.out.clear();
            self.written = 0;
        }
        self.framing.encode(packet, &mut self.out)
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
        let data = self.input.get(..read).unwrap_or_default();
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
