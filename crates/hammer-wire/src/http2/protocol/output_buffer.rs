//! The bytes to write, and how many of them were written.

/// The frames to write to the socket.
#[derive(Debug, Default)]
pub(super) struct OutputBuffer {
    /// Written frames, of which some are not removed yet, and then unwritten ones.
    frames: Vec<u8>,
    /// The end of the written part of `frames`.
    written: usize,
    /// The number of bytes written since the connection was opened.
    total_written: u64,
}

impl OutputBuffer {
    /// Creates a buffer that holds `frames`.
    pub(super) fn new(frames: Vec<u8>) -> Self {
        Self {
            frames,
            written: 0,
            total_written: 0,
        }
    }

    /// The buffer to append frames to.
    pub(super) fn frames(&mut self) -> &mut Vec<u8> {
        &mut self.frames
    }

    /// The bytes to write.
    pub(super) fn unwritten(&self) -> &[u8] {
        &self.frames[self.written..]
    }

    /// The number of bytes to write.
    pub(super) fn len(&self) -> usize {
        self.frames.len() - self.written
    }

    /// Removes the first `bytes`, which were written.
    pub(super) fn record_written(&mut self, bytes: usize) {
        self.written += bytes;
        self.total_written += bytes as u64;
        if self.written == self.frames.len() {
            self.frames.clear();
            self.written = 0;
        } else if self.written >= self.len() {
            // At least as many bytes are removed as are moved, so that each is moved once on average.
            self.frames.drain(..self.written);
            self.written = 0;
        }
    }

    /// The number of bytes written since the connection was opened.
    pub(super) fn total_written(&self) -> u64 {
        self.total_written
    }

    /// The position of the next frame in all bytes of the connection.
    pub(super) fn end_position(&self) -> u64 {
        self.total_written + self.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_writes_keep_the_order_and_move_few_bytes() {
        const BYTES: usize = 100_000;
        let pattern: Vec<u8> = (0..BYTES).map(|index| (index % 251) as u8).collect();
        let mut out = OutputBuffer::new(pattern.clone());
        let (mut written, mut moved) = (vec![], 0);
        while out.len() > 0 {
            let bytes = out.len().min(7);
            written.extend_from_slice(&out.unwritten()[..bytes]);
            out.record_written(bytes);
            if out.written == 0 {
                moved += out.len();
            }
            assert_eq!(out.end_position(), BYTES as u64);
        }
        assert_eq!(written, pattern);
        assert_eq!(out.total_written(), BYTES as u64);
        assert!(moved <= BYTES, "{moved} bytes were moved");
    }
}
