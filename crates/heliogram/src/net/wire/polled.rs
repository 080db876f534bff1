//! Packets in HTTP requests and answers: the server only speaks when spoken to, so there is always
//! a request under way, and further connections for what is said meanwhile.

use std::{
    collections::VecDeque,
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use heliogram_mtproto::{
    framing::{Frame, FrameError},
    http::{Answer, Exchange, ExchangeError},
};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{MAX_OUT, Stream, lane::Lane, scratch};
use crate::BoxFuture;

/// Most connections at once.
const MAX_LANES: usize = 4;
/// A request to wait that is answered sooner than this found something, or was refused.
const SOON: Duration = Duration::from_millis(100);
/// The shortest and the longest pause between requests to wait that are answered that soon.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Opens one more connection to the server.
pub(in crate::net) type Open =
    Arc<dyn Fn() -> BoxFuture<'static, io::Result<Box<dyn Stream>>> + Send + Sync>;

pub(in crate::net) struct Polled {
    lanes: Vec<Lane>,
    open: Open,
    opening: Option<BoxFuture<'static, io::Result<Box<dyn Stream>>>>,
    host: Box<str>,
    port: u16,
    path: &'static str,
    packets: VecDeque<Vec<u8>>,
    queued: usize,
    frames: VecDeque<Frame>,
    /// There is a session, and what the server has to say to it is waited for.
    in_session: bool,
    requests: u64,
    /// No request to wait is made before this.
    pause: Duration,
    next_wait: Instant,
    timer: Pin<Box<Sleep>>,
    /// Whether the request made last ended without an answer.
    lost: bool,
}

impl Polled {
    /// Over a connection to `host` and as many others as are needed.
    pub(in crate::net) fn new(
        stream: Box<dyn Stream>,
        open: Open,
        (host, port): (&str, u16),
        path: &'static str,
    ) -> Result<Self, ExchangeError> {
        let exchange = Exchange::new(host, port, path)?;
        Ok(Self {
            lanes: vec![Lane::new(stream, exchange)],
            open,
            opening: None,
            host: host.into(),
            port,
            path,
            packets: VecDeque::new(),
            queued: 0,
            frames: VecDeque::new(),
            in_session: false,
            requests: 0,
            pause: FIRST_PAUSE,
            next_wait: Instant::now(),
            timer: Box::pin(sleep_until(Instant::now())),
            lost: false,
        })
    }

    /// There is a session from now on.
    pub(super) fn begin(&mut self) {
        self.in_session = true;
    }

    /// Whether no request is under way, so that the server could not say anything.
    pub(super) fn wants_wait(&self) -> bool {
        self.in_session
            && self.packets.is_empty()
            && !self.lanes.iter().any(Lane::is_waiting)
            && self.lanes.iter().any(Lane::is_idle)
            && Instant::now() >= self.next_wait
    }

    /// Makes a request of a packet that asks the server to hold its answer.
    pub(super) fn wait(&mut self, packet: &[u8]) -> io::Result<()> {
        if let Some(lane) = self.lanes.iter_mut().find(|lane| lane.is_idle()) {
            self.requests += 1;
            lane.request(packet, self.requests, true).map_err(invalid)?;
        }
        Ok(())
    }

    pub(super) fn room(&self) -> usize {
        MAX_OUT.saturating_sub(self.queued)
    }

    pub(super) fn queue(&mut self, packet: &[u8]) -> Result<(), FrameError> {
        self.queued += packet.len();
        self.packets.push_back(packet.to_vec());
        Ok(())
    }

    pub(super) fn next_frame(&mut self) -> Option<Frame> {
        self.frames.pop_front()
    }

    /// Whether the request made last was lost since this was asked last.
    pub(super) fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.lost)
    }

    /// Carries packets until something was read or the server is to be asked to wait; dropping the
    /// future loses nothing.
    pub(super) async fn io(&mut self) -> io::Result<usize> {
        poll_fn(|cx| scratch::with(|input| self.poll_io(cx, input))).await
    }

    fn poll_io(&mut self, cx: &mut Context<'_>, input: &mut [u8]) -> Poll<io::Result<usize>> {
        // Nothing is put on a connection that has ended in the meantime.
        let mut read = self.poll_lanes(cx, input).map_err(invalid)?;
        loop {
            self.make_requests().map_err(invalid)?;
            let mut moved = self.poll_opening(cx)?;
            let before = self.lanes.len();
            read += self.poll_lanes(cx, input).map_err(invalid)?;
            moved |= self.lanes.len() < before;
            if self.lost && !self.in_session {
                // Without a session nobody can ask what became of it.
                return Poll::Ready(Ok(0));
            }
            if read > 0 || self.lost || self.wants_wait() {
                return Poll::Ready(Ok(read.max(1)));
            }
            if !moved && !self.poll_timer(cx) {
                return Poll::Pending;
            }
        }
    }

    /// Puts what is to be said on connections without a request under way.
    fn make_requests(&mut self) -> Result<(), ExchangeError> {
        while let Some(lane) = self.lanes.iter_mut().find(|lane| lane.is_idle()) {
            let Some(packet) = self.packets.pop_front() else {
                break;
            };
            self.queued -= packet.len();
            self.requests += 1;
            lane.request(&packet, self.requests, false)?;
        }
        Ok(())
    }

    /// Opens a connection where one is missing; answers whether one was opened.
    fn poll_opening(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        let idle = self.lanes.iter().any(Lane::is_idle);
        let wanted = (!self.packets.is_empty() && self.lanes.len() < MAX_LANES)
            || (self.lanes.is_empty() && self.in_session);
        if self.opening.is_none() && wanted && !idle {
            self.opening = Some((self.open)());
        }
        let Some(opening) = &mut self.opening else {
            return Ok(false);
        };
        let Poll::Ready(opened) = opening.as_mut().poll(cx) else {
            return Ok(false);
        };
        self.opening = None;
        let exchange = Exchange::new(&self.host, self.port, self.path).map_err(invalid)?;
        self.lanes.push(Lane::new(opened?, exchange));
        Ok(true)
    }

    /// Reads answers; connections that ended are let go.
    fn poll_lanes(
        &mut self,
        cx: &mut Context<'_>,
        input: &mut [u8],
    ) -> Result<usize, ExchangeError> {
        let (mut read, mut broken) = (0, None);
        let now = Instant::now();
        let Self {
            lanes,
            frames,
            pause,
            next_wait,
            requests,
            lost,
            ..
        } = self;
        lanes.retain_mut(|lane| {
            let ended = match lane.poll(cx, input) {
                Poll::Ready(Ok(0) | Err(_)) => true,
                Poll::Ready(Ok(len)) => {
                    read += len;
                    false
                }
                Poll::Pending => lane.deadline().is_some_and(|deadline| deadline <= now),
            };
            let was_waiting = lane.is_waiting();
            match lane.answer() {
                Ok(None) => {}
                Ok(Some(answer)) => {
                    if lane.waits {
                        let soon = now < lane.since + SOON;
                        *pause = if soon {
                            (*pause * 2).min(LONGEST_PAUSE)
                        } else {
                            FIRST_PAUSE
                        };
                        *next_wait = now + *pause;
                    }
                    frames.extend(match answer {
                        Answer::Packet(packet) => Some(Frame::Packet(packet)),
                        Answer::Error(code) => Some(Frame::Error(code)),
                        Answer::Nothing => None,
                    });
                }
                Err(e) => broken = Some(e),
            }
            // A server ends the older of two requests of a session; only the newest is missed.
            let unanswered = ended && was_waiting && lane.is_waiting();
            *lost |= unanswered && !lane.waits && lane.number == *requests;
            !ended && (lane.is_idle() || lane.is_waiting())
        });
        match broken {
            Some(e) => Err(e),
            None => Ok(read),
        }
    }

    /// Waits for the next moment at which something is to be done; answers whether it has come.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> bool {
        let deadlines = self.lanes.iter().filter_map(Lane::deadline);
        let idle = self.in_session && !self.lanes.iter().any(Lane::is_waiting);
        let next = idle
            .then_some(self.next_wait)
            .filter(|at| *at > Instant::now());
        let Some(at) = deadlines.chain(next).min() else {
            return false;
        };
        self.timer.as_mut().reset(at);
        self.timer.as_mut().poll(cx).is_ready()
    }

    /// Says what is left and closes.
    pub(super) async fn finish(&mut self) -> io::Result<()> {
        self.in_session = false;
        self.make_requests().map_err(invalid)?;
        for lane in &mut self.lanes {
            lane.finish().await?;
        }
        Ok(())
    }
}

fn invalid(e: ExchangeError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, e)
}

#[cfg(test)]
mod tests;
