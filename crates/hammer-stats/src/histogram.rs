//! Durations counted in buckets of three significant digits.

use std::ops::RangeInclusive;
use std::time::Duration;

/// The longest time with a bucket of its own: one hour.
pub(crate) const MAX_US: u64 = 3_600_000_000;
/// The longest time that a new histogram has buckets for. Each doubling takes another 8 kB.
const FIRST_US: u64 = 2_047;
const SIGNIFICANT_DIGITS: u8 = 3;

/// Durations from 1 µs to 1 h, counted at 3 significant digits.
///
/// Quantiles are exact to three digits. Count, minimum, maximum and mean are exact. A duration
/// above an hour is counted as one hour, and [`saturated`](Self::saturated) counts how often that
/// happened.
///
/// A new histogram takes 16 kB. It grows with the longest duration, by 8 kB per doubling, to 180 kB
/// at most, so recording allocates at most 21 times, and nothing once the longest duration is known.
///
/// Layout and error bound: HdrHistogram (Gil Tene, hdrhistogram.org).
#[derive(Debug, Clone)]
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
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.saturating_add(other.sum);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.saturated = self.saturated.saturating_add(other.saturated);
    }
}

impl Histogram {
    /// Makes an empty histogram.
    #[must_use]
    pub fn new() -> Self {
        let mut buckets =
            hdrhistogram::Histogram::<u64>::new_with_bounds(1, FIRST_US, SIGNIFICANT_DIGITS)
                .expect("the bounds are valid constants");
        buckets.auto(true);
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
        self.buckets
            .record(micros.min(MAX_US))
            .expect("the buckets grow up to the longest time");
    }

    /// Adds the counts of `other`, as if this histogram had recorded them.
    pub fn merge(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        self.buckets
            .add(&other.buckets)
            .expect("the buckets grow up to the longest time");
        self.exact.merge(&other.exact);
    }

    /// Removes the counts of `part`, which were merged before. The minimum and the maximum are exact to three
    /// digits afterwards.
    ///
    /// # Panics
    ///
    /// If `part` has durations that this histogram does not have.
    pub fn subtract(&mut self, part: &Self) {
        if part.count() == self.count() {
            return self.clear();
        }
        self.buckets
            .subtract(&part.buckets)
            .expect("the part was merged before");
        let exact = &mut self.exact;
        exact.count -= part.exact.count;
        exact.sum = exact.sum.saturating_sub(part.exact.sum);
        exact.saturated = exact.saturated.saturating_sub(part.exact.saturated);
        let lowest = self.buckets.lowest_equivalent(self.buckets.min());
        exact.min = exact.min.max(lowest * 1_000);
        if exact.saturated == 0 {
            let end = self.buckets.next_non_equivalent(self.buckets.max());
            exact.max = exact.max.min(end * 1_000 - 1);
        }
    }

    /// Adds the `count` longest durations of `other` that are in `range`, or all of them if there are
    /// fewer. They are exact to three digits.
    pub fn merge_longest(&mut self, other: &Self, range: RangeInclusive<Duration>, count: u64) {
        if count >= other.count() && range.contains(&other.min()) && range.contains(&other.max()) {
            return self.merge(other);
        }
        let recorded: Vec<_> = other.buckets.iter_recorded().collect();
        let mut left = count;
        for bucket in recorded.into_iter().rev() {
            let micros = other.buckets.lowest_equivalent(bucket.value_iterated_to());
            let time = Duration::from_micros(micros).clamp(other.min(), other.max());
            if !range.contains(&time) {
                continue;
            }
            let taken = bucket.count_at_value().min(left);
            left -= taken;
            if taken > 0 {
                self.record_many(time, taken);
            }
        }
    }

    /// Counts `time` as often as `count` says.
    pub fn record_many(&mut self, time: Duration, count: u64) {
        if count == 0 {
            return;
        }
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let micros = nanos / 1_000;
        self.exact.merge(&ExactStats {
            count,
            sum: u128::from(nanos) * u128::from(count),
            min: nanos,
            max: nanos,
            saturated: if micros > MAX_US { count } else { 0 },
        });
        self.buckets
            .record_n(micros.min(MAX_US), count)
            .expect("the buckets grow up to the longest time");
    }

    /// Removes all counts and keeps the buckets.
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

    /// The standard deviation, to three digits; zero if empty.
    #[must_use]
    pub fn standard_deviation(&self) -> Duration {
        let mean = self.mean().as_secs_f64();
        let squares: f64 = (self.recorded())
            .map(|bucket| bucket.count as f64 * (bucket.middle().as_secs_f64() - mean).powi(2))
            .sum();
        Duration::from_secs_f64((squares / self.count().max(1) as f64).sqrt())
    }

    /// The number of recorded durations of at least `time`, to three digits.
    #[must_use]
    pub fn count_from(&self, time: Duration) -> u64 {
        if time <= self.min() {
            return self.count();
        }
        if time > self.max() {
            return 0;
        }
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.buckets.count_between(micros.min(MAX_US), MAX_US)
    }

    /// The number of recorded durations in the bucket of `time`, and in the buckets above.
    pub(crate) fn count_at_and_above(&self, time: Duration) -> (u64, u64) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let micros = micros.min(MAX_US);
        if micros > self.buckets.max() {
            // The buckets may end before it.
            return (0, 0);
        }
        let above = self.buckets.next_non_equivalent(micros);
        let above = match above <= self.buckets.max() {
            true => self.buckets.count_between(above, self.buckets.max()),
            false => 0,
        };
        (self.buckets.count_at(micros), above)
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

/// Compares what was recorded, however many buckets there are.
impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        let counts = |histogram: &Self| -> Vec<(u64, u64)> {
            let recorded = histogram.buckets.iter_recorded();
            recorded
                .map(|bucket| (bucket.value_iterated_to(), bucket.count_at_value()))
                .collect()
        };
        self.exact == other.exact && counts(self) == counts(other)
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
    fn durations_of_at_least_a_time_are_counted() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.count_from(Duration::from_millis(50)), 0);
        for millis in [0, 1, 49, 50, 200, 5_000_000] {
            histogram.record(Duration::from_millis(millis));
        }
        for (millis, count) in [(0, 6), (1, 5), (50, 3), (51, 2), (300, 1), (9_000_000, 0)] {
            let found = histogram.count_from(Duration::from_millis(millis));
            assert_eq!(found, count, "{millis} ms");
        }
    }

    #[test]
    fn the_longest_durations_of_a_range_are_merged() {
        let millis = |millis: &[u64]| {
            let mut histogram = Histogram::new();
            for ms in millis {
                histogram.record(Duration::from_millis(*ms));
            }
            histogram
        };
        let other = millis(&[1, 2, 2, 5, 9]);
        let ms = Duration::from_millis;
        for (range, count, merged) in [
            (ms(0)..=ms(100), 9, &[1, 2, 2, 5, 9][..]),
            (ms(0)..=ms(100), 3, &[2, 5, 9]),
            (ms(0)..=ms(5), 2, &[2, 5]),
            (ms(2)..=ms(6), 9, &[2, 2, 5]),
            (ms(0)..=ms(100), 0, &[]),
        ] {
            let mut found = millis(&[7]);
            found.merge_longest(&other, range.clone(), count);
            let times = found.buckets.iter_recorded();
            let times = times.map(|it| (it.value_iterated_to() / 1000, it.count_at_value()));
            let times: Vec<u64> = times
                .flat_map(|(ms, count)| vec![ms; count as usize])
                .filter(|ms| *ms != 7)
                .collect();
            assert_eq!(times, merged, "{range:?}, {count}");
        }
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

    /// Every histogram took 180 kB, although most durations of most runs are below 10 ms.
    #[test]
    fn a_histogram_is_as_large_as_its_longest_duration_needs() {
        let mut histogram = Histogram::new();
        histogram.record(Duration::from_micros(FIRST_US));
        assert_eq!(histogram.buckets.distinct_values() * 8, 16_384);
        histogram.record(Duration::from_millis(10));
        assert_eq!(histogram.buckets.distinct_values() * 8, 16_384 + 3 * 8_192);
        histogram.record(Duration::from_secs(9_999));
        assert!(histogram.buckets.distinct_values() * 8 <= 190_000);
    }

    #[test]
    fn histograms_of_different_sizes_merge_and_compare() {
        let record = |micros: &[u64]| {
            let mut histogram = Histogram::new();
            for &micros in micros {
                histogram.record(Duration::from_micros(micros));
            }
            histogram
        };
        let (short, long) = (record(&[0, 7, 7]), record(&[1, 50_000_000]));
        let both = record(&[0, 1, 7, 7, 50_000_000]);
        for (mut sum, more) in [(short.clone(), &long), (long.clone(), &short)] {
            sum.merge(more);
            assert_eq!(sum, both);
            assert_ne!(sum, long);
            assert_eq!(sum.quantile(0.6), Duration::from_micros(7));
        }
        let mut cleared = long.clone();
        cleared.clear();
        cleared.merge(&short);
        assert_eq!(cleared, short);
        assert_eq!(short, cleared);
    }

    #[test]
    fn what_was_merged_can_be_subtracted() {
        let record = |micros: &[u64]| {
            let mut histogram = Histogram::new();
            for &micros in micros {
                histogram.record(Duration::from_micros(micros));
            }
            histogram
        };
        for (rest, part) in [
            (&[5, 7, 900][..], &[1, 7, 50_000_000][..]),
            (&[5, 7, 900], &[7]),
            (&[1, 50_000_000], &[0, 3]),
            (&[5, 5_000_000_000], &[1, 6_000_000_000]),
            (&[], &[7, 8]),
            (&[9], &[]),
        ] {
            let mut sum = record(rest);
            sum.merge(&record(part));
            sum.subtract(&record(part));
            let rest = record(rest);
            assert_eq!(sum.count(), rest.count());
            assert_eq!(sum.mean(), rest.mean());
            assert_eq!(sum.saturated(), rest.saturated());
            for (found, expected) in [
                (sum.min(), rest.min()),
                (sum.quantile(0.5), rest.quantile(0.5)),
            ] {
                let (found, expected) = (found.as_secs_f64(), expected.as_secs_f64());
                assert!(
                    (found - expected).abs() <= 1e-3 * expected,
                    "{found}, {expected}"
                );
            }
            let (found, expected) = (sum.max().as_secs_f64(), rest.max().as_secs_f64());
            let is_close = (found - expected).abs() <= 1e-3 * expected + 1e-6;
            assert!(is_close || sum.saturated() > 0, "{found}, {expected}");
        }
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
