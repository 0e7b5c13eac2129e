//! The destination of the bytes of a log of hits.

use std::io::{self, ErrorKind, Stdout, Write};

/// A file, pipe or device. The bytes of a file can be replaced and removed.
pub(super) trait HitsDestination: Write + Send {
    /// Returns true if bytes that were written can be replaced.
    fn is_rewritable(&self) -> bool;

    /// Continues at this position, in bytes from the start.
    fn move_to(&mut self, position: u64) -> io::Result<()>;

    /// Removes all but the first bytes, if the destination can be cut.
    fn cut_back(&mut self, bytes: u64);
}

impl HitsDestination for Stdout {
    fn is_rewritable(&self) -> bool {
        false
    }

    fn move_to(&mut self, _position: u64) -> io::Result<()> {
        Err(ErrorKind::NotSeekable.into())
    }

    fn cut_back(&mut self, _bytes: u64) {}
}

/// Writes all bytes.
///
/// # Errors
///
/// The first error, with the number of bytes that were written before it.
pub(super) fn write_fully(out: &mut impl Write, bytes: &[u8]) -> Result<(), (usize, io::Error)> {
    let mut written = 0;
    while written < bytes.len() {
        match out.write(&bytes[written..]) {
            Ok(0) => return Err((written, ErrorKind::WriteZero.into())),
            Ok(more) => written += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err((written, error)),
        }
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod testing {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A file or a pipe with room for this number of bytes. Copies share their bytes.
    #[derive(Clone)]
    pub(in super::super) struct SmallDisk {
        bytes: Arc<Mutex<Vec<u8>>>,
        position: usize,
        room: usize,
        is_file: bool,
    }

    impl SmallDisk {
        /// Creates an empty file.
        pub(in super::super) fn file(room: usize) -> Self {
            Self {
                bytes: Arc::default(),
                position: 0,
                room,
                is_file: true,
            }
        }

        /// Creates a pipe.
        pub(in super::super) fn pipe(room: usize) -> Self {
            Self {
                is_file: false,
                ..Self::file(room)
            }
        }

        /// Returns what was written.
        pub(in super::super) fn bytes(&self) -> Vec<u8> {
            self.bytes.lock().expect("no test panics meanwhile").clone()
        }
    }

    impl Write for SmallDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let accepted = bytes.len().min(self.room - self.position);
            if accepted == 0 && !bytes.is_empty() {
                return Err(ErrorKind::StorageFull.into());
            }
            let end = self.position + accepted;
            let mut stored = self.bytes.lock().expect("no test panics meanwhile");
            let length = stored.len().max(end);
            stored.resize(length, 0);
            stored[self.position..end].copy_from_slice(&bytes[..accepted]);
            self.position = end;
            Ok(accepted)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl HitsDestination for SmallDisk {
        fn is_rewritable(&self) -> bool {
            self.is_file
        }

        fn move_to(&mut self, position: u64) -> io::Result<()> {
            assert!(self.is_file, "a pipe has no positions");
            self.position = position as usize;
            Ok(())
        }

        fn cut_back(&mut self, bytes: u64) {
            if self.is_file {
                let mut stored = self.bytes.lock().expect("no test panics meanwhile");
                stored.truncate(bytes as usize);
            }
        }
    }
}
