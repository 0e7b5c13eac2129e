//! The recorded buckets of a histogram.

use std::time::Duration;

use crate::Histogram;

/// A bucket of a histogram, with the number of durations in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistogramBucket {
    /// The shortest duration that the bucket covers.
    pub low: Duration,
    /// The next longer duration, which the bucket does not cover.
    ///
    /// It is at most 0.1 % above `low`, or 1 µs.
    pub end: Duration,
    /// The number of durations.
    pub count: u64,
}

impl HistogramBucket {
    /// The middle of the bucket.
    #[must_use]
    pub fn middle(&self) -> Duration {
        self.low + (self.end - self.low) / 2
    }
}

impl Histogram {
    /// Iterates over the buckets that have counts, from the shortest duration.
    ///
    /// The first and the last bucket can reach beyond the minimum and the maximum. Durations above an
    /// hour are in the bucket of an hour.
    pub fn recorded(&self) -> impl Iterator<Item = HistogramBucket> + '_ {
        let us = Duration::from_micros;
        self.buckets.iter_recorded().map(move |bucket| {
            let value = bucket.value_iterated_to();
            HistogramBucket {
                low: us(self.buckets.lowest_equivalent(value)),
                end: us(self.buckets.next_non_equivalent(value)),
                count: bucket.count_at_value(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_buckets_contain_what_was_recorded() {
        let us = Duration::from_micros;
        let mut histogram = Histogram::new();
        assert_eq!(histogram.recorded().count(), 0);
        for time in [us(0), us(7), us(7), us(100_000), Duration::from_secs(9_000)] {
            histogram.record(time);
        }
        let buckets: Vec<_> = histogram.recorded().collect();
        let counts: Vec<_> = buckets.iter().map(|bucket| bucket.count).collect();
        assert_eq!(counts, [1, 2, 1, 1]);
        for (bucket, time) in buckets.iter().zip([0, 7, 100_000, 3_600_000_000]) {
            assert!(
                bucket.low <= us(time) && us(time) < bucket.end,
                "{bucket:?}"
            );
            assert!(bucket.low <= bucket.middle() && bucket.middle() < bucket.end);
            let width = bucket.end - bucket.low;
            assert!(width <= us(1).max(bucket.low / 1_000), "{bucket:?}");
        }
    }

    #[test]
    fn the_standard_deviation_is_that_of_the_durations() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.standard_deviation(), Duration::ZERO);
        for ms in [2, 4, 4, 4, 5, 5, 7, 9] {
            histogram.record(Duration::from_millis(ms));
        }
        let found = histogram.standard_deviation().as_secs_f64();
        assert!((found / 2e-3 - 1.0).abs() < 1e-3, "{found} s");
    }
}
