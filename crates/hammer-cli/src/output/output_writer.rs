//! Writer of all outputs of a run except progress.

use std::io::{self, Write};

use hammer_core::{RunEvent, RunFile};
use hammer_plan::SubstitutedVariables;

use super::hits::{self, HitsLog, LoggedLoad};
use super::output_places::{OutputPlaces, place_error};
use super::report_files::{ReportFiles, caught, write_error};
use super::stdout::write_stdout;
use crate::args::{OutputArgs, OutputKind, OutputSpec};
use crate::error::Error;
use crate::report::render;
use crate::report::text::TextOptions;

/// Writes all outputs of a run except progress. Their places are checked before anything is sent.
///
/// The file of a report is created at the end. A log of hits grows during the run.
pub(crate) struct OutputWriter {
    reports: ReportFiles,
    hits: Vec<(OutputSpec, HitsLog)>,
    /// The names of the loads and of their groups, for the log of hits.
    loads: Vec<LoggedLoad>,
    /// Environment variables whose values the log of hits must not repeat.
    variables: SubstitutedVariables,
    /// True if the text report has the confidence of the percentiles.
    confidence: bool,
}

impl OutputWriter {
    /// Checks the places of reports, and opens logs of hits, for loads of these names; `named_loads` adds
    /// a column for the load to the log of hits, which has the names of `variables` in place of their values.
    pub(crate) fn open(
        args: &OutputArgs,
        loads: impl IntoIterator<Item = String>,
        named_loads: bool,
        variables: SubstitutedVariables,
    ) -> Result<Self, Error> {
        let load = |name| LoggedLoad::new(name, named_loads);
        let outputs = args.outputs();
        let mut places = OutputPlaces::of_baseline(args.thresholds().baseline());
        for output in &outputs {
            places.add(output)?;
        }
        let (hits, reports): (Vec<_>, Vec<_>) =
            (outputs.into_iter()).partition(|output| output.kind == OutputKind::Hits);
        let hits = hits.into_iter().map(|output| {
            let log =
                hits::open(&output, named_loads).map_err(|error| place_error(&output, &error))?;
            Ok((output, log))
        });
        Ok(Self {
            hits: hits.collect::<Result<_, Error>>()?,
            reports: ReportFiles::open(reports)?,
            loads: loads.into_iter().map(load).collect(),
            variables,
            confidence: args.confidence(),
        })
    }

    /// Returns true if the engine must send a record of each hit.
    pub(crate) fn wants_hits(&self) -> bool {
        !self.hits.is_empty()
    }

    /// Logs the hits of the load with this index as they end, and writes them each second. Each error
    /// is returned once.
    pub(crate) fn on_event(&mut self, load: usize, event: &RunEvent<'_>) -> Result<(), String> {
        let load = &mut self.loads[load];
        if let RunEvent::Opening { groups, .. } = event {
            let groups = groups.iter().cloned();
            load.set_groups(groups.map(|group| self.variables.mask_target(group)));
        }
        let mut result = Ok(());
        for (output, log) in &mut self.hits {
            let logged = match event {
                RunEvent::Hits(records) => log.write(load, records),
                RunEvent::Tick(_) => log.flush(),
                _ => Ok(()),
            };
            if let Err(error) = logged {
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
        let options = |color| TextOptions {
            color,
            confidence: self.confidence,
        };
        let written = self
            .reports
            .write(|output, color| render(output.kind, run, options(color)));
        if written.lost && !written.on_stdout {
            let text = caught(|| render(OutputKind::Text, run, options(false)));
            let text = text.unwrap_or_default();
            let on_stdout = !written.stdout_broken && write_stdout(&text).is_ok();
            if !on_stdout {
                let _ = io::stderr().write_all(&text);
            }
        }
        written.errors
    }
}
