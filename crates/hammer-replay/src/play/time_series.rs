/// Counts over time, in slices of equal width: seconds at first, and wider ones as the time grows, so
/// that there are only so many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTimeSeries {
    width_s: u64,
    planned: Vec<u64>,
    skipped: Vec<u64>,
}

/// Slices at most: an hour by the second.
const MAX_SLICES: usize = 3600;

impl Default for PlannedTimeSeries {
    fn default() -> Self {
        Self {
            width_s: 1,
            planned: vec![],
            skipped: vec![],
        }
    }
}

impl PlannedTimeSeries {
    /// Counts what is due in a second.
    pub fn count(&mut self, second: u64, planned: u64, skipped: u64) {
        while second / self.width_s >= MAX_SLICES as u64 {
            self.widen();
        }
        let slice = (second / self.width_s) as usize;
        if self.planned.len() <= slice {
            self.planned.resize(slice + 1, 0);
            self.skipped.resize(slice + 1, 0);
        }
        self.planned[slice] += planned;
        self.skipped[slice] += skipped;
    }

    /// Adds the counts of another one.
    pub fn merge(&mut self, other: &Self) {
        while self.width_s < other.width_s {
            self.widen();
        }
        for (slice, (planned, skipped)) in other.planned.iter().zip(&other.skipped).enumerate() {
            self.count(slice as u64 * other.width_s, *planned, *skipped);
        }
    }

    fn widen(&mut self) {
        for counts in [&mut self.planned, &mut self.skipped] {
            *counts = counts.chunks(2).map(|pair| pair.iter().sum()).collect();
        }
        self.width_s *= 2;
    }

    /// How many seconds a slice covers.
    #[must_use]
    pub fn width_s(&self) -> u64 {
        self.width_s
    }

    /// What was planned in each slice.
    #[must_use]
    pub fn planned(&self) -> &[u64] {
        &self.planned
    }

    /// What was not to be sent in each slice.
    #[must_use]
    pub fn skipped(&self) -> &[u64] {
        &self.skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_grow_and_nothing_is_lost() {
        let mut tally = PlannedTimeSeries::default();
        (0..10_000).for_each(|second| tally.count(second, 3, 1));
        assert_eq!(tally.width_s(), 4);
        assert_eq!(tally.planned().len(), 2500);
        assert!(tally.planned().iter().all(|count| *count == 12));
        assert_eq!(tally.skipped().iter().sum::<u64>(), 10_000);
        let mut narrow = PlannedTimeSeries::default();
        (0..8).for_each(|second| narrow.count(second, 1, 0));
        let mut sum = narrow.clone();
        sum.merge(&tally);
        tally.merge(&narrow);
        assert_eq!(tally.planned()[..3], [16, 16, 12]);
        assert_eq!(sum, tally);
    }
}
