use std::fs::File;
use std::io::{BufWriter, Seek, Write};

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
    runs: Vec<File>,
    count: u64,
    spilled: u64,
}

impl Runs {
    pub(crate) fn new(most_bytes: usize) -> Self {
        Self {
            rows: Rows::new(most_bytes),
            most_bytes,
            runs: Vec::new(),
            count: 0,
            spilled: 0,
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

    pub(crate) fn push(&mut self, t_us: i64, tie: u64, row: &[u8]) -> Result<(), Error> {
        self.count += 1;
        self.rows.push(t_us, tie, row);
        if self.rows.size() > self.most_bytes {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<(), Error> {
        self.spilled += self.rows.len() as u64;
        self.rows.sort();
        let mut run = Run::create()?;
        while let Some((place, row)) = self.rows.first() {
            run.push(place.t_us, place.tie, row)?;
            self.rows.drop_first();
        }
        self.rows.clear();
        self.runs.push(run.done()?);
        if self.runs.len() == MOST_RUNS {
            let mut one = Run::create()?;
            let mut merge = Heap::new(std::mem::take(&mut self.runs), Rows::new(0))?;
            while let Some((t_us, tie)) = merge.peek() {
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
        Ok(Merge(Heap::new(self.runs, self.rows)?))
    }
}

/// Goes through rows in order.
#[derive(Debug)]
pub(crate) struct Merge(Heap);

impl Merge {
    /// The time and the tie of the next row.
    pub(crate) fn peek(&self) -> Option<(i64, u64)> {
        self.0.peek()
    }

    /// The next row, if there is one.
    pub(crate) fn row(&self) -> &[u8] {
        self.0.row()
    }

    pub(crate) fn advance(&mut self) -> Result<(), Error> {
        self.0.advance()
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
