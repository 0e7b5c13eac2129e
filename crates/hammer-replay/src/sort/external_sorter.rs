use std::fs::File;
use std::io::{BufWriter, Seek, Write};

use hammer_core::StopHandle;

use super::merge_heap::MergeHeap;
use super::row_buffer::RowBuffer;
use crate::{Error, ErrorKind};

/// Runs that are merged at a time, each with a buffer of its own.
const MAX_RUNS: usize = 128;

/// Rows in any order, sorted in pieces, which are on disk where they are too large together.
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
    /// Goes to disk by itself when it takes more than `most_bytes`.
    pub(crate) fn new(max_bytes: usize, stop: &StopHandle) -> Self {
        Self {
            max_bytes,
            ..Self::with_manual_spill(RowBuffer::new(max_bytes), MAX_RUNS, stop)
        }
    }

    /// Goes to disk when it is [told to](Self::spill), in up to `max_runs` files. `rows` is memory for
    /// it, without a row.
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

    /// How many rows there are.
    pub(crate) fn row_count(&self) -> u64 {
        self.row_count
    }

    /// How many of them went to disk.
    pub(crate) fn spilled_rows(&self) -> u64 {
        self.spilled_rows
    }

    /// Bytes of memory that they take.
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

    /// Puts what is in memory on disk.
    pub(crate) fn spill(&mut self) -> Result<(), Error> {
        self.spilled_rows += self.rows.len() as u64;
        self.rows.sort();
        let mut run = SortedRunWriter::create()?;
        while let Some((place, row)) = self.rows.first() {
            run.push(place.t_us, place.tie, row)?;
            self.rows.drop_first();
        }
        self.rows.clear();
        self.runs.push(run.finish()?);
        if self.runs.len() == self.max_runs {
            let mut one = SortedRunWriter::create()?;
            let mut merge = MergeHeap::new(std::mem::take(&mut self.runs), RowBuffer::new(0))?;
            while let Some((t_us, tie)) = merge.peek() {
                Error::check_stop(&self.stop)?;
                one.push(t_us, tie, merge.row())?;
                merge.advance()?;
            }
            self.runs.push(one.finish()?);
        }
        Ok(())
    }

    /// All rows in order.
    pub(crate) fn merge(mut self) -> Result<MergeCursor, Error> {
        self.rows.sort();
        Ok(if self.runs.is_empty() {
            MergeCursor::Memory(self.rows)
        } else {
            MergeCursor::Disk(MergeHeap::new(self.runs, self.rows)?)
        })
    }
}

/// Goes through rows in order.
#[derive(Debug)]
pub(crate) enum MergeCursor {
    /// None of them went to disk.
    Memory(RowBuffer),
    Disk(MergeHeap),
}

impl MergeCursor {
    /// The time and the tie of the next row.
    #[inline]
    pub(crate) fn peek(&self) -> Option<(i64, u64)> {
        match self {
            Self::Memory(rows) => rows.first().map(|(place, _)| (place.t_us, place.tie)),
            Self::Disk(heap) => heap.peek(),
        }
    }

    /// The next row, if there is one.
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

/// A sorted run on disk, in a file without a name.
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
        let mut head = [0; 20];
        head[..8].copy_from_slice(&t_us.to_le_bytes());
        head[8..16].copy_from_slice(&tie.to_le_bytes());
        head[16..].copy_from_slice(&(row.len() as u32).to_le_bytes());
        self.file.write_all(&head).map_err(sort_error)?;
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
