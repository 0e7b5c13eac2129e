//! Execution of a run: outputs, progress, signals and exit code.

use std::io::{self, Write};

use hammer_core::{
    Report, ResourceLimits, ResourceNeeds, RunEvent, StopHandle, Verdict, VerdictStatus,
};

use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::output_args::OutputArgs;
use crate::output::output_writer::{OutputWriter, RenderableReport};
use crate::output::run_progress::RunProgressPrinter;
use crate::setting_names::SettingNames;
use crate::signal_watcher::SignalWatcher;
use crate::text::sanitize_lines;
use crate::threshold_args;
use crate::typed_load::{PreparedLoad, RunOptions, RunnableLoad};
use crate::{dry_run, once};

/// Executes a run, its dry run, or a single hit.
pub(crate) fn start(
    mut job: Box<dyn PreparedLoad>,
    output: &OutputArgs,
) -> Result<CommandExit, Error> {
    let shape = job.load().shape();
    output.thresholds().validate(&[("", shape)])?;
    if output.dry_run() {
        return Ok(dry_run::run(&*job));
    }
    if let Some(renderer) = job.once_renderer() {
        return once::run(job, renderer);
    }
    execute(job, output)
}

/// Executes a run: opens the outputs, runs the load, and writes the report.
pub(crate) fn execute(
    job: Box<dyn RunnableLoad>,
    output: &OutputArgs,
) -> Result<CommandExit, Error> {
    execute_with(job, output, |report| Box::new(report))
}

/// Executes a run and writes the report that `make_report` makes.
pub(crate) fn execute_with(
    job: Box<dyn RunnableLoad>,
    output: &OutputArgs,
    make_report: impl FnOnce(Report) -> Box<dyn RenderableReport>,
) -> Result<CommandExit, Error> {
    let mut outputs = OutputWriter::open(output)?;
    warn_of_shortages(job.needs(None), job.setting_names(), output);
    let stop = StopHandle::new();
    let signals = SignalWatcher::watch(&stop)?;
    let mut progress = RunProgressPrinter::new(output.quiet());
    let thresholds = output.thresholds();
    let mut abort_monitor = thresholds.abort_monitor(&stop);
    let options = RunOptions {
        log_hits: outputs.wants_hits(),
        stop,
        threads: None,
        start_ticket: None,
    };
    let mut report = job.run(options, &mut |event| {
        if let Err(error) = outputs.on_event(None, event) {
            progress.clear();
            print_stderr(&format!("error: {error}"));
        }
        progress.on_event(event);
        let message = abort_monitor.on_event(event).filter(|_| !output.quiet());
        if let Some(message) = message {
            progress.clear();
            print_stderr(&message);
        }
        if matches!(event, RunEvent::Draining) && signals.exit().is_some() && !output.quiet() {
            progress.clear();
            print_stderr(STOPPING_MESSAGE);
        }
    })?;
    thresholds.evaluate(&mut report, abort_monitor.aborted());
    let passed = threshold_args::all_passed(&report.thresholds, report.aborted.as_ref());
    let verdict = report.verdict.clone();
    let errors = outputs.finish(&*make_report(report));
    Ok(finish(&errors, &signals, &verdict, passed, output))
}

/// Warns about files and ports that the run may lack.
pub(crate) fn warn_of_shortages(needs: ResourceNeeds, names: SettingNames, output: &OutputArgs) {
    if output.quiet() {
        return;
    }
    for shortage in needs.shortages(ResourceLimits::read()) {
        let shortage = names.reword(&shortage.to_string());
        print_stderr(&format!("warning: {shortage}"));
    }
}

/// Message after the first signal.
pub(crate) const STOPPING_MESSAGE: &str =
    "stopping: waiting for hits in flight (a second signal stops at once)";

/// Prints the errors of the outputs and returns the exit code.
pub(crate) fn finish(
    errors: &[String],
    signals: &SignalWatcher,
    verdict: &Verdict,
    thresholds_passed: bool,
    output: &OutputArgs,
) -> CommandExit {
    errors
        .iter()
        .for_each(|error| print_stderr(&format!("error: {error}")));
    let failed = (!errors.is_empty()).then_some(CommandExit::FAILED);
    let invalid = verdict.status == VerdictStatus::Invalid && output.require_valid();
    failed
        .or(invalid.then_some(CommandExit::INVALID))
        .or(signals.exit())
        .or((!thresholds_passed).then_some(CommandExit::THRESHOLD))
        .unwrap_or(CommandExit::OK)
}

/// Prints a line to stderr. Errors are ignored, since a run does not depend on stderr.
pub(crate) fn print_stderr(line: &str) {
    let _ = writeln!(io::stderr(), "{}", sanitize_lines(line));
}
