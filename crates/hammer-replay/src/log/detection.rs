//! Detection of a log's format by its first lines.

use std::fmt;

use jiff::tz::TimeZone;

use super::column_suggestion::ColumnSuggestion;
use super::server_message::is_server_message;
use super::{
    AbsoluteTargets, FormatMismatch, LogEntry, LogFormat, LogParser, LoggedRequest, SkipReason,
};

/// A line with its number.
pub type NumberedLine<'l> = (u64, &'l [u8]);

/// The scores of all formats for the first lines of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatDetection {
    scores: Vec<FormatScore>,
    /// Numbers of the first lines that do not match the best format.
    mismatching_lines: Vec<u64>,
    mismatch: Option<FormatMismatch>,
    suggestion: Option<ColumnSuggestion>,
}

/// The score of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatScore {
    /// The name of the format.
    pub name: &'static str,
    /// Lines that are neither blank nor comments nor messages of the server.
    pub data_lines: usize,
    /// Data lines that match the format.
    pub matching_lines: usize,
    /// Matching lines that become rows, if they have a time.
    pub usable_lines: usize,
    /// Lines that match but for their time, which is missing or impossible.
    pub timeless_lines: usize,
}

impl FormatDetection {
    /// Maximum number of lines to inspect.
    pub const MAX_LINES: usize = 1_000;
    /// Minimum share of data lines that must match, in percent.
    pub const MIN_PERCENT: usize = 90;
    /// Minimum share in logs of fewer than [`SMALL_LOG_LINES`](Self::SMALL_LOG_LINES) data lines.
    pub const SMALL_LOG_MIN_PERCENT: usize = 75;
    /// Number of data lines from which on a log is not small. A small log is easily dominated by a few
    /// lines that do not belong to it.
    pub const SMALL_LOG_LINES: usize = 100;
    /// Maximum number of mismatching lines to name.
    const MAX_NAMED_LINES: usize = 5;

    /// Tries every named format on `lines`.
    #[must_use]
    pub fn from_lines<'l>(lines: impl Iterator<Item = NumberedLine<'l>> + Clone) -> Self {
        let score = |name| FormatScore::of(name, lines.clone().map(|(_, line)| line));
        let mut scores: Vec<_> = LogFormat::NAMES.into_iter().map(score).collect();
        // The sort is stable: among equal scores, the order of the names decides.
        scores.sort_by_key(|score| std::cmp::Reverse((score.matching_lines, score.usable_lines)));
        let mut detection = Self {
            scores,
            mismatching_lines: Vec::new(),
            mismatch: None,
            suggestion: None,
        };
        if detection.best().is_none() {
            detection.explain(lines);
        }
        detection
    }

    /// Finds the lines that do not match, and what would read them.
    fn explain<'l>(&mut self, lines: impl Iterator<Item = NumberedLine<'l>> + Clone) {
        let data = lines.clone().filter(|(_, line)| is_data(line));
        self.suggestion = ColumnSuggestion::from_lines(data.clone().map(|(_, line)| line));
        let Some(best) = self.scores.first() else {
            return;
        };
        if best.matching_lines > 0 {
            let format = known_format(best.name);
            let mut mismatching = mismatching_lines(&format, lines);
            if let Some((number, line)) = mismatching.next() {
                self.mismatch = Some(FormatMismatch::new(number, line, &format));
                let numbers = mismatching.map(|(number, _)| number);
                self.mismatching_lines = std::iter::once(number)
                    .chain(numbers)
                    .take(Self::MAX_NAMED_LINES + 1)
                    .collect();
            }
        } else if let Some((number, line)) = data.clone().next() {
            let nearest = self.timeless_format().or_else(|| {
                // The format that matches most of the first line.
                LogFormat::NAMES.into_iter().rev().max_by_key(|name| {
                    LogParser::pedantic(&known_format(name), TimeZone::UTC).matching_bytes(line)
                })
            });
            let format = known_format(nearest.unwrap_or(best.name));
            self.mismatch = Some(FormatMismatch::with_nearest(number, line, &format));
        }
    }

    /// The name of the format that most lines match but for their time, if none matches entirely.
    fn timeless_format(&self) -> Option<&'static str> {
        let has_matches = self.scores.iter().any(|score| score.matching_lines > 0);
        let scores = self.scores.iter().rev();
        let nearest = scores.max_by_key(|score| score.timeless_lines)?;
        (!has_matches && nearest.timeless_lines > 0).then_some(nearest.name)
    }

    /// Returns the format with the best score if enough lines match it.
    #[must_use]
    pub fn best(&self) -> Option<LogFormat> {
        let best = self.scores.first()?;
        let enough = best.matching_lines * 100 >= best.data_lines * best.min_percent();
        (enough && best.matching_lines > 0).then(|| known_format(best.name))
    }

    /// The scores, best first.
    #[must_use]
    pub fn scores(&self) -> &[FormatScore] {
        &self.scores
    }
}

impl FormatScore {
    /// Minimum share of data lines that must match, in percent.
    fn min_percent(&self) -> usize {
        if self.data_lines < FormatDetection::SMALL_LOG_LINES {
            FormatDetection::SMALL_LOG_MIN_PERCENT
        } else {
            FormatDetection::MIN_PERCENT
        }
    }

    /// Computes the score of the format `name`.
    fn of<'l>(name: &'static str, lines: impl Iterator<Item = &'l [u8]>) -> Self {
        let mut parser = LogParser::pedantic(&known_format(name), TimeZone::UTC);
        let mut score = Self {
            name,
            data_lines: 0,
            matching_lines: 0,
            usable_lines: 0,
            timeless_lines: 0,
        };
        for line in lines {
            let mut entry = LogEntry::default();
            let read = parser.read(line, &mut entry);
            let is_message = read.is_err_and(SkipReason::is_without_data);
            if is_message || !is_data(line) {
                continue;
            }
            let request = read
                .and_then(|()| LoggedRequest::from_entry(&entry, &AbsoluteTargets::Skip).map(drop));
            score.timeless_lines += usize::from(request == Err(SkipReason::NoTime));
            let matches = request.is_ok() || request.is_err_and(SkipReason::matches_format);
            score.data_lines += 1;
            score.matching_lines += usize::from(matches);
            score.usable_lines += usize::from(request.is_ok());
        }
        score
    }
}

/// Returns true for lines that are neither blank nor comments nor messages of a server.
fn is_data(line: &[u8]) -> bool {
    !line.trim_ascii().is_empty() && !line.starts_with(b"#") && !is_server_message(line)
}

/// Returns the data lines that do not match `format`.
fn mismatching_lines<'l>(
    format: &LogFormat,
    lines: impl Iterator<Item = NumberedLine<'l>>,
) -> impl Iterator<Item = NumberedLine<'l>> {
    let mut parser = LogParser::pedantic(format, TimeZone::UTC);
    lines.filter(move |(_, line)| {
        let mut entry = LogEntry::default();
        let read = parser.read(line, &mut entry);
        let read =
            read.and_then(|()| LoggedRequest::from_entry(&entry, &AbsoluteTargets::Skip).map(drop));
        is_data(line) && read.is_err_and(|reason| !reason.matches_format())
    })
}

fn known_format(name: &str) -> LogFormat {
    LogFormat::parse(name, None).expect("a known format name")
}

/// Writes a sentence with a remedy and, after an empty line, the first line that does not match and the
/// share of each format.
impl fmt::Display for FormatDetection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let best = self.scores.first().filter(|best| best.matching_lines > 0);
        match best {
            None if self.mismatch.is_none() => {
                return f.write_str(
                    "expected a request, found only comments and messages in its first lines",
                );
            }
            None => match self.timeless_format() {
                Some(name) => write!(
                    f,
                    "no valid time in its first lines, which match {name} otherwise"
                )?,
                None => f.write_str("no known format matches any of its first lines")?,
            },
            Some(best) => {
                let percent = best.min_percent();
                let FormatScore {
                    name,
                    data_lines,
                    matching_lines,
                    ..
                } = best;
                write!(
                    f,
                    "expected a known format in {percent} % of its first lines, found {name} in \
                     {matching_lines} of {data_lines}, but not in {}",
                    named_lines(&self.mismatching_lines, Self::MAX_NAMED_LINES)
                )?;
            }
        }
        match (&self.suggestion, best) {
            (Some(suggestion), _) => write!(f, " (try {suggestion})")?,
            (None, Some(best)) => write!(f, " (try `format` {} to skip these)", best.name)?,
            (None, None) if self.timeless_format().is_some() => {
                f.write_str(" (try to correct the times)")?;
            }
            (None, None) => f.write_str(" (try `format` with the server's directive)")?,
        }
        if let Some(mismatch) = &self.mismatch {
            write!(f, "\n\n{mismatch}")?;
        }
        let has_matches = |score: &&FormatScore| score.matching_lines > 0;
        for (index, score) in self.scores.iter().filter(has_matches).enumerate() {
            let percent = score.matching_lines as f64 * 100.0 / score.data_lines.max(1) as f64;
            let FormatScore {
                name,
                matching_lines: matching,
                data_lines: total,
                ..
            } = score;
            f.write_str(if index == 0 { "\n\n" } else { "\n" })?;
            write!(
                f,
                "  {name:<14} {percent:>5.1} %  {matching} of {total} lines"
            )?;
        }
        Ok(())
    }
}

/// Returns `line 3` or `lines 3, 5 and more`.
fn named_lines(numbers: &[u64], max: usize) -> String {
    let mut words: Vec<_> = numbers.iter().take(max).map(u64::to_string).collect();
    if numbers.len() > max {
        words.push("more".to_owned());
    }
    match words.split_last() {
        Some((last, [])) => format!("line {last}"),
        Some((last, first)) => format!("lines {} and {last}", first.join(", ")),
        None => "others".to_owned(),
    }
}
