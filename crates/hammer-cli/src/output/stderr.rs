//! Messages on stderr, or in the log of a live display.

use std::io::{self, Write};

use crate::text::sanitize;

/// Prints a line to stderr, in which the line ends of a name are escaped, or adds it to the log of the live
/// display that covers stderr. Errors are ignored, since a run does not depend on stderr.
pub(crate) fn print_stderr(line: &str) {
    let line = sanitize(line);
    if !log_to_display(&line) {
        let _ = writeln!(io::stderr(), "{line}");
    }
}

/// Adds a line to the log of the live display that covers stderr. Returns false if there is none, so
/// that the line has to be printed.
#[cfg(feature = "live")]
pub(crate) fn log_to_display(line: &str) -> bool {
    super::stderr_display::log(line)
}

/// Returns false, since there is no live display.
#[cfg(not(feature = "live"))]
pub(crate) fn log_to_display(_: &str) -> bool {
    false
}
