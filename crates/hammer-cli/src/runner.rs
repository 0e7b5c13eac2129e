use std::io::{self, Write};

use hammer_core::{
    Report, ResourceLimits, ResourceNeeds, RunEvent, StopHandle, Verdict, VerdictStatus,
};

use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::output_args::OutputArgs;
use crate::output::output_writer::{OutputWriter, RenderableReport};
use crate::output::run_progress::RunProgress;
use crate::signal_watcher::SignalWatcher;
use crate::text::sanitize_lines;
use crate::threshold_args;
use crate::typed_load::{PreparedLoad, RunOptions, RunnableLoad};
use crate::{dry_run, once};

/// Makes a run, or tells what it would do.
pub(crate) fn start(
    mut job: Box<dyn PreparedLoad>,
    output: &OutputArgs,
) -> Result<CommandExit, Error> {
    let shape = job.load().shape();
    output.thresholds().validate(&[("", shape)])?;
    if output.dry_run() {
        return Ok(dry_run::run(&*job));
    }
    if let Some(once) = job.once_renderer() {
        return once::run(job, once);
    }
    execute(job, output)
}

/// Makes a run: opens the outputs, hits, and writes the report.
pub(crate) fn execute(
    job: Box<dyn RunnableLoad>,
    output: &OutputArgs,
) -> Result<CommandExit, Error> {
    execute_with(job, output, |report| Box::new(report))
}

/// The same, and writes what `tell` makes of the report.
pub(crate) fn execute_with(
    job: Box<dyn RunnableLoad>,
    output: &OutputArgs,
    make_report: impl FnOnce(Report) -> Box<dyn RenderableReport>,
) -> Result<CommandExit, Error> {
    let mut outputs = OutputWriter::open(output)?;
    warn_of_shortages(job.needs(None), output);
    let stop = StopHandle::new();
    let signals = SignalWatcher::watch(&stop)?;
    let mut progress = RunProgress::new(output.quiet());
    let thresholds = output.thresholds();
    let mut watch = thresholds.abort_monitor(&stop);
    let swing = RunOptions {
        log_hits: outputs.wants_hits(),
        stop,
        threads: None,
        start_ticket: None,
    };
    let mut report = job.run(swing, &mut |event| {
        if let Err(broken) = outputs.on_event(None, event) {
            progress.clear();
            print_stderr(&format!("error: {broken}"));
        }
        progress.on_event(event);
        let aborting = watch.on_event(event).filter(|_| !output.quiet());
        if let Some(aborting) = aborting {
            progress.clear();
            print_stderr(&aborting);
        }
        if matches!(event, RunEvent::Draining) && signals.exit().is_some() && !output.quiet() {
            progress.clear();
            print_stderr(STOPPING_MESSAGE);
        }
    })?;
    thresholds.evaluate(&mut report, watch.aborted());
    let met = threshold_args::all_passed(&report.thresholds, report.aborted.as_ref());
    let verdict = report.verdict.clone();
    let broken = outputs.finish(&*make_report(report));
    Ok(finish(&broken, &signals, &verdict, met, output))
}

/// Tells before a run what there may not be enough of for it.
pub(crate) fn warn_of_shortages(needs: ResourceNeeds, output: &OutputArgs) {
    if output.quiet() {
        return;
    }
    for short in needs.shortages(ResourceLimits::read()) {
        print_stderr(&format!("warning: {short}"));
    }
}

/// What is said when a signal has come.
pub(crate) const STOPPING_MESSAGE: &str =
    "stopping: waiting for hits in flight, a second signal ends that";

/// Tells what could not be written, and how the command ends.
pub(crate) fn finish(
    broken: &[String],
    signals: &SignalWatcher,
    verdict: &Verdict,
    thresholds_met: bool,
    output: &OutputArgs,
) -> CommandExit {
    broken
        .iter()
        .for_each(|broken| print_stderr(&format!("error: {broken}")));
    let failed = (!broken.is_empty()).then_some(CommandExit::FAILED);
    let invalid = verdict.status == VerdictStatus::Invalid && output.require_valid();
    failed
        .or(signals.exit())
        .or(invalid.then_some(CommandExit::INVALID))
        .or((!thresholds_met).then_some(CommandExit::THRESHOLD))
        .unwrap_or(CommandExit::OK)
}

/// A closed stderr is no reason to end.
pub(crate) fn print_stderr(line: &str) {
    let _ = writeln!(io::stderr(), "{}", sanitize_lines(line));
}
