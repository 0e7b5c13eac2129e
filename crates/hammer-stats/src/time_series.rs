//! A time series in bounded memory.

/// A value that can absorb the value that follows it.
pub trait MergeableValue {
    /// Adds `later`, which covers the time right after this value.
    fn coalesce(&mut self, later: Self);
}

/// Values in order of time, one per second, in bounded memory.
///
/// When the bound is exceeded, neighbors are merged in pairs, and each value then covers twice the
/// time. Each push merges one pair, so that none takes long:
///
/// ```text
/// bound 4:   |1|1|1|1|   one more:   | 2 |1|1|1|   one more:   | 2 | 2 | 2 |
/// ```
#[derive(Debug, Clone)]
pub struct TimeSeries<T> {
    bound: usize,
    width: u64,
    buckets: Vec<TimeBucket<T>>,
    /// The number of buckets, from the first, that have no neighbor left to merge with.
    merged: usize,
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
            merged: 0,
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
        self.merge_pair();
        while self.buckets.len() > self.bound {
            self.width *= 2;
            self.merged = 0;
            self.merge_pair();
        }
    }

    /// Merges all pairs that later pushes would merge, so that values cover the same time, except
    /// the last.
    pub fn merge_pairs(&mut self) {
        while self.merge_pair() {}
    }

    fn add(&mut self, bucket: TimeBucket<T>) {
        match self.buckets.last_mut() {
            Some(last) if last.start / self.width == bucket.start / self.width => {
                last.absorb(bucket);
            }
            _ => self.buckets.push(bucket),
        }
    }

    /// Merges the first two neighbors that are in the same period of the current width.
    ///
    /// False if there are none.
    fn merge_pair(&mut self) -> bool {
        while let [first, second, ..] = &self.buckets[self.merged..] {
            if first.start / self.width == second.start / self.width {
                let second = self.buckets.remove(self.merged + 1);
                self.buckets[self.merged].absorb(second);
                return true;
            }
            self.merged += 1;
        }
        false
    }

    /// Iterates over the values in order of time.
    pub fn iter(&self) -> std::slice::Iter<'_, TimeBucket<T>> {
        self.buckets.iter()
    }
}

impl<T: MergeableValue> TimeBucket<T> {
    fn absorb(&mut self, later: Self) {
        self.seconds += later.seconds;
        self.value.coalesce(later.value);
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

    /// The sum of the values, and the number of merges that it took.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Sum {
        of: u64,
        merges: u64,
    }

    impl From<u64> for Sum {
        fn from(of: u64) -> Self {
            Self { of, merges: 0 }
        }
    }

    impl MergeableValue for Sum {
        fn coalesce(&mut self, later: Self) {
            self.of += later.of;
            self.merges += later.merges + 1;
        }
    }

    fn merges(series: &TimeSeries<Sum>) -> u64 {
        series.iter().map(|bucket| bucket.value.merges).sum()
    }

    fn buckets(series: &TimeSeries<Sum>) -> Vec<(u64, u64, u64)> {
        let buckets = series.iter();
        buckets
            .map(|bucket| (bucket.start, bucket.seconds, bucket.value.of))
            .collect()
    }

    #[test]
    fn a_long_series_widens_and_loses_nothing() {
        for (bound, seconds) in [(2, 1), (3, 1), (4, 1), (600, 1), (3, 3), (600, 7), (5, 64)] {
            let mut series = TimeSeries::new(bound);
            for index in 0..10_000 {
                series.push(seconds, Sum::from(index));
                assert!(series.buckets.len() <= bound);
                let sum: u64 = series.iter().map(|bucket| bucket.value.of).sum();
                assert_eq!(sum, index * (index + 1) / 2);
            }
            series.merge_pairs();
            let mut end = 0;
            for bucket in &series {
                assert_eq!(bucket.start, end, "buckets are contiguous");
                end = bucket.start + bucket.seconds;
            }
            assert_eq!(end, 10_000 * seconds);
        }
    }

    /// When the bound was passed, all pairs were merged at once: 300 merges of histograms held up the
    /// thread that collects the measurements.
    #[test]
    fn a_push_merges_one_pair() {
        let mut series = TimeSeries::new(600);
        let mut before = 0;
        for second in 0..5_000 {
            series.push(1, Sum::from(second));
            let after = merges(&series);
            // One pair, and the new value with the last one.
            assert!(
                after - before <= 2,
                "{} merges at {second} s",
                after - before
            );
            before = after;
        }
    }

    #[test]
    fn a_series_widens_from_its_start() {
        let mut series = TimeSeries::new(4);
        (0..5).for_each(|second| series.push(1, Sum::from(second)));
        assert_eq!(
            buckets(&series),
            [(0, 2, 1), (2, 1, 2), (3, 1, 3), (4, 1, 4)]
        );
        series.push(1, Sum::from(5));
        assert_eq!(buckets(&series), [(0, 2, 1), (2, 2, 5), (4, 2, 9)]);
    }

    /// Halfway through, a report would have slices of two widths.
    #[test]
    fn merging_all_pairs_makes_the_widths_equal() {
        for seconds in 1..3_000 {
            let mut series = TimeSeries::new(600);
            (0..seconds).for_each(|second| series.push(1, Sum::from(second)));
            series.merge_pairs();
            let width = series.buckets[0].seconds;
            let (last, others) = series.buckets.split_last().expect("it is not empty");
            assert!(others.iter().all(|bucket| bucket.seconds == width));
            assert!(last.seconds <= width);
            let expected = (1..).map(|power| 1 << (power - 1));
            let expected = expected.into_iter().find(|width| seconds <= 600 * width);
            assert_eq!(
                width,
                expected.expect("some width is enough"),
                "{seconds} s"
            );
        }
    }

    #[test]
    fn a_value_can_cover_several_seconds() {
        let mut series = TimeSeries::new(4);
        series.push(1, Sum::from(1));
        series.push(3, Sum::from(7));
        assert_eq!(buckets(&series), [(0, 1, 1), (1, 3, 7)]);
    }
}
