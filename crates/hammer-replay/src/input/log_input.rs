use std::cell::RefCell;
use std::fs::{self, File};
use std::hash::Hasher;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use hammer_core::StopHandle;
use twox_hash::XxHash64;

use super::compression::LogCompression;
use super::stoppable_reader::StoppableReader;
use super::{MAX_LINE_BYTES, RecordReader};
use crate::{Error, ErrorKind};

/// How much of a file is read at once.
const CHUNK_BYTES: usize = 1 << 15;
/// How much of a log is looked at for bytes that no text has.
const INSPECTED_BYTES: usize = 1 << 14;

/// A log that is being read.
pub(crate) struct LogInput {
    pub(crate) records: RecordReader,
    name: String,
    compression: LogCompression,
    hash: Rc<RefCell<XxHash64>>,
    /// Whether it can be opened again, and is the same then.
    pub(crate) is_file: bool,
}

impl LogInput {
    /// Opens the file at `path`; `-` is the standard input.
    ///
    /// # Errors
    ///
    /// If it can't be read, is a directory, is empty or no text.
    pub(crate) fn open(path: &Path, stop: &StopHandle) -> Result<Self, Error> {
        let name = path.display().to_string();
        let failed = |what: &str| Error::new(ErrorKind::Log, format!("read {name}{what}"));
        let is_file = if path.as_os_str() == "-" {
            false
        } else {
            let kind = fs::metadata(path).map_err(|error| failed("").with_source(error))?;
            if kind.is_dir() {
                return Err(failed(
                    ": it is a directory; right would be the files in it",
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
            return Err(failed(": it is empty"));
        }
        let compression = LogCompression::detect(start);
        let reader = compression
            .reader(file)
            .map_err(|error| failed("").with_source(error))?;
        let mut opened = Self {
            records: RecordReader::new(reader),
            name,
            compression,
            hash,
            is_file,
        };
        opened.reject_binary()?;
        Ok(opened)
    }

    /// Refuses what is no text.
    fn reject_binary(&mut self) -> Result<(), Error> {
        let start = match self.records.peek_lines(1, MAX_LINE_BYTES) {
            Ok(start) => start,
            Err(error) => return Err(self.read_error(error)),
        };
        let wrong = match start {
            [] => Some(format!("its {} has nothing in it", self.compression.name())),
            start => {
                let start = &start[..start.len().min(INSPECTED_BYTES)];
                let zero = memchr::memchr(0, start);
                zero.map(|at| format!("it is no text: byte {at} is zero"))
            }
        };
        match wrong {
            Some(wrong) => {
                let message = format!("read {}: {wrong}", self.name);
                Err(Error::new(ErrorKind::Log, message))
            }
            None => Ok(()),
        }
    }

    /// What a failure to read on is about.
    pub(crate) fn read_error(&self, error: io::Error) -> Error {
        let (name, number) = (&self.name, self.records.number());
        let kind = self.compression.name();
        // bzip2 says so in words.
        let cut = error.kind() == io::ErrorKind::UnexpectedEof
            || self.compression == LogCompression::Bzip2 && error.to_string().contains("EOF");
        let what = match (self.compression, cut) {
            (LogCompression::None, _) => "it can't be read on".to_owned(),
            (_, true) => format!("its {kind} ends in the middle"),
            (_, false) => format!("its {kind} is broken"),
        };
        let message = format!("read {name}: {what}, after line {number}");
        Error::new(ErrorKind::Log, message).with_source(error)
    }

    /// The XXH64 of the bytes that were read of the file.
    pub(crate) fn hash(&self) -> String {
        format!("{:016x}", self.hash.borrow().finish())
    }
}

/// What is read of `path`; only a file never lets one wait.
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
            return Err(io::Error::other("it was stopped"));
        }
        let read = self.file.read(buffer)?;
        self.hash.borrow_mut().write(&buffer[..read]);
        Ok(read)
    }
}
