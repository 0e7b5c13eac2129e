//! A time series in bounded memory.

/// A value that can absorb the value that follows it.
pub trait MergeableValue {
    /// Adds `later`, which covers the time right after this value.
    fn coalesce(&mut self, later: Self);
}

/// Values in order of time, one per second, in bounded memory.
///
/// When the bound is exceeded, neighbors are merged in pairs, and each value then covers twice the
/// time:
///
/// ```text
/// bound 4:   |1|1|1|1|   one more:   | 2 | 2 |1|
/// ```
#[derive(Debug, Clone)]
pub struct TimeSeries<T> {
    bound: usize,
    width: u64,
    buckets: Vec<TimeBucket<T>>,
}

/// A value and the seconds it covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeBucket<T> {
    /// The first second.
    pub start: u64,
    /// The number of seconds.
    pub seconds: u64,
    /// The value for these seconds.
    pub value: T,
}

impl<T: MergeableValue> TimeSeries<T> {
    /// Makes a series of at most `bound` values.
    ///
    /// # Panics
    ///
    /// If `bound` is below 2.
    #[must_use]
    pub fn new(bound: usize) -> Self {
        assert!(bound >= 2, "the bound must be at least 2, found {bound}");
        Self {
            bound,
            width: 1,
            buckets: vec![],
        }
    }

    /// Adds the value for the next `seconds` seconds.
    pub fn push(&mut self, seconds: u64, value: T) {
        let start = self
            .buckets
            .last()
            .map_or(0, |last| last.start + last.seconds);
        self.add(TimeBucket {
            start,
            seconds,
            value,
        });
        if self.buckets.len() > self.bound {
            self.width *= 2;
            for bucket in std::mem::take(&mut self.buckets) {
                self.add(bucket);
            }
        }
    }

    fn add(&mut self, bucket: TimeBucket<T>) {
        match self.buckets.last_mut() {
            Some(last) if last.start / self.width == bucket.start / self.width => {
                last.seconds += bucket.seconds;
                last.value.coalesce(bucket.value);
            }
            _ => self.buckets.push(bucket),
        }
    }

    /// Iterates over the values in order of time.
    pub fn iter(&self) -> std::slice::Iter<'_, TimeBucket<T>> {
        self.buckets.iter()
    }
}

impl<'a, T: MergeableValue> IntoIterator for &'a TimeSeries<T> {
    type Item = &'a TimeBucket<T>;
    type IntoIter = std::slice::Iter<'a, TimeBucket<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl MergeableValue for u64 {
        fn coalesce(&mut self, later: Self) {
            *self += later;
        }
    }

    #[test]
    fn a_long_series_widens_and_loses_nothing() {
        for bound in [2, 3, 4, 600] {
            let mut series = TimeSeries::new(bound);
            for second in 0..10_000 {
                series.push(1, second);
                assert!(series.buckets.len() <= bound);
            }
            let sum: u64 = series.iter().map(|bucket| bucket.value).sum();
            assert_eq!(sum, 9_999 * 10_000 / 2);
            let mut end = 0;
            for bucket in &series {
                assert_eq!(bucket.start, end, "buckets are contiguous");
                end = bucket.start + bucket.seconds;
            }
            assert_eq!(end, 10_000);
        }
    }

    #[test]
    fn a_value_can_cover_several_seconds() {
        let mut series = TimeSeries::new(4);
        series.push(1, 1);
        series.push(3, 7);
        let buckets: Vec<_> = series
            .iter()
            .map(|s| (s.start, s.seconds, s.value))
            .collect();
        assert_eq!(buckets, [(0, 1, 1), (1, 3, 7)]);
    }
}
