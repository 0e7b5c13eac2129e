use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

use super::layer::DecoderLayer;

/// Counts bytes down, and says when there were too many.
pub(super) struct ByteLimit {
    remaining: u64,
    exceeded: Rc<Cell<bool>>,
}

impl ByteLimit {
    pub(super) fn new(bytes: u64, met: &Rc<Cell<bool>>) -> Self {
        let exceeded = met.clone();
        Self {
            remaining: bytes,
            exceeded,
        }
    }

    fn consume(&mut self, bytes: usize) -> io::Result<()> {
        let Some(left) = self.remaining.checked_sub(bytes as u64) else {
            return Err(self.too_large());
        };
        self.remaining = left;
        Ok(())
    }

    fn too_large(&self) -> io::Error {
        self.exceeded.set(true);
        io::Error::other("larger than it may be")
    }
}

/// Bytes of bodies that a worker keeps at one time, in all of its slots.
const MAX_BUFFERED_BYTES: u64 = 256 << 20;

/// What the bodies take that a worker keeps at present.
#[derive(Debug, Default)]
pub(crate) struct BodyBudget(Cell<u64>);

/// The end of the way: what came out is kept.
pub(super) struct LimitedBuffer {
    bytes: Vec<u8>,
    bound: ByteLimit,
    budget: Rc<BodyBudget>,
    reserved: u64,
}

impl LimitedBuffer {
    pub(super) fn new(bound: ByteLimit, budget: Rc<BodyBudget>) -> Self {
        Self {
            bytes: Vec::new(),
            bound,
            budget,
            reserved: 0,
        }
    }

    /// Pays for `more` bytes of the vector out of the budget.
    fn reserve(&mut self, more: usize) -> io::Result<()> {
        let taken = self.budget.0.get() + more as u64;
        if taken > MAX_BUFFERED_BYTES {
            return Err(self.bound.too_large());
        }
        self.budget.0.set(taken);
        self.reserved += more as u64;
        Ok(())
    }
}

impl Drop for LimitedBuffer {
    fn drop(&mut self) {
        let left = self.budget.0.get().saturating_sub(self.reserved);
        self.budget.0.set(left);
    }
}

impl Write for LimitedBuffer {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.bound.consume(piece.len())?;
        self.reserve(piece.len())?;
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl DecoderLayer for LimitedBuffer {
    fn finish(mut self: Box<Self>) -> io::Result<Vec<u8>> {
        Ok(std::mem::take(&mut self.bytes))
    }
}

/// Between two decoders: nothing is kept, but not everything goes through.
pub(super) struct LimitedForwarder {
    bound: ByteLimit,
    next: Box<dyn DecoderLayer>,
}

impl LimitedForwarder {
    pub(super) fn new(bound: ByteLimit, next: Box<dyn DecoderLayer>) -> Self {
        Self { bound, next }
    }
}

impl Write for LimitedForwarder {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.bound.consume(piece.len())?;
        self.next.write_all(piece)?;
        Ok(piece.len())
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
