//! Output files that appear under their name only when complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::zstd_frame_writer::ZstdFrameWriter;
use crate::{Error, ErrorKind};

/// The mode of a new file before the umask.
const ALL_READ_WRITE: u32 = 0o666;
/// Maximum number of symbolic links to follow.
const MAX_LINKS: usize = 40;

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
    /// A file that is renamed from `temporary` to `path`.
    Named { temporary: PathBuf, path: PathBuf },
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
        Self::create_with_mode(path, ALL_READ_WRITE)
    }

    /// Creates a file that becomes `path`, with Unix permissions of at most `mode`.
    pub(crate) fn create_with_mode(path: &Path, mode: u32) -> Result<Self, Error> {
        let name = path.display().to_string();
        let failed = |error| write_error(&name, error);
        let (file, destination) = match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                let message = format!("write {name}: expected a file, found a directory");
                return Err(Error::new(ErrorKind::Io, message));
            }
            Ok(metadata) if !metadata.is_file() => {
                let file = File::options().write(true).open(path);
                (file.map_err(failed)?, OutputDestination::Stream)
            }
            _ => {
                let path = resolve_links(path).map_err(failed)?;
                let temporary = temporary_path(&path);
                let file = create_options(mode).open(&temporary).map_err(failed)?;
                (file, OutputDestination::Named { temporary, path })
            }
        };
        let compressed = path.extension().is_some_and(|end| end == "zst");
        Ok(Self {
            encoding: PlainOrZstdWriter::new(file, compressed).map_err(failed)?,
            destination,
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
            OutputDestination::Named { temporary, .. } => File::open(temporary),
            OutputDestination::Unnamed(file) => file.try_clone().and_then(|mut file| {
                file.rewind()?;
                Ok(file)
            }),
            OutputDestination::Stream => {
                let message = format!("read {} again: not a regular file", self.name);
                return Err(Error::new(ErrorKind::Io, message));
            }
        };
        let reader = file.and_then(|file| -> io::Result<Box<dyn Read>> {
            Ok(match &self.encoding {
                PlainOrZstdWriter::Plain(_) => Box::new(file),
                PlainOrZstdWriter::Zstd(_) => Box::new(zstd::stream::read::Decoder::new(file)?),
            })
        });
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
        if let OutputDestination::Named { temporary, path } = &self.destination {
            fs::rename(temporary, path).map_err(|error| write_error(&self.name, error))?;
            self.destination = OutputDestination::Stream;
        }
        Ok(())
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

impl Drop for AtomicOutput {
    fn drop(&mut self) {
        if let OutputDestination::Named { temporary, .. } = &self.destination {
            // An earlier error matters more than a file that is left over.
            let _ = fs::remove_file(temporary);
        }
    }
}

/// Returns an unused name in the same folder, so that a rename can replace `path`.
fn temporary_path(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}-{count}", std::process::id()))
}

/// Follows symbolic links. The final file need not exist.
fn resolve_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                let target = fs::read_link(&path)?;
                path = path.parent().unwrap_or(Path::new("")).join(target);
            }
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Returns options that create a new file with permissions of at most `mode`.
fn create_options(mode: u32) -> OpenOptions {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options
}

fn write_error(name: &str, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("write {name}")).with_source(error)
}
