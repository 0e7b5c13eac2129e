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

/// Shows on the live display that covers stderr, if there is one, that a key or signal stops the run: at
/// once, or when the hits in flight have ended.
pub(crate) fn show_stop_on_display(at_once: bool) {
    #[cfg(feature = "live")]
    super::stderr_display::show_stop(at_once);
    #[cfg(not(feature = "live"))]
    let _ = at_once;
}
