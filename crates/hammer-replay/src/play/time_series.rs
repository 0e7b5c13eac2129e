//! Planned and skipped hits over time.

/// Counts of hits in time slices of equal width. The width starts at one second and doubles as needed,
/// so that the number of slices is bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaybackTimeSeries {
    width_s: u64,
    planned: Vec<u64>,
    skipped: Vec<u64>,
}

/// Maximum number of slices: an hour of seconds.
const MAX_SLICES: usize = 3600;

impl Default for PlaybackTimeSeries {
    fn default() -> Self {
        Self {
            width_s: 1,
            planned: vec![],
            skipped: vec![],
        }
    }
}

impl PlaybackTimeSeries {
    /// Adds counts for a second.
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

    /// Adds the counts of another series.
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

    /// Returns the width of a slice in seconds.
    #[must_use]
    pub fn width_s(&self) -> u64 {
        self.width_s
    }

    /// Returns the hits to send in each slice.
    #[must_use]
    pub fn planned(&self) -> &[u64] {
        &self.planned
    }

    /// Returns the skipped hits in each slice.
    #[must_use]
    pub fn skipped(&self) -> &[u64] {
        &self.skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widening_keeps_all_counts() {
        let mut series = PlaybackTimeSeries::default();
        (0..10_000).for_each(|second| series.count(second, 3, 1));
        assert_eq!(series.width_s(), 4);
        assert_eq!(series.planned().len(), 2500);
        assert!(series.planned().iter().all(|count| *count == 12));
        assert_eq!(series.skipped().iter().sum::<u64>(), 10_000);
        let mut narrow = PlaybackTimeSeries::default();
        (0..8).for_each(|second| narrow.count(second, 1, 0));
        let mut sum = narrow.clone();
        sum.merge(&series);
        series.merge(&narrow);
        assert_eq!(series.planned()[..3], [16, 16, 12]);
        assert_eq!(sum, series);
    }
}
