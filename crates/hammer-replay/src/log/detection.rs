//! Detection of a log's format by its first lines.

use std::fmt;

use jiff::tz::TimeZone;

use super::{LogEntry, LogFormat, LogParser, LoggedRequest};

/// The scores of all formats for the first lines of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatDetection {
    lines: usize,
    scores: Vec<FormatScore>,
}

/// The score of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatScore {
    /// The name of the format.
    pub name: &'static str,
    /// Lines that match the format.
    pub matching_lines: usize,
    /// Matching lines that have a time and a request, even if they cannot become a row.
    pub complete_lines: usize,
}

impl FormatDetection {
    /// Maximum number of lines to inspect.
    pub const MAX_LINES: usize = 1_000;
    /// Minimum share of lines that must match, in percent.
    pub const MIN_PERCENT: usize = 90;

    /// Tries every named format on `lines`. Empty lines are ignored.
    #[must_use]
    pub fn from_lines<'l>(lines: impl Iterator<Item = &'l [u8]> + Clone) -> Self {
        let lines = lines.filter(|line| !line.trim_ascii().is_empty());
        let score = |name| {
            let format = LogFormat::parse(name, None).expect("a known format name");
            let mut parser = LogParser::pedantic(&format, TimeZone::UTC);
            let (mut matching, mut complete) = (0, 0);
            for line in lines.clone() {
                let mut entry = LogEntry::default();
                match parser.read(line, &mut entry) {
                    // Any JSON object matches Caddy's format, so only those with content are complete.
                    Ok(()) if has_time_and_request(&entry) => {
                        matching += 1;
                        complete += 1;
                    }
                    Ok(()) => matching += usize::from(LoggedRequest::from_entry(&entry).is_ok()),
                    Err(skip) => matching += usize::from(skip.matches_format()),
                }
            }
            FormatScore {
                name,
                matching_lines: matching,
                complete_lines: complete,
            }
        };
        let mut scores: Vec<_> = LogFormat::NAMES.into_iter().map(score).collect();
        // The sort is stable: among equal scores, the order of the names decides.
        scores.sort_by_key(|score| std::cmp::Reverse((score.matching_lines, score.complete_lines)));
        Self {
            lines: lines.clone().count(),
            scores,
        }
    }

    /// Returns the format with the best score if enough lines match it.
    #[must_use]
    pub fn best(&self) -> Option<LogFormat> {
        let best = self.scores.first()?;
        let enough = best.matching_lines * 100 >= self.lines * Self::MIN_PERCENT;
        (enough && best.complete_lines > 0)
            .then(|| LogFormat::parse(best.name, None).expect("a known format name"))
    }

    /// The number of inspected lines.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// The scores, best first.
    #[must_use]
    pub fn scores(&self) -> &[FormatScore] {
        &self.scores
    }
}

fn has_time_and_request(entry: &LogEntry<'_>) -> bool {
    let timed = entry.start.is_some() || entry.end.is_some();
    let requested = entry.request.is_some() || entry.target.is_some() || entry.url.is_some();
    timed && requested
}

/// Writes a table with a line for each format that matches any line.
impl fmt::Display for FormatDetection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has_matches = |score: &&FormatScore| score.matching_lines > 0;
        for score in self.scores.iter().filter(has_matches) {
            let percent = score.matching_lines as f64 * 100.0 / self.lines.max(1) as f64;
            let FormatScore {
                name,
                matching_lines: matching,
                ..
            } = score;
            let total = self.lines;
            writeln!(
                f,
                "  {name:<12} {percent:>5.1} %  {matching} of {total} lines"
            )?;
        }
        Ok(())
    }
}
