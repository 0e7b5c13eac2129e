use std::fmt;

use jiff::tz::TimeZone;

use super::{LogEntry, LogFormat, LogParser, LoggedRequest};

/// How well each format fits the first lines of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatDetection {
    lines: usize,
    scores: Vec<FormatScore>,
}

/// How well a format fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatScore {
    /// The name of the format.
    pub name: &'static str,
    /// Lines of it.
    pub matching_lines: usize,
    /// Those of them that say when and what for, be it no hit.
    pub complete_lines: usize,
}

impl FormatDetection {
    /// How many lines are looked at.
    pub const MAX_LINES: usize = 1_000;
    /// The least share of lines, in percent, that has to fit.
    pub const MIN_PERCENT: usize = 90;

    /// Tries every format with a name on `lines`; empty ones say nothing.
    #[must_use]
    pub fn from_lines<'l>(lines: impl Iterator<Item = &'l [u8]> + Clone) -> Self {
        let lines = lines.filter(|line| !line.trim_ascii().is_empty());
        let score = |name| {
            let format = LogFormat::parse(name, None).expect("a name of a format");
            let mut parser = LogParser::pedantic(&format, TimeZone::UTC);
            let (mut fitting, mut telling) = (0, 0);
            for line in lines.clone() {
                let mut entry = LogEntry::default();
                match parser.read(line, &mut entry) {
                    // Any object is one of Caddy's that says nothing.
                    Ok(()) if has_time_and_request(&entry) => {
                        fitting += 1;
                        telling += 1;
                    }
                    Ok(()) => fitting += usize::from(LoggedRequest::from_entry(&entry).is_ok()),
                    Err(skip) => fitting += usize::from(skip.matches_format()),
                }
            }
            FormatScore {
                name,
                matching_lines: fitting,
                complete_lines: telling,
            }
        };
        let mut scores: Vec<_> = LogFormat::NAMES.into_iter().map(score).collect();
        // The sort is stable, so that of equals the first of the names is the best.
        scores.sort_by_key(|score| std::cmp::Reverse((score.matching_lines, score.complete_lines)));
        Self {
            lines: lines.clone().count(),
            scores,
        }
    }

    /// The format that fits, if one does well enough.
    #[must_use]
    pub fn best(&self) -> Option<LogFormat> {
        let best = self.scores.first()?;
        let enough = best.matching_lines * 100 >= self.lines * Self::MIN_PERCENT;
        (enough && best.complete_lines > 0)
            .then(|| LogFormat::parse(best.name, None).expect("a name of a format"))
    }

    /// Lines that were looked at.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.lines
    }

    /// The formats, the best one first.
    #[must_use]
    pub fn scores(&self) -> &[FormatScore] {
        &self.scores
    }
}

fn has_time_and_request(entry: &LogEntry<'_>) -> bool {
    let timed = entry.start.is_some() || entry.end.is_some();
    let asked = entry.request.is_some() || entry.target.is_some() || entry.url.is_some();
    timed && asked
}

/// A table of those that fit anything, a line each.
impl fmt::Display for FormatDetection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |score: &&FormatScore| score.matching_lines > 0;
        for score in self.scores.iter().filter(fits) {
            let percent = score.matching_lines as f64 * 100.0 / self.lines.max(1) as f64;
            let FormatScore {
                name,
                matching_lines: fitting,
                ..
            } = score;
            let of = self.lines;
            writeln!(f, "  {name:<12} {percent:>5.1} %  {fitting} of {of} lines")?;
        }
        Ok(())
    }
}
