//! What a seed decides, and what came of it.

use crate::{dice::Dice, link::Quality};

/// What a seed decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) requests: u64,
    pub(crate) updates: u64,
    pub(crate) quality: Quality,
    /// Mean time between cuts in seconds; 0 for none.
    pub(crate) cut_every: u64,
    /// The client's clock minus the server's, in seconds.
    pub(crate) skew: i64,
    pub(crate) offset_ms: Option<i64>,
    pub(crate) refuse_salts: bool,
    pub(crate) announce: bool,
    pub(crate) forgetful: bool,
}

impl Plan {
    pub(crate) fn from_seed(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x5eed);
        let ordered = seed.is_multiple_of(2);
        let bad = if ordered { 0 } else { dice.below(20) };
        let skews = [0, 0, 0, 0, -3600, 3600, -200, 20, 86_400, 100];
        let skew = skews[dice.below(10) as usize];
        Self {
            seed,
            requests: 10 + dice.below(30),
            updates: dice.below(30),
            quality: Quality {
                latency_ms: (5, [30, 300, 3000][dice.below(3) as usize]),
                ordered,
                drop_percent: bad,
                repeat_percent: bad,
                straggle_percent: bad,
            },
            cut_every: [0, 5, 20, 60][dice.below(4) as usize],
            skew,
            offset_ms: [None, Some(0), Some(-skew * 1000)][dice.below(3) as usize],
            refuse_salts: dice.percent(30),
            announce: dice.percent(30),
            forgetful: false,
        }
    }

    pub(crate) fn quiet(seed: u64) -> Self {
        Self {
            seed,
            requests: 40,
            updates: 20,
            quality: Quality {
                latency_ms: (20, 30),
                ordered: true,
                drop_percent: 0,
                repeat_percent: 0,
                straggle_percent: 0,
            },
            cut_every: 0,
            skew: 0,
            offset_ms: Some(0),
            refuse_salts: false,
            announce: false,
            forgetful: false,
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stats {
    pub(crate) answered: u64,
    pub(crate) errors: u64,
    pub(crate) cancelled: u64,
    pub(crate) may_have_run: u64,
    pub(crate) executed: u64,
    pub(crate) updates: u64,
    pub(crate) cuts: u64,
    pub(crate) dropped: u64,
    pub(crate) repeated: u64,
    pub(crate) resets: u64,
    pub(crate) new_sessions: u64,
    pub(crate) dead_peers: u64,
    pub(crate) refused_salts: u64,
    pub(crate) packets: u64,
    pub(crate) rejected: u64,
}

impl Stats {
    pub(crate) fn add(&mut self, o: &Self) {
        self.answered += o.answered;
        self.errors += o.errors;
        self.cancelled += o.cancelled;
        self.may_have_run += o.may_have_run;
        self.executed += o.executed;
        self.updates += o.updates;
        self.cuts += o.cuts;
        self.dropped += o.dropped;
        self.repeated += o.repeated;
        self.resets += o.resets;
        self.new_sessions += o.new_sessions;
        self.dead_peers += o.dead_peers;
        self.refused_salts += o.refused_salts;
        self.packets += o.packets;
        self.rejected += o.rejected;
    }
}
