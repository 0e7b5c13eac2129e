//! The status line on stderr.

use std::io::{self, Write};

use super::terminal::StderrTerminal;
use crate::text::columns::{column_count, cut_to_columns};
use crate::text::sanitize;

/// Interval of lines that are not updated in place, in seconds.
const LINE_INTERVAL_S: u64 = 10;

/// A line on stderr that is updated in place on a terminal, or else printed at intervals.
#[derive(Debug)]
pub(crate) struct StatusLine {
    style: StatusStyle,
    /// Columns of the line that is shown, or 0.
    shown: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatusStyle {
    /// One line, updated every second.
    InPlace(StderrTerminal),
    /// A new line every [`LINE_INTERVAL_S`].
    Lines,
    Quiet,
}

impl StatusLine {
    /// Creates a line that is updated in place on a terminal, or else printed at intervals.
    pub(crate) fn in_place() -> Self {
        let terminal = StderrTerminal::detect();
        Self::of_style(terminal.map_or(StatusStyle::Lines, StatusStyle::InPlace))
    }

    /// Creates a line that is printed at intervals.
    pub(crate) fn lines() -> Self {
        Self::of_style(StatusStyle::Lines)
    }

    /// Creates a line that is never shown.
    pub(crate) fn quiet() -> Self {
        Self::of_style(StatusStyle::Quiet)
    }

    fn of_style(style: StatusStyle) -> Self {
        Self { style, shown: 0 }
    }

    /// The columns that a line can have, which change when the terminal is resized. `None` if lines are
    /// not updated in place.
    pub(crate) fn columns(&self) -> Option<usize> {
        match self.style {
            StatusStyle::InPlace(terminal) => Some(terminal.columns()),
            StatusStyle::Lines | StatusStyle::Quiet => None,
        }
    }

    /// Returns true if a line is due at this second.
    pub(crate) fn is_due(&self, second: u64) -> bool {
        match self.style {
            StatusStyle::InPlace(_) => true,
            StatusStyle::Lines => second.is_multiple_of(LINE_INTERVAL_S),
            StatusStyle::Quiet => false,
        }
    }

    /// Shows a line that is due.
    pub(crate) fn show(&mut self, line: &str) {
        match self.style {
            StatusStyle::InPlace(_) => self.update(line),
            StatusStyle::Lines => {
                let _ = writeln!(io::stderr(), "{}", sanitize(line));
            }
            StatusStyle::Quiet => {}
        }
    }

    /// Shows a line if it replaces the previous one.
    pub(crate) fn update(&mut self, line: &str) {
        if let StatusStyle::InPlace(terminal) = self.style {
            let line = sanitize(line);
            let text = replacement(&line, self.shown, terminal.columns());
            self.shown = column_count(&line).min(terminal.columns());
            let _ = io::stderr().write_all(text.as_bytes());
            let _ = io::stderr().flush();
        }
    }

    /// Clears the line, so that other text can be printed.
    pub(crate) fn clear(&mut self) {
        if self.shown > 0 {
            self.update("");
            let _ = write!(io::stderr(), "\r");
        }
    }
}

/// Returns the text that replaces a line of `shown` columns by `line` in a terminal of `columns`.
///
/// Spaces clear the rest of the old line, so that no escape sequence is needed. A line that fills the
/// terminal would wrap, and could not be replaced.
fn replacement(line: &str, shown: usize, columns: usize) -> String {
    let line = cut_to_columns(line, columns);
    let rest = shown.min(columns).saturating_sub(column_count(&line));
    format!("\r{line}{}", " ".repeat(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: a line that was wider than the terminal left a line behind at each update.
    #[test]
    fn a_line_fits_the_terminal_and_covers_the_previous_one() {
        for (line, shown, columns, expected) in [
            ("abc", 0, 79, "\rabc"),
            ("abc", 5, 79, "\rabc  "),
            ("abcdef", 0, 5, "\rabcd…"),
            // The terminal was resized since the previous line.
            ("abc", 79, 39, "\rabc                                    "),
            ("", 3, 79, "\r   "),
            ("", 79, 5, "\r     "),
            ("日本語です", 0, 7, "\r日本語…"),
            ("日本語です", 0, 6, "\r日本…"),
        ] {
            let text = replacement(line, shown, columns);
            assert_eq!(text, expected, "{line} in {columns}");
            assert!(
                column_count(text.trim_start_matches('\r')) <= columns,
                "{text}"
            );
            assert!(!text.contains('\u{1b}'));
        }
    }
}
