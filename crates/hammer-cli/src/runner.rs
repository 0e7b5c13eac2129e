use std::io::{self, Write};

use hammer_core::{Event, Limits, Needs, Report, Status, Stop, Verdict};

use crate::error::Error;
use crate::exit::Exit;
use crate::job::{Prepared, Swing, Swung};
use crate::output::OutputArgs;
use crate::outputs::{Outputs, Written};
use crate::progress::Progress;
use crate::signals::Signals;
use crate::text::harmless_lines;
use crate::threshold_args;
use crate::{dry_run, once};

/// Makes a run, or tells what it would do.
pub(crate) fn start(mut job: Box<dyn Prepared>, output: &OutputArgs) -> Result<Exit, Error> {
    let shape = job.load().shape();
    output.thresholds().fit(&[("", shape)])?;
    if output.dry_run() {
        return Ok(dry_run::run(&*job));
    }
    if let Some(once) = job.once() {
        return once::run(job, once);
    }
    execute(job, output)
}

/// Makes a run: opens the outputs, hits, and writes the report.
pub(crate) fn execute(job: Box<dyn Swung>, output: &OutputArgs) -> Result<Exit, Error> {
    execute_telling(job, output, |report| Box::new(report))
}

/// The same, and writes what `tell` makes of the report.
pub(crate) fn execute_telling(
    job: Box<dyn Swung>,
    output: &OutputArgs,
    tell: impl FnOnce(Report) -> Box<dyn Written>,
) -> Result<Exit, Error> {
    let mut outputs = Outputs::open(output)?;
    warn(job.needs(None), output);
    let stop = Stop::new();
    let signals = Signals::watch(&stop)?;
    let mut progress = Progress::new(output.quiet());
    let thresholds = output.thresholds();
    let mut watch = thresholds.watch(&stop);
    let swing = Swing {
        log_hits: outputs.wants_hits(),
        stop,
        threads: None,
        place: None,
    };
    let mut report = job.swing(swing, &mut |event| {
        if let Err(broken) = outputs.on_event(None, event) {
            progress.clear();
            say(&format!("error: {broken}"));
        }
        progress.on_event(event);
        let aborting = watch.on_event(event).filter(|_| !output.quiet());
        if let Some(aborting) = aborting {
            progress.clear();
            say(&aborting);
        }
        if matches!(event, Event::Draining) && signals.exit().is_some() && !output.quiet() {
            progress.clear();
            say(STOPPING);
        }
    })?;
    thresholds.judge(&mut report, watch.aborted());
    let met = threshold_args::met(&report.thresholds, report.aborted.as_ref());
    let verdict = report.verdict.clone();
    let broken = outputs.finish(&*tell(report));
    Ok(ended(&broken, &signals, &verdict, met, output))
}

/// Tells before a run what there may not be enough of for it.
pub(crate) fn warn(needs: Needs, output: &OutputArgs) {
    if output.quiet() {
        return;
    }
    for short in needs.beyond(Limits::read()) {
        say(&format!("warning: {short}"));
    }
}

/// What is said when a signal has come.
pub(crate) const STOPPING: &str = "stopping: waiting for hits in flight, a second signal ends that";

/// Tells what could not be written, and how the command ends.
pub(crate) fn ended(
    broken: &[String],
    signals: &Signals,
    verdict: &Verdict,
    met: bool,
    output: &OutputArgs,
) -> Exit {
    broken
        .iter()
        .for_each(|broken| say(&format!("error: {broken}")));
    let failed = (!broken.is_empty()).then_some(Exit::FAILED);
    let invalid = verdict.status == Status::Invalid && output.require_valid();
    failed
        .or(signals.exit())
        .or(invalid.then_some(Exit::INVALID))
        .or((!met).then_some(Exit::THRESHOLD))
        .unwrap_or(Exit::OK)
}

/// A closed stderr is no reason to end.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{}", harmless_lines(line));
}
