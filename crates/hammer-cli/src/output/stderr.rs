//! Messages on stderr.

use std::io::{self, Write};

use crate::text::sanitize_lines;

/// Prints a line to stderr. Errors are ignored, since a run does not depend on stderr.
pub(crate) fn print_stderr(line: &str) {
    let _ = writeln!(io::stderr(), "{}", sanitize_lines(line));
}
