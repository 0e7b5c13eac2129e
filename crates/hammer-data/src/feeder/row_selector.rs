//! Orders of rows, as a pure function of the owner's number.

use std::ops::Range;

use super::permutation::{Permutation, mix};

/// The order in which rows are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FeederOrder {
    /// From first to last, repeatedly.
    #[default]
    Sequential,
    /// Any row each time.
    Random,
    /// All rows once per pass, in a new random order for each pass.
    Shuffled,
}

/// The behavior when all rows are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExhaustedPolicy {
    /// The run ends after [`Template::max_hits`](crate::Template::max_hits) hits. Rendering another hit
    /// is an error.
    EndRun,
    /// The run continues with empty columns.
    EmptyFields,
}

/// Selects the row of an owner. The result depends only on the owner's number, so any thread can select
/// any row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowSelector {
    pub(super) order: FeederOrder,
    pub(super) once: Option<ExhaustedPolicy>,
    pub(super) seed: u64,
    /// The rows to select from. Never empty.
    pub(super) row_range: Range<u64>,
}

impl RowSelector {
    /// Returns the row of an owner, or `None` if all rows are used up.
    pub(super) fn row(&self, owner: u64) -> Option<u64> {
        let count = self.row_range.end - self.row_range.start;
        let (pass, index) = match self.once {
            Some(_) if owner >= count => return None,
            Some(_) => (0, owner),
            None => (owner / count, owner % count),
        };
        let order = match self.order {
            // A random order that uses each row once is a shuffled one.
            FeederOrder::Random if self.once.is_some() => FeederOrder::Shuffled,
            order => order,
        };
        let selected = match order {
            FeederOrder::Sequential => index,
            // The bias of the upper half of the product is below 2⁻³², even with four billion rows.
            FeederOrder::Random => {
                let word = mix(mix(self.seed) ^ owner);
                ((u128::from(word) * u128::from(count)) >> 64) as u64
            }
            FeederOrder::Shuffled => Permutation::new(count, mix(mix(self.seed) ^ pass)).get(index),
        };
        Some(self.row_range.start + selected)
    }
}
