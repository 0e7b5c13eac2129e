use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::lazy_writer::LazyTimelineWriter;
use super::probe::{LogProbe, is_worth_reporting};
use super::row_arrival::RowArrival;
use super::row_tail::RowTailWriter;
use super::source::LogSource;
use super::timestamp_stats::TimestampStats;
use super::{BuildSummary, LogSourceSummary, TieOrder, TimelineBuilder, late_rows};
use crate::input::LogRecord;
use crate::log::{LogEntry, LogTimestamp, LoggedRequest, SkipReason};
use crate::sort::{ExternalSorter, ReorderWindow, SecondSpreader, SpreadOptions, content_hash};
use crate::timeline::{
    AtomicOutput, MAX_TAIL_BYTES, TimelineHeader, TimelineTrailer, TrailerDetails,
};
use crate::{Error, ErrorKind};

/// Records of a log that are read in a row before another one may have its turn.
const BATCH_RECORDS: usize = 512;
/// Logs that stay open from the start on. Each has buffers of its own.
const MAX_OPEN_LOGS: usize = 8;
/// How far a stamp of the start and one of the end may be apart beyond the duration.
const MAX_TIMESTAMP_GAP_US: u64 = 3_600_000_000;

/// Builds the timeline that goes to what `open` opens, and gives that. `rereads` says whether what is
/// written there can be read again.
pub(super) fn run(
    build: &TimelineBuilder,
    open: &dyn Fn() -> Result<AtomicOutput, Error>,
    rereads: bool,
) -> Result<(BuildSummary, AtomicOutput), Error> {
    let mut sources = Vec::new();
    for log in &build.logs {
        let probe = LogProbe::open(log, build)?;
        let keep_open = sources.len() < MAX_OPEN_LOGS;
        sources.push(LogSource::new(probe, build, keep_open));
    }
    let header = header(build, &sources);
    let sheet = LazyTimelineWriter::new(open, &build.stop, header.clone());
    let mut work = BuildPipeline::new(build, sheet, rereads);
    while let Some(index) = next_source(&sources) {
        work.read(index, &mut sources[index])?;
    }
    let BuildPipeline {
        mut reorder,
        spreader: mut seconds,
        writer: mut sheet,
        count,
        ..
    } = work;
    seconds.finish((&mut reorder, &mut sheet))?;
    let late = reorder.finish(&mut sheet)?;
    let (time_base, resolution_us) = TimestampStats::combine(sources.iter().map(|it| it.stamps));
    let bases = sources.iter().map(|it| it.stamps.time_base);
    let expected = header.sources.iter().map(|it| it.time_base);
    let ending = TrailerDetails {
        time_base: time_base.filter(|_| time_base != header.time_base),
        resolution_us: resolution_us.filter(|_| resolution_us != header.resolution_us),
        sources_time_base: if expected.eq(bases.clone()) {
            Vec::new()
        } else {
            bases.collect()
        },
        skipped: (count.skipped.iter())
            .map(|(skip, count)| (skip.name().to_owned(), *count))
            .collect(),
        sources_xxh64: sources.iter().filter_map(|it| it.hash.clone()).collect(),
    };
    let (late_rows, spilled) = (late.row_count(), late.spilled_rows());
    if late_rows > 0 {
        sheet = rewrite_with_late_rows(
            sheet,
            late,
            LazyTimelineWriter::new(open, &build.stop, header),
        )?;
    }
    let (first, last) = (sheet.epoch_us, sheet.last_us);
    // A log without a hit is one; a log of another format has none either.
    if count.rows == 0 && !count.skipped.keys().all(|skip| skip.matches_format()) {
        return Err(no_rows_error(&count, &sources));
    }
    let (trailer, output) = sheet.finish(ending)?;
    let built = build_summary(
        count,
        &sources,
        (first, last),
        (late_rows, spilled),
        trailer,
    );
    Ok((built, output))
}

/// Writes all again: what is written already, and the rows that were late for it.
fn rewrite_with_late_rows<'p>(
    written: LazyTimelineWriter<'_>,
    late: ExternalSorter,
    mut again: LazyTimelineWriter<'p>,
) -> Result<LazyTimelineWriter<'p>, Error> {
    let epoch_us = written.epoch_us;
    let mut late = late.merge()?;
    if written.is_started() {
        let (_, output) = written.finish(TrailerDetails::default())?;
        late_rows::merge_late_rows(output.reread()?, epoch_us, &mut late, &mut again)?;
    } else {
        late_rows::merge_late_rows(std::io::empty(), 0, &mut late, &mut again)?;
    }
    Ok(again)
}

/// The log that is read on: the one that has come the least far, so that logs of the same time are in
/// the window together, and those of other days one after the other.
fn next_source(sources: &[LogSource]) -> Option<usize> {
    let open = sources
        .iter()
        .enumerate()
        .filter(|(_, it)| it.hash.is_none());
    open.min_by_key(|(_, source)| source.latest_us)
        .map(|(index, _)| index)
}

fn header(build: &TimelineBuilder, sources: &[LogSource]) -> TimelineHeader {
    let (time_base, resolution_us) =
        TimestampStats::combine(sources.iter().map(|it| it.probe.stamps));
    TimelineHeader {
        time_base,
        resolution_us,
        spread: build.spread,
        seed: Some(build.seed),
        sources: sources.iter().map(LogSource::header_entry).collect(),
        ..TimelineHeader::default()
    }
}

/// What is counted on the way.
#[derive(Default)]
struct BuildCounters {
    rows: u64,
    skipped: BTreeMap<SkipReason, u64>,
    examples: BTreeMap<SkipReason, (usize, u64)>,
    reordered: u64,
    max_displacement_us: u64,
    whole_second_rows: u64,
    inconsistent_rows: u64,
}

struct BuildPipeline<'b, 'p> {
    build: &'b TimelineBuilder,
    tail_writer: RowTailWriter,
    spreader: SecondSpreader,
    reorder: ReorderWindow,
    writer: LazyTimelineWriter<'p>,
    count: BuildCounters,
}

impl<'b, 'p> BuildPipeline<'b, 'p> {
    fn new(build: &'b TimelineBuilder, writer: LazyTimelineWriter<'p>, rereads: bool) -> Self {
        let spreading = SpreadOptions {
            spread: build.spread,
            seed: build.seed,
            by_content: build.ties == TieOrder::Content,
        };
        Self {
            build,
            tail_writer: RowTailWriter::new(build.include.clone()),
            spreader: SecondSpreader::new(spreading, build.window_bytes, &build.stop),
            reorder: if rereads {
                ReorderWindow::new(build.window_bytes, &build.stop)
            } else {
                ReorderWindow::without_early_output(build.window_bytes, &build.stop)
            },
            writer,
            count: BuildCounters::default(),
        }
    }

    /// Reads a batch of a log.
    fn read(&mut self, index: usize, source: &mut LogSource) -> Result<(), Error> {
        source.open()?;
        let Some(mut opened) = source.probe.input.take() else {
            return Ok(());
        };
        for _ in 0..BATCH_RECORDS {
            let record = match opened.records.next() {
                Ok(Some(record)) => record,
                Ok(None) => {
                    source.probe.input = Some(opened);
                    source.close();
                    return Ok(());
                }
                Err(error) => return Err(opened.read_error(error)),
            };
            let line = match record {
                LogRecord::Complete(line) => line,
                LogRecord::TooLong => {
                    self.skip(index, source, opened.records.number(), SkipReason::TooLong)?;
                    continue;
                }
                LogRecord::Truncated => {
                    self.skip(
                        index,
                        source,
                        opened.records.number(),
                        SkipReason::Truncated,
                    )?;
                    continue;
                }
            };
            if let Err(trouble) = self.line(index, source, line) {
                match trouble {
                    LineError::Skip(skip) => {
                        self.skip(index, source, opened.records.number(), skip)?;
                    }
                    LineError::Failed(error) => return Err(error),
                }
            }
        }
        source.probe.input = Some(opened);
        Ok(())
    }

    #[inline]
    fn line(&mut self, index: usize, source: &mut LogSource, line: &[u8]) -> Result<(), LineError> {
        let mut entry = LogEntry::default();
        source.parser.read(line, &mut entry)?;
        let asked = LoggedRequest::from_entry(&entry)?;
        if let (None, None, Some(per_second)) = (entry.start, entry.end, self.build.untimed_rate) {
            let micros = source.rows as f64 * 1e6 / per_second;
            entry.start = Some(LogTimestamp {
                micros: micros as i64,
                whole_second: false,
            });
        }
        let mut arrival =
            RowArrival::from_entry(&entry, self.build.time_base).ok_or(SkipReason::NoTime)?;
        let tail = self.tail_writer.write(&entry, &asked);
        if tail.len() > MAX_TAIL_BYTES {
            return Err(SkipReason::TooLong.into());
        }
        arrival.timestamp.micros = arrival.timestamp.micros.saturating_add(source.shift_us);
        self.count.inconsistent_rows += u64::from(is_inconsistent(&entry));
        let micros = arrival.micros();
        if micros < source.latest_us {
            self.count.reordered += u64::from(source.rows > 0);
            let back = source.latest_us.abs_diff(micros);
            self.count.max_displacement_us = self.count.max_displacement_us.max(back);
        }
        source.latest_us = source.latest_us.max(micros);
        source.rows += 1;
        source.stamps.record(&arrival);
        self.count.rows += 1;
        let Self {
            spreader: seconds,
            reorder,
            writer: sheet,
            ..
        } = self;
        if arrival.timestamp.whole_second {
            self.count.whole_second_rows += 1;
            let second = arrival
                .timestamp
                .micros
                .div_euclid(LogTimestamp::MICROS_PER_SECOND);
            // A clock that is wrong by a part of a second moves the whole second by it.
            let rest = arrival
                .timestamp
                .micros
                .rem_euclid(LogTimestamp::MICROS_PER_SECOND);
            let before = i64::try_from(arrival.before_us).unwrap_or(i64::MAX) - rest;
            seconds.push(second, before, index as u32, tail, (reorder, sheet))?;
        } else {
            reorder.push(micros, content_hash(tail), tail, sheet)?;
        }
        Ok(())
    }

    #[cold]
    fn skip(
        &mut self,
        index: usize,
        source: &LogSource,
        number: u64,
        skip: SkipReason,
    ) -> Result<(), Error> {
        if self.build.strict && is_worth_reporting(skip) {
            let message = format!("read {}:{number}: {skip}", source.probe.path.display());
            return Err(Error::new(ErrorKind::Strict, message));
        }
        *self.count.skipped.entry(skip).or_insert(0) += 1;
        self.count.examples.entry(skip).or_insert((index, number));
        Ok(())
    }
}

/// Why a line made no row.
enum LineError {
    Skip(SkipReason),
    Failed(Error),
}

impl From<SkipReason> for LineError {
    fn from(skip: SkipReason) -> Self {
        Self::Skip(skip)
    }
}

impl From<Error> for LineError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Whether the two stamps of a line can't both be true.
fn is_inconsistent(entry: &LogEntry<'_>) -> bool {
    let (Some(start), Some(end)) = (entry.start, entry.end) else {
        return false;
    };
    let apart = start.micros.abs_diff(end.micros);
    apart > MAX_TIMESTAMP_GAP_US.saturating_add(entry.duration_us.unwrap_or(0))
}

fn no_rows_error(count: &BuildCounters, sources: &[LogSource]) -> Error {
    let skipped: Vec<_> = (count.skipped.iter())
        .map(|(skip, count)| format!("{count} {skip}"))
        .collect();
    let names: Vec<_> = sources.iter().map(LogSource::name).collect();
    let message = format!(
        "find a hit in {}: of its lines are {}",
        names.join(", "),
        skipped.join(", ")
    );
    Error::new(ErrorKind::Log, message)
}

fn build_summary(
    count: BuildCounters,
    sources: &[LogSource],
    (first, last): (i64, i64),
    (late, spilled): (u64, u64),
    trailer: TimelineTrailer,
) -> BuildSummary {
    let instant = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
    let source = |source: &LogSource| LogSourceSummary {
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
        skipped: count.skipped,
        examples: count.examples,
        sources: sources.iter().map(source).collect(),
        reordered: count.reordered,
        max_displacement: Duration::from_micros(count.max_displacement_us),
        late_rows: late,
        spilled_rows: spilled,
        whole_second_rows: count.whole_second_rows,
        inconsistent_rows: count.inconsistent_rows,
        trailer,
    }
}
