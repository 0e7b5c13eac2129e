//! The progress of a run on a live display.

use std::io;

use hammer_core::{RunEvent, StopHandle};
use hammer_plan::RunningMeasurements;
use hammer_tui::{LiveDisplay, LiveSecond, LiveSender, LiveUpdate};

use super::run_description::describe_run;
use super::thresholds_so_far::ThresholdsSoFar;
use crate::baseline::BaselineRun;
use crate::execution::{RunThresholds, RunnablePlan};
use crate::output::progress_text::{opening_text, preparing_text, waiting_text, warm_up_text};
use crate::output::stderr::{close_log, redirect_to_log};
use crate::process::interrupt;

/// Shows the progress of a run on a live display, which has the terminal until it is closed.
#[derive(Debug)]
pub(crate) struct LiveProgress {
    /// `None` once it is closed.
    display: Option<LiveDisplay>,
    sender: LiveSender,
    thresholds: ThresholdsSoFar,
}

impl LiveProgress {
    /// Takes over the terminal. Messages go to the log of the display from now on.
    ///
    /// The keys that stop the run do what Ctrl-C does elsewhere.
    pub(in crate::output) fn start(
        plan: &RunnablePlan,
        thresholds: &RunThresholds,
        baseline: Option<&BaselineRun>,
        stop: &StopHandle,
    ) -> io::Result<Self> {
        let stop = stop.clone();
        let run = describe_run(plan, thresholds, baseline);
        let display = LiveDisplay::start(run, move || interrupt(&stop))?;
        let sender = display.sender();
        let log = sender.clone();
        redirect_to_log(move |line| log.send(LiveUpdate::Log(line)));
        Ok(Self {
            display: Some(display),
            sender,
            thresholds: ThresholdsSoFar::new(plan, thresholds),
        })
    }

    /// Shows an event of the load with this index.
    pub(in crate::output) fn on_event(&mut self, load: usize, event: &RunEvent<'_>) {
        let preparing = |text| LiveUpdate::Preparing { load, text };
        let update = match event {
            RunEvent::Opening { limit, .. } => preparing(opening_text(*limit)),
            RunEvent::Preparing { ready, total } => preparing(preparing_text(*ready, *total)),
            RunEvent::Waiting { until } => preparing(waiting_text(*until)),
            RunEvent::WarmingUp { duration } => preparing(warm_up_text(*duration)),
            RunEvent::Started {
                hit_count,
                duration,
            } => LiveUpdate::Started {
                load,
                hit_count: *hit_count,
                length: *duration,
            },
            RunEvent::Tick(tick) => LiveUpdate::Second {
                load,
                second: Box::new(LiveSecond::new(tick)),
            },
            RunEvent::Draining => LiveUpdate::Draining { load },
            RunEvent::Finished(report) => LiveUpdate::Finished {
                load,
                verdict: report.verdict.status,
            },
            _ => return,
        };
        self.sender.send(update);
    }

    /// Shows the thresholds, as measured until now.
    pub(in crate::output) fn show_thresholds(&self, measured: &RunningMeasurements) {
        let thresholds = self.thresholds.check(measured);
        self.sender.send(LiveUpdate::Thresholds(thresholds));
    }

    /// Says that the run is being stopped.
    pub(in crate::output) fn show_stop(&self, text: &str) {
        self.sender.send(LiveUpdate::Stopping(text.to_owned()));
    }

    /// Restores the terminal, and prints the lines of the log.
    pub(in crate::output) fn close(&mut self) {
        if let Some(display) = self.display.take() {
            let log = display.close();
            close_log(&log);
        }
    }
}

/// Restores the terminal if the run ends by a panic.
impl Drop for LiveProgress {
    fn drop(&mut self) {
        self.close();
    }
}
