//! Options of a timeline build.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use hammer_core::StopHandle;
use hammer_diagnostic::printable_path;
use jiff::tz::TimeZone;

use super::{BuildSummary, ClientHashKey, assembler, permissions};
use crate::log::{AbsoluteTargets, LogFormat, TimestampedRequestEvent};
use crate::timeline::{AtomicOutput, TimestampSpread};
use crate::{Error, ErrorKind};

/// Builds a timeline from logs.
///
/// Equal logs and options give equal bytes, unless the key for clients is
/// [random](ClientHashKey::random).
#[derive(Debug, Clone)]
#[must_use = "nothing is built until `write` is called"]
pub struct TimelineBuilder {
    pub(super) logs: Vec<PathBuf>,
    pub(super) format: Option<LogFormat>,
    pub(super) zone: TimeZone,
    pub(super) time_base: Option<TimestampedRequestEvent>,
    pub(super) spread: TimestampSpread,
    pub(super) ties: TieOrder,
    pub(super) seed: u64,
    pub(super) shifts: Vec<ClockShift>,
    pub(super) strict: bool,
    pub(super) include: IncludedFields,
    pub(super) untimed_rate: Option<f64>,
    pub(super) absolute_targets: AbsoluteTargets,
    pub(super) window_bytes: usize,
    pub(super) stop: StopHandle,
}

/// The order of rows with equal timestamps, of any precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TieOrder {
    /// By the order of their lines.
    #[default]
    Line,
    /// By a hash of their content, so that the order of lines does not matter.
    Content,
}

/// A correction for a log whose clock was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockShift {
    /// The end of the log's path, in whole components.
    pub log: PathBuf,
    /// The microseconds to add to its timestamps.
    pub micros: i64,
}

/// The optional fields of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IncludedFields {
    /// `h`: the requested host.
    pub host: bool,
    /// `s`: the status.
    pub status: bool,
    /// `d`: the duration.
    pub duration: bool,
    /// `q` and `b`: the sizes of request body and response.
    pub bytes: bool,
    /// `r`: the route.
    pub route: bool,
    /// `c`: the hash of the client with this key. The address itself is never written.
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
    /// The default memory for sorting rows, in bytes.
    pub const WINDOW_BYTES: usize = 48 << 20;

    /// Makes a builder for `logs`; `-` is standard input.
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
            absolute_targets: AbsoluteTargets::Skip,
            window_bytes: Self::WINDOW_BYTES,
            stop: StopHandle::new(),
        }
    }

    /// Sets the format of all logs. Default: detected from the first lines of each log.
    pub fn format(self, format: LogFormat) -> Self {
        let format = Some(format);
        Self { format, ..self }
    }

    /// Sets the zone of timestamps without one. Default: UTC.
    pub fn zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// Sets the event that the timestamps record. Default: determined by the format.
    pub fn time_base(self, time_base: TimestampedRequestEvent) -> Self {
        let time_base = Some(time_base);
        Self { time_base, ..self }
    }

    /// Sets the placement of rows whose timestamps have whole seconds. Default: uniform.
    pub fn spread(self, spread: TimestampSpread) -> Self {
        Self { spread, ..self }
    }

    /// Sets the order of rows with equal timestamps. Default: the order of their lines.
    pub fn ties(self, ties: TieOrder) -> Self {
        Self { ties, ..self }
    }

    /// Sets the seed of random draws. Default: 1.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets corrections for logs whose clocks were wrong.
    pub fn shifts(self, shifts: Vec<ClockShift>) -> Self {
        Self { shifts, ..self }
    }

    /// Fails at the first line that cannot become a row, except blank lines and log directives.
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// Sets the optional fields of rows. Default: all but the client.
    pub fn include(self, include: IncludedFields) -> Self {
        Self { include, ..self }
    }

    /// Sets the rate, per second, of lines without a time. Default: they are skipped.
    pub fn untimed_rate(self, per_second: f64) -> Self {
        let per_second = Some(per_second);
        Self {
            untimed_rate: per_second,
            ..self
        }
    }

    /// Sets the requests with an absolute URL that become rows. Default: none.
    pub fn absolute_targets(self, absolute_targets: AbsoluteTargets) -> Self {
        Self {
            absolute_targets,
            ..self
        }
    }

    /// Sets the memory for sorting rows, in bytes. Default: [`WINDOW_BYTES`](Self::WINDOW_BYTES). With
    /// less memory more rows go to disk.
    pub fn window_bytes(self, window_bytes: usize) -> Self {
        Self {
            window_bytes: window_bytes.clamp(1 << 12, 1 << 30),
            ..self
        }
    }

    /// Sets a handle that ends the build with [`ErrorKind::Stopped`](crate::ErrorKind::Stopped), even
    /// while it waits for a pipe.
    pub fn stop(self, stop: StopHandle) -> Self {
        Self { stop, ..self }
    }

    /// Builds the timeline at `path`, compressed if the name ends in `.zst`.
    ///
    /// # Errors
    ///
    /// If a log cannot be read or its format is unknown, if no line becomes a row, if the build is strict
    /// and a line is skipped, or if the timeline cannot be written. A file that exists at `path` is kept
    /// then.
    pub fn write(&self, path: &Path) -> Result<BuildSummary, Error> {
        self.check_not_a_log(path)?;
        let mode = permissions::common_permissions(&self.logs);
        let open = || AtomicOutput::create_with_mode(path, mode);
        let (summary, output) = self.run(&open, AtomicOutput::can_be_reread(path))?;
        output.commit()?;
        Ok(summary)
    }

    /// Writes an uncompressed timeline to the output that `out` returns. Nothing is written before all
    /// logs have been read, since the output cannot be read again to insert late rows.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write).
    pub fn write_to<W: Write + Send + 'static>(
        &self,
        out: impl Fn() -> W,
    ) -> Result<BuildSummary, Error> {
        let (summary, output) = self.run(&|| Ok(AtomicOutput::stream(out())), false)?;
        output.commit()?;
        Ok(summary)
    }

    /// Builds a compressed timeline in a file without a name, which is deleted when it is closed, even if
    /// the process is killed. [`TimelineReader::from_file`](crate::timeline::TimelineReader::from_file)
    /// reads it.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write).
    pub fn write_unnamed(&self) -> Result<(BuildSummary, File), Error> {
        let (summary, output) = self.run(&AtomicOutput::unnamed, true)?;
        Ok((summary, output.into_unnamed_file()?))
    }

    fn run(
        &self,
        open: &dyn Fn() -> Result<AtomicOutput, Error>,
        rereads: bool,
    ) -> Result<(BuildSummary, AtomicOutput), Error> {
        assembler::run(self, open, rereads).map_err(|error| {
            // After a stop, other errors are its consequences.
            Error::check_stop(&self.stop).err().unwrap_or(error)
        })
    }

    /// Fails if `path` is one of the logs, which the timeline would replace.
    fn check_not_a_log(&self, path: &Path) -> Result<(), Error> {
        let Ok(output) = path.canonicalize() else {
            return Ok(());
        };
        let is_output = |log: &&PathBuf| log.canonicalize().is_ok_and(|log| log == output);
        match self.logs.iter().find(is_output) {
            None => Ok(()),
            Some(_) => {
                let name = printable_path(path);
                let message = format!("write {name}: it is one of the logs (try another name)");
                Err(Error::new(ErrorKind::Io, message))
            }
        }
    }

    /// Returns the correction for the timestamps of `log`, in microseconds.
    pub(super) fn shift_us(&self, log: &Path) -> i64 {
        let shifts = self.shifts.iter().filter(|shift| log.ends_with(&shift.log));
        shifts.map(|shift| shift.micros).sum()
    }
}
