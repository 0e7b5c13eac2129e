//! Hits by row of the heat map.

use hammer_stats::Histogram;

use super::heat_rows::{HEAT_ROWS, heat_row};

/// Hits by row of the heat map, which takes memory only for the rows between the lowest and the highest
/// with hits. A load keeps more than a thousand of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HeatCounts {
    /// The lowest row with hits.
    first: u8,
    /// The hits of this row and of those above it.
    counts: Box<[u32]>,
}

impl HeatCounts {
    /// Counts the hits of a histogram.
    pub(super) fn new(times: &Histogram) -> Self {
        let mut rows = [0_u32; HEAT_ROWS];
        if !times.is_empty() {
            for bucket in times.recorded() {
                let row = &mut rows[heat_row(bucket.low)];
                *row = row.saturating_add(u32::try_from(bucket.count).unwrap_or(u32::MAX));
            }
        }
        Self::from_rows(&rows)
    }

    fn from_rows(rows: &[u32; HEAT_ROWS]) -> Self {
        let has_hits = |hits: &u32| *hits > 0;
        let (Some(first), Some(last)) = (
            rows.iter().position(has_hits),
            rows.iter().rposition(has_hits),
        ) else {
            return Self::default();
        };
        Self {
            first: first as u8,
            counts: rows[first..=last].into(),
        }
    }

    /// Iterates over rows, from the bottom, with their hits.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        (usize::from(self.first)..).zip(self.counts.iter().copied())
    }

    /// Adds the hits of `other`.
    pub(super) fn add(&mut self, other: &Self) {
        let mut rows = [0_u32; HEAT_ROWS];
        for (row, hits) in self.iter().chain(other.iter()) {
            rows[row] = rows[row].saturating_add(hits);
        }
        *self = Self::from_rows(&rows);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_rows_between_hits_take_memory() {
        let mut times = Histogram::new();
        for ms in [1, 1, 10] {
            times.record(Duration::from_millis(ms));
        }
        let counts = HeatCounts::new(&times);
        assert_eq!(counts.counts.len(), 8, "a decade");
        let hits: Vec<_> = counts.iter().filter(|(_, hits)| *hits > 0).collect();
        assert_eq!(hits, [(21, 2), (28, 1)]);
        assert_eq!(HeatCounts::new(&Histogram::new()).iter().count(), 0);
    }
}
