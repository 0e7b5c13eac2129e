//! Times of hits, where those without an answer are infinitely slow.

use hammer_stats::Histogram;

/// Times of hits, where those without an answer are infinitely slow: a target that gives up on slow
/// hits is not faster.
#[derive(Debug, Clone, Copy)]
pub struct ResponseDistribution<'a> {
    answered: &'a Histogram,
    unanswered: u64,
}

impl<'a> ResponseDistribution<'a> {
    /// Makes a distribution of the times of hits that were answered, and the number of the others.
    #[must_use]
    pub fn new(answered: &'a Histogram, unanswered: u64) -> Self {
        Self {
            answered,
            unanswered,
        }
    }

    /// The number of hits, answered or not.
    #[must_use]
    pub fn count(self) -> u64 {
        self.answered.count().saturating_add(self.unanswered)
    }

    /// The time of the hit at `rank`, which counts from 1, in microseconds; infinite if that hit has no
    /// answer. `None` without hits.
    #[must_use]
    pub fn us_at_rank(self, rank: u64) -> Option<f64> {
        if self.count() == 0 {
            return None;
        }
        if rank > self.answered.count() {
            return Some(f64::INFINITY);
        }
        // Half a hit below the rank, so that rounding up gives the rank despite float errors.
        let quantile = (rank.max(1) as f64 - 0.5) / self.answered.count() as f64;
        Some(self.answered.quantile(quantile).as_nanos() as f64 / 1e3)
    }

    /// The time at a quantile from 0 to 1, in microseconds: that of the hit at rank
    /// ⌈quantile · hits⌉. `None` without hits.
    #[must_use]
    pub fn us_at_quantile(self, quantile: f64) -> Option<f64> {
        let count = self.count();
        // A product such as 0.07 · 100 is slightly above the exact one.
        let rank = (quantile * count as f64 * (1.0 - 1e-12)).ceil();
        self.us_at_rank((rank as u64).clamp(1, count.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn hits_without_an_answer_come_last() {
        let mut answered = Histogram::new();
        for micros in 1..=90 {
            answered.record(Duration::from_micros(micros));
        }
        let distribution = ResponseDistribution::new(&answered, 10);
        assert_eq!(distribution.count(), 100);
        for (quantile, us) in [
            (0.0, 1.0),
            (0.01, 1.0),
            (0.07, 7.0),
            (0.5, 50.0),
            (0.9, 90.0),
            (0.901, f64::INFINITY),
            (1.0, f64::INFINITY),
        ] {
            assert_eq!(
                distribution.us_at_quantile(quantile),
                Some(us),
                "{quantile}"
            );
        }
        assert_eq!(
            ResponseDistribution::new(&Histogram::new(), 0).us_at_quantile(0.5),
            None
        );
        let empty = Histogram::new();
        let nothing = ResponseDistribution::new(&empty, 1);
        assert_eq!(nothing.us_at_quantile(0.5), Some(f64::INFINITY));
    }
}
