//! Ground truth that a target recorded, for comparison with a report.

use std::time::{Duration, Instant};

use crate::counts::TargetCounts;
use crate::sorted_durations::SortedDurations;

/// The arrivals at a target and its answers, as recorded by the target.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GroundTruth {
    /// The start of the target. [`RequestArrival::at`] counts from here.
    pub started: Instant,
    /// The counts of the target.
    pub counts: TargetCounts,
    /// The first arrivals, in order, up to
    /// [`TargetServerBuilder::max_arrivals`](crate::TargetServerBuilder::max_arrivals).
    pub arrivals: Vec<RequestArrival>,
    /// The number of later arrivals, which are counted but not kept.
    pub dropped_arrivals: u64,
    /// The time of each issued token, since the start of the target.
    pub tokens_issued: Vec<Duration>,
}

/// The arrival of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestArrival {
    /// The time at which the head of the request had been parsed, since the start of the target. In raw
    /// mode, the time at which its last bytes had been read.
    pub at: Duration,
    /// The measured time that the target delayed the answer on purpose. While the request waits, or if
    /// its client disconnected, this is the planned time. Zero without a delay or stall.
    pub waited: Duration,
}

impl GroundTruth {
    /// Counts the kept arrivals in each second since the first.
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

    /// Returns the distance of each kept arrival from an even schedule of `per_second` hits per second.
    ///
    /// Arrival k (from 0, in order) belongs to point k of the grid, at `t0 + k / per_second`. The grid
    /// is placed for the best fit: `t0` is the median of `at[k] - k / per_second`. So a constant
    /// lateness has no effect. A missing or surplus arrival moves all later ones by one period, so use
    /// this only for runs without lost hits.
    ///
    /// # Panics
    ///
    /// If `per_second` is not finite and above 0.
    pub fn grid_distance(&self, per_second: f64) -> SortedDurations {
        assert!(
            per_second.is_finite() && per_second > 0.0,
            "the rate must be finite and above 0"
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

    /// Returns the time that the target delayed each kept arrival on purpose. No correct response time
    /// can be shorter.
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
    fn the_grid_is_placed_for_the_best_fit() {
        for (at_us, distance_us) in [
            (&[][..], &[][..]),
            (&[700], &[0]),
            (&[0, 1000, 2000], &[0, 0, 0]),
            (&[5300, 6300, 7300], &[0, 0, 0]),
            (&[5000, 6200, 7000], &[0, 0, 200]),
            (&[100, 1000, 2000, 2950, 4000], &[0, 0, 0, 50, 100]),
            // An arrival that is late by more than half a period still belongs to its own point.
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
