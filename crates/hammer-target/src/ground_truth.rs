//! What really happened.

use std::time::{Duration, Instant};

use crate::counts::TargetCounts;
use crate::sorted_durations::SortedDurations;

/// What really arrived at a target, and what it did with it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GroundTruth {
    /// When the target started; [`RequestArrival::at`] counts from here.
    pub started: Instant,
    /// Everything it counted.
    pub counts: TargetCounts,
    /// The first 2,000,000 arrivals, in order. Empty in raw mode.
    pub arrivals: Vec<RequestArrival>,
    /// Arrivals after those: counted, but not kept.
    pub dropped_arrivals: u64,
    /// When each token was given, since the target's start.
    pub tokens_issued: Vec<Duration>,
}

/// One request's arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestArrival {
    /// When its head had been read and parsed, since the target's start.
    pub at: Duration,
    /// How long it was made to wait on purpose, measured; while it still waits, and if its client
    /// left meanwhile, how long it was going to be. Zero if no knob says so.
    pub waited: Duration,
}

impl GroundTruth {
    /// The arrivals kept, per whole second since the first.
    pub fn arrivals_per_second(&self) -> Vec<u64> {
        let mut seconds = Vec::new();
        let Some(first) = self.arrivals.first() else {
            return seconds;
        };
        for arrival in &self.arrivals {
            let second = (arrival.at - first.at).as_secs() as usize;
            if seconds.len() <= second {
                seconds.resize(second + 1, 0);
            }
            seconds[second] += 1;
        }
        seconds
    }

    /// How far each kept arrival was from an even schedule of `per_second` hits a second.
    ///
    /// Arrival k (from 0, in order) belongs to the grid's point k, at `t0 + k / per_second`; the
    /// grid lies where it fits best: `t0` is the median of `at[k] - k / per_second`. So a constant
    /// lateness counts nothing, and each missing or surplus arrival moves all later ones by one
    /// period: ask only about runs in which nothing was lost.
    ///
    /// # Panics
    ///
    /// If `per_second` is not a finite number above 0.
    pub fn grid_distance(&self, per_second: f64) -> SortedDurations {
        assert!(
            per_second.is_finite() && per_second > 0.0,
            "a rate is finite and above 0"
        );
        let due = |k: usize| k as f64 / per_second;
        let residuals = self
            .arrivals
            .iter()
            .enumerate()
            .map(|(k, a)| a.at.as_secs_f64() - due(k));
        let residuals: Vec<f64> = residuals.collect();
        let mut ordered = residuals.clone();
        ordered.sort_unstable_by(f64::total_cmp);
        let Some(&t0) = ordered.get(ordered.len() / 2) else {
            return SortedDurations::default();
        };
        residuals
            .iter()
            .map(|residual| Duration::from_secs_f64((residual - t0).abs()))
            .collect()
    }

    /// How long the target made each kept arrival wait on purpose. No correct report of response
    /// times can be below it.
    pub fn waits(&self) -> SortedDurations {
        self.arrivals.iter().map(|arrival| arrival.waited).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrived(at_us: &[u64]) -> GroundTruth {
        let arrival = |us: &u64| RequestArrival {
            at: Duration::from_micros(*us),
            waited: Duration::ZERO,
        };
        GroundTruth {
            started: Instant::now(),
            counts: TargetCounts::default(),
            arrivals: at_us.iter().map(arrival).collect(),
            dropped_arrivals: 0,
            tokens_issued: vec![],
        }
    }

    #[test]
    fn the_grid_lies_where_it_fits_best() {
        for (at_us, distance_us) in [
            (&[][..], &[][..]),
            (&[700], &[0]),
            (&[0, 1000, 2000], &[0, 0, 0]),
            (&[5300, 6300, 7300], &[0, 0, 0]),
            (&[5000, 6200, 7000], &[0, 0, 200]),
            (&[100, 1000, 2000, 2950, 4000], &[0, 0, 0, 50, 100]),
            // More than half a period late: still its own point, not the next one.
            (&[0, 1000, 2900, 3000, 4000], &[0, 0, 0, 0, 900]),
        ] {
            let distances = arrived(at_us).grid_distance(1000.0);
            let got = distances
                .as_slice()
                .iter()
                .map(|d| (d.as_secs_f64() * 1e6).round() as u64);
            assert_eq!(got.collect::<Vec<_>>(), distance_us, "{at_us:?}");
        }
    }

    #[test]
    fn seconds_count_from_the_first_arrival() {
        for (at_us, seconds) in [
            (&[][..], &[][..]),
            (&[900_000], &[1]),
            (
                &[900_000, 1_100_000, 1_899_999, 1_900_000, 4_000_000],
                &[3, 1, 0, 1],
            ),
        ] {
            assert_eq!(arrived(at_us).arrivals_per_second(), seconds, "{at_us:?}");
        }
    }
}
