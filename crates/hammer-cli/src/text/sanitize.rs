//! Escapes of control characters in output.

use hammer_diagnostic::{printable, printable_lines};

/// Escapes control characters and marks of text direction.
pub(crate) fn sanitize(text: &str) -> String {
    printable(text).into_owned()
}

/// Escapes control characters and marks of text direction, except line ends.
pub(crate) fn sanitize_lines(text: &str) -> String {
    printable_lines(text).into_owned()
}
