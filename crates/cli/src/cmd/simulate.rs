//! `heliogram simulate`.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use heliogram_simulation::{Plan, Report, Stats, run as simulate, told};
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};

use crate::{
    args::Simulate,
    progress,
    ui::{BAD, BOLD, DIM, GOOD, NAME, Ui, styled},
};

/// Failed seeds named at most.
const NAMED: usize = 10;

pub(crate) async fn run(args: Simulate, ui: &Ui) -> Result<()> {
    match args.seed {
        Some(seed) => replay(seed, ui),
        None => many(args.from, args.seeds, ui).await,
    }
}

/// Tells the story of one seed.
fn replay(seed: u64, ui: &Ui) -> Result<()> {
    let plan = Plan::from_seed(seed);
    ui.line(format!("{plan:#?}"));
    let report = told(&plan, |at, what| {
        let at = at.as_secs_f64();
        ui.line(format!("{} {what}", styled(DIM, format!("{at:>10.3}"))));
        ui.value(&json!({ "at": at, "what": what }));
    });
    let mut all = Sum::default();
    all.take(seed, &report);
    all.show(report.took, ui)
}

/// Runs a row of seeds on all cores.
async fn many(from: u64, count: u64, ui: &Ui) -> Result<()> {
    let began = Instant::now();
    let work = Arc::new(Work {
        next: AtomicU64::new(from),
        end: from.saturating_add(count),
        stopped: AtomicBool::new(false),
        sum: Mutex::default(),
        bar: progress::count(ui, "seeds", count),
    });
    let _stop = StopOnDrop(Arc::clone(&work));
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..cores {
        let work = Arc::clone(&work);
        workers.spawn_blocking(move || work.go_on());
    }
    while let Some(done) = workers.join_next().await {
        done?;
    }
    work.bar.finish_and_clear();
    let sum = std::mem::take(&mut *work.sum.lock().unwrap_or_else(PoisonError::into_inner));
    sum.show(began.elapsed(), ui)
}

/// What the cores share.
struct Work {
    next: AtomicU64,
    end: u64,
    stopped: AtomicBool,
    sum: Mutex<Sum>,
    bar: ProgressBar,
}

impl Work {
    /// Takes one seed after the other until none is left.
    fn go_on(&self) {
        while !self.stopped.load(Ordering::Relaxed) {
            let seed = self.next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.end {
                return;
            }
            let report = simulate(&Plan::from_seed(seed));
            let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
            sum.take(seed, &report);
            self.bar.inc(1);
        }
    }
}

/// Ends the work when nobody waits for it any more.
struct StopOnDrop(Arc<Work>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }
}

/// What all seeds came to.
#[derive(Default)]
struct Sum {
    seeds: u64,
    stats: Stats,
    virtual_time: Duration,
    failed: Vec<(u64, String)>,
}

impl Sum {
    fn take(&mut self, seed: u64, report: &Report) {
        self.seeds += 1;
        self.stats.add(&report.stats);
        self.virtual_time += report.took;
        if let Err(violation) = &report.result {
            self.failed.push((seed, violation.to_string()));
        }
    }

    fn show(mut self, took: Duration, ui: &Ui) -> Result<()> {
        self.failed.sort();
        let stats: Map<String, Value> = self
            .stats
            .named()
            .map(|(name, n)| (name.to_owned(), n.into()))
            .collect();
        ui.value(&json!({
            "event": "simulated", "seeds": self.seeds, "stats": stats,
            "virtual_seconds": self.virtual_time.as_secs(), "seconds": took.as_secs_f64(),
            "failed": self.failed.iter().map(|(seed, _)| seed).collect::<Vec<_>>(),
        }));
        for (name, count) in self.stats.named() {
            let name = name.replace('_', " ");
            ui.line(format!("{name:>16} {}", styled(NAME, count)));
        }
        for (seed, what) in self.failed.iter().take(NAMED) {
            let seed_is = styled(BAD, format!("seed {seed}"));
            ui.line(format!("{seed_is}: {what}"));
            ui.line(format!("  replay it: heliogram simulate --seed {seed}"));
        }
        let summary = format!(
            "{} seeds, {} failed; {} h of virtual time",
            self.seeds,
            self.failed.len(),
            self.virtual_time.as_secs() / 3600,
        );
        if !self.failed.is_empty() {
            bail!("something was lost, doubled or stuck: {summary}");
        }
        ui.line(styled(BOLD, summary));
        ui.line(styled(GOOD, "nothing lost, nothing doubled"));
        Ok(())
    }
}
