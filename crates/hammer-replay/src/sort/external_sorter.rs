//! External sort of rows: sorted runs on disk, merged at the end.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};

use hammer_core::StopHandle;

use super::merge_heap::MergeHeap;
use super::row_buffer::RowBuffer;
use crate::{Error, ErrorKind};

/// Maximum number of runs to merge at a time. Each has a buffer.
const MAX_RUNS: usize = 128;

/// Sorts rows that come in any order. Sorted runs go to disk when memory is full.
#[derive(Debug)]
pub(crate) struct ExternalSorter {
    rows: RowBuffer,
    max_bytes: usize,
    max_runs: usize,
    runs: Vec<File>,
    row_count: u64,
    spilled_rows: u64,
    stop: StopHandle,
}

impl ExternalSorter {
    /// Makes a sorter that spills to disk when it takes more than `max_bytes`.
    pub(crate) fn new(max_bytes: usize, stop: &StopHandle) -> Self {
        Self {
            max_bytes,
            ..Self::with_manual_spill(RowBuffer::new(max_bytes), MAX_RUNS, stop)
        }
    }

    /// Makes a sorter that spills only on [`spill`](Self::spill), into up to `max_runs` files. `rows` is
    /// an empty buffer to reuse.
    pub(crate) fn with_manual_spill(rows: RowBuffer, max_runs: usize, stop: &StopHandle) -> Self {
        Self {
            rows,
            max_bytes: usize::MAX,
            max_runs,
            runs: Vec::new(),
            row_count: 0,
            spilled_rows: 0,
            stop: stop.clone(),
        }
    }

    /// The number of rows.
    pub(crate) fn row_count(&self) -> u64 {
        self.row_count
    }

    /// The number of rows that went to disk.
    pub(crate) fn spilled_rows(&self) -> u64 {
        self.spilled_rows
    }

    /// The memory of the rows, in bytes.
    pub(crate) fn size_bytes(&self) -> usize {
        self.rows.size_bytes()
    }

    #[inline]
    pub(crate) fn push(&mut self, t_us: i64, tie: u64, row: &[u8]) -> Result<(), Error> {
        self.row_count += 1;
        self.rows.push(t_us, tie, row);
        if self.rows.size_bytes() > self.max_bytes {
            self.spill()?;
        }
        Ok(())
    }

    /// Writes the rows in memory to disk as a sorted run.
    pub(crate) fn spill(&mut self) -> Result<(), Error> {
        self.spilled_rows += self.rows.len() as u64;
        self.rows.sort();
        let mut run = SortedRunWriter::create()?;
        while let Some((location, row)) = self.rows.first() {
            run.push(location.t_us, location.tie, row)?;
            self.rows.drop_first();
        }
        self.rows.clear();
        self.runs.push(run.finish()?);
        if self.runs.len() == self.max_runs {
            let mut merged = SortedRunWriter::create()?;
            let mut merge = MergeHeap::new(std::mem::take(&mut self.runs), RowBuffer::new(0))?;
            while let Some((t_us, tie)) = merge.peek() {
                Error::check_stop(&self.stop)?;
                merged.push(t_us, tie, merge.row())?;
                merge.advance()?;
            }
            self.runs.push(merged.finish()?);
        }
        Ok(())
    }

    /// Returns all rows in order.
    pub(crate) fn merge(mut self) -> Result<SortedRowCursor, Error> {
        self.rows.sort();
        Ok(if self.runs.is_empty() {
            SortedRowCursor::Memory(self.rows)
        } else {
            SortedRowCursor::Disk(MergeHeap::new(self.runs, self.rows)?)
        })
    }
}

/// A cursor over sorted rows.
#[derive(Debug)]
pub(crate) enum SortedRowCursor {
    /// All rows are in memory.
    Memory(RowBuffer),
    Disk(MergeHeap),
}

impl SortedRowCursor {
    /// Returns the time and the tie value of the next row.
    #[inline]
    pub(crate) fn peek(&self) -> Option<(i64, u64)> {
        match self {
            Self::Memory(rows) => rows
                .first()
                .map(|(location, _)| (location.t_us, location.tie)),
            Self::Disk(heap) => heap.peek(),
        }
    }

    /// Returns the bytes of the next row; empty at the end.
    #[inline]
    pub(crate) fn row(&self) -> &[u8] {
        match self {
            Self::Memory(rows) => rows.first().map_or(&[], |(_, row)| row),
            Self::Disk(heap) => heap.row(),
        }
    }

    #[inline]
    pub(crate) fn advance(&mut self) -> Result<(), Error> {
        match self {
            Self::Memory(rows) => {
                rows.drop_first();
                Ok(())
            }
            Self::Disk(heap) => heap.advance(),
        }
    }
}

/// Writes a sorted run to a file without a name.
struct SortedRunWriter {
    file: BufWriter<File>,
}

impl SortedRunWriter {
    fn create() -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(sort_error)?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 18, file),
        })
    }

    fn push(&mut self, t_us: i64, tie: u64, row: &[u8]) -> Result<(), Error> {
        let mut header = [0; 20];
        header[..8].copy_from_slice(&t_us.to_le_bytes());
        header[8..16].copy_from_slice(&tie.to_le_bytes());
        header[16..].copy_from_slice(&(row.len() as u32).to_le_bytes());
        self.file.write_all(&header).map_err(sort_error)?;
        self.file.write_all(row).map_err(sort_error)
    }

    fn finish(self) -> Result<File, Error> {
        let mut file = self
            .file
            .into_inner()
            .map_err(|error| sort_error(error.into_error()))?;
        file.rewind().map_err(sort_error)?;
        Ok(file)
    }
}

pub(super) fn sort_error(error: std::io::Error) -> Error {
    let folder = std::env::temp_dir();
    let message = format!("sort rows in {}", folder.display());
    Error::new(ErrorKind::Io, message).with_source(error)
}
