//! A client's and a server's session over a simulated link with virtual time.
//!
//! The link delays, cuts, and, for half of the seeds, also drops, repeats and reorders packets;
//! clocks are wrong; salts are refused. What has to hold all the same: the server runs no request
//! twice, each request ends exactly once, each update arrives exactly once.
//!
//! `HELIOGRAM_SEED=123 cargo test -p heliogram-mtproto --test pair` runs one seed and tells its
//! story; `HELIOGRAM_SEEDS=10000` runs that many.
#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs
)]

mod dice;
mod link;
mod plan;
mod world;

use std::time::Duration;

use plan::{Plan, Stats};
use world::World;

#[test]
fn nothing_is_lost_and_nothing_runs_twice_under_a_thousand_seeds() {
    if let Some(seed) = number("HELIOGRAM_SEED") {
        let mut world = World::new(Plan::from_seed(seed), true);
        let result = world.run();
        eprintln!("seed {seed}: {:?}\n{:#?}", result, world.stats);
        assert_eq!(result, Ok(()));
        return;
    }
    let mut total = Stats::default();
    for seed in 0..number("HELIOGRAM_SEEDS").unwrap_or(1000) {
        let mut world = World::new(Plan::from_seed(seed), false);
        if let Err(what) = world.run() {
            panic!("seed {seed}: {what}\nreplay it with HELIOGRAM_SEED={seed}");
        }
        total.add(&world.stats);
    }
    eprintln!("{total:#?}");
    // The seeds must have met what they are there for.
    assert!(total.answered > 10_000 && total.cuts > 500 && total.dropped > 1000);
    assert!(total.resets > 10 && total.refused_salts > 100 && total.cancelled > 100);
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let run = |seed| {
        let mut world = World::new(Plan::from_seed(seed), false);
        (world.run(), world.now, world.stats)
    };
    for seed in [3, 4, 7] {
        assert_eq!(run(seed), run(seed));
    }
}

#[test]
fn a_quiet_link_needs_no_repetition() {
    let mut world = World::new(Plan::quiet(5), false);
    assert_eq!(world.run(), Ok(()));
    assert_eq!(
        (
            world.stats.cuts,
            world.stats.may_have_run,
            world.stats.resets
        ),
        (0, 0, 0)
    );
    assert_eq!(
        world.stats.answered + world.stats.errors,
        Plan::quiet(5).requests
    );
    assert!(world.now < Duration::from_secs(200));
}

#[test]
fn a_server_that_forgets_its_session_gets_nothing_it_has_acknowledged_again() {
    for seed in 0..100 {
        let mut world = World::new(
            Plan {
                forgetful: true,
                ..Plan::quiet(seed)
            },
            false,
        );
        assert_eq!(world.run(), Ok(()), "seed {seed}");
        assert!(world.stats.new_sessions > 1, "seed {seed}");
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable)
        .ok()
        .map(|v| v.parse().expect("the variable is a number"))
}
