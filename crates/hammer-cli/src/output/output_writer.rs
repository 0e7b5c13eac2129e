//! Writer of all outputs of a run except progress.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use hammer_core::{RunEvent, RunFile};
use hammer_files::{FileMode, LateFile};

use super::hits_file::{CutBack, HitsFile};
use super::hits_log::{HitsLog, LoggedLoad};
use super::stdout::write_stdout;
use super::terminal::stdout_has_color;
use crate::args::{OutputArgs, OutputKind, OutputSpec};
use crate::error::Error;
use crate::report::render;

/// Writes all outputs of a run except progress. Their places are checked before anything is sent.
///
/// The file of a report is created at the end. A log of hits grows during the run.
pub(crate) struct OutputWriter {
    reports: Vec<(OutputSpec, ReportSink)>,
    hits: Vec<(OutputSpec, HitsLog<HitsSink>)>,
    /// The names of the loads and of their groups, for the log of hits.
    loads: Vec<LoggedLoad>,
}

enum ReportSink {
    Stdout,
    File(LateFile),
}

enum HitsSink {
    Stdout,
    File(HitsFile),
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
        let mut outputs = Self {
            reports: vec![],
            hits: vec![],
            loads: loads.into_iter().map(load).collect(),
        };
        let all = args.outputs();
        let mut paths = BTreeSet::new();
        for output in &all {
            if !paths.insert(output.path.clone()) {
                let problem = match output.path {
                    Some(_) => "another output has the same path (try another path)".to_owned(),
                    None => format!(
                        "another output goes to stdout, too (try {}=PATH)",
                        output.kind.as_str()
                    ),
                };
                return Err(output_error(output, &problem));
            }
        }
        for output in all {
            let opened = match &output.path {
                None => Ok(None),
                Some(path) => outputs.open_file(&output, path, named_loads).map(Some),
            };
            match (opened, output.kind) {
                (Err(error), _) => {
                    let problem = format!("failed to create the file: {error}");
                    return Err(output_error(&output, &problem));
                }
                (Ok(Some(())), _) => {}
                (Ok(None), OutputKind::Hits) => {
                    let log = HitsLog::new(HitsSink::Stdout, named_loads);
                    outputs.hits.push((output, log));
                }
                (Ok(None), _) => outputs.reports.push((output, ReportSink::Stdout)),
            }
        }
        Ok(outputs)
    }

    fn open_file(&mut self, output: &OutputSpec, path: &Path, named_loads: bool) -> io::Result<()> {
        let mode = match output.kind {
            OutputKind::Hits => {
                let log = HitsLog::new(HitsSink::File(HitsFile::open(path)?), named_loads);
                self.hits.push((output.clone(), log));
                return Ok(());
            }
            // The URLs of targets and groups may have secrets in their paths.
            OutputKind::Text | OutputKind::Json => FileMode::Private,
            // Build servers, which often are another user, read it.
            OutputKind::Junit => FileMode::Shared,
        };
        let file = LateFile::check(path, mode)?;
        self.reports.push((output.clone(), ReportSink::File(file)));
        Ok(())
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
        let mut errors = vec![];
        let (mut lost, mut on_stdout, mut stdout_broken) = (false, false, false);
        for (output, sink) in self.reports {
            let stdout = matches!(sink, ReportSink::Stdout);
            match write_report(output.kind, sink, run) {
                Ok(()) => on_stdout |= stdout,
                Err(error) => {
                    errors.push(write_error(&output, &error));
                    lost = true;
                    stdout_broken |= stdout;
                }
            }
        }
        if lost && !on_stdout {
            let text = render(OutputKind::Text, run, false).unwrap_or_default();
            let on_stdout = !stdout_broken && write_stdout(&text).is_ok();
            if !on_stdout {
                let _ = io::stderr().write_all(&text);
            }
        }
        errors
    }
}

fn write_report(kind: OutputKind, sink: ReportSink, run: &RunFile) -> io::Result<()> {
    let color = matches!(sink, ReportSink::Stdout) && stdout_has_color();
    let bytes = render(kind, run, color)?;
    match sink {
        ReportSink::Stdout => write_stdout(&bytes),
        ReportSink::File(file) => file.write(&bytes),
    }
}

fn output_error(output: &OutputSpec, problem: &str) -> Error {
    match &output.plan_location {
        Some(location) => Error::Usage(format!("{location}: invalid value '{output}': {problem}")),
        None => Error::invalid_value("--output <KIND[=PATH]>", &output.to_string(), problem),
    }
}

fn write_error(output: &OutputSpec, error: &io::Error) -> String {
    format!("failed to write --output {output}: {error}")
}
