//! Texts on stdout.

use std::io::{self, ErrorKind, Write};
use std::iter;

use crate::error::Error;

/// Prints a text to stdout. A closed pipe, as after `| head`, is not an error.
///
/// # Errors
///
/// If stdout cannot be written, such as on a full disk.
pub(crate) fn print_stdout(text: &str) -> Result<(), Error> {
    check_stdout(write_stdout(text.as_bytes()))
}

/// Converts the result of a write to stdout. A closed pipe is not an error.
pub(crate) fn check_stdout(written: io::Result<()>) -> Result<(), Error> {
    match written {
        Err(error) if !is_closed_pipe(&error) => {
            Err(Error::Run(format!("failed to write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Returns true if an error comes from a pipe that its reader closed.
pub(crate) fn is_closed_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let chain = iter::successors(Some(error), |error| error.source());
    chain
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Writes bytes to stdout and flushes it. A closed pipe is not an error.
pub(crate) fn write_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if !is_closed_pipe(&error) => Err(error),
        _ => Ok(()),
    }
}
