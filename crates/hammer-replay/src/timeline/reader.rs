use std::fs::File;
use std::hash::Hasher;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use twox_hash::XxHash64;
use zstd::stream::read::Decoder;

use super::positioned_reader::PositionedReader;
use super::row::MAX_LINE_BYTES;
use super::{ParsedRow, SCHEMA, TimelineHeader, TimelineTrailer};
use crate::{Error, ErrorKind};

/// How much is read at a time.
const CHUNK_BYTES: usize = 1 << 18;
/// What a frame of zstd begins with (RFC 8878, section 3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Reads a timeline from its beginning to its end, a row at a time.
///
/// Every error names the file and the line. That it is whole is known when [`next`](Self::next) has
/// given `None`: only then its trailer was read, and it fits.
pub struct TimelineReader {
    input: Box<dyn BufRead + Send>,
    name: String,
    header: TimelineHeader,
    trailer: Option<TimelineTrailer>,
    line: Vec<u8>,
    /// The number of the line that was read last, from 1.
    line_number: u64,
    hash: XxHash64,
    rows: u64,
    last_us: u64,
}

/// As much of a header as every version has.
#[derive(Deserialize)]
struct SchemaVersion {
    schema: String,
}

impl TimelineReader {
    /// Opens a file, compressed or not, and reads its header.
    ///
    /// # Errors
    ///
    /// If it can't be read, is no timeline, or one of a newer version.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let failed =
            |error: io::Error| Error::new(ErrorKind::Io, format!("read {name}")).with_source(error);
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            let message = format!("read {name}: it is a directory");
            return Err(Error::new(ErrorKind::Io, message));
        }
        Self::decompressing(file, &name)
    }

    /// Reads `file` from its beginning, compressed or not, wherever others are reading it.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn from_file(file: Arc<File>, name: &str) -> Result<Self, Error> {
        Self::decompressing(PositionedReader::new(file), name)
    }

    fn decompressing(input: impl Read + Send + 'static, name: &str) -> Result<Self, Error> {
        let failed =
            |error: io::Error| Error::new(ErrorKind::Io, format!("read {name}")).with_source(error);
        let mut input = BufReader::with_capacity(CHUNK_BYTES, input);
        // A pipe may give less at first; whoever makes one can unpack it.
        if input.fill_buf().map_err(failed)?.starts_with(&ZSTD_MAGIC) {
            let decoder = Decoder::with_buffer(input).map_err(failed)?;
            return Self::from_reader(BufReader::with_capacity(CHUNK_BYTES, decoder), name);
        }
        Self::from_reader(input, name)
    }

    /// Reads what is called `name` in messages from `input`, which is not compressed.
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
        let none = |what: &str| {
            let right = format!("its first line should say \"schema\":\"{SCHEMA}\"");
            self.line_error(ErrorKind::NotATimeline, &format!("{what}: {right}"))
        };
        if self.line.is_empty() {
            return Err(none("the file is empty"));
        }
        let version: SchemaVersion =
            serde_json::from_slice(&self.line).map_err(|_| none("this is no timeline"))?;
        let (family, number) = SCHEMA.split_at(SCHEMA.rfind('/').unwrap_or_default() + 1);
        let read = version.schema.strip_prefix(family).map(str::parse::<u64>);
        match (read, number.parse::<u64>()) {
            (Some(Ok(read)), Ok(own)) if read > own => {
                let what = format!(
                    "it is of version {read}, and this program reads up to {own}: a newer one is \
                     needed"
                );
                return Err(self.line_error(ErrorKind::Version, &what));
            }
            (Some(Ok(_)), _) => {}
            _ => return Err(none("this is no timeline")),
        }
        serde_json::from_slice(&self.line).map_err(|error| {
            self.line_error(ErrorKind::NotATimeline, "the header is malformed")
                .with_source(error)
        })
    }

    /// What the timeline says of itself.
    #[must_use]
    pub fn header(&self) -> &TimelineHeader {
        &self.header
    }

    /// What stands at its end; none before that was reached.
    #[must_use]
    pub fn trailer(&self) -> Option<&TimelineTrailer> {
        self.trailer.as_ref()
    }

    /// What the file is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The next row; none at the end, if that is as the trailer says.
    ///
    /// # Errors
    ///
    /// If the file can't be read, a row is malformed or not in order, or the file was cut.
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
            let what = "there should be a trailer here: the timeline was cut";
            return Err(self.line_error(ErrorKind::Truncated, what));
        }
        // A row may begin with any of its keys; ours begin with this one.
        if !self.line.starts_with(b"{\"t\":")
            && let Ok(trailer) = serde_json::from_slice(&self.line)
        {
            return self.check_trailer(trailer).map(|()| None);
        }
        // The borrow checker wants the error and the row apart.
        let Self {
            line,
            name,
            line_number: number,
            rows,
            last_us,
            ..
        } = self;
        let wrong =
            |kind, what: String| Err(Error::new(kind, format!("read {name}:{number}: {what}")));
        let whole = line.ends_with(b"\n");
        let row = match ParsedRow::parse(line) {
            Ok(row) => row,
            Err(_) if !whole => {
                let what = "it ends within this row: the timeline was cut";
                return wrong(ErrorKind::Truncated, what.into());
            }
            Err(what) => return wrong(ErrorKind::Row, format!("this is no row: {what}")),
        };
        let t_us = row.row().t_us;
        if t_us < *last_us {
            let what = format!("rows are not sorted: {t_us} µs comes after {last_us} µs");
            return wrong(ErrorKind::Order, what);
        }
        *last_us = t_us;
        *rows += 1;
        Ok(Some(row))
    }

    /// The row that [`next`](Self::next) gave last, once more.
    ///
    /// # Errors
    ///
    /// If it gave none.
    pub(crate) fn reparse_row(&self) -> Result<ParsedRow<'_>, Error> {
        let row = ParsedRow::parse(&self.line);
        row.map_err(|what| self.line_error(ErrorKind::Row, &format!("this is no row: {what}")))
    }

    /// Checks what was read against the trailer, and that nothing follows.
    fn check_trailer(&mut self, trailer: TimelineTrailer) -> Result<(), Error> {
        let rows = self.rows;
        if trailer.rows != rows {
            let what = format!("there are {rows} rows, and should be {}", trailer.rows);
            return Err(self.line_error(ErrorKind::Truncated, &what));
        }
        let own = format!("{:016x}", self.hash.finish());
        if let Some(hash) = trailer.xxh64.as_ref().filter(|hash| **hash != own) {
            let what = format!("the hash of the lines above is {own}, and should be {hash}");
            return Err(self.line_error(ErrorKind::Truncated, &what));
        }
        self.read_line()?;
        if !self.line.is_empty() {
            return Err(self.line_error(ErrorKind::Row, "nothing may follow the trailer"));
        }
        self.trailer = Some(trailer);
        Ok(())
    }

    /// Reads the next line with its line feed; an empty one at the end of the file. The line before
    /// goes into the hash, so that the trailer's own never does.
    fn read_line(&mut self) -> Result<(), Error> {
        self.hash.write(&self.line);
        self.line.clear();
        self.line_number += 1;
        let mut input = (&mut self.input).take(MAX_LINE_BYTES);
        match input.read_until(b'\n', &mut self.line) {
            Ok(read) if read as u64 == MAX_LINE_BYTES && self.line_number == 1 => {
                Err(self.line_error(ErrorKind::NotATimeline, "this is no timeline"))
            }
            Ok(read) if read as u64 == MAX_LINE_BYTES => {
                let what = format!("the line is longer than {MAX_LINE_BYTES} bytes");
                Err(self.line_error(ErrorKind::Row, &what))
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                // Before its first line nobody knows what it was.
                let cut = if self.line_number == 1 {
                    "file"
                } else {
                    "timeline"
                };
                let what = format!("the compressed data end too soon: the {cut} was cut");
                Err(self.line_error(ErrorKind::Truncated, &what))
            }
            Err(error) => Err(self
                .line_error(ErrorKind::Io, "it can't be read on")
                .with_source(error)),
        }
    }

    fn line_error(&self, kind: ErrorKind, what: &str) -> Error {
        Error::new(
            kind,
            format!("read {}:{}: {what}", self.name, self.line_number),
        )
    }
}
