use hammer_core::StopHandle;

use super::external_sorter::ExternalSorter;
use super::row_buffer::RowBuffer;
use crate::Error;

/// Where sorted rows go.
pub(crate) trait RowSink {
    /// Takes the next row.
    fn write_row(&mut self, t_us: i64, row: &[u8]) -> Result<(), Error>;
}

/// A window over rows that are nearly in order: what has been in it long enough leaves it, sorted.
///
/// The window is bounded by memory. A row that comes when later ones have left is kept apart, and on
/// disk if there are many, to be merged in the end.
#[derive(Debug)]
pub(crate) struct ReorderWindow {
    window: RowBuffer,
    max_bytes: usize,
    /// The last that left.
    last_written: Option<(i64, u64)>,
    late: ExternalSorter,
}

impl ReorderWindow {
    /// A window of `most_bytes`, and as much again for those that are late.
    pub(crate) fn new(max_bytes: usize, stop: &StopHandle) -> Self {
        Self {
            window: RowBuffer::new(max_bytes),
            max_bytes,
            last_written: None,
            late: ExternalSorter::new(max_bytes, stop),
        }
    }

    /// One that lets nothing go before the end, for outputs that can't be read again.
    pub(crate) fn without_early_output(most_bytes: usize, stop: &StopHandle) -> Self {
        Self {
            last_written: Some((i64::MAX, u64::MAX)),
            ..Self::new(most_bytes, stop)
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
        if self.last_written.is_some_and(|front| (t_us, tie) < front) {
            return self.late.push(t_us, tie, row);
        }
        self.window.push(t_us, tie, row);
        if self.window.size_bytes() > self.max_bytes {
            self.emit(self.window.len() / 2, sink)?;
        }
        Ok(())
    }

    /// Lets the earliest `count` go.
    fn emit(&mut self, count: usize, sink: &mut impl RowSink) -> Result<(), Error> {
        self.window.sort();
        for _ in 0..count {
            let Some((place, row)) = self.window.first() else {
                break;
            };
            sink.write_row(place.t_us, row)?;
            self.last_written = Some((place.t_us, place.tie));
            self.window.drop_first();
        }
        Ok(())
    }

    /// Lets all go, and gives those that were late.
    pub(crate) fn finish(mut self, sink: &mut impl RowSink) -> Result<ExternalSorter, Error> {
        self.emit(self.window.len(), sink)?;
        Ok(self.late)
    }
}
