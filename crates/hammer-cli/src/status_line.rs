use std::io::{self, IsTerminal, Write};

/// How often there is a line where it can't be updated in place, in seconds.
const EVERY: u64 = 10;

/// The last line of stderr: updated in place on a terminal, and a new one now and then elsewhere.
#[derive(Debug)]
pub(crate) struct StatusLine {
    style: Style,
    shown: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
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
            _ if quiet => Style::Quiet,
            true => Style::InPlace,
            false => Style::Lines,
        };
        let shown = false;
        Self { style, shown }
    }

    /// Whether there is something to be shown at this second.
    pub(crate) fn is_due(&self, second: u64) -> bool {
        match self.style {
            Style::InPlace => true,
            Style::Lines => second.is_multiple_of(EVERY),
            Style::Quiet => false,
        }
    }

    /// Shows a line that is due.
    pub(crate) fn show(&mut self, line: &str) {
        match self.style {
            Style::InPlace => self.update(line),
            Style::Lines => {
                let _ = writeln!(io::stderr(), "{line}");
            }
            Style::Quiet => {}
        }
    }

    /// Shows a line where it takes the place of another.
    pub(crate) fn update(&mut self, line: &str) {
        if self.style == Style::InPlace {
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
