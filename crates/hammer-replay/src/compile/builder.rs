use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use hammer_core::StopHandle;
use jiff::tz::TimeZone;

use super::{BuildSummary, ClientHashKey, permissions, pipeline};
use crate::log::{LogFormat, TimestampEvent};
use crate::timeline::{AtomicOutput, TimestampSpread};
use crate::{Error, ErrorKind};

/// How logs are made into a timeline.
///
/// The timeline is the same, byte for byte, for the same logs and the same `TimelineBuilder`, except where a
/// client's key is [random](ClientHashKey::random).
#[derive(Debug, Clone)]
#[must_use = "nothing is built until `write` is called"]
pub struct TimelineBuilder {
    pub(super) logs: Vec<PathBuf>,
    pub(super) format: Option<LogFormat>,
    pub(super) zone: TimeZone,
    pub(super) time_base: Option<TimestampEvent>,
    pub(super) spread: TimestampSpread,
    pub(super) ties: TieOrder,
    pub(super) seed: u64,
    pub(super) shifts: Vec<ClockShift>,
    pub(super) strict: bool,
    pub(super) include: IncludedFields,
    pub(super) untimed_rate: Option<f64>,
    pub(super) window_bytes: usize,
    pub(super) stop: StopHandle,
}

/// In which order rows are that were stamped in the same second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TieOrder {
    /// As they stand in their log.
    #[default]
    Line,
    /// By what they are: the timeline is the same then in whatever order the lines were.
    Content,
}

/// What is added to the stamps of a log, whose clock was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockShift {
    /// The log, by the end of its path.
    pub log: PathBuf,
    /// What is added, in microseconds.
    pub micros: i64,
}

/// What is written of a hit beyond when and what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IncludedFields {
    /// `h`: the host that was asked for.
    pub host: bool,
    /// `s`: the status.
    pub status: bool,
    /// `d`: the duration.
    pub duration: bool,
    /// `q` and `b`: bytes of the bodies.
    pub bytes: bool,
    /// `r`: the route.
    pub route: bool,
    /// `c`: the client's keyed hash, with this key. The address itself is never written.
    pub client: Option<ClientHashKey>,
}

impl Default for IncludedFields {
    fn default() -> Self {
        Self {
            host: true,
            status: true,
            duration: true,
            bytes: true,
            route: true,
            client: None,
        }
    }
}

impl TimelineBuilder {
    /// How much memory the rows take that wait to be put in order.
    pub const WINDOW_BYTES: usize = 48 << 20;

    /// Of `logs`; `-` is the standard input.
    pub fn new(logs: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        Self {
            logs: logs.into_iter().map(Into::into).collect(),
            format: None,
            zone: TimeZone::UTC,
            time_base: None,
            spread: TimestampSpread::Uniform,
            ties: TieOrder::default(),
            seed: 1,
            shifts: Vec::new(),
            strict: false,
            include: IncludedFields::default(),
            untimed_rate: None,
            window_bytes: Self::WINDOW_BYTES,
            stop: StopHandle::new(),
        }
    }

    /// All logs are of this format; otherwise each shows by its first lines what it is.
    pub fn format(self, format: LogFormat) -> Self {
        let format = Some(format);
        Self { format, ..self }
    }

    /// Stamps without a zone are of this one; otherwise they are UTC.
    pub fn zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// What the stamps tell, whatever the format says.
    pub fn time_base(self, base: TimestampEvent) -> Self {
        let base = Some(base);
        Self {
            time_base: base,
            ..self
        }
    }

    /// What is done with stamps of whole seconds: a uniform draw, unless told otherwise.
    pub fn spread(self, spread: TimestampSpread) -> Self {
        Self { spread, ..self }
    }

    /// In which order rows of the same whole second are: that of their lines, unless told otherwise.
    pub fn ties(self, ties: TieOrder) -> Self {
        Self { ties, ..self }
    }

    /// The seed of the draws; 1 otherwise.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets clocks right.
    pub fn shifts(self, shifts: Vec<ClockShift>) -> Self {
        Self { shifts, ..self }
    }

    /// Fails at the first line that is no row.
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// What is written of a hit; all but the client, unless told otherwise.
    pub fn include(self, include: IncludedFields) -> Self {
        Self { include, ..self }
    }

    /// Lines that say no time are this many a second, at even distances.
    pub fn untimed_rate(self, per_second: f64) -> Self {
        let per_second = Some(per_second);
        Self {
            untimed_rate: per_second,
            ..self
        }
    }

    /// How much memory the rows take that wait to be put in order.
    /// [`WINDOW_BYTES`](Self::WINDOW_BYTES) otherwise. It changes where memory ends and the disk
    /// begins, and not what comes out.
    pub fn window_bytes(self, window_bytes: usize) -> Self {
        Self {
            window_bytes: window_bytes.clamp(1 << 12, 1 << 30),
            ..self
        }
    }

    /// It ends when `stop` is given, with an error of [`ErrorKind::Stopped`](crate::ErrorKind::Stopped),
    /// even while it waits for a pipe.
    pub fn stop(self, stop: StopHandle) -> Self {
        Self { stop, ..self }
    }

    /// Builds the timeline that is to be `path`, compressed if that ends in `.zst`.
    ///
    /// # Errors
    ///
    /// If a log can't be read or is of no known format, if nothing of them is a row, a line is none and
    /// should be, or the timeline can't be written. There is no file at `path` then, or the one that
    /// there was.
    pub fn write(&self, path: &Path) -> Result<BuildSummary, Error> {
        self.check_not_a_log(path)?;
        let mode = permissions::common_permissions(&self.logs);
        let open = || AtomicOutput::create_with_mode(path, mode);
        let (built, output) = self.run(&open, AtomicOutput::can_be_reread(path))?;
        output.commit()?;
        Ok(built)
    }

    /// Builds a timeline that goes to what `out` gives, when its first row is known, and is not
    /// compressed. Nothing can be written before all was read.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write).
    pub fn write_to<W: Write + Send + 'static>(
        &self,
        out: impl Fn() -> W,
    ) -> Result<BuildSummary, Error> {
        let (built, output) = self.run(&|| Ok(AtomicOutput::stream(out())), false)?;
        output.commit()?;
        Ok(built)
    }

    /// Builds a timeline in a file without a name, which goes when it is closed, however the process
    /// ends. It is compressed; [`TimelineReader::from_file`](crate::timeline::TimelineReader::from_file) reads it.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write).
    pub fn write_unnamed(&self) -> Result<(BuildSummary, File), Error> {
        let (built, output) = self.run(&AtomicOutput::unnamed, true)?;
        Ok((built, output.into_unnamed_file()?))
    }

    fn run(
        &self,
        open: &dyn Fn() -> Result<AtomicOutput, Error>,
        rereads: bool,
    ) -> Result<(BuildSummary, AtomicOutput), Error> {
        pipeline::run(self, open, rereads).map_err(|error| {
            // Whatever went wrong then did so since it was stopped.
            Error::check_stop(&self.stop).err().unwrap_or(error)
        })
    }

    /// The timeline takes the place of what is there: of the log, which nobody has twice.
    fn check_not_a_log(&self, path: &Path) -> Result<(), Error> {
        let Ok(own) = path.canonicalize() else {
            return Ok(());
        };
        let is_it = |log: &&PathBuf| log.canonicalize().is_ok_and(|log| log == own);
        match self.logs.iter().find(is_it) {
            None => Ok(()),
            Some(_) => {
                let name = path.display();
                let message =
                    format!("write {name}: it is one of the logs, give the timeline another name");
                Err(Error::new(ErrorKind::Io, message))
            }
        }
    }

    /// What is to be added to the stamps of `log`, in microseconds.
    pub(super) fn shift_us(&self, log: &Path) -> i64 {
        let own = self.shifts.iter().filter(|shift| log.ends_with(&shift.log));
        own.map(|shift| shift.micros).sum()
    }
}
