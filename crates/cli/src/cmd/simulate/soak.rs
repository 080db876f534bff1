//! Many days in virtual time.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use heliogram_simulation::updates::{Day, Soak};
use serde_json::{Map, Value, json};

use super::many::show_stats;
use crate::{
    progress,
    ui::{BOLD, GOOD, NAME, Ui, styled},
};

/// By how much memory may grow from the first day to the last: what an allocator keeps for itself.
const ROOM_KIB: u64 = 4 * 1024;

pub(super) async fn run(seed: u64, channels: u16, days: u32, ui: &Ui) -> Result<()> {
    let ui = *ui;
    tokio::task::spawn_blocking(move || live(seed, channels, days, &ui)).await?
}

fn live(seed: u64, channels: u16, days: u32, ui: &Ui) -> Result<()> {
    let began = Instant::now();
    let mut soak = Soak::new(seed, channels);
    let bar = progress::count(ui, "days", days.into());
    let (mut first, mut last) = (None, None);
    for _ in 0..days {
        let day = soak.day().context(format!("seed {seed}"))?;
        let memory = memory_kib();
        bar.inc(1);
        bar.suspend(|| show(&day, memory, ui));
        first = first.or(memory);
        last = memory;
    }
    let end = soak.end().context(format!("seed {seed}"))?;
    bar.finish_and_clear();
    show_stats(&end.stats.named().collect::<Vec<_>>(), ui);
    let stats: Map<String, Value> = end
        .stats
        .named()
        .map(|(name, n)| (name.to_owned(), n.into()))
        .collect();
    ui.value(&json!({
        "event": "soaked", "days": days, "channels": channels, "stats": stats,
        "memory_kib": [first, last], "seconds": began.elapsed().as_secs_f64(),
    }));
    let summary = format!("{days} days, {channels} channels, nothing lost, nothing doubled");
    if let (Some(first), Some(last)) = (first, last) {
        ui.line(format!(
            "memory: {} KiB after the first day, {} KiB after the last",
            styled(NAME, first),
            styled(NAME, last)
        ));
        if last > first.saturating_add(ROOM_KIB) {
            bail!("memory grew from {first} to {last} KiB: {summary}");
        }
    }
    ui.line(styled(BOLD, summary));
    ui.line(styled(
        GOOD,
        format!("in {:.1} s", began.elapsed().as_secs_f64()),
    ));
    Ok(())
}

fn show(day: &Day, memory: Option<u64>, ui: &Ui) {
    let (stats, load) = (&day.stats, &day.load);
    ui.line(format!(
        "day {:>3}: {:>9} updates; the engine holds {} channels, {} waiting, {} queued, {} left \
         alone; {} kept; memory {} KiB",
        day.day,
        stats.delivered,
        load.channels,
        load.waiting,
        load.queued,
        load.quarantined,
        day.kept,
        memory.map_or_else(|| "?".to_owned(), |kib| kib.to_string()),
    ));
    ui.value(&json!({
        "event": "day", "day": day.day, "delivered": stats.delivered, "channels": load.channels,
        "waiting": load.waiting, "queued": load.queued, "quarantined": load.quarantined,
        "kept": day.kept, "memory_kib": memory,
    }));
}

/// What of this process is in memory, where the system says.
fn memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
