use std::fs::File;
use std::io::{BufWriter, Seek, Write};

use hammer_core::Stop;

use super::heap::Heap;
use super::rows::Rows;
use crate::{Error, ErrorKind};

/// Runs that are merged at a time, each with a buffer of its own.
const MOST_RUNS: usize = 128;

/// Rows in any order, sorted in pieces, which are on disk where they are too large together.
#[derive(Debug)]
pub(crate) struct Runs {
    rows: Rows,
    most_bytes: usize,
    most_runs: usize,
    runs: Vec<File>,
    count: u64,
    spilled: u64,
    stop: Stop,
}

impl Runs {
    /// Goes to disk by itself when it takes more than `most_bytes`.
    pub(crate) fn new(most_bytes: usize, stop: &Stop) -> Self {
        Self {
            most_bytes,
            ..Self::patient(Rows::new(most_bytes), MOST_RUNS, stop)
        }
    }

    /// Goes to disk when it is [told to](Self::spill), in up to `most_runs` files. `rows` is memory for
    /// it, without a row.
    pub(crate) fn patient(rows: Rows, most_runs: usize, stop: &Stop) -> Self {
        Self {
            rows,
            most_bytes: usize::MAX,
            most_runs,
            runs: Vec::new(),
            count: 0,
            spilled: 0,
            stop: stop.clone(),
        }
    }

    /// How many rows there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// How many of them went to disk.
    pub(crate) fn spilled(&self) -> u64 {
        self.spilled
    }

    /// Bytes of memory that they take.
    pub(crate) fn size(&self) -> usize {
        self.rows.size()
    }

    #[inline]
    pub(crate) fn push(&mut self, t_us: i64, tie: u64, row: &[u8]) -> Result<(), Error> {
        self.count += 1;
        self.rows.push(t_us, tie, row);
        if self.rows.size() > self.most_bytes {
            self.spill()?;
        }
        Ok(())
    }

    /// Puts what is in memory on disk.
    pub(crate) fn spill(&mut self) -> Result<(), Error> {
        self.spilled += self.rows.len() as u64;
        self.rows.sort();
        let mut run = Run::create()?;
        while let Some((place, row)) = self.rows.first() {
            run.push(place.t_us, place.tie, row)?;
            self.rows.drop_first();
        }
        self.rows.clear();
        self.runs.push(run.done()?);
        if self.runs.len() == self.most_runs {
            let mut one = Run::create()?;
            let mut merge = Heap::new(std::mem::take(&mut self.runs), Rows::new(0))?;
            while let Some((t_us, tie)) = merge.peek() {
                Error::if_given(&self.stop)?;
                one.push(t_us, tie, merge.row())?;
                merge.advance()?;
            }
            self.runs.push(one.done()?);
        }
        Ok(())
    }

    /// All rows in order.
    pub(crate) fn merge(mut self) -> Result<Merge, Error> {
        self.rows.sort();
        Ok(if self.runs.is_empty() {
            Merge::Memory(self.rows)
        } else {
            Merge::Disk(Heap::new(self.runs, self.rows)?)
        })
    }
}

/// Goes through rows in order.
#[derive(Debug)]
pub(crate) enum Merge {
    /// None of them went to disk.
    Memory(Rows),
    Disk(Heap),
}

impl Merge {
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
struct Run {
    file: BufWriter<File>,
}

impl Run {
    fn create() -> Result<Self, Error> {
        let file = tempfile::tempfile().map_err(failed)?;
        Ok(Self {
            file: BufWriter::with_capacity(1 << 18, file),
        })
    }

    fn push(&mut self, t_us: i64, tie: u64, row: &[u8]) -> Result<(), Error> {
        let mut head = [0; 20];
        head[..8].copy_from_slice(&t_us.to_le_bytes());
        head[8..16].copy_from_slice(&tie.to_le_bytes());
        head[16..].copy_from_slice(&(row.len() as u32).to_le_bytes());
        self.file.write_all(&head).map_err(failed)?;
        self.file.write_all(row).map_err(failed)
    }

    fn done(self) -> Result<File, Error> {
        let mut file = self
            .file
            .into_inner()
            .map_err(|error| failed(error.into_error()))?;
        file.rewind().map_err(failed)?;
        Ok(file)
    }
}

pub(super) fn failed(error: std::io::Error) -> Error {
    let folder = std::env::temp_dir();
    let message = format!("sort rows in {}", folder.display());
    Error::new(ErrorKind::Io, message).because(error)
}
