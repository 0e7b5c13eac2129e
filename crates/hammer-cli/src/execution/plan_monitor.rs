//! Receiver of the events of all loads, for outputs, progress, aborts and messages.

use hammer_core::{AbortReason, RunEvent, RunTick, StopHandle};
use hammer_plan::{RunningMeasurements, SubstitutedVariables};

use super::abort_monitor::AbortMonitor;
use super::{RunThresholds, RunnablePlan};
use crate::args::OutputArgs;
use crate::baseline::BaselineRun;
use crate::error::Error;
use crate::output::{OutputWriter, RunProgress, print_stderr};
use crate::process::SignalWatcher;

/// Message after the first signal.
const STOPPING: &str = "stopping: waiting for hits in flight (a second signal stops at once)";

/// Receives the events of all loads: logs hits, prints progress and ends the plan when a condition is
/// met.
pub(crate) struct PlanMonitor<'a> {
    outputs: OutputWriter,
    progress: RunProgress,
    signals: SignalWatcher,
    abort_monitor: AbortMonitor<'a>,
    /// Measurements for conditions and progress; `None` if neither needs them.
    measurements: Option<RunningMeasurements>,
    /// Number of loads that still have hits to start.
    running_loads: usize,
    quiet: bool,
    /// Environment variables whose values messages must not repeat.
    variables: SubstitutedVariables,
    /// True if the stop was announced.
    stop_announced: bool,
}

impl<'a> PlanMonitor<'a> {
    /// Creates the files of the outputs, and watches for signals, which `stop` the plan.
    pub(crate) fn new(
        plan: &RunnablePlan,
        output: &OutputArgs,
        thresholds: &'a RunThresholds,
        baseline: Option<&BaselineRun>,
        stop: &StopHandle,
    ) -> Result<Self, Error> {
        let abort_monitor = AbortMonitor::new(thresholds, stop);
        let names = plan.loads.iter().map(|load| load.name.clone());
        let is_plan = plan.single_load().is_none();
        let outputs = OutputWriter::open(output, names, is_plan, plan.variables.clone())?;
        let signals = SignalWatcher::watch_run(stop)?;
        // Nothing can fail from here on: a display takes over the terminal.
        let progress =
            RunProgress::start(output.progress_mode(), plan, thresholds, baseline, &signals);
        let shown = progress.shows_thresholds() && !thresholds.asserted.is_empty();
        let measurements = (shown || !abort_monitor.is_idle()).then(|| {
            let offsets = plan.loads.iter().map(|load| load.offset);
            let loads = plan.outlines().into_iter().zip(offsets);
            let asserted = thresholds.asserted.iter().filter(|_| shown);
            let conditions = thresholds.abort_conditions.iter().chain(asserted);
            let conditions: Vec<_> = conditions.cloned().collect();
            RunningMeasurements::new(loads, &conditions)
        });
        Ok(Self {
            outputs,
            progress,
            signals,
            abort_monitor,
            measurements,
            running_loads: plan.loads.len(),
            quiet: output.quiet(),
            variables: plan.variables.clone(),
            stop_announced: false,
        })
    }

    /// Returns true if the engine must send a record of each hit.
    pub(crate) fn wants_hits(&self) -> bool {
        self.outputs.wants_hits()
    }

    /// Returns true if thresholds are checked while the run lasts, so that hits without an answer have to
    /// count with their age.
    pub(crate) fn checks_thresholds(&self) -> bool {
        self.measurements.is_some()
    }

    /// Handles an event of the load with this index.
    pub(crate) fn on_event(&mut self, load: usize, event: &RunEvent<'_>) {
        if let Err(error) = self.outputs.on_event(load, event) {
            self.progress.make_room();
            print_stderr(&self.variables.mask(format!("error: {error}")));
        }
        self.progress.on_event(load, event);
        self.announce_signal();
        match event {
            RunEvent::Tick(tick) => self.measure(load, tick),
            RunEvent::Draining => self.on_draining(),
            RunEvent::Finished(_) => {
                if let Some(measurements) = &mut self.measurements {
                    measurements.end(load);
                }
            }
            _ => {}
        }
    }

    /// Ends the progress, so that other text can be printed.
    pub(crate) fn close_progress(&mut self) {
        self.progress.close();
    }

    /// The outputs to write, the signals received, and the condition that ended the plan, if any.
    pub(crate) fn into_parts(self) -> (OutputWriter, SignalWatcher, Option<AbortReason>) {
        (self.outputs, self.signals, self.abort_monitor.aborted())
    }

    /// Records a tick. Once a second, shows the thresholds, and checks the conditions unless a signal has
    /// stopped the plan.
    fn measure(&mut self, load: usize, tick: &RunTick<'_>) {
        let shown = self.progress.shows_thresholds();
        let checked = !self.abort_monitor.is_idle() && self.signals.exit().is_none();
        let Some(measurements) = self.measurements.as_mut().filter(|_| shown || checked) else {
            return;
        };
        let Some(elapsed) = measurements.tick(load, tick) else {
            return;
        };
        let message = {
            let now = measurements.now();
            self.progress.show_thresholds(&now);
            let check = || self.abort_monitor.check(&now, elapsed);
            checked.then(check).flatten()
        };
        if let Some(message) = message {
            self.announce_stop(&message);
        }
    }

    fn on_draining(&mut self) {
        self.running_loads = self.running_loads.saturating_sub(1);
        if self.running_loads == 0 {
            self.abort_monitor.set_ending();
        }
    }

    /// Announces the stop at the first event after a signal. A live display has shown it before.
    fn announce_signal(&mut self) {
        if self.signals.exit().is_some() && !self.stop_announced {
            self.stop_announced = true;
            self.announce_stop(STOPPING);
        }
    }

    /// Prints a message that the run is being stopped, unless the run is quiet.
    fn announce_stop(&mut self, message: &str) {
        if !self.quiet {
            let message = self.variables.mask(message.to_owned());
            self.progress.show_stop(&message);
        }
    }
}
