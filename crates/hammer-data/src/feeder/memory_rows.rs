//! Rows that are held in memory.

use super::row::FeederRow;
use super::row_store::FeederColumns;
use super::{FeedError, FeedErrorKind};

/// The maximum size of all rows, with 4 bytes for the end of each field.
///
/// A file that is held in memory has less: a field takes at least one byte of its 64 MiB, and the row
/// before the limit has at most 16 MiB, so that positions fit into 32 bits.
const MAX_BYTES: usize = 256 << 20;

/// The text of all fields, and the end of each field in it.
#[derive(Default)]
pub(super) struct MemoryRows {
    text: Vec<u8>,
    ends: Vec<u32>,
    pub(super) columns: FeederColumns,
}

impl MemoryRows {
    pub(super) fn push(&mut self, row: &FeederRow) -> Result<(), FeedError> {
        for index in 0..row.fields.len() {
            self.text.extend_from_slice(row.field(index));
            self.ends.push(self.text.len() as u32);
        }
        if self.text.len() + 4 * self.ends.len() > MAX_BYTES {
            let message = "expected at most 256 MiB of rows from a pipe, found more (try a file)";
            return Err(FeedError::new(FeedErrorKind::TooManyRows, message));
        }
        Ok(())
    }

    pub(super) fn with_columns(mut self, columns: FeederColumns) -> Self {
        self.columns = columns;
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }

    pub(super) fn row_count(&self) -> u64 {
        (self.ends.len() / self.columns.names.len()) as u64
    }

    /// Returns a field of an existing row.
    pub(super) fn field(&self, row: u64, column: usize) -> &[u8] {
        let index = row as usize * self.columns.names.len() + column;
        let start = match index.checked_sub(1) {
            Some(previous) => self.ends[previous] as usize,
            None => 0,
        };
        &self.text[start..self.ends[index] as usize]
    }
}
