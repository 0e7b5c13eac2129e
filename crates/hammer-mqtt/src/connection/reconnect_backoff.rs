//! Delays before a client reconnects.

use std::time::Duration;

use hammer_core::rand_xoshiro::SplitMix64;
use hammer_core::rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The first delay, before the random reduction.
const FIRST_DELAY: Duration = Duration::from_millis(100);
/// The longest delay.
const MAX_DELAY: Duration = Duration::from_secs(5);

/// Exponential backoff with jitter, so that clients that were lost together reconnect at different
/// times.
pub(crate) struct ReconnectBackoff {
    next: Duration,
    random: SplitMix64,
}

impl ReconnectBackoff {
    /// Makes a backoff that is seeded by the number of the client.
    pub(crate) fn new(client: u64) -> Self {
        Self {
            next: FIRST_DELAY,
            random: SplitMix64::seed_from_u64(client),
        }
    }

    /// Returns the next delay. Half of it is random; its bound doubles each time.
    pub(crate) fn next_delay(&mut self) -> Duration {
        let whole = self.next;
        self.next = (whole * 2).min(MAX_DELAY);
        let random = f64::from(self.random.next_u32()) / f64::from(u32::MAX);
        whole.mul_f64(0.5 + random / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_a_bound_and_differ_by_client() {
        let mut backoff = ReconnectBackoff::new(1);
        let mut bound = FIRST_DELAY;
        for _ in 0..10 {
            let delay = backoff.next_delay();
            assert!(
                delay >= bound / 2 && delay <= bound,
                "{delay:?} of {bound:?}"
            );
            bound = (bound * 2).min(MAX_DELAY);
        }
        assert_eq!(bound, MAX_DELAY);
        assert_ne!(
            ReconnectBackoff::new(2).next_delay(),
            ReconnectBackoff::new(3).next_delay()
        );
    }
}
