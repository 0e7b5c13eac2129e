use std::io::{self, Write};

use hammer_core::{Event, Hammer, Report, Status, Stop};

use crate::error::{Error, chain};
use crate::exit::Exit;
use crate::load::LoadArgs;
use crate::output::OutputArgs;
use crate::outputs::Outputs;
use crate::progress::Progress;
use crate::signals::Signals;

/// One run that is ready to be made.
#[derive(Debug)]
pub(crate) struct Job<'a, H> {
    pub(crate) name: &'a str,
    pub(crate) target: String,
    pub(crate) hammer: H,
}

impl<H: Hammer> Job<'_, H> {
    /// Makes the run: opens the outputs, hits, and writes the report.
    pub(crate) fn execute(self, load: &LoadArgs, output: &OutputArgs) -> Result<Exit, Error> {
        let thresholds = output.thresholds();
        thresholds.fit(load.schedule().rate().is_some())?;
        let mut outputs = Outputs::open(output)?;
        let stop = Stop::new();
        let signals = Signals::watch(&stop)?;
        let mut progress = Progress::new(output.quiet());
        let mut watch = thresholds.watch(&stop);
        let mut report = load
            .run(self.hammer)
            .name(self.name)
            .target(self.target)
            .log_hits(outputs.wants_hits())
            .stop(stop)
            .execute(|event| {
                if let Err(broken) = outputs.on_event(&event) {
                    progress.clear();
                    say(&format!("error: {broken}"));
                }
                progress.on_event(&event);
                let aborting = watch.on_event(&event).filter(|_| !output.quiet());
                if let Some(aborting) = aborting {
                    progress.clear();
                    say(&aborting);
                }
                if matches!(event, Event::Draining) && signals.exit().is_some() && !output.quiet() {
                    progress.clear();
                    say("stopping: waiting for hits in flight, a second signal ends that");
                }
            })
            .map_err(|error| Error::Run(format!("failed to run: {}", chain(&error))))?;
        thresholds.judge(&mut report, watch.aborted());
        let broken = outputs.finish(&report);
        broken
            .iter()
            .for_each(|broken| say(&format!("error: {broken}")));
        let failed = (!broken.is_empty()).then_some(Exit::FAILED);
        Ok(failed
            .or(signals.exit())
            .or(invalid(&report, output))
            .or(failed_thresholds(&report))
            .unwrap_or(Exit::OK))
    }
}

fn invalid(report: &Report, output: &OutputArgs) -> Option<Exit> {
    let invalid = report.verdict.status == Status::Invalid;
    (invalid && output.require_valid()).then_some(Exit::INVALID)
}

fn failed_thresholds(report: &Report) -> Option<Exit> {
    let failed = report.thresholds.iter().any(|checked| !checked.passed);
    (failed || report.aborted.is_some()).then_some(Exit::THRESHOLD)
}

/// A closed stderr is no reason to end.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
