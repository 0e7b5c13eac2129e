use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use hammer_core::Stop;
use jiff::tz::TimeZone;

use super::{Built, ClientKey, pipeline, rights};
use crate::log::{Base, Format};
use crate::timeline::{Output, Spread};
use crate::{Error, ErrorKind};

/// How logs are made into a timeline.
///
/// The timeline is the same, byte for byte, for the same logs and the same `Build`, except where a
/// client's key is [random](ClientKey::random).
#[derive(Debug, Clone)]
#[must_use = "nothing is built until `write` is called"]
pub struct Build {
    pub(super) logs: Vec<PathBuf>,
    pub(super) format: Option<Format>,
    pub(super) zone: TimeZone,
    pub(super) base: Option<Base>,
    pub(super) spread: Spread,
    pub(super) ties: Ties,
    pub(super) seed: u64,
    pub(super) shifts: Vec<Shift>,
    pub(super) strict: bool,
    pub(super) include: Include,
    pub(super) per_second: Option<f64>,
    pub(super) window_bytes: usize,
    pub(super) stop: Stop,
}

/// In which order rows are that were stamped in the same second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Ties {
    /// As they stand in their log.
    #[default]
    Line,
    /// By what they are: the timeline is the same then in whatever order the lines were.
    Content,
}

/// What is added to the stamps of a log, whose clock was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// The log, by the end of its path.
    pub log: PathBuf,
    /// What is added, in microseconds.
    pub micros: i64,
}

/// What is written of a hit beyond when and what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Include {
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
    pub client: Option<ClientKey>,
}

impl Default for Include {
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

impl Build {
    /// How much memory the rows take that wait to be put in order.
    pub const WINDOW_BYTES: usize = 48 << 20;

    /// Of `logs`; `-` is the standard input.
    pub fn of(logs: impl IntoIterator<Item = impl Into<PathBuf>>) -> Self {
        Self {
            logs: logs.into_iter().map(Into::into).collect(),
            format: None,
            zone: TimeZone::UTC,
            base: None,
            spread: Spread::Uniform,
            ties: Ties::default(),
            seed: 1,
            shifts: Vec::new(),
            strict: false,
            include: Include::default(),
            per_second: None,
            window_bytes: Self::WINDOW_BYTES,
            stop: Stop::new(),
        }
    }

    /// All logs are of this format; otherwise each shows by its first lines what it is.
    pub fn format(self, format: Format) -> Self {
        let format = Some(format);
        Self { format, ..self }
    }

    /// Stamps without a zone are of this one; otherwise they are UTC.
    pub fn zone(self, zone: TimeZone) -> Self {
        Self { zone, ..self }
    }

    /// What the stamps tell, whatever the format says.
    pub fn base(self, base: Base) -> Self {
        let base = Some(base);
        Self { base, ..self }
    }

    /// What is done with stamps of whole seconds: a uniform draw, unless told otherwise.
    pub fn spread(self, spread: Spread) -> Self {
        Self { spread, ..self }
    }

    /// In which order rows of the same whole second are: that of their lines, unless told otherwise.
    pub fn ties(self, ties: Ties) -> Self {
        Self { ties, ..self }
    }

    /// The seed of the draws; 1 otherwise.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets clocks right.
    pub fn shifts(self, shifts: Vec<Shift>) -> Self {
        Self { shifts, ..self }
    }

    /// Fails at the first line that is no row.
    pub fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// What is written of a hit; all but the client, unless told otherwise.
    pub fn include(self, include: Include) -> Self {
        Self { include, ..self }
    }

    /// Lines that say no time are this many a second, at even distances.
    pub fn per_second(self, per_second: f64) -> Self {
        let per_second = Some(per_second);
        Self { per_second, ..self }
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
    pub fn stop(self, stop: Stop) -> Self {
        Self { stop, ..self }
    }

    /// Builds the timeline that is to be `path`, compressed if that ends in `.zst`.
    ///
    /// # Errors
    ///
    /// If a log can't be read or is of no known format, if nothing of them is a row, a line is none and
    /// should be, or the timeline can't be written. There is no file at `path` then, or the one that
    /// there was.
    pub fn write(&self, path: &Path) -> Result<Built, Error> {
        self.spare_logs(path)?;
        let mode = rights::common(&self.logs);
        let open = || Output::create_for(path, mode);
        let (built, output) = self.run(&open, Output::can_be_reread(path))?;
        output.keep()?;
        Ok(built)
    }

    /// Builds a timeline that goes to what `out` gives, when its first row is known, and is not
    /// compressed. Nothing can be written before all was read.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write).
    pub fn write_to<W: Write + Send + 'static>(&self, out: impl Fn() -> W) -> Result<Built, Error> {
        let (built, output) = self.run(&|| Ok(Output::stream(out())), false)?;
        output.keep()?;
        Ok(built)
    }

    /// Builds a timeline in a file without a name, which goes when it is closed, however the process
    /// ends. It is compressed; [`Reader::of_file`](crate::timeline::Reader::of_file) reads it.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write).
    pub fn write_unnamed(&self) -> Result<(Built, File), Error> {
        let (built, output) = self.run(&Output::unnamed, true)?;
        Ok((built, output.keep_unnamed()?))
    }

    fn run(
        &self,
        open: &dyn Fn() -> Result<Output, Error>,
        rereads: bool,
    ) -> Result<(Built, Output), Error> {
        pipeline::run(self, open, rereads).map_err(|error| {
            // Whatever went wrong then did so since it was stopped.
            Error::if_given(&self.stop).err().unwrap_or(error)
        })
    }

    /// The timeline takes the place of what is there: of the log, which nobody has twice.
    fn spare_logs(&self, path: &Path) -> Result<(), Error> {
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
