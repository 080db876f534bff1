//! One counter: what is next, what was received, what waits.

use std::{cmp::Ordering, collections::VecDeque, time::Duration};

/// How long a missing update is waited for before it is fetched.
const GAP_WAIT: Duration = Duration::from_millis(500);
/// How often a gap may outlive a difference before it is given up; the wait doubles each time.
pub(crate) const MAX_TRIES: u32 = 4;
/// By how much a counter must fall to be believed: the server lost it. Less is a stale answer.
pub(crate) const MIN_FALL: i32 = 400_000;

/// One step of a sequence: it leads from `pts - count` to `pts`.
///
/// A step without a value moves the sequence on and delivers nothing: what the client did itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step<V> {
    pub(crate) pts: i32,
    pub(crate) count: i32,
    pub(crate) value: Option<V>,
}

impl<V> Step<V> {
    /// With a count that cannot lead below zero, or backwards.
    pub(crate) fn new(pts: i32, count: i32, value: Option<V>) -> Self {
        let count = count.clamp(0, pts.max(0));
        Self { pts, count, value }
    }

    /// The counter before it.
    pub(crate) fn start(&self) -> i32 {
        self.pts.saturating_sub(self.count)
    }
}

/// What happens around a sequence while a step comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing else.
    Flowing,
    /// A difference is about to be fetched, so nobody needs to hear about gaps.
    Waiting,
    /// A difference is being fetched that may hold the step too: it must wait.
    Fetching,
}

/// What a sequence tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Duplicate,
    Overflow,
    Opened {
        from: i32,
        to: i32,
    },
    Closed {
        from: i32,
        to: i32,
        fetched: bool,
        updates: usize,
    },
    Lost {
        from: i32,
        to: i32,
    },
    Reset {
        from: i32,
        to: i32,
    },
}

/// Where a sequence puts what comes out of it.
pub(crate) trait Sink<V> {
    fn deliver(&mut self, value: V);
    fn tell(&mut self, event: Event);
}

#[derive(Clone, Copy, Debug)]
struct Gap {
    from: i32,
    to: i32,
    /// Since when it is waited for.
    since: Duration,
    /// Where the counter stood when it was last judged.
    at: i32,
    /// Differences in a row that did not move the counter.
    tries: u32,
    /// Whether a difference brought something.
    fetched: bool,
    updates: usize,
}

/// One of Telegram's counters (pts of the account, qts, seq, pts of a channel) and what waits for it.
#[derive(Debug)]
pub(crate) struct Sequence<V> {
    /// How far everything was received; `None` until the server tells.
    local: Option<i32>,
    /// Steps that came too early, ordered by where they start.
    held: VecDeque<Step<V>>,
    /// How far the counter is known to have come although nothing waits that leads there.
    beyond: i32,
    gap: Option<Gap>,
    /// How many steps may wait.
    room: usize,
}

impl<V> Sequence<V> {
    pub(crate) fn new(local: Option<i32>, room: usize) -> Self {
        Self {
            local,
            held: VecDeque::new(),
            beyond: 0,
            gap: None,
            room,
        }
    }

    pub(crate) fn local(&self) -> Option<i32> {
        self.local
    }

    /// How many steps wait.
    pub(crate) fn held(&self) -> usize {
        self.held.len()
    }

    /// When what is missing is to be fetched.
    pub(crate) fn due(&self) -> Option<Duration> {
        let gap = self.gap.as_ref()?;
        Some(gap.since.saturating_add(wait(gap.tries)))
    }

    /// The steps that wait, in order.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Step<V>> {
        self.held.iter()
    }

    /// Where the first step that waits begins.
    pub(crate) fn first_held(&self) -> Option<i32> {
        self.held.front().map(Step::start)
    }

    /// Forgets how far the counter is known to have come, but for what waits.
    pub(crate) fn expect_nothing(&mut self) {
        (self.beyond, self.gap) = (0, None);
    }

    /// Forgets how far everything was received; what waits goes on waiting.
    pub(crate) fn forget(&mut self) {
        (self.local, self.beyond) = (None, 0);
    }

    /// Whether more is known to have happened than was received.
    pub(crate) fn is_behind(&self) -> bool {
        self.missing().is_some()
    }

    /// The first range that is missing.
    pub(crate) fn missing(&self) -> Option<(i32, i32)> {
        let local = self.local?;
        match self.held.iter().find(|step| step.start() > local) {
            Some(step) => Some((local, step.start())),
            None => (self.beyond > local).then_some((local, self.beyond)),
        }
    }

    /// Takes a step: delivers it if it is next, puts it aside if something is missing before it.
    pub(crate) fn offer(
        &mut self,
        now: Duration,
        step: Step<V>,
        phase: Phase,
        sink: &mut impl Sink<V>,
    ) {
        let (Some(local), Phase::Flowing | Phase::Waiting) = (self.local, phase) else {
            self.hold(step, sink);
            return;
        };
        match step.start().cmp(&local) {
            Ordering::Less => sink.tell(Event::Duplicate),
            Ordering::Equal => {
                self.apply(step, sink);
                self.release(now, phase, sink);
            }
            Ordering::Greater => {
                self.hold(step, sink);
                self.settle(now, phase, sink);
            }
        }
    }

    fn apply(&mut self, step: Step<V>, sink: &mut impl Sink<V>) {
        self.local = Some(step.pts);
        if let Some(gap) = &mut self.gap {
            gap.updates += usize::from(step.pts <= gap.to);
        }
        if let Some(value) = step.value {
            sink.deliver(value);
        }
    }

    fn hold(&mut self, step: Step<V>, sink: &mut impl Sink<V>) {
        if self.held.len() >= self.room {
            self.drop_held(sink);
        }
        let key = |s: &Step<V>| (s.start(), s.pts);
        let at = self.held.partition_point(|s| key(s) <= key(&step));
        self.held.insert(at, step);
    }

    /// Makes room: what waited is to be fetched again.
    pub(crate) fn drop_held(&mut self, sink: &mut impl Sink<V>) {
        let top = self.held.iter().map(|s| s.pts).max();
        self.beyond = self.beyond.max(top.unwrap_or(0));
        // The room itself is given back too.
        self.held = VecDeque::new();
        sink.tell(Event::Overflow);
    }

    /// Takes note that the counter has come this far.
    pub(crate) fn expect(&mut self, pts: i32) {
        self.beyond = self.beyond.max(pts);
    }

    /// Delivers the steps that are next by now, and forgets those received before.
    pub(crate) fn release(&mut self, now: Duration, phase: Phase, sink: &mut impl Sink<V>) {
        while let (Some(local), Some(step)) = (self.local, self.held.front()) {
            let order = step.start().cmp(&local);
            if order == Ordering::Greater {
                break;
            }
            let Some(step) = self.held.pop_front() else {
                break;
            };
            match order {
                Ordering::Equal => self.apply(step, sink),
                _ => sink.tell(Event::Duplicate),
            }
        }
        self.settle(now, phase, sink);
    }

    /// Tells gaps that closed and opened.
    fn settle(&mut self, now: Duration, phase: Phase, sink: &mut impl Sink<V>) {
        let missing = self.missing();
        if let (Some(gap), Some(local)) = (self.gap, self.local)
            && (missing.is_none() || local >= gap.to)
        {
            self.gap = None;
            sink.tell(Event::Closed {
                from: gap.from,
                to: gap.to,
                fetched: gap.fetched,
                updates: gap.updates,
            });
        }
        if let (None, Phase::Flowing, Some((from, to))) = (self.gap, phase, missing) {
            self.open(now, from, to, 0, sink);
        }
    }

    fn open(&mut self, now: Duration, from: i32, to: i32, tries: u32, sink: &mut impl Sink<V>) {
        self.gap = Some(Gap {
            from,
            to,
            since: now,
            at: from,
            tries,
            fetched: false,
            updates: 0,
        });
        sink.tell(Event::Opened { from, to });
    }

    /// Moves to where a difference leads that brought so many updates of this counter.
    pub(crate) fn advance(&mut self, to: i32, updates: usize, sink: &mut impl Sink<V>) {
        let Some(local) = self.local else {
            self.local = Some(to.max(0));
            return;
        };
        if let Some(gap) = &mut self.gap {
            gap.fetched |= to > local;
            gap.updates += updates;
        }
        if local.saturating_sub(to.max(0)) > MIN_FALL {
            self.restart(to, sink);
        } else {
            self.local = Some(local.max(to));
        }
    }

    /// Moves to where a difference leads that brought so many updates of this counter, be it back.
    pub(crate) fn assign(&mut self, to: i32, updates: usize) {
        if let Some(gap) = &mut self.gap {
            gap.fetched |= Some(to) > self.local;
            gap.updates += updates;
        }
        self.local = Some(to.max(0));
    }

    /// Starts, or goes on, where the server says; what waits goes on waiting.
    pub(crate) fn restart(&mut self, to: i32, sink: &mut impl Sink<V>) {
        (self.beyond, self.gap) = (0, None);
        let before = self.local.replace(self.first(to));
        if let Some(from) = before {
            sink.tell(Event::Reset { from, to });
        }
    }

    /// Goes on at `to` because the server skipped what is before. Of that, `deliver` gets what waited.
    pub(crate) fn jump(&mut self, to: i32, mut deliver: impl FnMut(V)) {
        let mut local = self.local.unwrap_or(0);
        let skipped = self.held.partition_point(|s| s.start() < to);
        for step in self.held.drain(..skipped) {
            if step.start() >= local {
                local = step.pts;
                step.value.into_iter().for_each(&mut deliver);
            }
        }
        (self.local, self.gap) = (Some(local.max(to)), None);
    }

    /// Where to start if the server says `to`: before what came in already and was not delivered,
    /// since that came after somebody began to listen.
    fn first(&self, to: i32) -> i32 {
        // What falls counts anew, and says nothing about what waits.
        let known = self.local.filter(|local| *local <= to).unwrap_or(0);
        let new = self
            .held
            .iter()
            .map(Step::start)
            .find(|start| *start >= known);
        new.map_or(to, |new| new.min(to)).max(0)
    }

    /// A difference was fetched to its end: what waited is let go of, what is missing all the same
    /// is waited for again, and in the end given up.
    pub(crate) fn judge(&mut self, now: Duration, phase: Phase, sink: &mut impl Sink<V>) {
        let before = self.gap.map(|g| (g.from, g.to));
        self.release(now, phase, sink);
        let local = self.local.unwrap_or(0);
        let Some(gap) = self.gap.as_mut().filter(|g| before == Some((g.from, g.to))) else {
            return;
        };
        if local > gap.at {
            (gap.at, gap.tries, gap.since) = (local, 0, now);
        } else if now >= gap.since.saturating_add(wait(gap.tries)) {
            gap.tries += 1;
            gap.since = now;
            if gap.tries >= MAX_TRIES {
                self.give_up(now, sink);
            }
        }
    }

    /// Goes on behind what is missing, which is lost.
    pub(crate) fn give_up(&mut self, now: Duration, sink: &mut impl Sink<V>) {
        let Some((from, to)) = self.missing() else {
            return;
        };
        self.gap = None;
        self.local = Some(to);
        sink.tell(Event::Lost { from, to });
        self.release(now, Phase::Waiting, sink);
        // No difference had what is missing further on either: one more is asked.
        if let Some((from, to)) = self.missing() {
            self.open(now, from, to, MAX_TRIES - 1, sink);
        }
    }
}

fn wait(tries: u32) -> Duration {
    GAP_WAIT.saturating_mul(1 << tries.min(MAX_TRIES))
}
