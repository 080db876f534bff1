//! Message ids and sequence numbers.

use std::time::Duration;

/// Which of the four kinds of message id to make: the two lowest bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IdKind {
    /// Sent by a client.
    Client = 0,
    /// Sent by a server in answer to a client's message.
    Response = 1,
    /// Sent by a server of its own accord.
    Notification = 3,
}

/// Makes strictly rising message ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct MsgIds {
    last: i64,
}

impl MsgIds {
    /// The next id for a message sent at `time` (the server's); `noise` fills bits below the
    /// precision of clocks, so that ids of two sessions of one key do not meet.
    pub(crate) fn next(
        &mut self,
        time: Duration,
        noise: impl FnOnce() -> u64,
        kind: IdKind,
    ) -> i64 {
        const NOISE: i64 = 0xfff;
        let time = from_time(time);
        let next = (self.last & !3).saturating_add(4) & !3;
        // Behind the last id no noise would be seen.
        let fresh = match time | NOISE < next {
            true => 0,
            false => (time ^ (noise() as i64 & NOISE)) & !3,
        };
        let id = fresh.max(next) | kind as i64;
        self.last = id;
        id
    }

    /// The id given out last; 0 before the first.
    pub(crate) fn last(&self) -> i64 {
        self.last
    }
}

/// Later times than this, in seconds since 1970, make no ids: ids must stay positive, and have room
/// to rise when a hostile peer sets the clock as far as it goes.
const LATEST: u64 = (1 << 31) - (1 << 16);

/// The id a clock showing `time` gives, before its low bits are set.
pub(crate) fn from_time(time: Duration) -> i64 {
    let fraction = (u64::from(time.subsec_nanos()) << 32) / 1_000_000_000;
    ((time.as_secs().min(LATEST) << 32) | fraction) as i64
}

/// The time an id carries.
pub(crate) fn to_time(id: i64) -> Duration {
    let id = id as u64;
    let nanos = ((id & 0xffff_ffff) * 1_000_000_000) >> 32;
    Duration::new(id >> 32, nanos as u32)
}

/// Whether the time in `id` lies at most 300 s before and 30 s after `time`.
pub(crate) fn window(id: i64, time: Duration) -> Result<(), OutOfWindow> {
    let at = to_time(id);
    if at + Duration::from_secs(300) < time {
        Err(OutOfWindow::Past)
    } else if at > time + Duration::from_secs(30) {
        Err(OutOfWindow::Future)
    } else {
        Ok(())
    }
}

/// On which side of the accepted time a message id lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutOfWindow {
    Past,
    Future,
}

/// Counts content-related messages and numbers all of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SeqNos {
    count: u32,
}

impl SeqNos {
    /// The number of the next message.
    pub(crate) fn next(&mut self, content: bool) -> i32 {
        let even = self.count.wrapping_mul(2);
        if content {
            self.count = self.count.wrapping_add(1);
        }
        (even | u32::from(content)) as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_28_ids_rise_even_when_the_clock_stands_or_steps_back() {
        let mut ids = MsgIds::default();
        let mut last = 0;
        for (secs, noise) in [(100, 0xfff), (100, 0), (99, 7), (100, 3), (101, 1)] {
            let id = ids.next(Duration::from_secs(secs), || noise, IdKind::Client);
            assert!(id > last && id % 4 == 0, "{id} after {last}");
            last = id;
        }
        assert_eq!(to_time(last).as_secs(), 101);
    }

    #[test]
    fn kinds_are_the_two_lowest_bits() {
        let mut ids = MsgIds::default();
        for kind in [
            IdKind::Response,
            IdKind::Notification,
            IdKind::Response,
            IdKind::Client,
        ] {
            assert_eq!(
                ids.next(Duration::from_secs(9), || 0x55, kind) & 3,
                kind as i64
            );
        }
    }

    #[test]
    fn a_time_survives_the_way_through_an_id() {
        let time = Duration::new(1_705_754_877, 123_456_789);
        let back = to_time(from_time(time));
        assert!(time - back < Duration::from_nanos(2));
    }

    #[test]
    fn sec_22_window_is_300_seconds_back_and_30_ahead() {
        let at = |s| from_time(Duration::from_secs(s));
        let now = Duration::from_secs(10_000);
        assert_eq!(window(at(9_700), now), Ok(()));
        assert_eq!(window(at(9_699), now), Err(OutOfWindow::Past));
        assert_eq!(window(at(10_030), now), Ok(()));
        assert_eq!(window(at(10_031), now), Err(OutOfWindow::Future));
        assert_eq!(window(-1, now), Err(OutOfWindow::Future));
    }

    #[test]
    fn sec_28_sequence_numbers_count_content_only() {
        let mut seq = SeqNos::default();
        let got: Vec<_> = [true, false, false, true, false]
            .map(|c| seq.next(c))
            .into();
        assert_eq!(got, [1, 2, 2, 3, 4]);
    }
}
