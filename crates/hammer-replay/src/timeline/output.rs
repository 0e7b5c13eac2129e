//! Output files that appear under their name only when complete.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use hammer_diagnostic::printable_path;
use hammer_files::{AtomicFile, FileMode};

use super::zstd_frame_writer::ZstdFrameWriter;
use crate::{Error, ErrorKind};

/// A file that gets its name only when it is [committed](Self::commit).
///
/// Until then it has a temporary name in the same folder, and it is removed if this value is dropped.
/// Pipes and devices are written directly. The file is compressed if its name ends in `.zst`. A
/// symbolic link is followed, and the file that it points to is replaced.
pub struct AtomicOutput {
    encoding: PlainOrZstdWriter,
    destination: OutputDestination,
    /// The name in messages.
    name: String,
}

enum PlainOrZstdWriter {
    Plain(Box<dyn Write + Send>),
    Zstd(Box<ZstdFrameWriter>),
}

enum OutputDestination {
    /// A file that gets its name at the end.
    Named(AtomicFile),
    /// An output that cannot be read again.
    Stream,
    /// A file without a name, which is deleted when it is closed.
    Unnamed(File),
}

impl AtomicOutput {
    /// Creates a file that becomes `path`.
    ///
    /// # Errors
    ///
    /// If `path` is a directory, or its folder is not writable.
    pub fn create(path: &Path) -> Result<Self, Error> {
        Self::create_with_mode(path, FileMode::Shared)
    }

    /// Creates a file that becomes `path`, with these permissions.
    pub(crate) fn create_with_mode(path: &Path, mode: FileMode) -> Result<Self, Error> {
        let name = printable_path(path);
        let failed = |error| write_error(&name, error);
        let file = AtomicFile::create(path, mode).map_err(failed)?;
        let compressed = path.extension().is_some_and(|end| end == "zst");
        let encoding = file
            .handle()
            .and_then(|handle| PlainOrZstdWriter::new(handle, compressed));
        Ok(Self {
            encoding: encoding.map_err(failed)?,
            destination: OutputDestination::Named(file),
            name,
        })
    }

    /// Writes to `out` without compression.
    pub(crate) fn stream(out: impl Write + Send + 'static) -> Self {
        Self {
            encoding: PlainOrZstdWriter::Plain(Box::new(out)),
            destination: OutputDestination::Stream,
            name: "the output".into(),
        }
    }

    /// Creates a compressed file without a name in the folder for temporary files.
    pub(crate) fn unnamed() -> Result<Self, Error> {
        let name = std::env::temp_dir().display().to_string();
        let file = tempfile::tempfile();
        let both =
            file.and_then(|file| Ok((PlainOrZstdWriter::new(file.try_clone()?, true)?, file)));
        let (encoding, file) = both.map_err(|error| write_error(&name, error))?;
        Ok(Self {
            encoding,
            destination: OutputDestination::Unnamed(file),
            name,
        })
    }

    /// Returns true if an output to `path` can be read again before it is committed.
    pub(crate) fn can_be_reread(path: &Path) -> bool {
        fs::metadata(path).map_or(true, |metadata| metadata.is_file())
    }

    /// Flushes the file and returns a reader of its decompressed content. The file is deleted when the
    /// reader is dropped.
    ///
    /// # Errors
    ///
    /// If the file cannot be written or read.
    pub(crate) fn reread(mut self) -> Result<AtomicOutputReader, Error> {
        self.finish()?;
        let file = match &self.destination {
            OutputDestination::Named(file) => file.reopen(),
            OutputDestination::Unnamed(file) => file.try_clone().and_then(|mut file| {
                file.rewind()?;
                Ok(Some(file))
            }),
            OutputDestination::Stream => Ok(None),
        };
        let Some(file) = file.map_err(|error| write_error(&self.name, error))? else {
            let message = format!("read {} again: not a regular file", self.name);
            return Err(Error::new(ErrorKind::Io, message));
        };
        let reader: io::Result<Box<dyn Read>> = match &self.encoding {
            PlainOrZstdWriter::Plain(_) => Ok(Box::new(file)),
            PlainOrZstdWriter::Zstd(_) => {
                zstd::stream::read::Decoder::new(file).map(|reader| Box::new(reader) as _)
            }
        };
        Ok(AtomicOutputReader {
            reader: reader.map_err(|error| write_error(&self.name, error))?,
            _output: self,
        })
    }

    fn finish(&mut self) -> Result<(), Error> {
        let written = match &mut self.encoding {
            PlainOrZstdWriter::Plain(file) => file.flush(),
            PlainOrZstdWriter::Zstd(writer) => writer.finish(),
        };
        written.map_err(|error| write_error(&self.name, error))
    }

    /// Flushes the file and gives it its name.
    ///
    /// # Errors
    ///
    /// If the file cannot be written or renamed. It is deleted then.
    pub fn commit(mut self) -> Result<(), Error> {
        self.finish()?;
        match self.destination {
            OutputDestination::Named(file) => file
                .commit()
                .map_err(|error| write_error(&self.name, error)),
            OutputDestination::Stream | OutputDestination::Unnamed(_) => Ok(()),
        }
    }

    /// Flushes a file without a name and returns it.
    pub(crate) fn into_unnamed_file(mut self) -> Result<File, Error> {
        self.finish()?;
        match std::mem::replace(&mut self.destination, OutputDestination::Stream) {
            OutputDestination::Unnamed(file) => Ok(file),
            _ => {
                let message = format!("detach {}: the file has a name", self.name);
                Err(Error::new(ErrorKind::Io, message))
            }
        }
    }
}

impl PlainOrZstdWriter {
    fn new(file: File, compressed: bool) -> io::Result<Self> {
        Ok(if compressed {
            Self::Zstd(Box::new(ZstdFrameWriter::new(file)?))
        } else {
            Self::Plain(Box::new(file))
        })
    }
}

/// A reader of the content of an [`AtomicOutput`], which is deleted when this is dropped.
pub(crate) struct AtomicOutputReader {
    reader: Box<dyn Read>,
    _output: AtomicOutput,
}

impl Read for AtomicOutputReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl Write for AtomicOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encoding {
            PlainOrZstdWriter::Plain(file) => file.write(bytes),
            PlainOrZstdWriter::Zstd(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.encoding {
            PlainOrZstdWriter::Plain(file) => file.flush(),
            PlainOrZstdWriter::Zstd(writer) => writer.flush(),
        }
    }
}

fn write_error(name: &str, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("write {name}")).with_source(error)
}
