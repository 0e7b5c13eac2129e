use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::pack::Pack;
use crate::{Error, ErrorKind};

/// A file that comes to be under its name only when it is [kept](Self::keep): until then it has a
/// temporary one beside it, which goes when this is dropped.
///
/// What is no regular file, such as a pipe, is written to as it is. A name that ends in `.zst` is
/// compressed.
pub struct Output {
    sink: Sink,
    path: PathBuf,
    temporary: Option<PathBuf>,
}

enum Sink {
    Plain(File),
    Zstd(Box<Pack>),
}

impl Output {
    /// Opens the file that is to be `path`.
    ///
    /// # Errors
    ///
    /// If `path` is a directory, or no file can be made beside it.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let temporary = match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                let message = format!("write {}: it is a directory", path.display());
                return Err(Error::new(ErrorKind::Io, message));
            }
            Ok(found) if !found.is_file() => None,
            _ => Some(temporary(path)),
        };
        let file = match &temporary {
            Some(temporary) => File::create_new(temporary),
            None => File::options().write(true).open(path),
        };
        let file = file.map_err(|error| failed(path, error))?;
        let mut output = Self {
            sink: Sink::Plain(file),
            path: path.to_owned(),
            temporary,
        };
        if path.extension().is_some_and(|end| end == "zst") {
            output.compress()?;
        }
        Ok(output)
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
    pub(crate) fn reread(mut self) -> Result<Rereading, Error> {
        self.end()?;
        let Some(temporary) = &self.temporary else {
            let message = format!("read {} again: it is no file", self.path.display());
            return Err(Error::new(ErrorKind::Io, message));
        };
        let file = File::open(temporary).map_err(|error| failed(&self.path, error))?;
        let reader: Box<dyn Read> = match &self.sink {
            Sink::Plain(_) => Box::new(file),
            Sink::Zstd(_) => {
                let decoder = zstd::stream::read::Decoder::new(file);
                Box::new(decoder.map_err(|error| failed(&self.path, error))?)
            }
        };
        Ok(Rereading {
            reader,
            _output: self,
        })
    }

    fn end(&mut self) -> Result<(), Error> {
        let written = match &mut self.sink {
            Sink::Plain(file) => file.flush(),
            Sink::Zstd(pack) => pack.end(),
        };
        written.map_err(|error| failed(&self.path, error))
    }

    fn compress(&mut self) -> Result<(), Error> {
        if let Sink::Plain(file) = &self.sink {
            let pack = file.try_clone().and_then(Pack::new);
            let pack = pack.map_err(|error| failed(&self.path, error))?;
            self.sink = Sink::Zstd(Box::new(pack));
        }
        Ok(())
    }

    /// Writes down what is left, and gives the file its name.
    ///
    /// # Errors
    ///
    /// If that can't be done; there is no file then.
    pub fn keep(mut self) -> Result<(), Error> {
        self.end()?;
        if let Some(temporary) = &self.temporary {
            fs::rename(temporary, &self.path).map_err(|error| failed(&self.path, error))?;
            self.temporary = None;
        }
        Ok(())
    }
}

/// What an [`Output`] was given, to be read again; it is gone when this is dropped.
pub(crate) struct Rereading {
    reader: Box<dyn Read>,
    _output: Output,
}

impl Read for Rereading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Plain(file) => file.write(bytes),
            Sink::Zstd(pack) => pack.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Plain(file) => file.flush(),
            Sink::Zstd(pack) => pack.flush(),
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // Whatever went wrong before is told already.
            let _ = fs::remove_file(temporary);
        }
    }
}

/// The name until it is kept: beside the other one, so that it can be renamed, and of nobody else.
fn temporary(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}-{count}", std::process::id()))
}

fn failed(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("write {}", path.display())).because(error)
}
