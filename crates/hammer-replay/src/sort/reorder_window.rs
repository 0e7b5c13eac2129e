//! Window that restores the order of nearly sorted rows.

use hammer_core::StopHandle;

use super::external_sorter::ExternalSorter;
use super::row_buffer::RowBuffer;
use crate::Error;

/// A consumer of sorted rows.
pub(crate) trait RowSink {
    /// Consumes the next row.
    fn write_row(&mut self, t_us: i64, row: &[u8]) -> Result<(), Error>;
}

/// Sorts rows that are nearly in order within a window of bounded memory.
///
/// When the window is full, its earlier half is written. A row that comes after later ones were
/// written is late: it goes to an external sorter, to be merged at the end.
#[derive(Debug)]
pub(crate) struct ReorderWindow {
    window: RowBuffer,
    max_bytes: usize,
    /// Time and tie value of the last row that was written.
    last_written: Option<(i64, u64)>,
    late: ExternalSorter,
}

impl ReorderWindow {
    /// Makes a window of `max_bytes`, with the same amount again for late rows.
    pub(crate) fn new(max_bytes: usize, stop: &StopHandle) -> Self {
        Self {
            window: RowBuffer::new(max_bytes),
            max_bytes,
            last_written: None,
            late: ExternalSorter::new(max_bytes, stop),
        }
    }

    /// Makes a window that treats all rows as late, for outputs that cannot be read again.
    pub(crate) fn without_early_output(max_bytes: usize, stop: &StopHandle) -> Self {
        Self {
            last_written: Some((i64::MAX, u64::MAX)),
            ..Self::new(max_bytes, stop)
        }
    }

    #[inline]
    pub(crate) fn push(
        &mut self,
        t_us: i64,
        tie: u64,
        row: &[u8],
        sink: &mut impl RowSink,
    ) -> Result<(), Error> {
        if self.last_written.is_some_and(|last| (t_us, tie) < last) {
            return self.late.push(t_us, tie, row);
        }
        self.window.push(t_us, tie, row);
        if self.window.size_bytes() > self.max_bytes {
            self.emit(self.window.len() / 2, sink)?;
        }
        Ok(())
    }

    /// Writes the earliest `count` rows.
    fn emit(&mut self, count: usize, sink: &mut impl RowSink) -> Result<(), Error> {
        self.window.sort();
        for _ in 0..count {
            let Some((location, row)) = self.window.first() else {
                break;
            };
            sink.write_row(location.t_us, row)?;
            self.last_written = Some((location.t_us, location.tie));
            self.window.drop_first();
        }
        Ok(())
    }

    /// Writes all rows of the window, and returns the late ones.
    pub(crate) fn finish(mut self, sink: &mut impl RowSink) -> Result<ExternalSorter, Error> {
        self.emit(self.window.len(), sink)?;
        Ok(self.late)
    }
}
