//! One row of a feeder.

use std::ops::Range;

/// The fields of one row.
#[derive(Debug, Default)]
pub(super) struct FeederRow {
    pub(super) text: Vec<u8>,
    pub(super) fields: Vec<Range<usize>>,
}

impl FeederRow {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.fields.clear();
    }

    /// Returns the text of a field, or an empty text if there is no field with this index.
    pub(super) fn field(&self, index: usize) -> &[u8] {
        match self.fields.get(index) {
            Some(range) => &self.text[range.clone()],
            None => b"",
        }
    }
}
