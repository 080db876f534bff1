//! What has to hold for every seed. `heliogram simulate` runs as many as one likes.

use std::time::Duration;

use heliogram_simulation::{Plan, Stats, run};

#[test]
fn nothing_is_lost_and_nothing_runs_twice_under_a_thousand_seeds() {
    let mut total = Stats::default();
    for seed in 0..1000 {
        let report = run(&Plan::from_seed(seed));
        assert_eq!(
            report.result,
            Ok(()),
            "replay it: heliogram simulate --seed {seed}"
        );
        total.add(&report.stats);
    }
    // The seeds must have met what they are there for.
    assert!(total.answered > 10_000 && total.cuts > 500 && total.dropped > 1000);
    assert!(total.resets > 10 && total.refused_salts > 100 && total.cancelled > 100);
    assert!(total.forgotten > 200 && total.new_sessions > 1000);
    assert!(total.damaged > 500 && total.replayed > 1000 && total.invented > 300);
    assert!(total.lies > 1000 && total.rejected > 500 && total.refused > 300);
}

#[test]
fn sec_28_ids_of_a_client_rise_under_every_lie_about_time() {
    for seed in 0..100 {
        let lied_to = Plan {
            lies: 100,
            skew: [0, 3600, -3600][seed as usize % 3],
            offset_ms: None,
            cut_every: 20,
            ..Plan::quiet(seed)
        };
        assert_eq!(run(&lied_to).result, Ok(()), "seed {seed}");
    }
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in [3, 4, 7, 16] {
        let plan = Plan::from_seed(seed);
        assert_eq!(run(&plan), run(&plan));
    }
}

#[test]
fn a_quiet_link_needs_no_repetition() {
    let report = run(&Plan::quiet(5));
    let stats = report.stats;
    assert_eq!(report.result, Ok(()));
    assert_eq!((stats.cuts, stats.may_have_run, stats.resets), (0, 0, 0));
    assert_eq!(stats.answered + stats.errors, Plan::quiet(5).requests);
    assert!(report.took < Duration::from_secs(200));
}

#[test]
fn a_server_that_forgets_its_session_gets_nothing_it_has_acknowledged_again() {
    for seed in 0..100 {
        let report = run(&Plan {
            forgetful: true,
            ..Plan::quiet(seed)
        });
        assert_eq!(report.result, Ok(()), "seed {seed}");
        assert!(report.stats.new_sessions > 1, "seed {seed}");
    }
}
