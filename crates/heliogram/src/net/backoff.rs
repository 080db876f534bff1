use std::time::Duration;

use heliogram_crypto::{Random, RandomExt, SeededRandom};

/// Growing pauses between attempts, spread so that many clients do not come back at once.
pub(crate) struct Backoff {
    next: Duration,
    first: Duration,
    longest: Duration,
    /// Of the next pause: a generator is much larger, and most connections never pause.
    seed: [u8; 32],
}

impl Backoff {
    /// Pauses from `first` to `longest`, doubling.
    pub(crate) fn new(first: Duration, longest: Duration, seed: [u8; 32]) -> Self {
        let first = first.min(longest);
        Self {
            next: first,
            first,
            longest,
            seed,
        }
    }

    /// The next pause: between half of the current step and all of it.
    pub(crate) fn pause(&mut self) -> Duration {
        let step = self.next;
        self.next = (step * 2).min(self.longest);
        let half = u64::try_from(step.as_micros() / 2).unwrap_or(u64::MAX);
        let mut random = SeededRandom::new(self.seed);
        self.seed = random.array();
        Duration::from_micros(half + random.below(half.max(1)))
    }

    /// Starts over after a success.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_start_over() {
        let ms = Duration::from_millis;
        let mut backoff = Backoff::new(ms(100), ms(400), [1; 32]);
        for step in [100, 200, 400, 400] {
            let pause = backoff.pause();
            assert!(
                pause >= ms(step) / 2 && pause <= ms(step),
                "{step}: {pause:?}"
            );
        }
        backoff.reset();
        assert!(backoff.pause() <= ms(100));
    }
}
