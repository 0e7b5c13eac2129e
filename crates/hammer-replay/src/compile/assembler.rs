//! Pipeline from logs to a timeline.

use std::collections::BTreeMap;
use std::time::Duration;

use hammer_diagnostic::printable_path;
use jiff::Timestamp;

use super::lazy_writer::LazyTimelineWriter;
use super::log_read_state::LogReadState;
use super::probe::{LogProbe, is_worth_reporting};
use super::row_arrival::RowArrival;
use super::timeless_row_encoder::TimelessRowEncoder;
use super::timestamp_stats::TimestampStats;
use super::url_hosts::UrlHostCounter;
use super::{BuildSummary, LogSourceSummary, TieOrder, TimelineBuilder, late_rows};
use crate::input::LogRecord;
use crate::log::{
    FormatMismatch, LogEntry, LogTimestamp, LoggedRequest, SkipReason, UnwrappedLine,
};
use crate::sort::{ExternalSorter, ReorderWindow, SecondSpreader, SpreadOptions, content_hash};
use crate::timeline::{
    AtomicOutput, MAX_TAIL_BYTES, TimelineHeader, TimelineTrailer, TimelineTrailerInput,
};
use crate::{Error, ErrorKind};

/// Number of records to read from a log before the next log is chosen.
const BATCH_RECORDS: usize = 512;
/// Number of logs that stay open after the probe. Each has buffers.
const MAX_OPEN_LOGS: usize = 8;
/// Number of bits for the number of a row in its log, in the value that orders rows of the same time.
const MAX_LINE_BITS: u32 = 40;
/// Maximum plausible difference of start and end, beyond the duration.
const MAX_TIMESTAMP_GAP_US: u64 = 3_600_000_000;

/// Writes a timeline to the output that `open` returns, and returns that output. `rereads` is true if
/// the output can be read again.
pub(super) fn run(
    builder: &TimelineBuilder,
    open: &dyn Fn() -> Result<AtomicOutput, Error>,
    rereads: bool,
) -> Result<(BuildSummary, AtomicOutput), Error> {
    let mut sources = Vec::new();
    for log in &builder.logs {
        let probe = LogProbe::open(log, builder)?;
        let keep_open = sources.len() < MAX_OPEN_LOGS;
        sources.push(LogReadState::new(probe, builder, keep_open));
    }
    let header = header(builder, &sources);
    let writer = LazyTimelineWriter::new(open, &builder.stop, header.clone());
    let mut pipeline = TimelineAssembler::new(builder, writer, rereads);
    while let Some(index) = next_source(&sources) {
        pipeline.read(index, &mut sources[index])?;
    }
    let TimelineAssembler {
        mut reorder,
        mut spreader,
        mut writer,
        counters,
        ..
    } = pipeline;
    spreader.finish((&mut reorder, &mut writer))?;
    let late = reorder.finish(&mut writer)?;
    let (time_base, resolution_us) =
        TimestampStats::combine(sources.iter().map(|it| it.timestamp_stats));
    let bases = sources.iter().map(|it| it.timestamp_stats.time_base);
    let expected = header.sources.iter().map(|it| it.time_base);
    let details = TimelineTrailerInput {
        time_base: time_base.filter(|_| time_base != header.time_base),
        resolution_us: resolution_us.filter(|_| resolution_us != header.resolution_us),
        sources_time_base: if expected.eq(bases.clone()) {
            Vec::new()
        } else {
            bases.collect()
        },
        skipped: (counters.skipped.iter())
            .map(|(reason, count)| (reason.name().to_owned(), *count))
            .collect(),
        sources_xxh64: sources.iter().filter_map(|it| it.hash.clone()).collect(),
    };
    if counters.rows == 0 {
        return Err(no_rows_error(&counters, &sources));
    }
    // Without an early output, all rows wait for the end, so that none is late.
    let late_counts = if rereads {
        (late.row_count(), late.spilled_rows())
    } else {
        (0, 0)
    };
    if late.row_count() > 0 {
        let again = LazyTimelineWriter::new(open, &builder.stop, header);
        writer = rewrite_with_late_rows(writer, late, builder.ties, again)?;
    }
    let (first, last) = (writer.epoch_us, writer.last_us);
    let (trailer, output) = writer.finish(details)?;
    let summary = build_summary(counters, &sources, (first, last), late_counts, trailer);
    Ok((summary, output))
}

/// Writes the timeline anew, with the late rows merged into the written ones.
fn rewrite_with_late_rows<'p>(
    written: LazyTimelineWriter<'_>,
    late: ExternalSorter,
    ties: TieOrder,
    mut again: LazyTimelineWriter<'p>,
) -> Result<LazyTimelineWriter<'p>, Error> {
    let epoch_us = written.epoch_us;
    let mut late = late.merge()?;
    if written.is_started() {
        let (_, output) = written.finish(TimelineTrailerInput::default())?;
        late_rows::merge_late_rows(output.reread()?, epoch_us, ties, &mut late, &mut again)?;
    } else {
        late_rows::merge_late_rows(std::io::empty(), 0, ties, &mut late, &mut again)?;
    }
    Ok(again)
}

/// Returns the index of the log to read next: the one whose latest arrival is earliest. So logs of the
/// same period are in the window together, and logs of different days are read one after another.
fn next_source(sources: &[LogReadState]) -> Option<usize> {
    let open = sources
        .iter()
        .enumerate()
        .filter(|(_, it)| it.hash.is_none());
    open.min_by_key(|(_, source)| source.latest_us)
        .map(|(index, _)| index)
}

fn header(builder: &TimelineBuilder, sources: &[LogReadState]) -> TimelineHeader {
    let (time_base, resolution_us) =
        TimestampStats::combine(sources.iter().map(|it| it.probe.timestamp_stats));
    TimelineHeader {
        time_base,
        resolution_us,
        spread: builder.spread,
        seed: Some(builder.seed),
        sources: sources.iter().map(LogReadState::header_entry).collect(),
        ..TimelineHeader::default()
    }
}

#[derive(Default)]
struct BuildCounters {
    rows: u64,
    skipped: BTreeMap<SkipReason, u64>,
    examples: BTreeMap<SkipReason, Vec<(usize, u64)>>,
    /// The first line that does not match the format, until there is a row.
    mismatch: Option<FormatMismatch>,
    reordered: u64,
    max_displacement_us: u64,
    whole_second_rows: u64,
    inconsistent_rows: u64,
    url_hosts: UrlHostCounter,
}

struct TimelineAssembler<'b, 'p> {
    builder: &'b TimelineBuilder,
    tail_writer: TimelessRowEncoder,
    spreader: SecondSpreader,
    reorder: ReorderWindow,
    writer: LazyTimelineWriter<'p>,
    counters: BuildCounters,
}

impl<'b, 'p> TimelineAssembler<'b, 'p> {
    fn new(builder: &'b TimelineBuilder, writer: LazyTimelineWriter<'p>, rereads: bool) -> Self {
        let spread_options = SpreadOptions {
            spread: builder.spread,
            seed: builder.seed,
            by_content: builder.ties == TieOrder::Content,
        };
        Self {
            builder,
            tail_writer: TimelessRowEncoder::new(builder.include.clone()),
            spreader: SecondSpreader::new(spread_options, builder.window_bytes, &builder.stop),
            reorder: if rereads {
                ReorderWindow::new(builder.window_bytes, &builder.stop)
            } else {
                ReorderWindow::without_early_output(builder.window_bytes, &builder.stop)
            },
            writer,
            counters: BuildCounters::default(),
        }
    }

    /// Reads a batch of records.
    fn read(&mut self, index: usize, source: &mut LogReadState) -> Result<(), Error> {
        source.open()?;
        let Some(mut input) = source.probe.input.take() else {
            return Ok(());
        };
        let mut unwrapper = std::mem::take(&mut source.unwrapper);
        for _ in 0..BATCH_RECORDS {
            let number = input.records.number() + 1;
            let record = match input.records.next() {
                Ok(Some(record)) => record,
                Ok(None) => {
                    source.probe.input = Some(input);
                    source.close();
                    return Ok(());
                }
                Err(error) => return Err(input.read_error(error)),
            };
            let line = match record {
                LogRecord::Complete(line) => line,
                LogRecord::TooLong => {
                    self.skip(index, source, number, b"", SkipReason::TooLong)?;
                    continue;
                }
                LogRecord::Truncated => {
                    self.skip(index, source, number, b"", SkipReason::Truncated)?;
                    continue;
                }
            };
            let (text, added) = match unwrapper.unwrap(line) {
                Ok(line) => (line.text, self.add_line(index, source, line)),
                Err(reason) => (line, Err(reason.into())),
            };
            match added {
                Ok(()) => {}
                Err(LineError::Skip(reason)) => self.skip(index, source, number, text, reason)?,
                Err(LineError::Failed(error)) => return Err(error),
            }
        }
        source.unwrapper = unwrapper;
        source.probe.input = Some(input);
        Ok(())
    }

    #[inline]
    fn add_line(
        &mut self,
        index: usize,
        source: &mut LogReadState,
        line: UnwrappedLine<'_>,
    ) -> Result<(), LineError> {
        let mut entry = LogEntry::default();
        let parser = &mut source.parser;
        parser.read_unwrapped(line.text, line.time, &mut entry)?;
        let request = LoggedRequest::from_entry(&entry, &self.builder.absolute_targets)?;
        if let (None, None, Some(per_second)) = (entry.start, entry.end, self.builder.untimed_rate)
        {
            let micros = source.rows as f64 * 1e6 / per_second;
            entry.start = Some(LogTimestamp {
                micros: micros as i64,
                whole_second: false,
            });
        }
        let mut arrival =
            RowArrival::from_entry(&entry, self.builder.time_base).ok_or(SkipReason::NoTime)?;
        let tail = self.tail_writer.write(&entry, &request);
        if tail.len() > MAX_TAIL_BYTES {
            return Err(SkipReason::TooLong.into());
        }
        arrival.timestamp.micros = arrival.timestamp.micros.saturating_add(source.shift_us);
        self.counters.inconsistent_rows += u64::from(is_inconsistent(&entry));
        if let (Some(_), Some(host)) = (entry.url, request.host) {
            self.counters.url_hosts.record(host);
        }
        let micros = arrival.micros();
        if micros < source.latest_us {
            self.counters.reordered += u64::from(source.rows > 0);
            let back = source.latest_us.abs_diff(micros);
            self.counters.max_displacement_us = self.counters.max_displacement_us.max(back);
        }
        source.latest_us = source.latest_us.max(micros);
        let log = index as u32;
        let tie = match self.builder.ties {
            TieOrder::Line => u64::from(log) << MAX_LINE_BITS | source.rows,
            TieOrder::Content => content_hash(tail),
        };
        source.rows += 1;
        source.timestamp_stats.record(&arrival);
        self.counters.rows += 1;
        let Self {
            spreader,
            reorder,
            writer,
            ..
        } = self;
        if arrival.timestamp.whole_second {
            self.counters.whole_second_rows += 1;
            let second = arrival
                .timestamp
                .micros
                .div_euclid(LogTimestamp::MICROS_PER_SECOND);
            // A shift by a part of a second moves the whole second by it.
            let rest = arrival
                .timestamp
                .micros
                .rem_euclid(LogTimestamp::MICROS_PER_SECOND);
            let before = i64::try_from(arrival.before_us).unwrap_or(i64::MAX) - rest;
            spreader.push(second, before, (log, tie), tail, (reorder, writer))?;
        } else {
            reorder.push(micros, tie, tail, writer)?;
        }
        Ok(())
    }

    #[cold]
    fn skip(
        &mut self,
        index: usize,
        source: &LogReadState,
        number: u64,
        line: &[u8],
        reason: SkipReason,
    ) -> Result<(), Error> {
        if self.builder.strict && is_worth_reporting(reason) {
            let message = format!(
                "read {}:{number}: {reason}",
                printable_path(&source.probe.path)
            );
            return Err(Error::new(ErrorKind::Strict, message));
        }
        let counters = &mut self.counters;
        *counters.skipped.entry(reason).or_insert(0) += 1;
        let examples = counters.examples.entry(reason).or_default();
        if examples.len() < BuildSummary::MAX_EXAMPLES {
            examples.push((index, number));
        }
        if counters.rows == 0 && counters.mismatch.is_none() && reason == SkipReason::Malformed {
            let mismatch = FormatMismatch::new(number, line, &source.probe.format);
            counters.mismatch = Some(mismatch);
        }
        Ok(())
    }
}

/// The reason that a line was not added.
enum LineError {
    Skip(SkipReason),
    Failed(Error),
}

impl From<SkipReason> for LineError {
    fn from(reason: SkipReason) -> Self {
        Self::Skip(reason)
    }
}

impl From<Error> for LineError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Returns true if start and end of a line contradict each other.
fn is_inconsistent(entry: &LogEntry<'_>) -> bool {
    let (Some(start), Some(end)) = (entry.start, entry.end) else {
        return false;
    };
    let gap_us = start.micros.abs_diff(end.micros);
    gap_us > MAX_TIMESTAMP_GAP_US.saturating_add(entry.duration_us.unwrap_or(0))
}

/// Describes why no line became a row, and what may help.
fn no_rows_error(counters: &BuildCounters, sources: &[LogReadState]) -> Error {
    let skipped: Vec<_> = (counters.skipped.iter())
        .map(|(reason, count)| format!("{reason} ({count})"))
        .collect();
    let names: Vec<_> = sources.iter().map(LogReadState::name).collect();
    let mut message = format!(
        "find a request in {}: lines skipped: {}",
        names.join(", "),
        skipped.join(", ")
    );
    // The remedy for the most frequent reason that has one.
    let remedies = counters.skipped.iter().filter_map(|(reason, count)| {
        let remedy = match reason {
            SkipReason::AbsoluteForm => " (try `absolute_targets` with the host)",
            SkipReason::NoTime => " (try `untimed_rate` if the lines have no time)",
            SkipReason::Malformed | SkipReason::Truncated => " (try another `format`)",
            _ => return None,
        };
        Some((count, remedy))
    });
    if let Some((_, remedy)) = remedies.max_by_key(|(count, _)| **count) {
        message.push_str(remedy);
    }
    if let Some(mismatch) = &counters.mismatch {
        message.push_str(&format!("\n\n{mismatch}"));
    }
    Error::new(ErrorKind::Log, message)
}

fn build_summary(
    counters: BuildCounters,
    sources: &[LogReadState],
    (first, last): (i64, i64),
    (late, spilled): (u64, u64),
    trailer: TimelineTrailer,
) -> BuildSummary {
    let instant = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
    let source = |source: &LogReadState| LogSourceSummary {
        name: source.name(),
        format: source.probe.format.name().to_owned(),
        detected: source.probe.detected,
        time_base: source.time_base(),
        lines: source.lines,
        rows: source.rows,
    };
    BuildSummary {
        lines: sources.iter().map(|source| source.lines).sum(),
        first_arrival: instant(first),
        last_arrival: instant(last),
        skipped: counters.skipped,
        examples: counters.examples,
        sources: sources.iter().map(source).collect(),
        reordered: counters.reordered,
        max_displacement: Duration::from_micros(counters.max_displacement_us),
        late_rows: late,
        spilled_rows: spilled,
        whole_second_rows: counters.whole_second_rows,
        inconsistent_rows: counters.inconsistent_rows,
        url_hosts: counters.url_hosts.count(),
        trailer,
    }
}
