//! Reader of pipes that can be stopped while it waits.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use hammer_core::StopHandle;

/// Size of a chunk.
const CHUNK_BYTES: usize = 1 << 16;
/// Number of chunks to read ahead.
const READ_AHEAD_CHUNKS: usize = 4;
/// Interval of the check for a stop while no data comes.
const STOP_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Reads an input that can block, such as a pipe, in a separate thread, so that a stop ends the wait.
pub(super) struct StoppableReader {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    at: usize,
    stop: StopHandle,
}

impl StoppableReader {
    /// Reads the input that `open` returns. Opening it can block, too.
    pub(super) fn new<R: Read>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        stop: &StopHandle,
    ) -> io::Result<Self> {
        let (sender, chunks) = mpsc::sync_channel(READ_AHEAD_CHUNKS);
        let read = move || {
            let mut input = match open() {
                Ok(input) => input,
                Err(error) => return drop(sender.send(Err(error))),
            };
            loop {
                let mut chunk = vec![0; CHUNK_BYTES];
                let read = match input.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(read) => Ok(read),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                let failed = read.is_err();
                let chunk = read.map(|read| {
                    chunk.truncate(read);
                    chunk
                });
                if sender.send(chunk).is_err() || failed {
                    return;
                }
            }
        };
        thread::Builder::new().name("pipe".into()).spawn(read)?;
        Ok(Self {
            chunks,
            chunk: Vec::new(),
            at: 0,
            stop: stop.clone(),
        })
    }
}

impl Read for StoppableReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.chunk.len() {
            match self.chunks.recv_timeout(STOP_POLL_INTERVAL) {
                Ok(chunk) => (self.chunk, self.at) = (chunk?, 0),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) if self.stop.is_requested() => {
                    return Err(io::Error::other("stopped"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        let read = (&self.chunk[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};
    use std::sync::mpsc;

    use super::{StopHandle, StoppableReader};

    /// A pipe without data that blocks until its other end is dropped.
    struct BlockedPipe(mpsc::Receiver<()>);

    impl Read for BlockedPipe {
        fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Ok(0)
        }
    }

    #[test]
    fn a_stop_ends_the_wait_for_a_pipe() {
        let (end, blocked) = mpsc::channel();
        let stop = StopHandle::new();
        let mut reader =
            StoppableReader::new(|| Ok(BlockedPipe(blocked)), &stop).expect("a thread");
        stop.drain();
        assert!(reader.read(&mut [0; 8]).is_err());
        drop(end);
    }
}
