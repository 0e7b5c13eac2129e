//! Lines of a log of hits as they are.

use std::io;

use super::hits_destination::{HitsDestination, write_fully};
use super::line_ends::LineEnds;
use super::line_sink::{IncompleteLines, LineSink};

/// Writes lines without compression.
pub(super) struct PlainLines<D> {
    out: D,
    /// The bytes of complete lines.
    written: u64,
}

impl<D> PlainLines<D> {
    pub(super) fn new(out: D) -> Self {
        Self { out, written: 0 }
    }
}

impl<D: HitsDestination> LineSink for PlainLines<D> {
    fn write_lines(&mut self, text: &[u8], ends: &LineEnds) -> Result<(), IncompleteLines> {
        if let Err((accepted, error)) = write_fully(&mut self.out, text) {
            let kept = ends.last_end(accepted);
            self.out.cut_back(self.written + kept as u64);
            return Err(IncompleteLines { kept, error });
        }
        self.written += text.len() as u64;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
