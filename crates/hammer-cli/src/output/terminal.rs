//! The terminals of stdout and stderr.

use std::env;
use std::io::{self, IsTerminal};

/// Columns of a terminal that does not report them.
const DEFAULT_COLUMNS: usize = 80;

/// The fewest columns that are used. A narrower terminal cannot show progress.
const MIN_COLUMNS: usize = 10;

/// Returns true if stdout is a terminal that shows colors, and the user wants them
/// (<https://no-color.org>).
pub(crate) fn stdout_has_color() -> bool {
    let no_color = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_dumb() && !no_color
}

/// Returns true if the terminal understands no control characters but line ends.
fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|terminal| terminal == "dumb")
}

/// A terminal on stderr on which a line can be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StderrTerminal(());

impl StderrTerminal {
    /// Returns the terminal if stderr is one.
    pub(crate) fn detect() -> Option<Self> {
        let is_terminal = io::stderr().is_terminal() && !is_dumb();
        is_terminal.then_some(Self(()))
    }

    /// The columns that a line can have. It cannot fill the last column: the cursor would be in the next
    /// line of some terminals.
    pub(crate) fn columns(self) -> usize {
        let reported = reported_columns().filter(|columns| *columns > 0);
        let columns = reported.unwrap_or(DEFAULT_COLUMNS);
        columns.max(MIN_COLUMNS) - 1
    }
}

#[cfg(unix)]
fn reported_columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    Some(size.ws_col.into())
}

#[cfg(not(unix))]
fn reported_columns() -> Option<usize> {
    None
}
