use std::hash::Hasher;
use std::io::Write;
use std::path::Path;

use twox_hash::XxHash64;

use super::row::write_time;
use super::{Ending, Header, Output, Row, Trailer};
use crate::{Error, ErrorKind};

/// How much is gathered before it is written.
const CHUNK_BYTES: usize = 1 << 16;

/// Writes a timeline: the header at once, then row after row, and the trailer at the end.
pub struct Writer<W> {
    out: W,
    buffer: Vec<u8>,
    hash: XxHash64,
    rows: u64,
    last_us: u64,
}

impl Writer<Output> {
    /// Begins the file that is to be `path`, compressed if it ends in `.zst`. It has this name when
    /// what [`finish`](Self::finish) gives is [kept](Output::keep).
    ///
    /// # Errors
    ///
    /// If the file can't be made.
    pub fn create(path: &Path, header: &Header) -> Result<Self, Error> {
        Self::to(Output::create(path)?, header)
    }
}

impl<W: Write> Writer<W> {
    /// Begins a timeline that goes to `out`, which needs no buffer of its own.
    ///
    /// # Errors
    ///
    /// If `out` can't be written to.
    pub fn to(out: W, header: &Header) -> Result<Self, Error> {
        let mut writer = Self {
            out,
            buffer: Vec::with_capacity(2 * CHUNK_BYTES),
            hash: XxHash64::with_seed(0),
            rows: 0,
            last_us: 0,
        };
        writer.json(header)?;
        Ok(writer)
    }

    /// Appends a row, which must not be due before the last one.
    ///
    /// # Errors
    ///
    /// If it is, or the file can't be written to.
    pub fn row(&mut self, row: &Row<'_>) -> Result<(), Error> {
        self.next(row.t_us)?;
        row.write_json(&mut self.buffer);
        self.drain_if_full()
    }

    /// Appends a row whose tail, all that stands behind its time, is written already.
    ///
    /// # Errors
    ///
    /// As for [`row`](Self::row).
    pub(crate) fn tail(&mut self, t_us: u64, tail: &[u8]) -> Result<(), Error> {
        self.next(t_us)?;
        write_time(&mut self.buffer, t_us);
        self.buffer.extend_from_slice(tail);
        self.drain_if_full()
    }

    fn next(&mut self, t_us: u64) -> Result<(), Error> {
        if t_us < self.last_us {
            let Self { rows, last_us, .. } = self;
            let message = format!("write row {rows}: {t_us} µs is before {last_us} µs");
            return Err(Error::new(ErrorKind::Order, message));
        }
        self.last_us = t_us;
        self.rows += 1;
        Ok(())
    }

    fn drain_if_full(&mut self) -> Result<(), Error> {
        if self.buffer.len() >= CHUNK_BYTES {
            self.drain()?;
        }
        Ok(())
    }

    /// Appends the trailer, and gives back where it all went.
    ///
    /// # Errors
    ///
    /// If that can't be written to.
    pub fn finish(mut self, ending: Ending) -> Result<(Trailer, W), Error> {
        self.drain()?;
        let trailer = Trailer {
            rows: self.rows,
            xxh64: Some(format!("{:016x}", self.hash.finish())),
            skipped: ending.skipped,
            sources_xxh64: ending.sources_xxh64,
            time_base: ending.time_base,
            resolution_us: ending.resolution_us,
            sources_time_base: ending.sources_time_base,
        };
        self.json(&trailer)?;
        self.drain()?;
        self.out.flush().map_err(failed)?;
        Ok((trailer, self.out))
    }

    fn json(&mut self, line: &impl serde::Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.buffer, line)
            .map_err(|error| Error::new(ErrorKind::Io, "write a timeline").because(error))?;
        self.buffer.push(b'\n');
        Ok(())
    }

    fn drain(&mut self) -> Result<(), Error> {
        self.hash.write(&self.buffer);
        self.out.write_all(&self.buffer).map_err(failed)?;
        self.buffer.clear();
        Ok(())
    }
}

fn failed(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, "write a timeline").because(error)
}
