//! The interface between the lines of a log of hits and their encoding.

use std::io;

use super::line_ends::LineEnds;

/// Stores lines so that the output always ends with a complete one.
pub(super) trait LineSink: Send {
    /// Adds the lines of `text`, which end at `ends`.
    ///
    /// # Errors
    ///
    /// The output keeps the first lines, or none of them, and nothing more may be added.
    fn write_lines(&mut self, text: &[u8], ends: &LineEnds) -> Result<(), IncompleteLines>;

    /// Completes the output.
    fn finish(&mut self) -> io::Result<()>;
}

/// A failure to write lines.
pub(super) struct IncompleteLines {
    /// The number of bytes of the text that the output keeps; they end with a line.
    pub(super) kept: usize,
    pub(super) error: io::Error,
}
