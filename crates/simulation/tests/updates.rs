//! What has to hold for every history of updates. `heliogram simulate updates` runs as many as one
//! likes.

use heliogram_simulation::updates::{Plan, Soak, Stats, run, told};

#[test]
fn what_is_delivered_equals_the_history_under_two_thousand_seeds() {
    let mut total = Stats::default();
    for seed in 0..2000 {
        let report = run(&Plan::from_seed(seed));
        assert_eq!(
            report.result,
            Ok(()),
            "replay it: heliogram simulate updates --seed {seed}"
        );
        total.add(&report.stats);
    }
    // The seeds must have met what they are there for.
    assert!(total.delivered > 200_000 && total.restarts > 2000 && total.cuts > 1000);
    assert!(total.gaps > 5000 && total.recovered_late > 500 && total.recovered_fetched > 4000);
    assert!(total.too_long > 400 && total.resets > 400 && total.lost > 500 && total.gone > 200);
    assert!(total.quarantined > 1000 && total.duplicates > 20_000 && total.repeated > 2000);
    assert!(total.failures > 10_000 && total.dropped > 10_000 && total.skipped > 2000);
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in [3, 4, 7, 16] {
        let plan = Plan::from_seed(seed);
        let story = || {
            let mut lines = Vec::new();
            let report = told(
                &plan,
                Some(&mut |at, what| lines.push(format!("{at:?} {what}"))),
            );
            (report, lines)
        };
        assert_eq!(story(), story());
    }
}

#[test]
fn days_with_many_channels_leave_nothing_behind() {
    let mut soak = Soak::new(1, 50);
    for _ in 0..2 {
        let day = soak.day().unwrap();
        assert!(day.load.waiting < 200 && day.kept < 1000, "{day:?}");
    }
    let end = soak.end().unwrap();
    assert_eq!((end.load.waiting, end.load.ready, end.kept), (0, 0, 0));
    let stats = end.stats;
    assert_eq!((stats.skipped, stats.lost, stats.too_long), (0, 0, 0));
    assert!(stats.gaps > 100 && stats.restarts > 5 && stats.cuts > 50 && stats.delivered > 100_000);
}
