use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use hammer_core::{Event, Report, Stop, Together};
use hammer_plan::{LoadReport, PlanReport};

use super::assembly::{Assembly, NamedLoad};
use super::progress::PlanProgress;
use super::so_far::SoFar;
use crate::error::Error;
use crate::exit::Exit;
use crate::job::Swing;
use crate::outputs::Outputs;
use crate::runner::{self, STOPPING, say};
use crate::signals::Signals;
use crate::threshold_args::{self, Watch};

/// Makes the runs of all loads at the same time, each on threads of its own, and writes one report.
pub(crate) fn execute(plan: Assembly) -> Result<Exit, Error> {
    let (needs, threads) = (plan.needs(), plan.threads());
    let Assembly {
        name,
        mut loads,
        output,
    } = plan;
    if loads.len() == 1 && loads[0].offset.is_zero() {
        return runner::execute(loads.remove(0).job, &output);
    }
    let stop = Stop::new();
    let thresholds = output.thresholds();
    let shared = Mutex::new(Shared {
        watch: thresholds.watch(&stop),
        so_far: SoFar::new(&loads),
        quiet: output.quiet(),
        outputs: Outputs::open_for(&output, true)?,
        progress: PlanProgress::new(output.quiet(), &loads),
        signals: Signals::watch(&stop)?,
        stopping: output.quiet(),
    });
    let log_hits = shared
        .lock()
        .is_ok_and(|shared| shared.outputs.wants_hits());
    let together = Together::new(loads.len());
    runner::warn(needs, &output);
    // All have their place before the first one arrives there.
    let places: Vec<_> = beginnings(
        loads
            .iter()
            .map(|load| (load.offset, load.job.load().warmup().unwrap_or_default())),
    )
    .map(|begin| together.place(begin))
    .collect();
    let reports = thread::scope(|scope| {
        let shared = &shared;
        let swings = loads.into_iter().zip(places).enumerate();
        let running: Vec<_> = swings
            .map(|(index, (load, place))| {
                let swing = Swing {
                    log_hits,
                    stop: stop.clone(),
                    threads: Some(threads),
                    place: Some(place),
                };
                let stop = stop.clone();
                scope.spawn(move || {
                    let NamedLoad { name, offset, job } = load;
                    let report = job.swing(swing, &mut |event| {
                        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                        shared.on_event(index, &name, event);
                    });
                    if report.is_err() {
                        stop.now();
                    }
                    report.map(|report| LoadReport::new(name, offset, report))
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
        let broken =
            |_| Error::Run("failed to run: the thread of a load panicked, see stderr".into());
        all.push(report.map_err(broken)??);
    }
    let mut report = PlanReport::new(name, cpu(all.iter().map(|load| &load.report)), all);
    thresholds.judge_plan(&mut report, shared.watch.aborted());
    let met = threshold_args::met(&report.thresholds, report.aborted.as_ref());
    let broken = shared.outputs.finish(&report);
    Ok(runner::ended(
        &broken,
        &shared.signals,
        &report.verdict,
        met,
        &output,
    ))
}

/// When each load begins, warm-up and all, from the offset at which its clock starts and the length
/// of its warm-up: the plan starts when the first clock could, so that none is late for it.
fn beginnings(
    loads: impl Iterator<Item = (Duration, Duration)> + Clone,
) -> impl Iterator<Item = Duration> {
    let ahead = |(offset, warmup): (Duration, Duration)| warmup.saturating_sub(offset);
    let start = loads.clone().map(ahead).max().unwrap_or_default();
    loads.map(move |(offset, warmup)| (start + offset).saturating_sub(warmup))
}

/// The processor time of all loads' threads; where the system does not tell, that of the process
/// while the longest load ran.
fn cpu<'a>(reports: impl Iterator<Item = &'a Report> + Clone) -> Duration {
    let workers = reports.clone().flat_map(|report| &report.generator.workers);
    let sum: Option<f64> = workers.map(|worker| worker.cpu_s).sum();
    let longest = reports
        .map(|report| report.generator.cpu_s)
        .fold(0.0, f64::max);
    let told = sum.filter(|sum| *sum > 0.0).unwrap_or(longest);
    Duration::try_from_secs_f64(told).unwrap_or_default()
}

/// What the loads write to, one at a time.
struct Shared<'a> {
    outputs: Outputs,
    progress: PlanProgress,
    signals: Signals,
    watch: Watch<'a>,
    so_far: SoFar,
    quiet: bool,
    /// Whether it was said that the plan is being stopped, or is not to be said.
    stopping: bool,
}

impl Shared<'_> {
    fn on_event(&mut self, index: usize, name: &str, event: &Event<'_>) {
        if let Err(broken) = self.outputs.on_event(Some(name), event) {
            self.progress.clear();
            say(&format!("error: {broken}"));
        }
        self.progress.on_event(index, event);
        self.watch(index, event);
        if matches!(event, Event::Draining) && self.signals.exit().is_some() && !self.stopping {
            self.stopping = true;
            self.progress.clear();
            say(STOPPING);
        }
    }

    /// Ends all loads when a condition holds, unless a signal does so.
    fn watch(&mut self, index: usize, event: &Event<'_>) {
        let Event::Tick(tick) = event else { return };
        if self.watch.is_idle() || self.signals.exit().is_some() {
            return;
        }
        let Some(elapsed) = self.so_far.tick(index, tick) else {
            return;
        };
        let aborting = self.watch.look(&self.so_far, elapsed);
        if let Some(aborting) = aborting.filter(|_| !self.quiet) {
            self.progress.clear();
            say(&aborting);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warm_ups_end_when_their_loads_start() {
        for (loads, begin) in [
            (vec![(0, 0), (5, 0)], vec![0, 5]),
            (vec![(0, 10), (0, 0)], vec![0, 10]),
            (vec![(0, 10), (5, 10), (0, 3)], vec![0, 5, 7]),
            (vec![(30, 10), (0, 0)], vec![20, 0]),
            (vec![(5, 10), (0, 2)], vec![0, 3]),
        ] {
            let secs = Duration::from_secs;
            let given = loads.iter().map(|(a, b)| (secs(*a), secs(*b)));
            let found: Vec<_> = beginnings(given).map(|begin| begin.as_secs()).collect();
            assert_eq!(found, begin, "{loads:?}");
        }
    }
}
