use std::io::{self, IsTerminal, Write};

/// How often there is a line where it can't be updated in place, in seconds.
const LINE_INTERVAL_S: u64 = 10;

/// The last line of stderr: updated in place on a terminal, and a new one now and then elsewhere.
#[derive(Debug)]
pub(crate) struct StatusLine {
    style: StatusStyle,
    shown: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatusStyle {
    /// One line, updated each second.
    InPlace,
    /// A line each ten seconds.
    Lines,
    Quiet,
}

impl StatusLine {
    /// In place on a terminal, in lines elsewhere, and nothing if `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        let style = match io::stderr().is_terminal() {
            _ if quiet => StatusStyle::Quiet,
            true => StatusStyle::InPlace,
            false => StatusStyle::Lines,
        };
        let shown = false;
        Self { style, shown }
    }

    /// Whether there is something to be shown at this second.
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

    /// Shows a line where it takes the place of another.
    pub(crate) fn update(&mut self, line: &str) {
        if self.style == StatusStyle::InPlace {
            self.shown = true;
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
            let _ = io::stderr().flush();
        }
    }

    /// Takes the line away, so that something else can be printed.
    pub(crate) fn clear(&mut self) {
        if self.shown {
            self.shown = false;
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
