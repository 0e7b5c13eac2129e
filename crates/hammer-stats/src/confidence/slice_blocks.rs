//! The division of slices of time into blocks.

use super::ConfidenceError;

/// The maximum number of blocks.
const MAX_BLOCKS: usize = 20;
/// The minimum number of slices, and of blocks.
pub(super) const MIN_SLICES: usize = 10;

/// The division of consecutive slices of time into at most 20 blocks, as even in number as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SliceBlocks {
    slices: usize,
}

impl SliceBlocks {
    /// Divides this number of slices.
    ///
    /// # Errors
    ///
    /// [`ConfidenceError::TooFewSlices`] if there are fewer than ten.
    pub fn new(slices: usize) -> Result<Self, ConfidenceError> {
        if slices < MIN_SLICES {
            return Err(ConfidenceError::TooFewSlices {
                found: slices,
                needed: MIN_SLICES,
            });
        }
        Ok(Self { slices })
    }

    /// The number of blocks, from 10 to 20.
    #[must_use]
    pub fn count(self) -> usize {
        self.slices.min(MAX_BLOCKS)
    }

    /// The block of a slice. Both count from 0.
    #[must_use]
    pub fn block_of(self, slice: usize) -> usize {
        slice.min(self.slices - 1) * self.count() / self.slices
    }
}
