use std::ops::Range;
use std::path::{Path, PathBuf};

use super::TimelineBuilder;
use super::row_arrival::RowArrival;
use super::timestamp_stats::TimestampStats;
use crate::input::{HarScanner, LogInput, MAX_ENTRY_BYTES, MAX_LINE_BYTES};
use crate::log::{FormatDetection, LogEntry, LogFormat, LogParser, LoggedRequest, SkipReason};
use crate::{Error, ErrorKind};

/// What the first lines of a log tell.
pub(super) struct LogProbe {
    pub(super) path: PathBuf,
    pub(super) format: LogFormat,
    pub(super) detected: bool,
    /// When its first hit arrived.
    pub(super) first_us: i64,
    /// What its first stamps are like.
    pub(super) stamps: TimestampStats,
    /// The log, if it can't be opened again, or needs not be.
    pub(super) input: Option<LogInput>,
}

impl LogProbe {
    /// Looks at the log at `path`.
    pub(super) fn open(path: &Path, build: &TimelineBuilder) -> Result<Self, Error> {
        let mut opened = LogInput::open(path, &build.stop)?;
        let mut start = first_lines(&mut opened, FormatDetection::MAX_LINES, MAX_LINE_BYTES)?;
        let document = is_har(&start);
        let mut entries = har_entries(&start, document);
        if document && entries.is_empty() {
            // A document has no lines, and its first entry may be as long as one may be.
            start = first_lines(&mut opened, usize::MAX, MAX_ENTRY_BYTES)?;
            entries = self::har_entries(&start, document);
        }
        let lines = || {
            let lines = start.split(|byte| *byte == b'\n');
            let lines = lines.filter(|_| !document).take(FormatDetection::MAX_LINES);
            entries
                .iter()
                .map(|entry| &start[entry.clone()])
                .chain(lines)
        };
        let format = match &build.format {
            Some(format) => format.clone(),
            None => require_detected(path, &FormatDetection::from_lines(lines()))?,
        };
        if format.is_document() && document {
            opened.records.read_as_har();
        }
        let mut probe = Self {
            path: path.to_owned(),
            format,
            detected: build.format.is_none(),
            first_us: i64::MAX,
            stamps: TimestampStats::default(),
            input: Some(opened),
        };
        probe.inspect(lines(), build);
        Ok(probe)
    }

    fn inspect<'l>(&mut self, lines: impl Iterator<Item = &'l [u8]>, build: &TimelineBuilder) {
        let mut parser = LogParser::new(&self.format, build.zone.clone());
        for line in lines {
            let mut entry = LogEntry::default();
            if parser.read(line, &mut entry).is_err() || LoggedRequest::from_entry(&entry).is_err()
            {
                continue;
            }
            let Some(arrival) = RowArrival::from_entry(&entry, build.time_base) else {
                continue;
            };
            self.first_us = self.first_us.min(arrival.micros());
            self.stamps.record(&arrival);
        }
    }
}

/// The format that fits, or an error with the table of those that do not.
fn require_detected(path: &Path, detection: &FormatDetection) -> Result<LogFormat, Error> {
    detection.best().ok_or_else(|| {
        let least = FormatDetection::MIN_PERCENT;
        let table = detection.to_string();
        let found = if table.is_empty() {
            "none that is known fits a single line".to_owned()
        } else {
            format!(
                "none fits {least} % of its first lines:\n{}",
                table.trim_end()
            )
        };
        let message = format!("tell the format of {}: {found}", path.display());
        Error::new(ErrorKind::Format, message)
    })
}

/// Whether it is a HAR: one object, with an object `log` in it.
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

/// What a log begins with.
fn first_lines(opened: &mut LogInput, lines: usize, most_bytes: usize) -> Result<Vec<u8>, Error> {
    match opened.records.peek_lines(lines, most_bytes) {
        Ok(start) => Ok(start.to_vec()),
        Err(error) => Err(opened.read_error(error)),
    }
}

/// Where the entries stand in what a HAR begins with.
fn har_entries(start: &[u8], document: bool) -> Vec<Range<usize>> {
    let mut reading = HarScanner::default();
    let entries = std::iter::from_fn(|| reading.next(start));
    entries
        .take(if document {
            FormatDetection::MAX_LINES
        } else {
            0
        })
        .collect()
}

/// Whether a reason is worth an example.
pub(super) fn is_worth_reporting(skip: SkipReason) -> bool {
    !matches!(skip, SkipReason::Empty | SkipReason::Directive)
}
