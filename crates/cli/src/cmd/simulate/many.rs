//! A row of seeds on all cores.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use indicatif::ProgressBar;
use serde_json::{Map, Value, json};

use super::{Kind, Outcome};
use crate::{
    progress,
    ui::{BAD, BOLD, GOOD, NAME, Ui, styled},
};

/// Failed seeds named at most.
const NAMED: usize = 10;

/// Runs so many seeds.
pub(super) async fn run(kind: &'static Kind, from: u64, count: u64, ui: &Ui) -> Result<()> {
    let began = Instant::now();
    let work = Arc::new(Work {
        kind,
        next: AtomicU64::new(from),
        end: from.saturating_add(count),
        stopped: AtomicBool::new(false),
        sum: Mutex::default(),
        bar: progress::count(ui, kind.runs, count),
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
    sum.show(kind, began.elapsed(), ui)
}

/// What the cores share.
struct Work {
    kind: &'static Kind,
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
            let outcome = (self.kind.play)(seed, None);
            let mut sum = self.sum.lock().unwrap_or_else(PoisonError::into_inner);
            sum.take(seed, outcome);
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
pub(super) struct Sum {
    seeds: u64,
    stats: Vec<(&'static str, u64)>,
    virtual_time: Duration,
    failed: Vec<(u64, String)>,
}

impl Sum {
    pub(super) fn take(&mut self, seed: u64, outcome: Outcome) {
        self.seeds += 1;
        self.virtual_time += outcome.took;
        if self.stats.is_empty() {
            self.stats = outcome.stats;
        } else {
            // The same numbers in the same order, whatever the seed.
            for ((_, sum), (_, n)) in self.stats.iter_mut().zip(outcome.stats) {
                *sum += n;
            }
        }
        if let Err(violation) = outcome.result {
            self.failed.push((seed, violation.to_string()));
        }
    }

    pub(super) fn show(mut self, kind: &Kind, took: Duration, ui: &Ui) -> Result<()> {
        self.failed.sort();
        show_stats(&self.stats, ui);
        let stats: Map<String, Value> = self
            .stats
            .iter()
            .map(|(name, n)| ((*name).to_owned(), (*n).into()))
            .collect();
        ui.value(&json!({
            "event": "simulated", kind.runs: self.seeds, "stats": stats,
            "virtual_seconds": self.virtual_time.as_secs(), "seconds": took.as_secs_f64(),
            "failed": self.failed.iter().map(|(seed, _)| seed).collect::<Vec<_>>(),
        }));
        for (seed, what) in self.failed.iter().take(NAMED) {
            let seed_is = styled(BAD, format!("seed {seed}"));
            ui.line(format!("{seed_is}: {what}"));
            ui.line(format!("  replay it: {} {seed}", kind.replay));
        }
        let summary = format!(
            "{} {}, {} failed; {} h of virtual time",
            self.seeds,
            kind.runs,
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

/// Numbers by name, for people.
pub(super) fn show_stats(stats: &[(&'static str, u64)], ui: &Ui) {
    for (name, count) in stats {
        let name = name.replace('_', " ");
        ui.line(format!("{name:>16} {}", styled(NAME, count)));
    }
}
