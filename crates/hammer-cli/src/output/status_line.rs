//! The status line on stderr.

use std::io::{self, IsTerminal, Write};

/// Interval of lines that are not updated in place, in seconds.
const LINE_INTERVAL_S: u64 = 10;

/// A line on stderr that is updated in place on a terminal, or else printed at intervals.
#[derive(Debug)]
pub(crate) struct StatusLine {
    style: StatusStyle,
    shown: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatusStyle {
    /// One line, updated every second.
    InPlace,
    /// A new line every [`LINE_INTERVAL_S`].
    Lines,
    Quiet,
}

impl StatusLine {
    /// Creates a status line for the terminal, or for a file or pipe; `quiet` prints nothing.
    pub(crate) fn new(quiet: bool) -> Self {
        let style = match io::stderr().is_terminal() {
            _ if quiet => StatusStyle::Quiet,
            true => StatusStyle::InPlace,
            false => StatusStyle::Lines,
        };
        let shown = false;
        Self { style, shown }
    }

    /// Returns true if a line is due at this second.
    pub(crate) fn is_due(&self, second: u64) -> bool {
        match self.style {
            StatusStyle::InPlace => true,
            StatusStyle::Lines => second.is_multiple_of(LINE_INTERVAL_S),
            StatusStyle::Quiet => false,
        }
    }

    /// Shows a line that is due.
    pub(crate) fn show(&mut self, line: &str) {
        match self.style {
            StatusStyle::InPlace => self.update(line),
            StatusStyle::Lines => {
                let _ = writeln!(io::stderr(), "{line}");
            }
            StatusStyle::Quiet => {}
        }
    }

    /// Shows a line if it replaces the previous one.
    pub(crate) fn update(&mut self, line: &str) {
        if self.style == StatusStyle::InPlace {
            self.shown = true;
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
            let _ = io::stderr().flush();
        }
    }

    /// Clears the line, so that other text can be printed.
    pub(crate) fn clear(&mut self) {
        if self.shown {
            self.shown = false;
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
