//! Messages on stderr.

use std::io::{self, Write};

use crate::text::sanitize;

/// Prints a line to stderr, in which the line ends of a name are escaped. Errors are ignored, since a run
/// does not depend on stderr.
pub(crate) fn print_stderr(line: &str) {
    let _ = writeln!(io::stderr(), "{}", sanitize(line));
}
