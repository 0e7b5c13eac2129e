use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

use super::step::Step;

/// Counts bytes down, and says when there were too many.
pub(super) struct Bound {
    left: u64,
    met: Rc<Cell<bool>>,
}

impl Bound {
    pub(super) fn new(bytes: u64, met: &Rc<Cell<bool>>) -> Self {
        let met = met.clone();
        Self { left: bytes, met }
    }

    fn take(&mut self, bytes: usize) -> io::Result<()> {
        let Some(left) = self.left.checked_sub(bytes as u64) else {
            self.met.set(true);
            return Err(io::Error::other("larger than it may be"));
        };
        self.left = left;
        Ok(())
    }
}

/// The end of the way: what came out is kept.
pub(super) struct Kept {
    bytes: Vec<u8>,
    bound: Bound,
}

impl Kept {
    pub(super) fn new(bound: Bound) -> Self {
        let bytes = Vec::new();
        Self { bytes, bound }
    }
}

impl Write for Kept {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.bound.take(piece.len())?;
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Step for Kept {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        Ok(self.bytes)
    }
}

/// Between two decoders: nothing is kept, but not everything goes through.
pub(super) struct Between {
    bound: Bound,
    next: Box<dyn Step>,
}

impl Between {
    pub(super) fn new(bound: Bound, next: Box<dyn Step>) -> Self {
        Self { bound, next }
    }
}

impl Write for Between {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.bound.take(piece.len())?;
        self.next.write_all(piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Step for Between {
    fn finish(self: Box<Self>) -> io::Result<Vec<u8>> {
        self.next.finish()
    }
}
