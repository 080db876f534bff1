//! Bytes one way: slow, or standing still.

use std::collections::VecDeque;
use std::time::Duration;

/// Longest piece that goes at once over a slow connection.
const PIECE_MAX: usize = 16 * 1024;
/// Pieces a second, unless that makes them too long.
const PIECES: u64 = 50;

/// How slow a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Bytes a second; 0 for any number.
    pub(crate) rate: u64,
    pub(crate) latency: Duration,
}

/// Bytes of one connection that are under way, one way; they stay in order.
#[derive(Default)]
pub(crate) struct Pipe {
    pieces: VecDeque<(Duration, Vec<u8>)>,
    bytes: usize,
    /// When the last byte has left its sender.
    sent_at: Duration,
    /// Nothing comes out before.
    still_until: Duration,
}

impl Pipe {
    /// Bytes under way.
    pub(crate) fn len(&self) -> usize {
        self.bytes
    }

    /// Whether bytes go straight through.
    pub(crate) fn is_open(&self, now: Duration) -> bool {
        self.bytes == 0 && self.still_until <= now
    }

    /// Nothing comes out for this time.
    pub(crate) fn stand_still(&mut self, now: Duration, time: Duration) {
        self.still_until = self.still_until.max(now + time);
    }

    /// Takes bytes in.
    pub(crate) fn put(&mut self, now: Duration, bytes: &[u8], shape: Option<Shape>) {
        let shape = shape.unwrap_or(Shape {
            rate: 0,
            latency: Duration::ZERO,
        });
        let piece = match usize::try_from(shape.rate / PIECES) {
            Ok(0) if shape.rate > 0 => 1,
            Ok(piece @ 1..PIECE_MAX) => piece,
            _ => PIECE_MAX,
        };
        for piece in bytes.chunks(piece) {
            let nanos = (piece.len() as u64 * 1_000_000_000).checked_div(shape.rate);
            self.sent_at = self.sent_at.max(now) + Duration::from_nanos(nanos.unwrap_or(0));
            self.bytes += piece.len();
            self.pieces
                .push_back((self.sent_at + shape.latency, piece.to_vec()));
        }
    }

    /// The next bytes that have arrived.
    pub(crate) fn take(&mut self, now: Duration) -> Option<Vec<u8>> {
        if self.next_due()? > now {
            return None;
        }
        let (_, piece) = self.pieces.pop_front()?;
        self.bytes -= piece.len();
        Some(piece)
    }

    /// When the next bytes arrive.
    pub(crate) fn next_due(&self) -> Option<Duration> {
        let (due, _) = self.pieces.front()?;
        Some((*due).max(self.still_until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn arrived(pipe: &mut Pipe, now: Duration) -> usize {
        std::iter::from_fn(|| pipe.take(now)).map(|p| p.len()).sum()
    }

    #[test]
    fn a_rate_is_kept_and_latency_comes_on_top() {
        let mut pipe = Pipe::default();
        let shape = Shape {
            rate: 1000,
            latency: at(200),
        };
        pipe.put(at(0), &[0; 500], Some(shape));
        pipe.put(at(100), &[0; 500], Some(shape));
        assert_eq!(arrived(&mut pipe, at(219)), 0);
        assert_eq!(arrived(&mut pipe, at(700)), 500);
        assert_eq!(arrived(&mut pipe, at(1199)), 480);
        assert_eq!(arrived(&mut pipe, at(1200)), 20);
        assert!(pipe.is_open(at(1200)));
    }

    #[test]
    fn bytes_stand_still_and_stay_in_order() {
        let mut pipe = Pipe::default();
        pipe.stand_still(at(0), at(50));
        assert!(!pipe.is_open(at(49)));
        pipe.put(at(10), b"ab", None);
        pipe.put(at(20), b"c", None);
        assert_eq!(pipe.take(at(49)), None);
        assert_eq!(pipe.next_due(), Some(at(50)));
        assert_eq!(pipe.take(at(50)).as_deref(), Some(&b"ab"[..]));
        assert_eq!(pipe.take(at(50)).as_deref(), Some(&b"c"[..]));
        assert_eq!(pipe.take(at(50)), None);
    }
}
