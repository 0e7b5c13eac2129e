//! Exact quantiles of durations.

use std::time::Duration;

/// Durations in ascending order. Unlike a histogram, they are exact and keep every value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SortedDurations(Vec<Duration>);

impl SortedDurations {
    /// Returns the smallest value that at least the share `q` of all values does not exceed (nearest
    /// rank): 0.5 is the median, 0 the minimum, 1 the maximum. Returns `None` if there are no values.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let rank = (q.clamp(0.0, 1.0) * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).copied()
    }

    /// Returns all values.
    pub fn as_slice(&self) -> &[Duration] {
        &self.0
    }
}

impl FromIterator<Duration> for SortedDurations {
    fn from_iter<I: IntoIterator<Item = Duration>>(values: I) -> Self {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_unstable();
        Self(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_use_the_nearest_rank() {
        let ms = Duration::from_millis;
        let sorted: SortedDurations = [4, 1, 3, 2].map(ms).into_iter().collect();
        for (q, value) in [
            (0.0, 1),
            (0.25, 1),
            (0.26, 2),
            (0.5, 2),
            (0.75, 3),
            (0.99, 4),
            (1.0, 4),
        ] {
            assert_eq!(sorted.quantile(q), Some(ms(value)), "{q}");
        }
        assert_eq!(SortedDurations::default().quantile(0.5), None);
    }
}
