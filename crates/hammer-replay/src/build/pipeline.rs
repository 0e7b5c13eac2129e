use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::arrival::Arrival;
use super::probe::{Probe, is_telling};
use super::sheet::Sheet;
use super::source::Source;
use super::stamps::Stamps;
use super::tail::Tails;
use super::{Build, Built, BuiltSource, Ties, late};
use crate::input::Record;
use crate::log::{Asked, Entry, Skip, Stamp};
use crate::sort::{Reorder, Runs, Seconds, Spreading, content};
use crate::timeline::{Ending, Header, LONGEST_TAIL, Output, Trailer};
use crate::{Error, ErrorKind};

/// Records of a log that are read in a row before another one may have its turn.
const BATCH: usize = 512;
/// Logs that stay open from the start on. Each has buffers of its own.
const MOST_OPEN: usize = 8;
/// How far a stamp of the start and one of the end may be apart beyond the duration.
const DOUBTFUL_US: u64 = 3_600_000_000;

/// Builds the timeline that goes to what `open` opens, and gives that. `rereads` says whether what is
/// written there can be read again.
pub(super) fn run(
    build: &Build,
    open: &dyn Fn() -> Result<Output, Error>,
    rereads: bool,
) -> Result<(Built, Output), Error> {
    let mut sources = Vec::new();
    for log in &build.logs {
        let probe = Probe::of(log, build)?;
        let keep_open = sources.len() < MOST_OPEN;
        sources.push(Source::new(probe, build, keep_open));
    }
    let header = header(build, &sources);
    let sheet = Sheet::new(open, &build.stop, header.clone());
    let mut work = Work::new(build, sheet, rereads);
    while let Some(index) = next(&sources) {
        work.read(index, &mut sources[index])?;
    }
    let Work {
        mut reorder,
        mut seconds,
        mut sheet,
        count,
        ..
    } = work;
    seconds.finish((&mut reorder, &mut sheet))?;
    let late = reorder.finish(&mut sheet)?;
    let (time_base, resolution_us) = Stamps::of(sources.iter().map(|it| it.stamps));
    let bases = sources.iter().map(|it| it.stamps.base);
    let expected = header.sources.iter().map(|it| it.time_base);
    let ending = Ending {
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
    let (late_rows, spilled) = (late.count(), late.spilled());
    if late_rows > 0 {
        sheet = with_late(sheet, late, Sheet::new(open, &build.stop, header))?;
    }
    let (first, last) = (sheet.epoch_us, sheet.last_us);
    // A log without a hit is one; a log of another format has none either.
    if count.rows == 0 && !count.skipped.keys().all(|skip| skip.fits()) {
        return Err(nothing(&count, &sources));
    }
    let (trailer, output) = sheet.finish(ending)?;
    let built = built(
        count,
        &sources,
        (first, last),
        (late_rows, spilled),
        trailer,
    );
    Ok((built, output))
}

/// Writes all again: what is written already, and the rows that were late for it.
fn with_late<'p>(written: Sheet<'_>, late: Runs, mut again: Sheet<'p>) -> Result<Sheet<'p>, Error> {
    let epoch_us = written.epoch_us;
    let mut late = late.merge()?;
    if written.is_begun() {
        let (_, output) = written.finish(Ending::default())?;
        late::merge(output.reread()?, epoch_us, &mut late, &mut again)?;
    } else {
        late::merge(std::io::empty(), 0, &mut late, &mut again)?;
    }
    Ok(again)
}

/// The log that is read on: the one that has come the least far, so that logs of the same time are in
/// the window together, and those of other days one after the other.
fn next(sources: &[Source]) -> Option<usize> {
    let open = sources
        .iter()
        .enumerate()
        .filter(|(_, it)| it.hash.is_none());
    open.min_by_key(|(_, source)| source.newest_us)
        .map(|(index, _)| index)
}

fn header(build: &Build, sources: &[Source]) -> Header {
    let (time_base, resolution_us) = Stamps::of(sources.iter().map(|it| it.probe.stamps));
    Header {
        time_base,
        resolution_us,
        spread: build.spread,
        seed: Some(build.seed),
        sources: sources.iter().map(Source::named).collect(),
        ..Header::default()
    }
}

/// What is counted on the way.
#[derive(Default)]
struct Count {
    rows: u64,
    skipped: BTreeMap<Skip, u64>,
    examples: BTreeMap<Skip, (usize, u64)>,
    reordered: u64,
    farthest_us: u64,
    whole_seconds: u64,
    doubtful: u64,
}

struct Work<'b, 'p> {
    build: &'b Build,
    tails: Tails,
    seconds: Seconds,
    reorder: Reorder,
    sheet: Sheet<'p>,
    count: Count,
}

impl<'b, 'p> Work<'b, 'p> {
    fn new(build: &'b Build, sheet: Sheet<'p>, rereads: bool) -> Self {
        let spreading = Spreading {
            spread: build.spread,
            seed: build.seed,
            by_content: build.ties == Ties::Content,
        };
        Self {
            build,
            tails: Tails::new(build.include.clone()),
            seconds: Seconds::new(spreading, build.window_bytes, &build.stop),
            reorder: if rereads {
                Reorder::new(build.window_bytes, &build.stop)
            } else {
                Reorder::patient(build.window_bytes, &build.stop)
            },
            sheet,
            count: Count::default(),
        }
    }

    /// Reads a batch of a log.
    fn read(&mut self, index: usize, source: &mut Source) -> Result<(), Error> {
        source.open()?;
        let Some(mut opened) = source.probe.opened.take() else {
            return Ok(());
        };
        for _ in 0..BATCH {
            let record = match opened.records.next() {
                Ok(Some(record)) => record,
                Ok(None) => {
                    source.probe.opened = Some(opened);
                    source.close();
                    return Ok(());
                }
                Err(error) => return Err(opened.broken(error)),
            };
            let line = match record {
                Record::Whole(line) => line,
                Record::Long => {
                    self.skip(index, source, opened.records.number(), Skip::Long)?;
                    continue;
                }
                Record::Cut => {
                    self.skip(index, source, opened.records.number(), Skip::Cut)?;
                    continue;
                }
            };
            if let Err(trouble) = self.line(index, source, line) {
                match trouble {
                    Trouble::Skip(skip) => {
                        self.skip(index, source, opened.records.number(), skip)?;
                    }
                    Trouble::Failed(error) => return Err(error),
                }
            }
        }
        source.probe.opened = Some(opened);
        Ok(())
    }

    #[inline]
    fn line(&mut self, index: usize, source: &mut Source, line: &[u8]) -> Result<(), Trouble> {
        let mut entry = Entry::default();
        source.parser.read(line, &mut entry)?;
        let asked = Asked::of(&entry)?;
        if let (None, None, Some(per_second)) = (entry.start, entry.end, self.build.per_second) {
            let micros = source.rows as f64 * 1e6 / per_second;
            entry.start = Some(Stamp {
                micros: micros as i64,
                whole: false,
            });
        }
        let mut arrival = Arrival::of(&entry, self.build.base).ok_or(Skip::NoTime)?;
        let tail = self.tails.write(&entry, &asked);
        if tail.len() > LONGEST_TAIL {
            return Err(Skip::Long.into());
        }
        arrival.stamp.micros = arrival.stamp.micros.saturating_add(source.shift_us);
        self.count.doubtful += u64::from(is_doubtful(&entry));
        let micros = arrival.micros();
        if micros < source.newest_us {
            self.count.reordered += u64::from(source.rows > 0);
            let back = source.newest_us.abs_diff(micros);
            self.count.farthest_us = self.count.farthest_us.max(back);
        }
        source.newest_us = source.newest_us.max(micros);
        source.rows += 1;
        source.stamps.note(&arrival);
        self.count.rows += 1;
        let Self {
            seconds,
            reorder,
            sheet,
            ..
        } = self;
        if arrival.stamp.whole {
            self.count.whole_seconds += 1;
            let second = arrival.stamp.micros.div_euclid(Stamp::SECOND);
            // A clock that is wrong by a part of a second moves the whole second by it.
            let rest = arrival.stamp.micros.rem_euclid(Stamp::SECOND);
            let before = i64::try_from(arrival.before_us).unwrap_or(i64::MAX) - rest;
            seconds.push(second, before, index as u32, tail, (reorder, sheet))?;
        } else {
            reorder.push(micros, content(tail), tail, sheet)?;
        }
        Ok(())
    }

    #[cold]
    fn skip(
        &mut self,
        index: usize,
        source: &Source,
        number: u64,
        skip: Skip,
    ) -> Result<(), Error> {
        if self.build.strict && is_telling(skip) {
            let message = format!("read {}:{number}: {skip}", source.probe.path.display());
            return Err(Error::new(ErrorKind::Strict, message));
        }
        *self.count.skipped.entry(skip).or_insert(0) += 1;
        self.count.examples.entry(skip).or_insert((index, number));
        Ok(())
    }
}

/// Why a line made no row.
enum Trouble {
    Skip(Skip),
    Failed(Error),
}

impl From<Skip> for Trouble {
    fn from(skip: Skip) -> Self {
        Self::Skip(skip)
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Whether the two stamps of a line can't both be true.
fn is_doubtful(entry: &Entry<'_>) -> bool {
    let (Some(start), Some(end)) = (entry.start, entry.end) else {
        return false;
    };
    let apart = start.micros.abs_diff(end.micros);
    apart > DOUBTFUL_US.saturating_add(entry.duration_us.unwrap_or(0))
}

fn nothing(count: &Count, sources: &[Source]) -> Error {
    let skipped: Vec<_> = (count.skipped.iter())
        .map(|(skip, count)| format!("{count} {skip}"))
        .collect();
    let names: Vec<_> = sources.iter().map(Source::name).collect();
    let message = format!(
        "find a hit in {}: of its lines are {}",
        names.join(", "),
        skipped.join(", ")
    );
    Error::new(ErrorKind::Log, message)
}

fn built(
    count: Count,
    sources: &[Source],
    (first, last): (i64, i64),
    (late, spilled): (u64, u64),
    trailer: Trailer,
) -> Built {
    let instant = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
    let source = |source: &Source| BuiltSource {
        name: source.name(),
        format: source.probe.format.name().to_owned(),
        detected: source.probe.detected,
        time_base: source.time_base(),
        lines: source.lines,
        rows: source.rows,
    };
    Built {
        lines: sources.iter().map(|source| source.lines).sum(),
        first: instant(first),
        last: instant(last),
        skipped: count.skipped,
        examples: count.examples,
        sources: sources.iter().map(source).collect(),
        reordered: count.reordered,
        farthest: Duration::from_micros(count.farthest_us),
        late,
        spilled,
        whole_seconds: count.whole_seconds,
        doubtful: count.doubtful,
        trailer,
    }
}
