use std::time::Duration;

/// What is held back before a sequence gives up waiting and asks for the difference instead.
const MAX_HELD: usize = 4096;

/// One step of a sequence: it leads from `pts - count` to `pts`.
///
/// A step without a value moves the sequence on and delivers nothing: what the client did itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step<T> {
    pub(crate) pts: i32,
    pub(crate) count: i32,
    pub(crate) value: Option<T>,
}

/// One of Telegram's counters (pts of the account, qts, pts of a channel) and what waits for it.
#[derive(Debug)]
pub(super) struct Sequence<T> {
    /// How far everything was received; `None` until the server or the first step tells.
    local: Option<i32>,
    /// Steps that came too early, ordered by where they start.
    held: Vec<Step<T>>,
    /// Since when a step is missing.
    pub(super) gap_since: Option<Duration>,
    /// Whether steps were given up for want of room, so that only a difference can help.
    overflowed: bool,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offered {
    /// It was next, and maybe freed others.
    Applied,
    /// It was received before.
    Duplicate,
    /// It waits for something that is missing.
    Held,
}

impl<T> Sequence<T> {
    pub(super) fn new(local: Option<i32>) -> Self {
        Self {
            local,
            held: Vec::new(),
            gap_since: None,
            overflowed: false,
        }
    }

    pub(super) fn local(&self) -> Option<i32> {
        self.local
    }

    /// Takes a step: into `ready` if it is next, aside if something is missing before it.
    ///
    /// With `hold`, because the difference is being fetched, everything is put aside.
    pub(super) fn offer(
        &mut self,
        now: Duration,
        step: Step<T>,
        hold: bool,
        ready: &mut impl Extend<T>,
    ) -> Offered {
        if let (false, Some(local)) = (hold, self.local) {
            match order(local, &step) {
                std::cmp::Ordering::Equal => {
                    self.local = Some(step.pts);
                    ready.extend(step.value);
                    self.release(now, ready);
                    return Offered::Applied;
                }
                std::cmp::Ordering::Less => return Offered::Duplicate,
                std::cmp::Ordering::Greater => {}
            }
            self.gap_since.get_or_insert(now);
        }
        self.hold(step);
        Offered::Held
    }

    fn hold(&mut self, step: Step<T>) {
        if self.held.len() >= MAX_HELD {
            self.held.clear();
            self.overflowed = true;
        }
        let key = |s: &Step<T>| (s.pts.saturating_sub(s.count), s.pts);
        let at = self.held.partition_point(|s| key(s) <= key(&step));
        self.held.insert(at, step);
    }

    /// Moves to where the server says, then lets go of what waited for that.
    pub(super) fn set(&mut self, now: Duration, local: i32, ready: &mut impl Extend<T>) {
        self.local = Some(local);
        self.overflowed = false;
        self.release(now, ready);
    }

    /// Starts where the server says, or before it where something came in already that the server
    /// counts as known: it came after somebody began to listen.
    pub(super) fn start(&mut self, now: Duration, local: i32, ready: &mut impl Extend<T>) {
        let first = self.held.first().map(|s| s.pts.saturating_sub(s.count));
        self.set(now, first.map_or(local, |first| first.min(local)), ready);
    }

    /// Moves to where the server says and keeps what waits; more of the difference is to come.
    pub(super) fn advance(&mut self, local: i32) {
        self.local = Some(local);
        self.overflowed = false;
    }

    /// Lets go of the steps that are next by now, and forgets those received before.
    pub(super) fn release(&mut self, now: Duration, ready: &mut impl Extend<T>) {
        let Some(mut local) = self.local else { return };
        let mut kept = Vec::new();
        for step in std::mem::take(&mut self.held) {
            match order(local, &step) {
                std::cmp::Ordering::Equal => {
                    local = step.pts;
                    ready.extend(step.value);
                }
                std::cmp::Ordering::Less => {}
                std::cmp::Ordering::Greater => kept.push(step),
            }
        }
        self.local = Some(local);
        self.gap_since = if kept.is_empty() && !self.overflowed {
            None
        } else {
            Some(self.gap_since.unwrap_or(now))
        };
        self.held = kept;
    }

    /// Delivers what waits although something before it is missing for good.
    ///
    /// Gives the range that was skipped, if any was.
    pub(super) fn skip_gap(&mut self, ready: &mut impl Extend<T>) -> Option<(i32, i32)> {
        let from = self.local?;
        let first = self.held.first().map(|s| s.pts.saturating_sub(s.count))?;
        let mut local = from;
        for step in std::mem::take(&mut self.held) {
            if order(local, &step).is_ge() {
                local = step.pts;
                ready.extend(step.value);
            }
        }
        self.local = Some(local);
        self.gap_since = None;
        self.overflowed = false;
        Some((from, first))
    }

    /// Forgets the counter, to be told anew by the server; what waits goes on waiting.
    pub(super) fn forget(&mut self) {
        self.local = None;
        self.gap_since = None;
    }
}

/// Where a step stands: `Equal` if it is next, `Less` if it was received, `Greater` if too early.
fn order<T>(local: i32, step: &Step<T>) -> std::cmp::Ordering {
    step.pts.cmp(&local.saturating_add(step.count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(pts: i32, count: i32) -> Step<i32> {
        Step {
            pts,
            count,
            value: Some(pts),
        }
    }

    fn offer(s: &mut Sequence<i32>, pts: i32, count: i32, ready: &mut Vec<i32>) -> Offered {
        s.offer(Duration::ZERO, step(pts, count), false, ready)
    }

    #[test]
    fn steps_come_out_in_order_and_once() {
        let (mut s, mut ready) = (Sequence::new(Some(10)), Vec::new());
        assert_eq!(offer(&mut s, 14, 1, &mut ready), Offered::Held);
        assert_eq!(offer(&mut s, 13, 2, &mut ready), Offered::Held);
        assert_eq!(offer(&mut s, 11, 1, &mut ready), Offered::Applied);
        assert_eq!(ready, [11, 13, 14]);
        assert_eq!(offer(&mut s, 13, 2, &mut ready), Offered::Duplicate);
        assert_eq!(offer(&mut s, 14, 0, &mut ready), Offered::Applied);
        assert_eq!(s.local(), Some(14));
        assert_eq!(s.gap_since, None);
    }

    #[test]
    fn steps_without_a_value_only_count() {
        let (mut s, mut ready) = (Sequence::new(Some(1)), Vec::new());
        offer(&mut s, 3, 1, &mut ready);
        let own = Step {
            pts: 2,
            count: 1,
            value: None,
        };
        s.offer(Duration::ZERO, own, false, &mut ready);
        assert_eq!(ready, [3]);
    }

    #[test]
    fn a_gap_that_stays_is_skipped_with_its_range() {
        let (mut s, mut ready) = (Sequence::new(Some(1)), Vec::new());
        offer(&mut s, 5, 1, &mut ready);
        offer(&mut s, 6, 1, &mut ready);
        assert_eq!(s.skip_gap(&mut ready), Some((1, 4)));
        assert_eq!(ready, [5, 6]);
        assert_eq!(s.local(), Some(6));
    }

    #[test]
    fn too_much_held_back_leaves_a_gap_open() {
        let (mut s, mut ready) = (Sequence::new(Some(0)), Vec::new());
        for pts in 0..=i32::try_from(MAX_HELD).unwrap() {
            offer(&mut s, pts + 2, 1, &mut ready);
        }
        assert!(s.held.len() <= MAX_HELD && s.overflowed && s.gap_since.is_some());
        s.set(Duration::ZERO, 10_000, &mut ready);
        assert!(ready.is_empty() && s.gap_since.is_none());
    }
}
