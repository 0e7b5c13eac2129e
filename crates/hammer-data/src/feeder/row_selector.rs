use std::ops::Range;

use super::permutation::{Permutation, mix};

/// The order in which rows are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FeederOrder {
    /// From first to last, and then again.
    #[default]
    Sequential,
    /// Any row at any time.
    Random,
    /// Each row before one comes again, in an order of chance that is another each time.
    Shuffled,
}

/// What happens when each row was used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExhaustedPolicy {
    /// The run ends: [`Template::most_hits`](crate::Template::most_hits) says after how many hits,
    /// and to render beyond that is an error.
    EndRun,
    /// Hits stop using them: their columns are empty.
    EmptyFields,
}

/// Which row has its turn: a function of the turn alone, which any thread can ask for any turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowSelector {
    pub(super) order: FeederOrder,
    pub(super) once: Option<ExhaustedPolicy>,
    pub(super) seed: u64,
    /// The rows that are ours, never none.
    pub(super) row_range: Range<u64>,
}

impl RowSelector {
    /// The row of this turn, if there is one left.
    pub(super) fn row(&self, turn: u64) -> Option<u64> {
        let count = self.row_range.end - self.row_range.start;
        let (round, index) = match self.once {
            Some(_) if turn >= count => return None,
            Some(_) => (0, turn),
            None => (turn / count, turn % count),
        };
        let order = match self.order {
            // At random, but each once, is shuffled.
            FeederOrder::Random if self.once.is_some() => FeederOrder::Shuffled,
            order => order,
        };
        let of_share = match order {
            FeederOrder::Sequential => index,
            // What the upper half of the product favours is less than 2⁻³² of its share, even with
            // four billion rows.
            FeederOrder::Random => {
                let word = mix(mix(self.seed) ^ turn);
                ((u128::from(word) * u128::from(count)) >> 64) as u64
            }
            FeederOrder::Shuffled => {
                Permutation::new(count, mix(mix(self.seed) ^ round)).get(index)
            }
        };
        Some(self.row_range.start + of_share)
    }
}
