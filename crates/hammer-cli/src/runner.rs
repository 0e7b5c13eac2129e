use std::io::{self, Write};

use hammer_core::{Event, Hammer, Limits, Report, Status, Stop};

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
        let mut outputs = Outputs::open(output)?;
        if !output.quiet() {
            let short = load.needs().beyond(Limits::read());
            short
                .iter()
                .for_each(|short| say(&format!("warning: {short}")));
        }
        let stop = Stop::new();
        let signals = Signals::watch(&stop)?;
        let mut progress = Progress::new(output.quiet());
        let report = load
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
                if matches!(event, Event::Draining) && signals.exit().is_some() && !output.quiet() {
                    progress.clear();
                    say("stopping: waiting for hits in flight, a second signal ends that");
                }
            })
            .map_err(|error| Error::Run(format!("failed to run: {}", chain(&error))))?;
        let broken = outputs.finish(&report);
        broken
            .iter()
            .for_each(|broken| say(&format!("error: {broken}")));
        let failed = (!broken.is_empty()).then_some(Exit::FAILED);
        Ok(failed
            .or(signals.exit())
            .or(invalid(&report, output))
            .unwrap_or(Exit::OK))
    }
}

fn invalid(report: &Report, output: &OutputArgs) -> Option<Exit> {
    let invalid = report.verdict.status == Status::Invalid;
    (invalid && output.require_valid()).then_some(Exit::INVALID)
}

/// A closed stderr is no reason to end.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
