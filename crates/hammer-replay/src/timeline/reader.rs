//! Reader of timelines.

use std::fs::File;
use std::hash::Hasher;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use hammer_diagnostic::printable_path;
use serde::Deserialize;
use twox_hash::XxHash64;
use zstd::stream::read::Decoder;

use super::row::MAX_LINE_BYTES;
use super::shared_file_reader::SharedFileReader;
use super::{ParsedRow, SCHEMA, TimelineHeader, TimelineTrailer};
use crate::{Error, ErrorKind};

/// Size of the read buffer.
const CHUNK_BYTES: usize = 1 << 18;
/// Magic number of a zstd frame (RFC 8878, section 3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Reads a timeline from its start to its end, one row at a time.
///
/// Every error names the file and the line. The timeline is known to be complete once
/// [`next`](Self::next) returns `None`: the trailer was read and matches the rows.
pub struct TimelineReader {
    input: Box<dyn BufRead + Send>,
    name: String,
    header: TimelineHeader,
    trailer: Option<TimelineTrailer>,
    line: Vec<u8>,
    /// The number of the last line, counted from 1.
    line_number: u64,
    hash: XxHash64,
    rows: u64,
    last_us: u64,
}

/// The part of a header that every version has.
#[derive(Deserialize)]
struct SchemaVersion {
    schema: String,
}

impl TimelineReader {
    /// Opens a file, which may be compressed, and reads its header.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is not a timeline, or has a newer version.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let name = printable_path(path);
        let failed =
            |error: io::Error| Error::new(ErrorKind::Io, format!("read {name}")).with_source(error);
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            let message = format!("read {name}: expected a file, found a directory");
            return Err(Error::new(ErrorKind::Io, message));
        }
        Self::decompressing(file, &name)
    }

    /// Reads `file`, which may be compressed, from its start. Several readers can share the file.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn from_file(file: Arc<File>, name: &str) -> Result<Self, Error> {
        Self::decompressing(SharedFileReader::new(file), name)
    }

    fn decompressing(input: impl Read + Send + 'static, name: &str) -> Result<Self, Error> {
        let failed =
            |error: io::Error| Error::new(ErrorKind::Io, format!("read {name}")).with_source(error);
        let mut input = BufReader::with_capacity(CHUNK_BYTES, input);
        // If a pipe returns fewer bytes than the magic number at first, compression is not detected.
        if input.fill_buf().map_err(failed)?.starts_with(&ZSTD_MAGIC) {
            let decoder = Decoder::with_buffer(input).map_err(failed)?;
            return Self::from_reader(BufReader::with_capacity(CHUNK_BYTES, decoder), name);
        }
        Self::from_reader(input, name)
    }

    /// Reads an uncompressed timeline from `input`. Messages call it `name`.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn from_reader(input: impl BufRead + Send + 'static, name: &str) -> Result<Self, Error> {
        let mut reader = Self {
            input: Box::new(input),
            name: name.to_owned(),
            header: TimelineHeader::default(),
            trailer: None,
            line: Vec::new(),
            line_number: 0,
            hash: XxHash64::with_seed(0),
            rows: 0,
            last_us: 0,
        };
        reader.read_line()?;
        reader.header = reader.read_header()?;
        Ok(reader)
    }

    fn read_header(&self) -> Result<TimelineHeader, Error> {
        let not_a_timeline = |problem: &str| {
            let expected = format!("expected \"schema\":\"{SCHEMA}\" in the first line");
            self.line_error(ErrorKind::NotATimeline, &format!("{problem}; {expected}"))
        };
        if self.line.is_empty() {
            return Err(not_a_timeline("the file is empty"));
        }
        let version: SchemaVersion =
            serde_json::from_slice(&self.line).map_err(|_| not_a_timeline("not a timeline"))?;
        let (family, number) = SCHEMA.split_at(SCHEMA.rfind('/').unwrap_or_default() + 1);
        let read = version.schema.strip_prefix(family).map(str::parse::<u64>);
        match (read, number.parse::<u64>()) {
            (Some(Ok(read)), Ok(own)) if read > own => {
                let problem =
                    format!("expected version {own} or older, found {read} (try a newer hammer)");
                return Err(self.line_error(ErrorKind::Version, &problem));
            }
            (Some(Ok(_)), _) => {}
            _ => return Err(not_a_timeline("not a timeline")),
        }
        serde_json::from_slice(&self.line).map_err(|error| {
            self.line_error(ErrorKind::NotATimeline, "malformed header")
                .with_source(error)
        })
    }

    /// Returns the header.
    #[must_use]
    pub fn header(&self) -> &TimelineHeader {
        &self.header
    }

    /// Returns the trailer, or `None` before it was reached.
    #[must_use]
    pub fn trailer(&self) -> Option<&TimelineTrailer> {
        self.trailer.as_ref()
    }

    /// Returns the name of the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the next row. Returns `None` after a trailer that matches the rows.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or is truncated, or if a row is malformed or out of order.
    #[expect(
        clippy::should_implement_trait,
        reason = "a row borrows from its reader"
    )]
    pub fn next(&mut self) -> Result<Option<ParsedRow<'_>>, Error> {
        if self.trailer.is_some() {
            return Ok(None);
        }
        self.read_line()?;
        if self.line.is_empty() {
            let problem = "expected a trailer, found the end: the timeline is truncated";
            return Err(self.line_error(ErrorKind::Truncated, problem));
        }
        // Hammer's rows begin with `t`. Any other line may be a row of another tool or the trailer.
        if !self.line.starts_with(b"{\"t\":")
            && let Ok(trailer) = serde_json::from_slice(&self.line)
        {
            return self.check_trailer(trailer).map(|()| None);
        }
        // `line_error` would borrow the whole reader while the row borrows the line.
        let Self {
            line,
            name,
            line_number: number,
            rows,
            last_us,
            ..
        } = self;
        let error = |kind, problem: String| {
            Err(Error::new(kind, format!("read {name}:{number}: {problem}")))
        };
        let complete = line.ends_with(b"\n");
        let row = match ParsedRow::parse(line) {
            Ok(row) => row,
            Err(_) if !complete => {
                let problem = "incomplete row: the timeline is truncated";
                return error(ErrorKind::Truncated, problem.into());
            }
            Err(problem) => return error(ErrorKind::Row, format!("malformed row: {problem}")),
        };
        let t_us = row.row().t_us;
        if t_us < *last_us {
            let problem = format!("rows are not sorted: {t_us} µs follows {last_us} µs");
            return error(ErrorKind::Order, problem);
        }
        *last_us = t_us;
        *rows += 1;
        Ok(Some(row))
    }

    /// Parses the last row of [`next`](Self::next) again.
    ///
    /// # Errors
    ///
    /// If the last line is not a row.
    pub(crate) fn reparse_row(&self) -> Result<ParsedRow<'_>, Error> {
        let row = ParsedRow::parse(&self.line);
        row.map_err(|problem| self.line_error(ErrorKind::Row, &format!("malformed row: {problem}")))
    }

    /// Checks the rows against the trailer, and that nothing follows it.
    fn check_trailer(&mut self, trailer: TimelineTrailer) -> Result<(), Error> {
        let rows = self.rows;
        if trailer.rows != rows {
            let problem = format!("expected {} rows, found {rows}", trailer.rows);
            return Err(self.line_error(ErrorKind::Truncated, &problem));
        }
        let found = format!("{:016x}", self.hash.finish());
        if let Some(hash) = trailer.xxh64.as_ref().filter(|hash| **hash != found) {
            let problem = format!("expected hash {hash} of the lines above, found {found}");
            return Err(self.line_error(ErrorKind::Truncated, &problem));
        }
        self.read_line()?;
        if !self.line.is_empty() {
            return Err(self.line_error(
                ErrorKind::Row,
                "expected the end of the file after the trailer",
            ));
        }
        self.trailer = Some(trailer);
        Ok(())
    }

    /// Reads the next line with its line feed. At the end of the file the line is empty. The hash is
    /// updated with the previous line, so that it never includes the trailer.
    fn read_line(&mut self) -> Result<(), Error> {
        self.hash.write(&self.line);
        self.line.clear();
        self.line_number += 1;
        let mut input = (&mut self.input).take(MAX_LINE_BYTES);
        match input.read_until(b'\n', &mut self.line) {
            Ok(read) if read as u64 == MAX_LINE_BYTES && self.line_number == 1 => {
                Err(self.line_error(ErrorKind::NotATimeline, "not a timeline"))
            }
            Ok(read) if read as u64 == MAX_LINE_BYTES => {
                let problem = format!("the line is longer than {MAX_LINE_BYTES} bytes");
                Err(self.line_error(ErrorKind::Row, &problem))
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                // Before the first line, the file may be anything.
                let kind = if self.line_number == 1 {
                    "file"
                } else {
                    "timeline"
                };
                let problem = format!("incomplete compressed data: the {kind} is truncated");
                Err(self.line_error(ErrorKind::Truncated, &problem))
            }
            Err(error) => Err(self
                .line_error(ErrorKind::Io, "cannot read this line")
                .with_source(error)),
        }
    }

    fn line_error(&self, kind: ErrorKind, problem: &str) -> Error {
        Error::new(
            kind,
            format!("read {}:{}: {problem}", self.name, self.line_number),
        )
    }
}
