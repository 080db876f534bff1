//! What a seed decides, and what came of it.

use crate::{dice::Dice, link::Quality, stats::stats};

/// What a seed decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// Requests the client makes.
    pub requests: u64,
    /// Updates the server pushes.
    pub updates: u64,
    /// What the link does to packets.
    pub quality: Quality,
    /// Mean time between cut connections in seconds; 0 for none.
    pub cut_every: u64,
    /// The client's clock minus the server's, in seconds.
    pub skew: i64,
    /// What the client believes its clock is off by, in milliseconds.
    pub offset_ms: Option<i64>,
    /// Whether the server refuses salts now and then.
    pub refuse_salts: bool,
    /// Whether the server announces its sessions.
    pub announce: bool,
    /// Whether the server forgets all its sessions, twice.
    pub forgetful: bool,
    /// How often the server says what is not so, under its true key.
    pub lies: u64,
}

impl Plan {
    /// The plan of a seed. Even seeds have links that keep the order, as TCP does.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let mut dice = Dice::new(seed ^ 0x5eed);
        let ordered = seed.is_multiple_of(2);
        let bad = if ordered { 0 } else { dice.below(20) };
        let skew = *dice.pick(&[0, 0, 0, 0, -3600, 3600, -200, 20, 86_400, 100]);
        let tampered = dice.percent(40);
        let mut sometimes = |most: u64| if tampered { dice.below(most) } else { 0 };
        let quality = Quality {
            ordered,
            drop_percent: bad,
            repeat_percent: bad,
            straggle_percent: bad,
            damage_percent: sometimes(4),
            replay_percent: sometimes(10),
            invent_percent: sometimes(3),
            ..Quality::good((5, 30))
        };
        let lies = sometimes(20);
        Self {
            seed,
            requests: 10 + dice.below(30),
            updates: dice.below(30),
            quality: Quality {
                latency_ms: (5, *dice.pick(&[30, 300, 3000])),
                ..quality
            },
            cut_every: *dice.pick(&[0, 5, 20, 60]),
            skew,
            offset_ms: *dice.pick(&[None, Some(0), Some(-skew * 1000)]),
            refuse_salts: dice.percent(30),
            announce: dice.percent(30),
            forgetful: dice.percent(20),
            lies,
        }
    }

    /// A link on which nothing goes wrong.
    #[must_use]
    pub fn quiet(seed: u64) -> Self {
        Self {
            seed,
            requests: 40,
            updates: 20,
            quality: Quality::good((20, 30)),
            cut_every: 0,
            skew: 0,
            offset_ms: Some(0),
            refuse_salts: false,
            announce: false,
            forgetful: false,
            lies: 0,
        }
    }
}

stats! {
    /// Requests the server answered.
    answered,
    /// Requests the server answered with an error.
    errors,
    /// Requests nobody waits for any more.
    cancelled,
    /// Requests that failed because nobody can tell whether they ran.
    may_have_run,
    /// Requests the server ran.
    executed,
    /// Updates that came.
    updates,
    /// Packets that arrived.
    packets,
    /// Packets that were lost.
    dropped,
    /// Packets that came twice.
    repeated,
    /// Packets that were damaged on the way.
    damaged,
    /// Packets that somebody on the way played again.
    replayed,
    /// Packets that somebody on the way made up.
    invented,
    /// Things the server said that were not so.
    lies,
    /// Connections that broke or were closed.
    cuts,
    /// Packets the client refused, each with its connection.
    rejected,
    /// Packets the server refused, each with its connection.
    refused,
    /// Salts the server refused.
    refused_salts,
    /// Times the server forgot its sessions.
    forgotten,
    /// Sessions the server announced.
    new_sessions,
    /// Session ids the client gave up.
    resets,
    /// Connections the client gave up because nothing came.
    dead_peers,
}
