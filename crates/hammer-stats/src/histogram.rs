//! Durations counted in buckets of three significant digits.

use std::time::Duration;

/// The longest time with a bucket of its own: one hour.
const MAX_US: u64 = 3_600_000_000;
const SIGNIFICANT_DIGITS: u8 = 3;

/// Durations from 1 µs to 1 h, counted at 3 significant digits.
///
/// Quantiles are exact to three digits. Count, minimum, maximum and mean are exact. A duration
/// above an hour is counted as one hour, and [`saturated`](Self::saturated) counts how often that
/// happened. The size is fixed at about 180 kB, and recording allocates nothing.
///
/// Layout and error bound: HdrHistogram (Gil Tene, hdrhistogram.org).
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    pub(crate) buckets: hdrhistogram::Histogram<u64>,
    pub(crate) exact: ExactStats,
}

/// Exact figures kept beside the buckets, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ExactStats {
    pub(crate) count: u64,
    pub(crate) sum: u128,
    pub(crate) min: u64,
    pub(crate) max: u64,
    pub(crate) saturated: u64,
}

impl ExactStats {
    pub(crate) const EMPTY: Self = Self {
        count: 0,
        sum: 0,
        min: u64::MAX,
        max: 0,
        saturated: 0,
    };

    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.saturated += other.saturated;
    }
}

impl Histogram {
    /// Makes an empty histogram.
    #[must_use]
    pub fn new() -> Self {
        let mut buckets =
            hdrhistogram::Histogram::<u64>::new_with_bounds(1, MAX_US, SIGNIFICANT_DIGITS)
                .expect("the bounds are valid constants");
        // Writing maps the memory now, not while hits are measured.
        buckets.reset();
        Self {
            buckets,
            exact: ExactStats::EMPTY,
        }
    }

    /// Counts `time`.
    #[inline]
    pub fn record(&mut self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let micros = nanos / 1_000;
        self.exact.count += 1;
        self.exact.sum += u128::from(nanos);
        self.exact.min = self.exact.min.min(nanos);
        self.exact.max = self.exact.max.max(nanos);
        self.exact.saturated += u64::from(micros > MAX_US);
        self.buckets.saturating_record(micros.min(MAX_US));
    }

    /// Adds the counts of `other`, as if this histogram had recorded them.
    pub fn merge(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        self.buckets
            .add(&other.buckets)
            .expect("all histograms have the same bounds");
        self.exact.merge(&other.exact);
    }

    /// Removes all counts and keeps the memory.
    pub fn clear(&mut self) {
        if !self.is_empty() {
            self.buckets.reset();
            self.exact = ExactStats::EMPTY;
        }
    }

    /// Returns true if nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.count == 0
    }

    /// The number of recorded durations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.exact.count
    }

    /// The number of recorded durations above an hour.
    #[must_use]
    pub fn saturated(&self) -> u64 {
        self.exact.saturated
    }

    /// The minimum; zero if empty.
    #[must_use]
    pub fn min(&self) -> Duration {
        Duration::from_nanos(if self.is_empty() { 0 } else { self.exact.min })
    }

    /// The maximum; zero if empty.
    #[must_use]
    pub fn max(&self) -> Duration {
        Duration::from_nanos(self.exact.max)
    }

    /// The arithmetic mean; zero if empty.
    #[must_use]
    pub fn mean(&self) -> Duration {
        let mean = self
            .exact
            .sum
            .checked_div(u128::from(self.exact.count))
            .unwrap_or(0);
        Duration::from_nanos(u64::try_from(mean).unwrap_or(u64::MAX))
    }

    /// The smallest duration that a share `quantile` (0 to 1) of all recorded durations does not
    /// exceed.
    ///
    /// Exact to three digits and always within the recorded range; zero if empty.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> Duration {
        if self.is_empty() {
            return Duration::ZERO;
        }
        // hdrhistogram returns the highest value of the bucket. A value of n µs covers durations
        // from n up to, but not including, n + 1.
        let micros = self.buckets.value_at_quantile(quantile.clamp(0.0, 1.0));
        Duration::from_micros(micros).clamp(self.min(), self.max())
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_exact_to_three_digits() {
        let mut histogram = Histogram::new();
        for micros in 1..=100_000 {
            histogram.record(Duration::from_micros(micros));
        }
        for (quantile, micros) in [
            (0.0, 1.0),
            (0.5, 50_000.0),
            (0.9, 90_000.0),
            (0.99, 99_000.0),
            (1.0, 100_000.0),
        ] {
            let found = histogram.quantile(quantile).as_secs_f64() * 1e6;
            assert!(
                (found / micros - 1.0).abs() < 1e-3,
                "{quantile}: {found} µs"
            );
        }
        assert_eq!(histogram.mean(), Duration::from_nanos(50_000_500));
    }

    #[test]
    fn durations_above_an_hour_are_counted_at_an_hour() {
        let mut histogram = Histogram::new();
        histogram.record(Duration::from_secs(3600));
        assert_eq!(histogram.saturated(), 0);
        histogram.record(Duration::from_secs(4000));
        histogram.record(Duration::MAX);
        assert_eq!((histogram.saturated(), histogram.count()), (2, 3));
        let median = histogram.quantile(0.5).as_secs_f64();
        assert!((median / 3600.0 - 1.0).abs() < 1e-3, "{median} s");
    }

    #[test]
    fn a_cleared_histogram_equals_a_new_one() {
        let mut histogram = Histogram::new();
        histogram.record(Duration::from_micros(7));
        histogram.clear();
        assert_eq!(histogram, Histogram::new());
        assert_eq!(histogram.quantile(0.5), Duration::ZERO);
        assert_eq!(histogram.min(), Duration::ZERO);
    }
}
