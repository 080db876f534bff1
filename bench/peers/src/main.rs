//! Decode, encode and encryption, beside grammers, alternated in one run; the minimum counts.

mod allocations;
mod ige;
mod lanes;
mod messages;
mod tl;

fn main() {
    tl::run();
    ige::run();
    lanes::run();
    messages::run();
}

/// The least time of one call, in seconds, of two rivals run in turns.
fn race(rounds: usize, calls: usize, mut a: impl FnMut(), mut b: impl FnMut()) -> (f64, f64) {
    let mut best = (f64::MAX, f64::MAX);
    for _ in 0..rounds {
        best.0 = best.0.min(time(calls, &mut a));
        best.1 = best.1.min(time(calls, &mut b));
    }
    best
}

fn time(calls: usize, f: &mut impl FnMut()) -> f64 {
    let start = std::time::Instant::now();
    for _ in 0..calls {
        f();
    }
    start.elapsed().as_secs_f64() / calls as f64
}
