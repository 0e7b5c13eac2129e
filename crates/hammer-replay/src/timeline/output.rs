use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::zstd_frame_writer::ZstdFrameWriter;
use crate::{Error, ErrorKind};

/// What anybody may do with a file that nobody is to run.
const ALL_READ_WRITE: u32 = 0o666;
/// Links to links that are followed.
const MAX_LINKS: usize = 40;

/// A file that comes to be under its name only when it is [kept](Self::keep): until then it has a
/// temporary one beside it, which goes when this is dropped.
///
/// What is no regular file, such as a pipe, is written to as it is. A name that ends in `.zst` is
/// compressed. Where the name is a link, the file behind it is meant.
pub struct AtomicOutput {
    encoding: OutputEncoding,
    destination: OutputDestination,
    /// What it is called in messages.
    name: String,
}

enum OutputEncoding {
    Plain(Box<dyn Write + Send>),
    Zstd(Box<ZstdFrameWriter>),
}

enum OutputDestination {
    /// It has the first name until it is kept.
    Named { temporary: PathBuf, path: PathBuf },
    /// It can't be read again.
    Stream,
    /// A file that goes when it is closed.
    Unnamed(File),
}

impl AtomicOutput {
    /// Opens the file that is to be `path`.
    ///
    /// # Errors
    ///
    /// If `path` is a directory, or no file can be made beside it.
    pub fn create(path: &Path) -> Result<Self, Error> {
        Self::create_with_mode(path, ALL_READ_WRITE)
    }

    /// The same, and only those may read it whom `mode` lets, as the system writes permissions.
    pub(crate) fn create_with_mode(path: &Path, mode: u32) -> Result<Self, Error> {
        let name = path.display().to_string();
        let failed = |error| write_error(&name, error);
        let (file, place) = match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                let message = format!("write {name}: it is a directory");
                return Err(Error::new(ErrorKind::Io, message));
            }
            Ok(found) if !found.is_file() => {
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
        let packed = path.extension().is_some_and(|end| end == "zst");
        Ok(Self {
            encoding: OutputEncoding::new(file, packed).map_err(failed)?,
            destination: place,
            name,
        })
    }

    /// Writes to `out`, as it is, and not compressed.
    pub(crate) fn stream(out: impl Write + Send + 'static) -> Self {
        Self {
            encoding: OutputEncoding::Plain(Box::new(out)),
            destination: OutputDestination::Stream,
            name: "the output".into(),
        }
    }

    /// A file without a name in the folder for temporary ones, compressed.
    pub(crate) fn unnamed() -> Result<Self, Error> {
        let name = std::env::temp_dir().display().to_string();
        let file = tempfile::tempfile();
        let both = file.and_then(|file| Ok((OutputEncoding::new(file.try_clone()?, true)?, file)));
        let (sink, file) = both.map_err(|error| write_error(&name, error))?;
        Ok(Self {
            encoding: sink,
            destination: OutputDestination::Unnamed(file),
            name,
        })
    }

    /// Whether what is written to `path` can be read again before it is kept.
    pub(crate) fn can_be_reread(path: &Path) -> bool {
        fs::metadata(path).map_or(true, |found| found.is_file())
    }

    /// Writes down what is left, and gives it to be read, without compression. There is no file when
    /// that is done.
    ///
    /// # Errors
    ///
    /// If that can't be done.
    pub(crate) fn reread(mut self) -> Result<OutputReader, Error> {
        self.finish()?;
        let file = match &self.destination {
            OutputDestination::Named { temporary, .. } => File::open(temporary),
            OutputDestination::Unnamed(file) => file.try_clone().and_then(|mut file| {
                file.rewind()?;
                Ok(file)
            }),
            OutputDestination::Stream => {
                let message = format!("read {} again: it is no file", self.name);
                return Err(Error::new(ErrorKind::Io, message));
            }
        };
        let reader = file.and_then(|file| -> io::Result<Box<dyn Read>> {
            Ok(match &self.encoding {
                OutputEncoding::Plain(_) => Box::new(file),
                OutputEncoding::Zstd(_) => Box::new(zstd::stream::read::Decoder::new(file)?),
            })
        });
        Ok(OutputReader {
            reader: reader.map_err(|error| write_error(&self.name, error))?,
            _output: self,
        })
    }

    fn finish(&mut self) -> Result<(), Error> {
        let written = match &mut self.encoding {
            OutputEncoding::Plain(file) => file.flush(),
            OutputEncoding::Zstd(pack) => pack.finish(),
        };
        written.map_err(|error| write_error(&self.name, error))
    }

    /// Writes down what is left, and gives the file its name.
    ///
    /// # Errors
    ///
    /// If that can't be done; there is no file then.
    pub fn commit(mut self) -> Result<(), Error> {
        self.finish()?;
        if let OutputDestination::Named { temporary, path } = &self.destination {
            fs::rename(temporary, path).map_err(|error| write_error(&self.name, error))?;
            self.destination = OutputDestination::Stream;
        }
        Ok(())
    }

    /// Writes down what is left, and gives the file that has no name.
    pub(crate) fn into_unnamed_file(mut self) -> Result<File, Error> {
        self.finish()?;
        match std::mem::replace(&mut self.destination, OutputDestination::Stream) {
            OutputDestination::Unnamed(file) => Ok(file),
            _ => {
                let message = format!("keep {} open: it has a name", self.name);
                Err(Error::new(ErrorKind::Io, message))
            }
        }
    }
}

impl OutputEncoding {
    fn new(file: File, packed: bool) -> io::Result<Self> {
        Ok(if packed {
            Self::Zstd(Box::new(ZstdFrameWriter::new(file)?))
        } else {
            Self::Plain(Box::new(file))
        })
    }
}

/// What an [`AtomicOutput`] was given, to be read again; it is gone when this is dropped.
pub(crate) struct OutputReader {
    reader: Box<dyn Read>,
    _output: AtomicOutput,
}

impl Read for OutputReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl Write for AtomicOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encoding {
            OutputEncoding::Plain(file) => file.write(bytes),
            OutputEncoding::Zstd(pack) => pack.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.encoding {
            OutputEncoding::Plain(file) => file.flush(),
            OutputEncoding::Zstd(pack) => pack.flush(),
        }
    }
}

impl Drop for AtomicOutput {
    fn drop(&mut self) {
        if let OutputDestination::Named { temporary, .. } = &self.destination {
            // Whatever went wrong before is told already.
            let _ = fs::remove_file(temporary);
        }
    }
}

/// The name until it is kept: beside the other one, so that it can be renamed, and of nobody else.
fn temporary_path(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}-{count}", std::process::id()))
}

/// The file that a name stands for, which need not be there yet.
fn resolve_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {
                let target = fs::read_link(&path)?;
                path = path.parent().unwrap_or(Path::new("")).join(target);
            }
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("there are too many links"))
}

/// Makes a new file, with no more than these permissions.
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
