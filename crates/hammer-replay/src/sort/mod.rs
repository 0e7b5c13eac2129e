//! Sorting of rows by arrival in bounded memory.
//!
//! A row is a time, a tie value that orders rows of the same time, and opaque bytes.

mod external_sorter;
mod merge_heap;
mod reorder_window;
mod row_buffer;
mod row_offset_generator;
mod second_spreader;

pub(crate) use external_sorter::{ExternalSorter, SortedRowCursor};
pub(crate) use reorder_window::{ReorderWindow, RowSink};
pub(crate) use second_spreader::{SecondSpreader, SpreadOptions, content_hash};
