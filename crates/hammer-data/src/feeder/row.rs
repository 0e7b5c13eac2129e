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

    /// The text of the field of this index; that of one that is not there is empty.
    pub(super) fn field(&self, index: usize) -> &[u8] {
        match self.fields.get(index) {
            Some(range) => &self.text[range.clone()],
            None => b"",
        }
    }
}
