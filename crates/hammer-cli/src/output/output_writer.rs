//! Writer of all outputs of a run except progress.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};

use hammer_core::RunEvent;

use super::hits_log::HitsLog;
use super::terminal::stdout_has_color;
use crate::args::{OutputArgs, OutputKind, OutputSpec};
use crate::error::Error;
use crate::report::RunReport;

/// Writes all outputs of a run except progress. Files are created before anything is sent.
pub(crate) struct OutputWriter {
    reports: Vec<(OutputSpec, OutputSink)>,
    hits: Vec<(OutputSpec, HitsLog<OutputSink>)>,
}

enum OutputSink {
    Stdout,
    File(File),
}

impl Write for OutputSink {
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

impl OutputWriter {
    /// Creates the files; `named_loads` adds a column for the load to the log of hits.
    pub(crate) fn open(args: &OutputArgs, named_loads: bool) -> Result<Self, Error> {
        let mut outputs = Self {
            reports: vec![],
            hits: vec![],
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
            let sink = match &output.path {
                None => OutputSink::Stdout,
                Some(path) => OutputSink::File(File::create(path).map_err(|error| {
                    output_error(&output, &format!("failed to create the file: {error}"))
                })?),
            };
            match output.kind {
                OutputKind::Hits => outputs.hits.push((output, HitsLog::new(sink, named_loads))),
                OutputKind::Text | OutputKind::Json | OutputKind::Junit => {
                    outputs.reports.push((output, sink))
                }
            }
        }
        Ok(outputs)
    }

    /// Returns true if the engine must send a record of each hit.
    pub(crate) fn wants_hits(&self) -> bool {
        !self.hits.is_empty()
    }

    /// Logs the hits of `load` as they end. Each error is returned once.
    pub(crate) fn on_event(&mut self, load: &str, event: &RunEvent<'_>) -> Result<(), String> {
        let RunEvent::Hits(records) = event else {
            return Ok(());
        };
        let mut result = Ok(());
        for (output, log) in &mut self.hits {
            if let Err(error) = log.write(load, records) {
                result = Err(write_error(output, &error));
            }
        }
        result
    }

    /// Writes the report to all outputs and returns the errors.
    ///
    /// If a report cannot be written, the text report is printed to stdout, or else to stderr.
    pub(crate) fn finish(mut self, report: &RunReport) -> Vec<String> {
        let mut errors = vec![];
        for (output, log) in &mut self.hits {
            if let Err(error) = log.finish() {
                errors.push(write_error(output, &error));
            }
            if log.has_failed() && errors.is_empty() {
                errors.push(format!("the log of hits ({output}) is incomplete"));
            }
        }
        let (mut lost, mut on_stdout, mut stdout_broken) = (false, false, false);
        for (output, sink) in &mut self.reports {
            let stdout = matches!(sink, OutputSink::Stdout);
            match write_report(output.kind, sink, report) {
                Ok(()) => on_stdout |= stdout,
                // A closed pipe is not an error.
                Err(error) if stdout && error.kind() == io::ErrorKind::BrokenPipe => {
                    on_stdout = true;
                }
                Err(error) => {
                    errors.push(write_error(output, &error));
                    lost = true;
                    stdout_broken |= stdout;
                }
            }
        }
        if lost && !on_stdout {
            let text = report.text(false);
            let on_stdout = !stdout_broken && io::stdout().write_all(text.as_bytes()).is_ok();
            if !on_stdout {
                let _ = io::stderr().write_all(text.as_bytes());
            }
        }
        errors
    }
}

fn write_report(kind: OutputKind, sink: &mut OutputSink, report: &RunReport) -> io::Result<()> {
    let bytes = if kind == OutputKind::Json {
        let mut json = report.json()?;
        json.push(b'\n');
        json
    } else if kind == OutputKind::Junit {
        report.junit().into_bytes()
    } else {
        let color = matches!(sink, OutputSink::Stdout) && stdout_has_color();
        report.text(color).into_bytes()
    };
    sink.write_all(&bytes)?;
    sink.flush()
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
