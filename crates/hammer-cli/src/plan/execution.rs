//! Execution of a plan: all loads at the same time, with one report.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use hammer_core::{Report, RunEvent, RunStartBarrier, StopHandle};
use hammer_plan::{PlanLoadReport, PlanReport};

use super::plan_measurements::RunningPlanMeasurements;
use super::plan_progress::PlanProgressPrinter;
use super::runnable_plan::{RunnablePlan, RunnablePlanLoad};
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::output_writer::OutputWriter;
use crate::runner::{self, STOPPING_MESSAGE, print_stderr};
use crate::setting_names::SettingNames;
use crate::signal_watcher::SignalWatcher;
use crate::threshold_args::{self, AbortMonitor};
use crate::typed_load::RunOptions;

/// Runs all loads at the same time, each on its own threads, and writes one report.
pub(crate) fn execute(plan: RunnablePlan) -> Result<CommandExit, Error> {
    let (needs, threads) = (plan.needs(), plan.threads());
    let RunnablePlan {
        name,
        mut loads,
        output,
    } = plan;
    if loads.len() == 1 && loads[0].offset.is_zero() {
        return runner::execute(loads.remove(0).job, &output);
    }
    let stop = StopHandle::new();
    let thresholds = output.thresholds();
    let shared = Mutex::new(PlanRunState {
        abort_monitor: thresholds.abort_monitor(&stop),
        measurements: RunningPlanMeasurements::new(&loads),
        quiet: output.quiet(),
        outputs: OutputWriter::open_for_loads(&output, true)?,
        progress: PlanProgressPrinter::new(output.quiet(), &loads),
        signals: SignalWatcher::watch(&stop)?,
        stop_announced: output.quiet(),
    });
    let log_hits = shared
        .lock()
        .is_ok_and(|shared| shared.outputs.wants_hits());
    let barrier = RunStartBarrier::new(loads.len());
    runner::warn_of_shortages(needs, SettingNames::PlanKeys, &output);
    // All tickets exist before the first load uses its own.
    let tickets: Vec<_> = start_offsets(
        loads
            .iter()
            .map(|load| (load.offset, load.job.load().warmup().unwrap_or_default())),
    )
    .map(|offset| barrier.ticket(offset))
    .collect();
    let reports = thread::scope(|scope| {
        let shared = &shared;
        let loads = loads.into_iter().zip(tickets).enumerate();
        let running: Vec<_> = loads
            .map(|(index, (load, ticket))| {
                let options = RunOptions {
                    log_hits,
                    stop: stop.clone(),
                    threads: Some(threads),
                    start_ticket: Some(ticket),
                };
                let stop = stop.clone();
                scope.spawn(move || {
                    let RunnablePlanLoad { name, offset, job } = load;
                    let report = job.run(options, &mut |event| {
                        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                        shared.on_event(index, &name, event);
                    });
                    if report.is_err() {
                        stop.stop_now();
                    }
                    report.map(|report| PlanLoadReport::new(name, offset, report))
                })
            })
            .collect();
        let ended = running.into_iter().map(|load| load.join());
        ended.collect::<Vec<_>>()
    });
    let mut shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    shared.progress.clear();
    let mut all = vec![];
    for report in reports {
        let panicked =
            |_| Error::Run("failed to run: the thread of a load panicked (see stderr)".into());
        all.push(report.map_err(panicked)??);
    }
    let mut report = PlanReport::new(name, total_cpu(all.iter().map(|load| &load.report)), all);
    thresholds.evaluate_plan(&mut report, shared.abort_monitor.aborted());
    let passed = threshold_args::all_passed(&report.thresholds, report.aborted.as_ref());
    let errors = shared.outputs.finish(&report);
    Ok(runner::finish(
        &errors,
        &shared.signals,
        &report.verdict,
        passed,
        &output,
    ))
}

/// Start offsets of the warm-ups, from the offset and warm-up of each load.
///
/// The start of the plan is delayed so that each warm-up ends at the offset of its load.
fn start_offsets(
    loads: impl Iterator<Item = (Duration, Duration)> + Clone,
) -> impl Iterator<Item = Duration> {
    let ahead = |(offset, warmup): (Duration, Duration)| warmup.saturating_sub(offset);
    let start = loads.clone().map(ahead).max().unwrap_or_default();
    loads.map(move |(offset, warmup)| (start + offset).saturating_sub(warmup))
}

/// The CPU time of the threads of all loads, or of the process if the system does not report threads.
fn total_cpu<'a>(reports: impl Iterator<Item = &'a Report> + Clone) -> Duration {
    let workers = reports.clone().flat_map(|report| &report.generator.workers);
    let sum: Option<f64> = workers.map(|worker| worker.cpu_s).sum();
    let longest = reports
        .map(|report| report.generator.cpu_s)
        .fold(0.0, f64::max);
    let seconds = sum.filter(|sum| *sum > 0.0).unwrap_or(longest);
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

/// State that all loads share.
struct PlanRunState<'a> {
    outputs: OutputWriter,
    progress: PlanProgressPrinter,
    signals: SignalWatcher,
    abort_monitor: AbortMonitor<'a>,
    measurements: RunningPlanMeasurements,
    quiet: bool,
    /// True if the stop was announced, or is not to be announced.
    stop_announced: bool,
}

impl PlanRunState<'_> {
    fn on_event(&mut self, index: usize, name: &str, event: &RunEvent<'_>) {
        if let Err(error) = self.outputs.on_event(Some(name), event) {
            self.progress.clear();
            print_stderr(&format!("error: {error}"));
        }
        self.progress.on_event(index, event);
        self.check_abort(index, event);
        if matches!(event, RunEvent::Draining)
            && self.signals.exit().is_some()
            && !self.stop_announced
        {
            self.stop_announced = true;
            self.progress.clear();
            print_stderr(STOPPING_MESSAGE);
        }
    }

    /// Stops all loads if a condition is met, unless a signal has stopped them.
    fn check_abort(&mut self, index: usize, event: &RunEvent<'_>) {
        let RunEvent::Tick(tick) = event else { return };
        if self.abort_monitor.is_idle() || self.signals.exit().is_some() {
            return;
        }
        let Some(elapsed) = self.measurements.tick(index, tick) else {
            return;
        };
        let message = self.abort_monitor.check(&self.measurements, elapsed);
        if let Some(message) = message.filter(|_| !self.quiet) {
            self.progress.clear();
            print_stderr(&message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warm_ups_end_when_their_loads_start() {
        for (loads, offsets) in [
            (vec![(0, 0), (5, 0)], vec![0, 5]),
            (vec![(0, 10), (0, 0)], vec![0, 10]),
            (vec![(0, 10), (5, 10), (0, 3)], vec![0, 5, 7]),
            (vec![(30, 10), (0, 0)], vec![20, 0]),
            (vec![(5, 10), (0, 2)], vec![0, 3]),
        ] {
            let secs = Duration::from_secs;
            let given = loads.iter().map(|(a, b)| (secs(*a), secs(*b)));
            let found: Vec<_> = start_offsets(given)
                .map(|offset| offset.as_secs())
                .collect();
            assert_eq!(found, offsets, "{loads:?}");
        }
    }
}
