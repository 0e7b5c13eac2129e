//! A log that is being read.

use std::cell::RefCell;
use std::fs::{self, File};
use std::hash::Hasher;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use hammer_core::StopHandle;
use hammer_diagnostic::printable_path;
use twox_hash::XxHash64;

use super::compression::LogCompression;
use super::stoppable_reader::StoppableReader;
use super::{MAX_LINE_BYTES, RecordReader};
use crate::{Error, ErrorKind};

/// Size of the read buffer.
const CHUNK_BYTES: usize = 1 << 15;
/// Number of bytes that are checked for zero bytes.
const INSPECTED_BYTES: usize = 1 << 14;

/// A log that is being read.
pub(crate) struct LogInput {
    pub(crate) records: RecordReader,
    name: String,
    compression: LogCompression,
    hash: Rc<RefCell<XxHash64>>,
    /// True for a regular file, which can be opened again.
    pub(crate) is_file: bool,
}

impl LogInput {
    /// Opens the file at `path`; `-` is standard input.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is a directory, is empty or is not text.
    pub(crate) fn open(path: &Path, stop: &StopHandle) -> Result<Self, Error> {
        let name = printable_path(path);
        let failed = |problem: &str| Error::new(ErrorKind::Log, format!("read {name}{problem}"));
        let is_file = if path.as_os_str() == "-" {
            false
        } else {
            let kind = fs::metadata(path).map_err(|error| failed("").with_source(error))?;
            if kind.is_dir() {
                return Err(failed(
                    ": expected a file, found a directory (try the files in it)",
                ));
            }
            kind.is_file()
        };
        let file =
            open_input(path, is_file, stop).map_err(|error| failed("").with_source(error))?;
        let hash = Rc::new(RefCell::new(XxHash64::with_seed(0)));
        let hashing = HashingReader {
            file,
            hash: Rc::clone(&hash),
            stop: stop.clone(),
        };
        let mut file = BufReader::with_capacity(CHUNK_BYTES, hashing);
        let start = file
            .fill_buf()
            .map_err(|error| failed("").with_source(error))?;
        if start.is_empty() {
            return Err(failed(": the log is empty"));
        }
        let compression = LogCompression::detect(start);
        let reader = compression
            .reader(file)
            .map_err(|error| failed("").with_source(error))?;
        let mut input = Self {
            records: RecordReader::new(reader),
            name,
            compression,
            hash,
            is_file,
        };
        input.reject_binary()?;
        Ok(input)
    }

    /// Fails if the log is empty or binary.
    fn reject_binary(&mut self) -> Result<(), Error> {
        let start = match self.records.peek_lines(1, MAX_LINE_BYTES) {
            Ok(start) => start,
            Err(error) => return Err(self.read_error(error)),
        };
        let problem = match start {
            [] => Some(format!("its {} data is empty", self.compression.name())),
            start => {
                let start = &start[..start.len().min(INSPECTED_BYTES)];
                let zero = memchr::memchr(0, start);
                zero.map(|at| format!("expected text, found a zero byte at offset {at}"))
            }
        };
        match problem {
            Some(problem) => {
                let message = format!("read {}: {problem}", self.name);
                Err(Error::new(ErrorKind::Log, message))
            }
            None => Ok(()),
        }
    }

    /// Describes a failure to read further.
    pub(crate) fn read_error(&self, error: io::Error) -> Error {
        let (name, number) = (&self.name, self.records.number());
        let kind = self.compression.name();
        // The bzip2 crate reports it only in its message.
        let truncated = error.kind() == io::ErrorKind::UnexpectedEof
            || self.compression == LogCompression::Bzip2 && error.to_string().contains("EOF");
        let problem = match (self.compression, truncated) {
            (LogCompression::None, _) => String::new(),
            (_, true) => format!(": its {kind} data is truncated"),
            (_, false) => format!(": its {kind} data is corrupt"),
        };
        let message = format!("read {name}{problem} after line {number}");
        Error::new(ErrorKind::Log, message).with_source(error)
    }

    /// Returns the XXH64 hash of the bytes that were read from the file.
    pub(crate) fn hash(&self) -> String {
        format!("{:016x}", self.hash.borrow().finish())
    }
}

/// Opens `path`. Only files never block, so all other inputs are stoppable.
fn open_input(path: &Path, is_file: bool, stop: &StopHandle) -> io::Result<Box<dyn Read>> {
    if is_file {
        return Ok(Box::new(File::open(path)?));
    }
    if path.as_os_str() == "-" {
        return Ok(Box::new(StoppableReader::new(|| Ok(io::stdin()), stop)?));
    }
    let path = path.to_owned();
    Ok(Box::new(StoppableReader::new(|| File::open(path), stop)?))
}

struct HashingReader {
    file: Box<dyn Read>,
    hash: Rc<RefCell<XxHash64>>,
    stop: StopHandle,
}

impl Read for HashingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_requested() {
            return Err(io::Error::other("stopped"));
        }
        let read = self.file.read(buffer)?;
        self.hash.borrow_mut().write(&buffer[..read]);
        Ok(read)
    }
}
