//! Limits on the size of decoded bodies, per body and per worker.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

use super::layer::DecoderLayer;

/// Counts bytes down and records when the limit is exceeded.
pub(super) struct BodySizeLimiter {
    remaining: u64,
    exceeded: Rc<Cell<bool>>,
}

impl BodySizeLimiter {
    pub(super) fn new(bytes: u64, exceeded: &Rc<Cell<bool>>) -> Self {
        let exceeded = exceeded.clone();
        Self {
            remaining: bytes,
            exceeded,
        }
    }

    fn consume(&mut self, bytes: usize) -> io::Result<()> {
        let Some(remaining) = self.remaining.checked_sub(bytes as u64) else {
            return Err(self.too_large());
        };
        self.remaining = remaining;
        Ok(())
    }

    fn too_large(&self) -> io::Error {
        self.exceeded.set(true);
        io::Error::other("the body exceeds its limit")
    }
}

/// Maximum number of bytes of bodies that a worker buffers at a time, over all of its slots.
const MAX_BUFFERED_BYTES: u64 = 256 << 20;

/// The number of bytes of bodies that a worker buffers.
#[derive(Debug, Default)]
pub(crate) struct WorkerBodyMemory(Cell<u64>);

/// A buffer for a body: for the encoded one while it arrives, and the last layer for the decoded one.
pub(super) struct BodyBuffer {
    bytes: Vec<u8>,
    limit: BodySizeLimiter,
    budget: Rc<WorkerBodyMemory>,
    reserved: u64,
}

impl BodyBuffer {
    pub(super) fn new(limit: BodySizeLimiter, budget: Rc<WorkerBodyMemory>) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            budget,
            reserved: 0,
        }
    }

    /// The bytes so far, in pieces of up to `size`.
    pub(super) fn pieces(&self, size: usize) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks(size)
    }

    /// Reserves `bytes` of the worker's budget.
    fn reserve(&mut self, bytes: usize) -> io::Result<()> {
        let reserved = self.budget.0.get() + bytes as u64;
        if reserved > MAX_BUFFERED_BYTES {
            return Err(self.limit.too_large());
        }
        self.budget.0.set(reserved);
        self.reserved += bytes as u64;
        Ok(())
    }
}

impl Drop for BodyBuffer {
    fn drop(&mut self) {
        let remaining = self.budget.0.get().saturating_sub(self.reserved);
        self.budget.0.set(remaining);
    }
}

impl Write for BodyBuffer {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        self.limit.consume(chunk.len())?;
        self.reserve(chunk.len())?;
        self.bytes.extend_from_slice(chunk);
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DecoderLayer for BodyBuffer {
    fn finish(mut self: Box<Self>) -> io::Result<Vec<u8>> {
        Ok(std::mem::take(&mut self.bytes))
    }
}

/// A layer between two decoders, which limits the bytes that pass through.
pub(super) struct LimitedForwarder {
    limit: BodySizeLimiter,
    next: Box<dyn DecoderLayer>,
}

impl LimitedForwarder {
    pub(super) fn new(limit: BodySizeLimiter, next: Box<dyn DecoderLayer>) -> Self {
        Self { limit, next }
    }
}

impl Write for LimitedForwarder {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        self.limit.consume(chunk.len())?;
        self.next.write_all(chunk)?;
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DecoderLayer for LimitedForwarder {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        self.next.finish()
    }
}
