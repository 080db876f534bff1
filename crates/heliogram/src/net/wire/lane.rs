use std::{
    io,
    task::{Context, Poll},
    time::Duration,
};

use heliogram_mtproto::http::{Answer, Exchange, ExchangeError};
use tokio::time::Instant;

use super::{Stream, socket::Socket};

/// How long an answer may take: a server holds it for 25 s at most.
const ANSWER_LIMIT: Duration = Duration::from_secs(45);

/// One HTTP connection of several that carry a session.
pub(super) struct Lane {
    socket: Socket,
    exchange: Exchange,
    /// Number and time of the request that was made last.
    pub(super) number: u64,
    pub(super) since: Instant,
    /// Whether that request asks for nothing but to wait.
    pub(super) waits: bool,
}

impl Lane {
    pub(super) fn new(stream: Box<dyn Stream>, exchange: Exchange) -> Self {
        Self {
            socket: Socket::new(stream),
            exchange,
            number: 0,
            since: Instant::now(),
            waits: false,
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.exchange.is_idle()
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.exchange.is_waiting()
    }

    /// When the answer that is due is too late.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.is_waiting().then(|| self.since + ANSWER_LIMIT)
    }

    pub(super) fn request(
        &mut self,
        packet: &[u8],
        number: u64,
        waits: bool,
    ) -> Result<(), ExchangeError> {
        self.exchange.request(packet, self.socket.out())?;
        (self.number, self.since, self.waits) = (number, Instant::now(), waits);
        Ok(())
    }

    /// Writes and reads; gives the number of bytes read, 0 at the end.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        input: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let polled = self.socket.poll(cx, input);
        if let Poll::Ready(Ok(len)) = polled {
            self.exchange.receive(input.get(..len).unwrap_or_default());
        }
        polled
    }

    pub(super) fn answer(&mut self) -> Result<Option<Answer>, ExchangeError> {
        self.exchange.next_answer()
    }

    /// Writes all that is left and closes the writing side.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        self.socket.finish().await
    }
}
