//! Messages on stderr.

use std::io::{self, Write};

use crate::error::Error;
use crate::text::{sanitize, sanitize_lines};

/// Prints a line to stderr, in which the line ends of a name are escaped. Errors are ignored, since a run
/// does not depend on stderr.
pub(crate) fn print_stderr(line: &str) {
    let _ = writeln!(io::stderr(), "{}", sanitize(line));
}

/// Prints the message of an error, which can show an expression on lines of its own.
pub(crate) fn print_error_message(error: &Error) {
    let _ = writeln!(io::stderr(), "error: {}", sanitize_lines(&error.message()));
}
