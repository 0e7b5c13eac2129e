//! Progress of a run on stderr, as the user wants it.

use hammer_core::RunEvent;
use hammer_plan::MeasuredNow;

#[cfg(feature = "live")]
use super::live::LiveProgress;
use super::progress_printer::ProgressPrinter;
use super::status_line::StatusLine;
use super::stderr::print_stderr;
use crate::args::ProgressMode;
use crate::baseline::BaselineRun;
use crate::execution::{RunThresholds, RunnablePlan};
use crate::process::SignalWatcher;

/// Progress of a run on stderr, as the user wants it.
#[derive(Debug)]
pub(crate) enum RunProgress {
    Line(ProgressPrinter),
    #[cfg(feature = "live")]
    Live(LiveProgress),
}

impl RunProgress {
    /// Shows progress in this mode. A live display takes over the terminal.
    #[cfg_attr(
        not(feature = "live"),
        expect(unused_variables, reason = "a line shows no thresholds")
    )]
    pub(crate) fn start(
        mode: ProgressMode,
        plan: &RunnablePlan,
        thresholds: &RunThresholds,
        baseline: Option<&BaselineRun>,
        signals: &SignalWatcher,
    ) -> Self {
        let status = match mode {
            #[cfg(feature = "live")]
            ProgressMode::Live => {
                let obstacle = match hammer_tui::obstacle() {
                    Some(obstacle) => obstacle.to_string(),
                    None => {
                        let interrupt = signals.interrupt_key();
                        match LiveProgress::start(plan, thresholds, baseline, interrupt) {
                            Ok(live) => return Self::Live(live),
                            Err(error) => format!("failed to set up the terminal: {error}"),
                        }
                    }
                };
                print_stderr(&format!("note: no live display: {obstacle}"));
                StatusLine::lines()
            }
            ProgressMode::Auto | ProgressMode::Line => StatusLine::in_place(),
            ProgressMode::Lines => StatusLine::lines(),
            ProgressMode::None => StatusLine::quiet(),
        };
        Self::Line(ProgressPrinter::new(status, plan))
    }

    /// Lets a panic of the calling thread, which coordinates a load, end a live display.
    pub(crate) fn register_coordinator() {
        #[cfg(feature = "live")]
        hammer_tui::LiveDisplay::register_coordinator();
    }

    /// Returns true if it shows thresholds.
    pub(crate) fn shows_thresholds(&self) -> bool {
        match self {
            Self::Line(_) => false,
            #[cfg(feature = "live")]
            Self::Live(_) => true,
        }
    }

    /// Shows an event of the load with this index.
    pub(crate) fn on_event(&mut self, load: usize, event: &RunEvent<'_>) {
        match self {
            Self::Line(line) => line.on_event(load, event),
            #[cfg(feature = "live")]
            Self::Live(live) => live.on_event(load, event),
        }
    }

    /// Shows the thresholds, as measured until now.
    #[cfg_attr(
        not(feature = "live"),
        expect(unused_variables, reason = "a line shows no thresholds")
    )]
    pub(crate) fn show_thresholds(&self, measured: &MeasuredNow<'_>) {
        match self {
            Self::Line(_) => {}
            #[cfg(feature = "live")]
            Self::Live(live) => live.show_thresholds(measured),
        }
    }

    /// Shows a message that the run is being stopped.
    pub(crate) fn show_stop(&mut self, message: &str) {
        self.make_room();
        print_stderr(message);
        #[cfg(feature = "live")]
        if let Self::Live(live) = self {
            live.show_stop(message);
        }
    }

    /// Makes room for a message on stderr.
    pub(crate) fn make_room(&mut self) {
        match self {
            Self::Line(line) => line.clear(),
            // The message goes to the log of the display.
            #[cfg(feature = "live")]
            Self::Live(_) => {}
        }
    }

    /// Ends the progress: the terminal is as before, and messages can be printed.
    pub(crate) fn close(&mut self) {
        match self {
            Self::Line(line) => line.clear(),
            #[cfg(feature = "live")]
            Self::Live(live) => live.close(),
        }
    }
}
