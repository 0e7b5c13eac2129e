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
            return Err(self.too_large());
        };
        self.left = left;
        Ok(())
    }

    fn too_large(&self) -> io::Error {
        self.met.set(true);
        io::Error::other("larger than it may be")
    }
}

/// Bytes of bodies that a worker keeps at one time, in all of its slots.
const MOST_KEPT: u64 = 256 << 20;

/// What the bodies take that a worker keeps at present.
#[derive(Debug, Default)]
pub(crate) struct Budget(Cell<u64>);

/// The end of the way: what came out is kept.
pub(super) struct Kept {
    bytes: Vec<u8>,
    bound: Bound,
    budget: Rc<Budget>,
    taken: u64,
}

impl Kept {
    pub(super) fn new(bound: Bound, budget: Rc<Budget>) -> Self {
        Self {
            bytes: Vec::new(),
            bound,
            budget,
            taken: 0,
        }
    }

    /// Pays for `more` bytes of the vector out of the budget.
    fn pay(&mut self, more: usize) -> io::Result<()> {
        let taken = self.budget.0.get() + more as u64;
        if taken > MOST_KEPT {
            return Err(self.bound.too_large());
        }
        self.budget.0.set(taken);
        self.taken += more as u64;
        Ok(())
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let left = self.budget.0.get().saturating_sub(self.taken);
        self.budget.0.set(left);
    }
}

impl Write for Kept {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.bound.take(piece.len())?;
        self.pay(piece.len())?;
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Step for Kept {
    fn finish(mut self: Box<Self>) -> io::Result<Vec<u8>> {
        Ok(std::mem::take(&mut self.bytes))
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
