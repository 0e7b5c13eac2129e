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
pub(crate) struct RunProgress {
    /// Quiet while a display is shown, which it replaces if that ends by itself.
    line: ProgressPrinter,
    #[cfg(feature = "live")]
    display: Option<LiveProgress>,
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
        let line = |status| Self {
            line: ProgressPrinter::new(status, plan),
            #[cfg(feature = "live")]
            display: None,
        };
        match mode {
            #[cfg(feature = "live")]
            ProgressMode::Live => {
                let obstacle = match hammer_tui::obstacle() {
                    Some(obstacle) => obstacle.to_string(),
                    None => {
                        let interrupt = signals.interrupt_key();
                        match LiveProgress::start(plan, thresholds, baseline, interrupt) {
                            Ok(display) => {
                                return Self {
                                    display: Some(display),
                                    ..line(StatusLine::quiet())
                                };
                            }
                            Err(error) => format!("failed to set up the terminal: {error}"),
                        }
                    }
                };
                print_stderr(&format!("note: no live display: {obstacle}"));
                line(StatusLine::lines())
            }
            ProgressMode::Auto | ProgressMode::Line => line(StatusLine::in_place()),
            ProgressMode::Lines => line(StatusLine::lines()),
            ProgressMode::None => line(StatusLine::quiet()),
        }
    }

    /// Lets a panic of the calling thread, which coordinates a load, end a live display.
    pub(crate) fn register_coordinator() {
        #[cfg(feature = "live")]
        hammer_tui::LiveDisplay::register_coordinator();
    }

    /// Returns true if it shows thresholds.
    pub(crate) fn shows_thresholds(&self) -> bool {
        #[cfg(feature = "live")]
        return self.display.is_some();
        #[cfg(not(feature = "live"))]
        false
    }

    /// Shows an event of the load with this index.
    pub(crate) fn on_event(&mut self, load: usize, event: &RunEvent<'_>) {
        #[cfg(feature = "live")]
        self.replace_ended_display();
        self.line.on_event(load, event);
        #[cfg(feature = "live")]
        if let Some(display) = &self.display {
            display.on_event(load, event);
        }
    }

    /// Goes on with lines if the display has ended by itself.
    #[cfg(feature = "live")]
    fn replace_ended_display(&mut self) {
        let ended = self
            .display
            .take_if(|display| display.end_reason().is_some());
        let Some(mut display) = ended else {
            return;
        };
        let reason = display.end_reason().unwrap_or_default();
        display.close();
        print_stderr(&format!("note: the live display ended: {reason}"));
        self.line.continue_with(StatusLine::lines());
    }

    /// Shows the thresholds, as measured until now.
    #[cfg_attr(
        not(feature = "live"),
        expect(unused_variables, reason = "a line shows no thresholds")
    )]
    pub(crate) fn show_thresholds(&self, measured: &MeasuredNow<'_>) {
        #[cfg(feature = "live")]
        if let Some(display) = &self.display {
            display.show_thresholds(measured);
        }
    }

    /// Shows a message that the run is being stopped.
    pub(crate) fn show_stop(&mut self, message: &str) {
        self.make_room();
        print_stderr(message);
        #[cfg(feature = "live")]
        if let Some(display) = &self.display {
            display.show_stop(message);
        }
    }

    /// Makes room for a message on stderr. With a live display, the message goes to its log.
    pub(crate) fn make_room(&mut self) {
        self.line.clear();
    }

    /// Ends the progress: the terminal is as before, and messages can be printed.
    pub(crate) fn close(&mut self) {
        #[cfg(feature = "live")]
        self.replace_ended_display();
        self.line.clear();
        #[cfg(feature = "live")]
        if let Some(mut display) = self.display.take() {
            display.close();
        }
    }
}
