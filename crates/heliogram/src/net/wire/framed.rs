use std::{
    future::poll_fn,
    io,
    task::{Context, Poll, ready},
};

use heliogram_mtproto::{
    framing::{Frame, FrameError, Framing, Transport},
    proxy::Records,
};

use super::{MAX_OUT, Stream, scratch, socket::Socket};

/// One socket and its framing.
pub(super) struct Framed {
    socket: Socket,
    framing: Framing,
    /// What the bytes of the framing travel in, on their way to some proxies.
    records: Option<Records>,
    /// Bytes on their way into records or out of them.
    plain: Vec<u8>,
}

impl Framed {
    pub(super) fn new(stream: Box<dyn Stream>, framing: Framing, records: Option<Records>) -> Self {
        Self {
            socket: Socket::new(stream),
            framing,
            records,
            plain: Vec::new(),
        }
    }

    pub(super) fn room(&self) -> usize {
        MAX_OUT.saturating_sub(self.socket.waiting())
    }

    pub(super) fn queue(&mut self, packet: &[u8], quick_ack: bool) -> Result<(), FrameError> {
        let quick_ack = quick_ack && self.framing.transport() != Some(Transport::Full);
        let mut encode = |out: &mut Vec<u8>| match quick_ack {
            true => self.framing.encode_with_quick_ack(packet, out),
            false => self.framing.encode(packet, out),
        };
        let Some(records) = &mut self.records else {
            return encode(self.socket.out());
        };
        self.plain.clear();
        encode(&mut self.plain)?;
        records.seal(&self.plain, self.socket.out());
        Ok(())
    }

    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, FrameError> {
        self.framing.next_frame()
    }

    /// Writes what is queued until something is read; tells the first bytes to `first`.
    pub(super) async fn io(&mut self, first: &mut Vec<u8>) -> io::Result<usize> {
        poll_fn(|cx| scratch::with(|input| self.poll_io(cx, input, first))).await
    }

    fn poll_io(
        &mut self,
        cx: &mut Context<'_>,
        input: &mut [u8],
        first: &mut Vec<u8>,
    ) -> Poll<io::Result<usize>> {
        let read = ready!(self.socket.poll(cx, input))?;
        let mut data = input.get(..read).unwrap_or_default();
        if let Some(records) = &mut self.records {
            self.plain.clear();
            records
                .receive(data, &mut self.plain)
                .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))?;
            data = &self.plain;
        }
        if first.len() < 8 {
            first.extend(data.iter().take(8));
        }
        self.framing.receive(data);
        Poll::Ready(Ok(read))
    }

    pub(super) async fn finish(&mut self) -> io::Result<()> {
        self.socket.finish().await
    }
}
