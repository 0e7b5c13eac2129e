//! Probe of the first lines of a log.

use std::ops::Range;
use std::path::{Path, PathBuf};

use hammer_diagnostic::printable_path;

use super::TimelineBuilder;
use super::row_arrival::RowArrival;
use super::timestamp_stats::TimestampStats;
use crate::input::{HarScanner, LogInput, MAX_ENTRY_BYTES, MAX_LINE_BYTES};
use crate::log::{
    ContainerUnwrapper, FormatDetection, LinePrefix, LogEntry, LogFormat, LogParser, LoggedRequest,
    NumberedLine, SkipReason,
};
use crate::{Error, ErrorKind};

/// The properties of a log, determined from its first lines.
pub(super) struct LogProbe {
    pub(super) path: PathBuf,
    pub(super) format: LogFormat,
    pub(super) detected: bool,
    /// The prefix of each line.
    pub(super) prefix: LinePrefix,
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
        let sample = if har {
            let entries = entries.into_iter().map(|entry| &start[entry]);
            let numbered = entries.zip(1..);
            let lines = numbered.map(|(entry, number)| (number, entry.to_vec(), None));
            (LinePrefix::None, lines.collect())
        } else {
            unwrapped_lines(&start, builder)
        };
        let (prefix, lines) = sample;
        let format = match &builder.format {
            Some(format) => format.clone(),
            None => require_detected(path, numbered(&lines))?,
        };
        if format.is_document() && har {
            input.records.read_as_har();
        }
        let mut probe = Self {
            path: path.to_owned(),
            format,
            detected: builder.format.is_none(),
            prefix,
            first_us: i64::MAX,
            timestamp_stats: TimestampStats::default(),
            input: Some(input),
        };
        probe.inspect(&lines, builder);
        Ok(probe)
    }

    fn inspect(&mut self, lines: &[SampledLine], builder: &TimelineBuilder) {
        let mut parser = LogParser::new(&self.format, builder.zone.clone());
        for (_, line, container_time) in lines {
            let mut entry = LogEntry::default();
            let read = parser.read_unwrapped(line, container_time.as_deref(), &mut entry);
            let read = read.and_then(|()| {
                LoggedRequest::from_entry(&entry, &builder.absolute_targets).map(drop)
            });
            if read.is_err() {
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

/// The number of a line, its text without the wrapper of a container runtime, and the time that it added.
type SampledLine = (u64, Vec<u8>, Option<Vec<u8>>);

/// Returns the first lines of a log without their wrappers, and the prefix that each has.
///
/// A prefix is only removed if the log has no known format with it.
fn unwrapped_lines(start: &[u8], builder: &TimelineBuilder) -> (LinePrefix, Vec<SampledLine>) {
    let unwrapped = |prefix| {
        let mut unwrapper = ContainerUnwrapper::with_prefix(prefix);
        let lines = start.split(|byte| *byte == b'\n');
        let lines = lines.take(FormatDetection::MAX_LINES).zip(1..);
        let unwrapped = lines.filter_map(|(line, number)| {
            let line = unwrapper.unwrap(line).ok()?;
            Some((number, line.text.to_vec(), line.time.map(<[u8]>::to_vec)))
        });
        unwrapped.collect::<Vec<_>>()
    };
    let first = start
        .split(|byte| *byte == b'\n')
        .take(FormatDetection::MAX_LINES);
    for prefix in LinePrefix::ALL {
        if first.clone().any(|line| prefix.split(line).is_some()) {
            let lines = unwrapped(prefix);
            if has_format(&lines, builder) {
                return (prefix, lines);
            }
        }
    }
    (LinePrefix::None, unwrapped(LinePrefix::None))
}

/// Returns true if the format can be detected, or if a line is in the format of the builder.
fn has_format(lines: &[SampledLine], builder: &TimelineBuilder) -> bool {
    let Some(format) = &builder.format else {
        return FormatDetection::from_lines(numbered(lines))
            .best()
            .is_some();
    };
    let mut parser = LogParser::new(format, builder.zone.clone());
    lines
        .iter()
        .any(|(_, line, _)| parser.read(line, &mut LogEntry::default()).is_ok())
}

fn numbered(lines: &[SampledLine]) -> impl Iterator<Item = NumberedLine<'_>> + Clone {
    lines.iter().map(|(number, line, _)| (*number, &**line))
}

/// Returns the detected format, or an error that says what does not match.
fn require_detected<'l>(
    path: &Path,
    lines: impl Iterator<Item = NumberedLine<'l>> + Clone,
) -> Result<LogFormat, Error> {
    let detection = FormatDetection::from_lines(lines);
    detection.best().ok_or_else(|| {
        let message = format!("detect the format of {}: {detection}", printable_path(path));
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
    !matches!(
        reason,
        SkipReason::Empty | SkipReason::Directive | SkipReason::Partial | SkipReason::ServerMessage
    )
}
