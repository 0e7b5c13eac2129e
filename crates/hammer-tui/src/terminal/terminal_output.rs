//! The output of the display.

use std::io::{self, Write};

/// Opens the terminal of stderr, with a lock of its own: a thread that is blocked in a write to it does
/// not block others that use [`io::stderr`].
#[cfg(unix)]
pub(super) fn open_output() -> io::Result<Box<dyn Write + Send>> {
    use std::os::fd::AsFd;
    let output = io::stderr().as_fd().try_clone_to_owned()?;
    Ok(Box::new(BlockingOutput(std::fs::File::from(output))))
}

/// Opens the terminal of stderr.
#[cfg(not(unix))]
pub(super) fn open_output() -> io::Result<Box<dyn Write + Send>> {
    Ok(Box::new(io::stderr()))
}

/// An output that is waited for even if it is non-blocking.
///
/// Programs that share a terminal share this flag of it. Some set it, such as `ssh`, and a frame can be
/// larger than the buffer of the terminal.
#[cfg(unix)]
#[derive(Debug)]
struct BlockingOutput<F>(F);

#[cfg(unix)]
impl<F: Write + std::os::fd::AsFd> Write for BlockingOutput<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        use rustix::event::{PollFd, PollFlags, poll};
        loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    poll(&mut [PollFd::new(&self.0, PollFlags::OUT)], None)?;
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::thread;

    use super::*;

    /// A program that shared the terminal ended the display.
    #[test]
    fn a_non_blocking_output_takes_a_large_frame() {
        let (mut reader, writer) = UnixStream::pair().unwrap();
        writer.set_nonblocking(true).unwrap();
        let frame = vec![b'x'; 4 << 20];
        let expected = frame.len();
        let written = thread::spawn(move || BlockingOutput(writer).write_all(&frame));
        let mut read = vec![];
        reader.read_to_end(&mut read).unwrap();
        written.join().unwrap().unwrap();
        assert_eq!(read.len(), expected);
    }
}
