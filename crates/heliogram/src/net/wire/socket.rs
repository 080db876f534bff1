use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf};

use super::Stream;

/// Bytes of memory that a quiet connection keeps for what it writes next.
const KEPT: usize = 2 << 10;

/// A stream and what is yet to be written to it.
pub(super) struct Socket {
    stream: Box<dyn Stream>,
    out: Vec<u8>,
    written: usize,
    /// Whether nothing that was written waits inside of the stream.
    flushed: bool,
}

impl Socket {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Self {
            stream,
            out: Vec::new(),
            written: 0,
            flushed: true,
        }
    }

    /// Bytes that wait to be written.
    pub(super) fn waiting(&self) -> usize {
        self.out.len() - self.written
    }

    /// Where to append what is to be written.
    pub(super) fn out(&mut self) -> &mut Vec<u8> {
        if self.waiting() == 0 {
            if self.out.capacity() > KEPT.max(8 * self.out.len()) {
                // A connection that was busy once does not keep the memory of its largest packet.
                self.out = Vec::new();
            }
            self.out.clear();
            self.written = 0;
        }
        &mut self.out
    }

    /// Writes what there is to write until something is read; gives the number of bytes read, 0 at
    /// the end of the stream.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        input: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        while self.waiting() > 0 {
            let rest = self.out.get(self.written..).unwrap_or_default();
            match Pin::new(&mut self.stream).poll_write(cx, rest) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(n)) => {
                    self.written += n;
                    self.flushed = false;
                }
                Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                Poll::Pending => break,
            }
        }
        if !self.flushed {
            match Pin::new(&mut self.stream).poll_flush(cx) {
                Poll::Ready(Ok(())) => self.flushed = true,
                Poll::Ready(Err(e)) => return Poll::Ready(Err(e)),
                Poll::Pending => {}
            }
        }
        let mut buf = ReadBuf::new(input);
        match Pin::new(&mut self.stream).poll_read(cx, &mut buf) {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(buf.filled().len())),
            Poll::Ready(Err(e)) => Poll::Ready(Err(e)),
            Poll::Pending => Poll::Pending,
        }
    }

    /// Writes all that is left and closes the writing side.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        let rest = self.out.get(self.written..).unwrap_or_default();
        self.stream.write_all(rest).await?;
        self.written = self.out.len();
        self.stream.shutdown().await
    }
}
