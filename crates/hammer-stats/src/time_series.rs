/// What can be put together with its successor.
pub trait Coalesce {
    /// Adds `later`, which came right after this one.
    fn coalesce(&mut self, later: Self);
}

/// A row of values, one a second, in bounded memory.
///
/// When there are more than the bound allows, neighbours are folded in pairs and each then stands
/// for twice the time:
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

/// A value, and the seconds that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeBucket<T> {
    /// The first second.
    pub start: u64,
    /// How many seconds.
    pub seconds: u64,
    /// What they gave.
    pub value: T,
}

impl<T: Coalesce> TimeSeries<T> {
    /// A series of at most `bound` values.
    ///
    /// # Panics
    ///
    /// If `bound` is below 2.
    #[must_use]
    pub fn new(bound: usize) -> Self {
        assert!(
            bound >= 2,
            "a series needs room for two values, not {bound}"
        );
        Self {
            bound,
            width: 1,
            buckets: vec![],
        }
    }

    /// Adds what the `seconds` after the last ones gave.
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
            for span in std::mem::take(&mut self.buckets) {
                self.add(span);
            }
        }
    }

    fn add(&mut self, span: TimeBucket<T>) {
        match self.buckets.last_mut() {
            Some(last) if last.start / self.width == span.start / self.width => {
                last.seconds += span.seconds;
                last.value.coalesce(span.value);
            }
            _ => self.buckets.push(span),
        }
    }

    /// The values in order.
    pub fn iter(&self) -> std::slice::Iter<'_, TimeBucket<T>> {
        self.buckets.iter()
    }
}

impl<'a, T: Coalesce> IntoIterator for &'a TimeSeries<T> {
    type Item = &'a TimeBucket<T>;
    type IntoIter = std::slice::Iter<'a, TimeBucket<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Coalesce for u64 {
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
            let sum: u64 = series.iter().map(|span| span.value).sum();
            assert_eq!(sum, 9_999 * 10_000 / 2);
            let mut end = 0;
            for span in &series {
                assert_eq!(span.start, end, "spans follow each other");
                end = span.start + span.seconds;
            }
            assert_eq!(end, 10_000);
        }
    }

    #[test]
    fn late_values_may_stand_for_several_seconds() {
        let mut series = TimeSeries::new(4);
        series.push(1, 1);
        series.push(3, 7);
        let spans: Vec<_> = series
            .iter()
            .map(|s| (s.start, s.seconds, s.value))
            .collect();
        assert_eq!(spans, [(0, 1, 1), (1, 3, 7)]);
    }
}
