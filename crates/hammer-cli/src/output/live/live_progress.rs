//! The progress of a run on a live display.

use std::io;
use std::time::{Duration, Instant, SystemTime};

use hammer_core::RunEvent;
use hammer_plan::{MeasuredNow, SubstitutedVariables};
use hammer_tui::{LiveSecond, LiveUpdate};

use super::run_description::describe_run;
use super::thresholds_so_far::ThresholdsSoFar;
use crate::baseline::BaselineRun;
use crate::execution::{RunThresholds, RunnablePlan};
use crate::output::progress_text::{opening_text, preparing_text, waiting_text, warm_up_text};
use crate::output::stderr_display::StderrDisplay;
use crate::process::InterruptKey;
use crate::setting_names::SettingNames;

/// Shows the progress of a run on a live display, which has the terminal until it is closed.
#[derive(Debug)]
pub(crate) struct LiveProgress {
    display: StderrDisplay,
    thresholds: ThresholdsSoFar,
    /// Names of the settings in reasons.
    names: SettingNames,
    /// Environment variables whose values the display must not show.
    variables: SubstitutedVariables,
}

impl LiveProgress {
    /// Takes over the terminal. The keys that stop the run press `interrupt`.
    pub(in crate::output) fn start(
        plan: &RunnablePlan,
        thresholds: &RunThresholds,
        baseline: Option<&BaselineRun>,
        interrupt: InterruptKey,
    ) -> io::Result<Self> {
        let run = describe_run(plan, thresholds, baseline);
        Ok(Self {
            display: StderrDisplay::start(run, interrupt)?,
            thresholds: ThresholdsSoFar::new(plan, thresholds),
            names: plan.setting_names,
            variables: plan.variables.clone(),
        })
    }

    /// Shows an event of the load with this index.
    pub(in crate::output) fn on_event(&self, load: usize, event: &RunEvent<'_>) {
        let preparing = |text, ends_at| LiveUpdate::Preparing {
            load,
            text,
            ends_at,
        };
        let after = |left: Duration| Instant::now().checked_add(left);
        let update = match event {
            RunEvent::Opening { limit, .. } => preparing(opening_text(*limit), after(*limit)),
            RunEvent::Preparing { ready, total } => preparing(preparing_text(*ready, *total), None),
            RunEvent::Waiting { until } => {
                let left = until.duration_since(SystemTime::now()).unwrap_or_default();
                preparing(waiting_text(*until), after(left))
            }
            RunEvent::WarmingUp { duration } => {
                preparing(warm_up_text(*duration), after(*duration))
            }
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
                second: Box::new(self.reworded(LiveSecond::new(tick))),
            },
            RunEvent::Draining => LiveUpdate::Draining { load },
            RunEvent::Finished(report) => LiveUpdate::Finished {
                load,
                verdict: report.verdict.status,
                hits: report.hits,
                started: report.measured.as_ref().map_or(0, |all| all.started()),
            },
            _ => return,
        };
        self.display.send(update);
    }

    /// Names settings in reasons and advice as the user does, and masks them as in reports.
    fn reworded(&self, mut second: LiveSecond) -> LiveSecond {
        let reasons = second.verdict.reasons.iter_mut();
        for text in reasons.chain(second.advice.values_mut()) {
            *text = self.variables.mask(self.names.reword(text));
        }
        second
    }

    /// Shows the thresholds, as measured until now.
    pub(in crate::output) fn show_thresholds(&self, measured: &MeasuredNow<'_>) {
        let thresholds = self.thresholds.check(measured);
        self.display.send(LiveUpdate::Thresholds(thresholds));
    }

    /// Says that the run is being stopped.
    pub(in crate::output) fn show_stop(&self, text: &str) {
        self.display.send(LiveUpdate::Stopping(text.to_owned()));
    }

    /// The reason for which the display has ended by itself, if it has.
    pub(in crate::output) fn end_reason(&self) -> Option<String> {
        self.display.end_reason()
    }

    /// Restores the terminal, and prints the messages.
    pub(in crate::output) fn close(&mut self) {
        self.display.close();
    }
}
