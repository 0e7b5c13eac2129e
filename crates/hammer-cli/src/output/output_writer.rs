//! Writer of all outputs of a run except progress.

use std::io::{self, Write};

use hammer_core::{RunEvent, RunFile};

use super::hits_file::{CutBack, HitsFile};
use super::hits_log::{HitsLog, LoggedLoad};
use super::output_places::{OutputPlaces, place_error};
use super::report_files::{ReportFiles, write_error};
use super::stdout::write_stdout;
use crate::args::{OutputArgs, OutputKind, OutputSpec};
use crate::error::Error;
use crate::report::render;

/// Writes all outputs of a run except progress. Their places are checked before anything is sent.
///
/// The file of a report is created at the end. A log of hits grows during the run.
pub(crate) struct OutputWriter {
    reports: ReportFiles,
    hits: Vec<(OutputSpec, HitsLog<HitsSink>)>,
    /// The names of the loads and of their groups, for the log of hits.
    loads: Vec<LoggedLoad>,
}

enum HitsSink {
    Stdout,
    File(HitsFile),
}

impl HitsSink {
    fn open(output: &OutputSpec) -> Result<Self, Error> {
        let Some(path) = &output.path else {
            return Ok(Self::Stdout);
        };
        HitsFile::open(path)
            .map(Self::File)
            .map_err(|error| place_error(output, &error))
    }
}

impl Write for HitsSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout => io::stdout().write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout => io::stdout().flush(),
            Self::File(file) => file.flush(),
        }
    }
}

impl CutBack for HitsSink {
    fn cut_back(&mut self, bytes: u64) {
        match self {
            Self::Stdout => {}
            Self::File(file) => file.cut_back(bytes),
        }
    }
}

impl OutputWriter {
    /// Checks the places of reports, and opens logs of hits, for loads of these names; `named_loads` adds
    /// a column for the load to the log of hits.
    pub(crate) fn open(
        args: &OutputArgs,
        loads: impl IntoIterator<Item = String>,
        named_loads: bool,
    ) -> Result<Self, Error> {
        let load = |name| LoggedLoad {
            name,
            groups: vec![],
        };
        let (hits, reports): (Vec<_>, Vec<_>) =
            (args.outputs().into_iter()).partition(|output| output.kind == OutputKind::Hits);
        let mut places = OutputPlaces::default();
        let hits = hits.into_iter().map(|output| {
            places.add(&output)?;
            let sink = HitsSink::open(&output)?;
            Ok((output, HitsLog::new(sink, named_loads)))
        });
        Ok(Self {
            hits: hits.collect::<Result<_, Error>>()?,
            reports: ReportFiles::check(reports, places)?,
            loads: loads.into_iter().map(load).collect(),
        })
    }

    /// Returns true if the engine must send a record of each hit.
    pub(crate) fn wants_hits(&self) -> bool {
        !self.hits.is_empty()
    }

    /// Logs the hits of the load with this index as they end. Each error is returned once.
    pub(crate) fn on_event(&mut self, load: usize, event: &RunEvent<'_>) -> Result<(), String> {
        let load = &mut self.loads[load];
        let records = match event {
            RunEvent::Hits(records) => records,
            RunEvent::Opening { groups, .. } => {
                load.groups = groups.to_vec();
                return Ok(());
            }
            _ => return Ok(()),
        };
        let mut result = Ok(());
        for (output, log) in &mut self.hits {
            if let Err(error) = log.write(load, records) {
                result = Err(write_error(output, &error));
            }
        }
        result
    }

    /// Ends the logs of hits and returns the errors.
    pub(crate) fn finish_logs(&mut self) -> Vec<String> {
        let mut errors = vec![];
        for (output, log) in &mut self.hits {
            if let Err(error) = log.finish() {
                errors.push(write_error(output, &error));
            }
            if log.has_failed() && errors.is_empty() {
                errors.push(format!("the log of hits ({output}) is incomplete"));
            }
        }
        errors
    }

    /// Returns the number of hits of `load` that are missing from a log because a write failed.
    pub(crate) fn dropped_hits(&self, load: &str) -> u64 {
        let dropped = self.hits.iter().map(|(_, log)| log.dropped(load));
        dropped.max().unwrap_or_default()
    }

    /// Writes the report to all outputs and returns the errors.
    ///
    /// If a report cannot be written, the text report is printed to stdout, or else to stderr.
    pub(crate) fn finish(self, run: &RunFile) -> Vec<String> {
        let written = self
            .reports
            .write(|output, color| render(output.kind, run, color));
        if written.lost && !written.on_stdout {
            let text = render(OutputKind::Text, run, false).unwrap_or_default();
            let on_stdout = !written.stdout_broken && write_stdout(&text).is_ok();
            if !on_stdout {
                let _ = io::stderr().write_all(&text);
            }
        }
        written.errors
    }
}
