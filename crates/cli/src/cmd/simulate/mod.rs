//! `heliogram simulate`.

mod many;
mod soak;

use std::time::Duration;

use anyhow::Result;
use heliogram_simulation::{Plan, Violation, told, updates};
use serde_json::json;

use self::many::Sum;
use crate::{
    args::{Simulate, SimulateWhat, Updates},
    ui::{DIM, Ui, styled},
};

pub(crate) async fn run(args: Simulate, ui: &Ui) -> Result<()> {
    match args.what {
        Some(SimulateWhat::Updates(args)) => run_updates(args, ui).await,
        None => match args.seeds.seed {
            Some(seed) => replay(&NETWORK, seed, ui),
            None => many::run(&NETWORK, args.seeds.from, args.seeds.seeds, ui).await,
        },
    }
}

async fn run_updates(args: Updates, ui: &Ui) -> Result<()> {
    match (args.seed, args.days) {
        (Some(seed), _) => replay(&UPDATES, seed, ui),
        (None, Some(days)) => soak::run(args.from, args.channels, days, ui).await,
        (None, None) => many::run(&UPDATES, args.from, args.histories, ui).await,
    }
}

/// Something that a seed decides.
struct Kind {
    /// What one run of it is called.
    runs: &'static str,
    /// The command that plays a seed again.
    replay: &'static str,
    /// Plays a seed, and tells its story to who listens.
    play: fn(u64, Option<Listener<'_>>) -> Outcome,
    /// What a seed decides, for people.
    plan: fn(u64) -> String,
}

type Listener<'a> = &'a mut dyn FnMut(Duration, &str);

/// What a seed came to.
struct Outcome {
    result: Result<(), Violation>,
    stats: Vec<(&'static str, u64)>,
    took: Duration,
}

const NETWORK: Kind = Kind {
    runs: "seeds",
    replay: "heliogram simulate --seed",
    play: |seed, listener| {
        let plan = Plan::from_seed(seed);
        let report = match listener {
            Some(listener) => told(&plan, listener),
            None => heliogram_simulation::run(&plan),
        };
        Outcome {
            result: report.result,
            stats: report.stats.named().collect(),
            took: report.took,
        }
    },
    plan: |seed| format!("{:#?}", Plan::from_seed(seed)),
};

const UPDATES: Kind = Kind {
    runs: "histories",
    replay: "heliogram simulate updates --seed",
    play: |seed, listener| {
        let report = updates::told(&updates::Plan::from_seed(seed), listener);
        Outcome {
            result: report.result,
            stats: report.stats.named().collect(),
            took: report.took,
        }
    },
    plan: |seed| format!("{:#?}", updates::Plan::from_seed(seed)),
};

/// Tells the story of one seed.
fn replay(kind: &Kind, seed: u64, ui: &Ui) -> Result<()> {
    ui.line((kind.plan)(seed));
    let outcome = (kind.play)(
        seed,
        Some(&mut |at, what| {
            let at = at.as_secs_f64();
            ui.line(format!("{} {what}", styled(DIM, format!("{at:>10.3}"))));
            ui.value(&json!({ "at": at, "what": what }));
        }),
    );
    let mut all = Sum::default();
    let took = outcome.took;
    all.take(seed, outcome);
    all.show(kind, took, ui)
}
