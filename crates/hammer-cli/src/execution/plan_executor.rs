//! Execution of a plan: all loads at the same time, with one report.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use hammer_core::{
    BaselineComparison, PlanLoadReport, PlanReport, Report, ResourceLimits, RunEvent, RunFile,
    RunStartBarrier, StopHandle,
};
use hammer_plan::{check_thresholds, withdraw_relative_results};

use super::plan_monitor::PlanMonitor;
use super::report_mask::{mask_baseline, mask_report};
use super::{
    LoadResult, RunOptions, RunThresholds, RunnableLoad, RunnablePlan, RunnablePlanLoad, once,
};
use crate::args::OutputArgs;
use crate::baseline::BaselineRun;
use crate::command_exit::CommandExit;
use crate::dry_run;
use crate::error::Error;
use crate::output::{RunProgress, print_stderr};
use crate::report::{is_refused, lacks_required_verdict};

/// Executes a run without a plan, its dry run, or a single hit.
pub(crate) fn start_load(
    load: Box<dyn RunnableLoad>,
    output: &OutputArgs,
) -> Result<CommandExit, Error> {
    start(RunnablePlan::of_one(load), output)
}

/// Executes a plan, its dry run, or a single hit.
pub(crate) fn start(mut plan: RunnablePlan, output: &OutputArgs) -> Result<CommandExit, Error> {
    let flags = output.thresholds();
    flags.validate(&plan.outlines(), plan.names_are_known())?;
    let baseline = BaselineRun::open(flags, &plan)?;
    let thresholds = flags.for_run(baseline.as_ref().map(BaselineRun::measurements))?;
    if output.dry_run() && dry_run::is_for_a_duel() {
        if !output.quiet() {
            print_warnings(&plan);
        }
        return dry_run::print_loads(&plan);
    }
    if output.dry_run() {
        return dry_run::print(&plan);
    }
    if let Some(job) = plan.single_hit() {
        return once::run(job);
    }
    execute(plan, output, &thresholds, baseline.as_ref())
}

/// Runs all loads at the same time, each on its own threads, and writes one report.
fn execute(
    plan: RunnablePlan,
    output: &OutputArgs,
    thresholds: &RunThresholds,
    baseline: Option<&BaselineRun>,
) -> Result<CommandExit, Error> {
    let stop = StopHandle::new();
    let monitor = PlanMonitor::new(&plan, output, thresholds, baseline, &stop)?;
    if !output.quiet() {
        print_warnings(&plan);
        if let Some(doubt) = baseline.and_then(BaselineRun::doubt) {
            print_stderr(&plan.variables.mask(format!("warning: {doubt}")));
        }
    }
    let (name, variables) = (plan.name.clone(), plan.variables.clone());
    let monitor = Mutex::new(monitor);
    let results = run_loads(plan, &stop, &monitor);
    let mut monitor = monitor.into_inner().unwrap_or_else(PoisonError::into_inner);
    monitor.close_progress();
    let (mut loads, mut replay, mut errors) = (vec![], None, vec![]);
    for (name, offset, result) in results {
        let result = result?;
        loads.push(PlanLoadReport::new(name, offset, result.report));
        replay = replay.or(result.replay);
        errors.extend(result.error);
    }
    let (mut outputs, signals, aborted) = monitor.into_parts();
    let mut all_errors = outputs.finish_logs();
    for load in &mut loads {
        load.report.generator.log_dropped += outputs.dropped_hits(&load.name);
    }
    let cpu = total_cpu(loads.iter().map(|load| &load.report));
    let mut report = PlanReport::new(name, cpu, loads);
    report.replay = replay;
    check_thresholds(&mut report, &thresholds.asserted, aborted);
    mask_report(&mut report, &variables);
    let mut run = RunFile::new(report);
    run.requires_valid = output.require_valid();
    let words = output.command_line().words().iter();
    run.command = words.map(|word| variables.mask(word.clone())).collect();
    match compare(baseline, &run) {
        Ok(comparison) => run.report.baseline = comparison,
        Err(error) => all_errors.push(error),
    }
    let compared = run.report.baseline.as_ref();
    if compared.is_some_and(|baseline| baseline.incomparable.is_some()) {
        withdraw_relative_results(&mut run.report);
    }
    if let Some(baseline) = &mut run.report.baseline {
        mask_baseline(baseline, &variables);
    }
    all_errors.append(&mut outputs.finish(&run));
    all_errors.append(&mut errors);
    for error in &all_errors {
        print_stderr(&variables.mask(format!("error: {error}")));
    }
    // After a signal, an incomplete run is expected, unless the verdict was required.
    let failed = (!all_errors.is_empty()).then_some(CommandExit::FAILED);
    Ok(failed
        .or(lacks_required_verdict(&run).then_some(CommandExit::INVALID))
        .or(signals.exit())
        .or(is_refused(&run).then_some(CommandExit::INVALID))
        .or((!run.report.passed()).then_some(CommandExit::THRESHOLD))
        .unwrap_or(CommandExit::OK))
}

/// Compares a run with its baseline. A panic is an error, because the outputs of the run are not
/// written yet.
fn compare(
    baseline: Option<&BaselineRun>,
    run: &RunFile,
) -> Result<Option<BaselineComparison>, String> {
    let compared = catch_unwind(AssertUnwindSafe(|| baseline?.compare(run)));
    compared.map_err(|_| "failed to compare with the baseline: it panicked (see stderr)".to_owned())
}

/// Runs all loads to their end: the last one on the calling thread, the others on threads of their own.
fn run_loads(
    mut plan: RunnablePlan,
    stop: &StopHandle,
    monitor: &Mutex<PlanMonitor<'_>>,
) -> Vec<(String, Duration, Result<LoadResult, Error>)> {
    let threads = plan.threads();
    let (log_hits, age_waiting_hits) = {
        let monitor = lock(monitor);
        (monitor.wants_hits(), monitor.checks_thresholds())
    };
    let barrier = RunStartBarrier::new(plan.loads.len());
    // All tickets exist before the first load uses its own.
    let mut options: Vec<_> = (plan.start_offsets().into_iter())
        .map(|offset| RunOptions {
            log_hits,
            age_waiting_hits,
            stop: stop.clone(),
            threads,
            start_ticket: Some(barrier.ticket(offset)),
            setting_names: plan.setting_names,
        })
        .collect();
    let run = |index: usize, load: RunnablePlanLoad, options: RunOptions| {
        let RunnablePlanLoad { name, offset, load } = load;
        RunProgress::register_coordinator();
        let mut on_event = |event: &RunEvent<'_>| lock(monitor).on_event(index, event);
        let ended = catch_unwind(AssertUnwindSafe(|| load.run(options, &mut on_event)));
        let result = ended.unwrap_or_else(|_| {
            let panicked = "failed to run: the thread of a load panicked (see stderr)";
            Err(Error::Run(panicked.into()))
        });
        if result.is_err() {
            stop.stop_now();
        }
        (name, offset, result)
    };
    let last = plan.loads.pop().zip(options.pop());
    thread::scope(|scope| {
        let run = &run;
        let index = plan.loads.len();
        let others = plan.loads.into_iter().zip(options).enumerate();
        let running: Vec<_> = others
            .map(|(index, (load, options))| scope.spawn(move || run(index, load, options)))
            .collect();
        let last = last.map(|(load, options)| run(index, load, options));
        // Panics of a load are caught above.
        let ended = running.into_iter().filter_map(|load| load.join().ok());
        ended.chain(last).collect()
    })
}

fn lock<'m, 'a>(monitor: &'m Mutex<PlanMonitor<'a>>) -> MutexGuard<'m, PlanMonitor<'a>> {
    monitor.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Warns about files and ports that the run may lack, and of what the loads found.
fn print_warnings(plan: &RunnablePlan) {
    let found = plan.loads.iter().flat_map(|load| load.load.warnings());
    found.for_each(|warning| print_stderr(&plan.variables.mask(format!("warning: {warning}"))));
    for shortage in plan.needs().shortages(ResourceLimits::read()) {
        let shortage = plan.setting_names.reword(&shortage.to_string());
        print_stderr(&format!("warning: {shortage}"));
    }
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

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};
    use hammer_core::{Outcome, Rate, ResourceNeeds, Run, Schedule, from_fn};
    use hammer_plan::SubstitutedVariables;

    use super::*;
    use crate::dry_run::LoadForecast;
    use crate::setting_names::SettingNames;

    /// A load that runs for an hour, or panics.
    struct FakeLoad {
        panics: bool,
    }

    impl RunnableLoad for FakeLoad {
        fn hammer(&self) -> &str {
            "fake"
        }

        fn target(&self) -> &str {
            ""
        }

        fn schedule(&self) -> Schedule {
            Schedule::constant(Rate::per_second(10)).with_duration(Duration::from_secs(3600))
        }

        fn needs(&self, threads: usize) -> ResourceNeeds {
            ResourceNeeds::estimate(Some(1.0), Duration::from_secs(1), 1, threads)
        }

        fn forecast(&self) -> LoadForecast {
            unreachable!("this is not a dry run")
        }

        fn run(
            self: Box<Self>,
            options: RunOptions,
            on_event: &mut dyn FnMut(&RunEvent<'_>),
        ) -> Result<LoadResult, Error> {
            assert!(!self.panics, "this load panics, as the test expects");
            let run = Run::new(from_fn(async |_| Ok(Outcome::ok("done"))), self.schedule());
            options.execute(run, on_event).map(LoadResult::from)
        }
    }

    #[test]
    fn a_load_that_panics_ends_the_others() {
        let command = OutputArgs::augment_args(Command::new("test"));
        let matches = command.get_matches_from(["test", "-q"]);
        let quiet = OutputArgs::from_arg_matches(&matches).expect("-q is valid");
        for panicking in [0, 1] {
            let loads = [0, 1].map(|index| RunnablePlanLoad {
                name: format!("load-{index}"),
                offset: Duration::ZERO,
                load: Box::new(FakeLoad {
                    panics: index == panicking,
                }),
            });
            let plan = RunnablePlan {
                name: "plan".into(),
                loads: loads.into(),
                setting_names: SettingNames::PlanKeys,
                variables: SubstitutedVariables::default(),
            };
            let error =
                execute(plan, &quiet, &RunThresholds::default(), None).expect_err("a load panics");
            assert!(matches!(&error, Error::Run(message) if message.contains("panicked")));
        }
    }
}
