//! Receiver of the events of all loads, for outputs, progress, aborts and messages.

use hammer_core::{AbortReason, RunEvent, RunTick, StopHandle};
use hammer_plan::{RunningMeasurements, SubstitutedVariables};

use super::abort_monitor::AbortMonitor;
use super::{RunThresholds, RunnablePlan};
use crate::args::OutputArgs;
use crate::error::Error;
use crate::output::{OutputWriter, ProgressPrinter, print_stderr};
use crate::process::SignalWatcher;

/// Message after the first signal.
const STOPPING: &str = "stopping: waiting for hits in flight (a second signal stops at once)";

/// Receives the events of all loads: logs hits, prints progress and ends the plan when a condition is
/// met.
pub(crate) struct PlanMonitor<'a> {
    outputs: OutputWriter,
    progress: ProgressPrinter,
    signals: SignalWatcher,
    abort_monitor: AbortMonitor<'a>,
    /// Measurements for the conditions; `None` without conditions.
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
        stop: &StopHandle,
    ) -> Result<Self, Error> {
        let abort_monitor = AbortMonitor::new(thresholds, stop);
        let measurements = (!abort_monitor.is_idle()).then(|| {
            let offsets = plan.loads.iter().map(|load| load.offset);
            let loads = plan.outlines().into_iter().zip(offsets);
            RunningMeasurements::new(loads, &thresholds.abort_conditions)
        });
        let names = plan.loads.iter().map(|load| load.name.clone());
        Ok(Self {
            outputs: OutputWriter::open(
                output,
                names,
                plan.single_load().is_none(),
                plan.variables.clone(),
            )?,
            progress: ProgressPrinter::new(output.quiet(), plan),
            signals: SignalWatcher::watch(stop)?,
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

    /// Returns true if conditions can end the run.
    pub(crate) fn has_conditions(&self) -> bool {
        self.measurements.is_some()
    }

    /// Handles an event of the load with this index.
    pub(crate) fn on_event(&mut self, load: usize, event: &RunEvent<'_>) {
        if let Err(error) = self.outputs.on_event(load, event) {
            self.progress.clear();
            print_stderr(&self.variables.mask(format!("error: {error}")));
        }
        self.progress.on_event(load, event);
        match event {
            RunEvent::Tick(tick) => self.check_abort(load, tick),
            RunEvent::Draining => self.on_draining(),
            RunEvent::Finished(_) => {
                if let Some(measurements) = &mut self.measurements {
                    measurements.end(load);
                }
            }
            _ => {}
        }
    }

    /// Clears the progress, so that other text can be printed.
    pub(crate) fn clear_progress(&mut self) {
        self.progress.clear();
    }

    /// The outputs to write, the signals received, and the condition that ended the plan, if any.
    pub(crate) fn into_parts(self) -> (OutputWriter, SignalWatcher, Option<AbortReason>) {
        (self.outputs, self.signals, self.abort_monitor.aborted())
    }

    /// Checks the conditions once a second, unless a signal has stopped the plan.
    fn check_abort(&mut self, load: usize, tick: &RunTick<'_>) {
        if self.abort_monitor.is_idle() || self.signals.exit().is_some() {
            return;
        }
        let Some(measurements) = &mut self.measurements else {
            return;
        };
        let Some(elapsed) = measurements.tick(load, tick) else {
            return;
        };
        if let Some(message) = self.abort_monitor.check(measurements, elapsed) {
            self.note(&message);
        }
    }

    fn on_draining(&mut self) {
        self.running_loads = self.running_loads.saturating_sub(1);
        if self.running_loads == 0 {
            self.abort_monitor.set_ending();
        }
        if self.signals.exit().is_some() && !self.stop_announced {
            self.stop_announced = true;
            self.note(STOPPING);
        }
    }

    /// Prints a message, unless the run is quiet.
    fn note(&mut self, message: &str) {
        if !self.quiet {
            self.progress.clear();
            print_stderr(message);
        }
    }
}
