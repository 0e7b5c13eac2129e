//! The last lines of the log of a display.

use std::collections::VecDeque;

/// The most lines that are kept.
const MOST_LINES: usize = 1_000;

/// The most bytes that are kept.
const MOST_BYTES: usize = 1 << 20;

/// The last lines of the log, to be printed after the display.
#[derive(Debug, Default)]
pub(super) struct BoundedLog {
    lines: VecDeque<String>,
    bytes: usize,
    dropped: u64,
}

impl BoundedLog {
    /// Adds a line. The oldest lines are dropped.
    pub(super) fn push(&mut self, line: &str) {
        self.bytes += line.len();
        self.lines.push_back(line.to_owned());
        while self.lines.len() > MOST_LINES || (self.bytes > MOST_BYTES && self.lines.len() > 1) {
            let oldest = self.lines.pop_front();
            self.bytes -= oldest.map_or(0, |line| line.len());
            self.dropped += 1;
        }
    }

    /// Takes the lines. The first one says how many are missing, if any.
    pub(super) fn take(&mut self) -> Vec<String> {
        let Self { lines, dropped, .. } = std::mem::take(self);
        let missing =
            (dropped > 0).then(|| format!("(earlier lines that were dropped: {dropped})"));
        missing.into_iter().chain(lines).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept() {
        let mut log = BoundedLog::default();
        for number in 0..MOST_LINES + 5 {
            log.push(&number.to_string());
        }
        let lines = log.take();
        assert_eq!(lines.len(), MOST_LINES + 1);
        assert_eq!(lines[0], "(earlier lines that were dropped: 5)");
        assert_eq!(lines[1], "5");
        assert_eq!(log.take(), Vec::<String>::new());
    }

    #[test]
    fn long_lines_are_bounded_by_their_bytes() {
        let mut log = BoundedLog::default();
        let long = "x".repeat(MOST_BYTES);
        log.push("first");
        log.push(&long);
        assert_eq!(log.take(), ["(earlier lines that were dropped: 1)", &long]);
    }
}
