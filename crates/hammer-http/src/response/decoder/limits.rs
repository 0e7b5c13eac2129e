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

/// Maximum memory for bodies of a worker at a time, over all of its slots, in bytes.
///
/// It includes the copy of a body while its buffer grows, so that one body has at most half of it.
const MAX_BUFFERED_BYTES: u64 = 256 << 20;

/// The smallest buffer for a body, in bytes.
const MIN_BUFFER_BYTES: u64 = 1024;

/// The memory that a worker uses for bodies, in bytes.
#[derive(Debug, Default)]
pub(crate) struct WorkerBodyMemory(Cell<u64>);

impl WorkerBodyMemory {
    /// The bytes that are left.
    fn free(&self) -> u64 {
        MAX_BUFFERED_BYTES.saturating_sub(self.0.get())
    }
}

/// A part of a worker's memory for bodies, which is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct ReservedBodyMemory {
    budget: Rc<WorkerBodyMemory>,
    bytes: u64,
}

impl ReservedBodyMemory {
    fn change(&mut self, bytes: u64) {
        let others = self.budget.0.get().saturating_sub(self.bytes);
        self.budget.0.set(others + bytes);
        self.bytes = bytes;
    }
}

impl Drop for ReservedBodyMemory {
    fn drop(&mut self) {
        self.change(0);
    }
}

/// A buffer for a body: for the encoded one while it arrives, and the last layer for the decoded one.
pub(super) struct BodyBuffer {
    pub(super) bytes: Vec<u8>,
    limit: BodySizeLimiter,
    pub(super) reserved: ReservedBodyMemory,
}

impl BodyBuffer {
    pub(super) fn new(limit: BodySizeLimiter, budget: Rc<WorkerBodyMemory>) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            reserved: ReservedBodyMemory { budget, bytes: 0 },
        }
    }

    /// The bytes so far, in pieces of up to `size`.
    pub(super) fn pieces(&self, size: usize) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks(size)
    }

    /// Makes room for `bytes` more, within the worker's memory.
    fn grow(&mut self, bytes: usize) -> io::Result<()> {
        let (length, capacity) = (self.bytes.len() as u64, self.bytes.capacity() as u64);
        let needed = length + bytes as u64;
        if needed <= capacity {
            return Ok(());
        }
        // The old buffer is there until its bytes are copied, and is part of the memory in use.
        let free = self.reserved.budget.free();
        if needed > free {
            return Err(self.limit.too_large());
        }
        let longest = length.saturating_add(self.limit.remaining);
        let doubled = (2 * capacity).max(MIN_BUFFER_BYTES).min(longest).min(free);
        let wanted = doubled.max(needed);
        self.bytes.reserve_exact((wanted - length) as usize);
        self.reserved.change(self.bytes.capacity() as u64);
        Ok(())
    }
}

impl Write for BodyBuffer {
    fn write(&mut self, chunk: &[u8]) -> io::Result<usize> {
        self.grow(chunk.len())?;
        self.limit.consume(chunk.len())?;
        self.bytes.extend_from_slice(chunk);
        Ok(chunk.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DecoderLayer for BodyBuffer {
    fn finish(self: Box<Self>) -> io::Result<BodyBuffer> {
        Ok(*self)
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
    fn finish(self: Box<Self>) -> io::Result<BodyBuffer> {
        self.next.finish()
    }
}
