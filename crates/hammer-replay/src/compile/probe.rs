//! Probe of the first lines of a log.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::TimelineBuilder;
use super::row_arrival::RowArrival;
use super::timestamp_stats::TimestampStats;
use crate::input::{HarScanner, LogInput, MAX_ENTRY_BYTES, MAX_LINE_BYTES};
use crate::log::{FormatDetection, LogEntry, LogFormat, LogParser, LoggedRequest, SkipReason};
use crate::{Error, ErrorKind};

/// The properties of a log, determined from its first lines.
pub(super) struct LogProbe {
    pub(super) path: PathBuf,
    pub(super) format: LogFormat,
    pub(super) detected: bool,
    /// Earliest arrival of the first lines, in µs since 1970.
    pub(super) first_us: i64,
    /// Statistics of the first timestamps.
    pub(super) timestamp_stats: TimestampStats,
    /// The open log, unless it was closed to be opened again later.
    pub(super) input: Option<LogInput>,
}

impl LogProbe {
    /// Opens the log at `path` and inspects its first lines.
    pub(super) fn open(path: &Path, builder: &TimelineBuilder) -> Result<Self, Error> {
        let mut input = LogInput::open(path, &builder.stop)?;
        let mut start = first_lines(&mut input, FormatDetection::MAX_LINES, MAX_LINE_BYTES)?;
        let har = is_har(&start);
        let mut entries = har_entries(&start, har);
        if har && entries.is_empty() {
            // A HAR document can be one line, and its first entry can have the maximum length.
            start = first_lines(&mut input, usize::MAX, MAX_ENTRY_BYTES)?;
            entries = har_entries(&start, har);
        }
        let lines = || {
            let lines = start.split(|byte| *byte == b'\n');
            let lines = lines.filter(|_| !har).take(FormatDetection::MAX_LINES);
            entries
                .iter()
                .map(|entry| &start[entry.clone()])
                .chain(lines)
        };
        let format = match &builder.format {
            Some(format) => format.clone(),
            None => require_detected(path, &FormatDetection::from_lines(lines()))?,
        };
        if format.is_document() && har {
            input.records.read_as_har();
        }
        let mut probe = Self {
            path: path.to_owned(),
            format,
            detected: builder.format.is_none(),
            first_us: i64::MAX,
            timestamp_stats: TimestampStats::default(),
            input: Some(input),
        };
        probe.inspect(lines(), builder);
        Ok(probe)
    }

    fn inspect<'l>(&mut self, lines: impl Iterator<Item = &'l [u8]>, builder: &TimelineBuilder) {
        let mut parser = LogParser::new(&self.format, builder.zone.clone());
        for line in lines {
            let mut entry = LogEntry::default();
            if parser.read(line, &mut entry).is_err() || LoggedRequest::from_entry(&entry).is_err()
            {
                continue;
            }
            let Some(arrival) = RowArrival::from_entry(&entry, builder.time_base) else {
                continue;
            };
            self.first_us = self.first_us.min(arrival.micros());
            self.timestamp_stats.record(&arrival);
        }
    }
}

/// Returns the detected format, or an error with the scores of all formats.
fn require_detected(path: &Path, detection: &FormatDetection) -> Result<LogFormat, Error> {
    detection.best().ok_or_else(|| {
        let percent = FormatDetection::MIN_PERCENT;
        let table = detection.to_string();
        let problem = if table.is_empty() {
            "no known format matches any of its first lines".to_owned()
        } else {
            format!(
                "no known format matches {percent} % of its first lines:\n{}",
                table.trim_end()
            )
        };
        let message = format!("detect the format of {}: {problem}", path.display());
        Error::new(ErrorKind::Format, message)
    })
}

/// Returns true if the log is a HAR document: an object that contains an object `log`.
fn is_har(start: &[u8]) -> bool {
    let text = start.trim_ascii_start();
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let mut rest = match text.strip_prefix(b"{") {
        Some(rest) => rest.trim_ascii_start(),
        None => return false,
    };
    for part in [b"\"log\"".as_slice(), b":", b"{"] {
        rest = match rest.strip_prefix(part) {
            Some(rest) => rest.trim_ascii_start(),
            None => return false,
        };
    }
    true
}

/// Returns the first lines of a log.
fn first_lines(input: &mut LogInput, lines: usize, max_bytes: usize) -> Result<Vec<u8>, Error> {
    match input.records.peek_lines(lines, max_bytes) {
        Ok(start) => Ok(start.to_vec()),
        Err(error) => Err(input.read_error(error)),
    }
}

/// Returns the ranges of the entries at the start of a HAR document.
fn har_entries(start: &[u8], har: bool) -> Vec<Range<usize>> {
    let mut scanner = HarScanner::default();
    let entries = std::iter::from_fn(|| scanner.next(start));
    entries
        .take(if har { FormatDetection::MAX_LINES } else { 0 })
        .collect()
}

/// Returns true if skipped lines of this kind may be a mistake.
pub(super) fn is_worth_reporting(reason: SkipReason) -> bool {
    !matches!(reason, SkipReason::Empty | SkipReason::Directive)
}
