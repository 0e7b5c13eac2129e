//! External sort of rows: sorted segments in spill files, merged at the end.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};

use hammer_core::StopHandle;
use hammer_diagnostic::printable_path;

use super::merge_heap::MergeHeap;
use super::row_buffer::RowBuffer;
use crate::{Error, ErrorKind};

/// Maximum number of spill files to merge at a time. Each has a read buffer.
const MAX_SPILL_FILES: usize = 128;

/// Sorts rows that come in any order. When memory is full, they go to disk as a sorted segment.
#[derive(Debug)]
pub(crate) struct ExternalSorter {
    rows: RowBuffer,
    max_bytes: usize,
    max_spill_files: usize,
    spill_files: Vec<File>,
    row_count: u64,
    spilled_rows: u64,
    stop: StopHandle,
}

impl ExternalSorter {
    /// Makes a sorter that spills to disk when it takes more than `max_bytes`.
    pub(crate) fn new(max_bytes: usize, stop: &StopHandle) -> Self {
        Self {
            max_bytes,
            ..Self::with_manual_spill(RowBuffer::new(max_bytes), MAX_SPILL_FILES, stop)
        }
    }

    /// Makes a sorter that spills only on [`spill`](Self::spill), into up to `max_spill_files`. `rows` is
    /// an empty buffer to reuse.
    pub(crate) fn with_manual_spill(
        rows: RowBuffer,
        max_spill_files: usize,
        stop: &StopHandle,
    ) -> Self {
        Self {
            rows,
            max_bytes: usize::MAX,
            max_spill_files,
            spill_files: Vec::new(),
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

    /// Writes the rows in memory to a spill file, sorted.
    pub(crate) fn spill(&mut self) -> Result<(), Error> {
        self.spilled_rows += self.rows.len() as u64;
        self.rows.sort();
        let mut segment = SpillFileWriter::create()?;
        while let Some((location, row)) = self.rows.first() {
            segment.push(location.t_us, location.tie, row)?;
            self.rows.drop_first();
        }
        self.rows.clear();
        self.spill_files.push(segment.finish()?);
        if self.spill_files.len() == self.max_spill_files {
            let mut merged = SpillFileWriter::create()?;
            let mut merge =
                MergeHeap::new(std::mem::take(&mut self.spill_files), RowBuffer::new(0))?;
            while let Some((t_us, tie)) = merge.peek() {
                Error::check_stop(&self.stop)?;
                merged.push(t_us, tie, merge.row())?;
                merge.advance()?;
            }
            self.spill_files.push(merged.finish()?);
        }
        Ok(())
    }

    /// Returns all rows in order.
    pub(crate) fn merge(mut self) -> Result<SortedRowCursor, Error> {
        self.rows.sort();
        Ok(if self.spill_files.is_empty() {
            SortedRowCursor::Memory(self.rows)
        } else {
            SortedRowCursor::Disk(MergeHeap::new(self.spill_files, self.rows)?)
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

    /// Returns the bytes of the next row, or an empty slice at the end.
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

/// Writes a sorted segment to a file without a name.
struct SpillFileWriter {
    file: BufWriter<File>,
}

impl SpillFileWriter {
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
    let message = format!("sort rows in {}", printable_path(&folder));
    Error::new(ErrorKind::Io, message).with_source(error)
}
