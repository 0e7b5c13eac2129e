//! Writer of timelines.

use std::hash::Hasher;
use std::io::Write;
use std::path::Path;

use twox_hash::XxHash64;

use super::row::write_time;
use super::{AtomicOutput, TimelineHeader, TimelineRow, TimelineTrailer, TimelineTrailerInput};
use crate::{Error, ErrorKind};

/// Bytes that are collected before they are written.
const CHUNK_BYTES: usize = 1 << 16;

/// Writes a timeline: the header first, then each row, and the trailer at the end.
pub struct TimelineWriter<W> {
    out: W,
    buffer: Vec<u8>,
    hash: XxHash64,
    rows: u64,
    last_us: u64,
}

impl TimelineWriter<AtomicOutput> {
    /// Starts a file that becomes `path`, compressed if the name ends in `.zst`. It gets this name when
    /// the output that [`finish`](Self::finish) returns is [committed](AtomicOutput::commit).
    ///
    /// # Errors
    ///
    /// If the file cannot be created.
    pub fn create(path: &Path, header: &TimelineHeader) -> Result<Self, Error> {
        Self::new(AtomicOutput::create(path)?, header)
    }
}

impl<W: Write> TimelineWriter<W> {
    /// Starts a timeline on `out`, which needs no buffer.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub fn new(out: W, header: &TimelineHeader) -> Result<Self, Error> {
        let mut writer = Self {
            out,
            buffer: Vec::with_capacity(2 * CHUNK_BYTES),
            hash: XxHash64::with_seed(0),
            rows: 0,
            last_us: 0,
        };
        writer.write_json_line(header)?;
        Ok(writer)
    }

    /// Appends a row, which must not be earlier than the last one.
    ///
    /// # Errors
    ///
    /// If the row is earlier, or the output cannot be written.
    pub fn write_row(&mut self, row: &TimelineRow<'_>) -> Result<(), Error> {
        self.begin_row(row.t_us)?;
        row.write_json(&mut self.buffer);
        self.drain_if_full()
    }

    /// Appends a row whose tail, the part after its time, is already encoded.
    ///
    /// # Errors
    ///
    /// As for [`write_row`](Self::write_row).
    pub(crate) fn write_tail(&mut self, t_us: u64, tail: &[u8]) -> Result<(), Error> {
        self.begin_row(t_us)?;
        write_time(&mut self.buffer, t_us);
        self.buffer.extend_from_slice(tail);
        self.drain_if_full()
    }

    fn begin_row(&mut self, t_us: u64) -> Result<(), Error> {
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

    /// Appends the trailer, and returns it with the output.
    ///
    /// # Errors
    ///
    /// If the output cannot be written.
    pub fn finish(mut self, details: TimelineTrailerInput) -> Result<(TimelineTrailer, W), Error> {
        self.drain()?;
        let trailer = TimelineTrailer {
            rows: self.rows,
            xxh64: Some(format!("{:016x}", self.hash.finish())),
            skipped: details.skipped,
            sources_xxh64: details.sources_xxh64,
            time_base: details.time_base,
            resolution_us: details.resolution_us,
            sources_time_base: details.sources_time_base,
        };
        self.write_json_line(&trailer)?;
        self.drain()?;
        self.out.flush().map_err(write_error)?;
        Ok((trailer, self.out))
    }

    fn write_json_line(&mut self, line: &impl serde::Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.buffer, line)
            .map_err(|error| Error::new(ErrorKind::Io, "write a timeline").with_source(error))?;
        self.buffer.push(b'\n');
        Ok(())
    }

    fn drain(&mut self) -> Result<(), Error> {
        self.hash.write(&self.buffer);
        self.out.write_all(&self.buffer).map_err(write_error)?;
        self.buffer.clear();
        Ok(())
    }
}

fn write_error(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, "write a timeline").with_source(error)
}
