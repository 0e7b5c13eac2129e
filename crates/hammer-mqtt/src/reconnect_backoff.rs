use std::time::Duration;

use hammer_core::rand_xoshiro::SplitMix64;
use hammer_core::rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The first wait before a client connects again.
const FIRST_DELAY: Duration = Duration::from_millis(100);
/// The longest.
const MAX_DELAY: Duration = Duration::from_secs(5);

/// How long a client waits before it connects again: twice as long each time, and none as long as
/// another, so that clients that were lost together do not come back together.
pub(crate) struct ReconnectBackoff {
    next: Duration,
    random: SplitMix64,
}

impl ReconnectBackoff {
    /// For the client of this number.
    pub(crate) fn new(client: u64) -> Self {
        Self {
            next: FIRST_DELAY,
            random: SplitMix64::seed_from_u64(client),
        }
    }

    /// The next wait, of which half is chance.
    pub(crate) fn next_delay(&mut self) -> Duration {
        let whole = self.next;
        self.next = (whole * 2).min(MAX_DELAY);
        let chance = f64::from(self.random.next_u32()) / f64::from(u32::MAX);
        whole.mul_f64(0.5 + chance / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound_and_differ_by_client() {
        let mut backoff = ReconnectBackoff::new(1);
        let mut bound = FIRST_DELAY;
        for _ in 0..10 {
            let wait = backoff.next_delay();
            assert!(wait >= bound / 2 && wait <= bound, "{wait:?} of {bound:?}");
            bound = (bound * 2).min(MAX_DELAY);
        }
        assert_eq!(bound, MAX_DELAY);
        assert_ne!(
            ReconnectBackoff::new(2).next_delay(),
            ReconnectBackoff::new(3).next_delay()
        );
    }
}
