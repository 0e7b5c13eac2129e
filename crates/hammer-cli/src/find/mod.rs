//! `hammer find`: the highest rate at which objectives hold.

mod command;
mod find_args;
mod look_files;
mod look_judge;
mod look_limits;
mod recovery;
mod render;
mod search_output;
mod search_progress;
mod search_run;

use std::cell::RefCell;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use hammer_analysis::{CapacityStatus, CurveKnee, LookOutcome, RequiredRate, SearchReport, knee};
use hammer_core::{PlanReport, Rate, RunFile, Shape, StopHandle};
use hammer_plan::{LoadOutline, SubstitutedVariables};

pub(crate) use self::command::{NAME, command, hammer_command, run_selected};
pub(crate) use self::find_args::FindArgs;
use self::look_judge::LookJudge;
use self::look_limits::LookLimits;
use self::search_output::SearchWriter;
use self::search_run::SearchRun;
use crate::command_exit::CommandExit;
use crate::command_line::MaskedCommandLine;
use crate::error::Error;
use crate::execution::{LookSeries, RunnableLoad};
use crate::output::print_stderr;
use crate::process::SignalWatcher;

/// The drain of a look, if the objectives allow longer times and no other is set.
const LEAST_DRAIN: Duration = Duration::from_secs(2);

/// Searches with a load, and writes the outputs.
fn run(
    mut load: Box<dyn RunnableLoad>,
    args: &FindArgs,
    line: &MaskedCommandLine,
    variables: &SubstitutedVariables,
) -> Result<CommandExit, Error> {
    args.check()?;
    if load.single_hit().is_some() {
        let problem = "a single hit cannot be searched with (try without '--once')";
        return Err(Error::Usage(problem.to_owned()));
    }
    let from = Rate::per_second(1);
    let outline = LoadOutline::new("", Shape::constant(from))
        .with_groups(load.groups())
        .with_length(Some(args.settings().look));
    let objectives = args.objectives(&outline, load.names_are_known())?;
    let writer = SearchWriter::open(args.outputs())?;
    if !args.quiet() {
        let warnings = load.warnings().iter();
        warnings.for_each(|it| print_stderr(&variables.mask(format!("warning: {it}"))));
    }
    let texts = objectives.iter().map(ToString::to_string).collect();
    let judge = LookJudge::new(objectives, load.arrivals(), load.groups());
    let response = judge.time_limit().unwrap_or_else(|| load.timeout());
    let limits = LookLimits {
        set: load.set_max_in_flight(),
        response,
    };
    let stop = StopHandle::new();
    let run = SearchRun::new(args, judge, limits, variables, &stop)?;
    let signals = SignalWatcher::watch_run(&stop)?;
    let (started_at, started) = (SystemTime::now(), Instant::now());
    let target = variables.mask_target(load.target().to_owned());
    let run = RefCell::new(run);
    let first = run.borrow_mut().next_look();
    let searched = first.map(|first| {
        load.search(LookSeries {
            first,
            threads: thread::available_parallelism().map_or(1, usize::from),
            drain: (response * 2).max(LEAST_DRAIN),
            on_event: &mut |event| run.borrow_mut().on_event(event),
            next: &mut |report| run.borrow_mut().finished(report),
        })
    });
    let mut run = run.into_inner();
    run.close_progress();
    searched.transpose()?;
    let about = RunFile::new(PlanReport::new(String::new(), Duration::ZERO, vec![]));
    let about = about.with_start(started_at);
    let mut report = SearchReport::new(&about, args.settings(), run.best_known());
    report.command = line.words().to_vec();
    (report.hammer, report.target) = (std::mem::take(&mut run.hammer), target);
    report.objectives = texts;
    report.in_flight = limits.sizing();
    report.elapsed_s = started.elapsed().as_secs_f64();
    report.reason = reason(&report, run.void_reason.take(), signals.exit().is_some());
    report.at_least = args.at_least().map(|rate| RequiredRate {
        rate: rate.as_f64(),
        is_met: report
            .confirmed_rate()
            .is_some_and(|found| found >= rate.as_f64()),
    });
    (report.looks, report.curve, report.recovery) = (run.looks, run.curve, run.recovery);
    report.knee = knee_of(&report);
    let mut errors = run.errors;
    errors.append(&mut writer.finish(&report));
    for error in &errors {
        print_stderr(&format!("error: {error}"));
    }
    let failed = (!errors.is_empty()).then_some(CommandExit::FAILED);
    Ok(failed.or(signals.exit()).unwrap_or_else(|| exit(&report)))
}

/// The reason why there is no better answer.
fn reason(report: &SearchReport, void: Option<String>, is_stopped: bool) -> Option<String> {
    match report.answer.status {
        CapacityStatus::GeneratorLimited => void,
        CapacityStatus::NotConfirmed if is_stopped => Some("stopped by a signal".to_owned()),
        CapacityStatus::NotConfirmed if has_time(report) => Some("no confirmation held".to_owned()),
        CapacityStatus::NotConfirmed => Some("the budget was used up".to_owned()),
        _ => None,
    }
}

/// Returns true if the budget had time for another confirmation.
fn has_time(report: &SearchReport) -> bool {
    let settings = &report.settings;
    let confirmation_s = settings.rest_s + settings.settle_s + settings.confirm_s;
    report.elapsed_s + confirmation_s <= settings.budget_s
}

/// The knee of the p99 over the rate.
fn knee_of(report: &SearchReport) -> Option<CurveKnee> {
    let looks = report.looks.iter().chain(&report.curve);
    let judged = looks.filter(|look| look.outcome != LookOutcome::Void);
    let points: Vec<(f64, f64)> = judged
        .filter_map(|look| Some((look.rate, look.p99_us?)))
        .collect();
    let rate = knee(&points)?;
    let at_knee = points.iter().find(|(known, _)| *known == rate);
    at_knee.map(|(rate, p99_us)| CurveKnee {
        rate: *rate,
        p99_us: *p99_us,
    })
}

/// The exit code of a search.
fn exit(report: &SearchReport) -> CommandExit {
    match report.answer.status {
        CapacityStatus::GeneratorLimited => CommandExit::INVALID,
        CapacityStatus::NeverHeld | CapacityStatus::NotConfirmed => CommandExit::FAILED,
        CapacityStatus::Confirmed | CapacityStatus::AtLeast => match &report.at_least {
            Some(required) if !required.is_met => CommandExit::THRESHOLD,
            _ => CommandExit::OK,
        },
    }
}

/// Rounds a rate to four significant digits, so that a person can type it.
fn rounded(rate: f64) -> f64 {
    if rate <= 0.0 {
        return rate;
    }
    let digits = 3 - rate.log10().floor() as i32;
    let scale = 10_f64.powi(digits);
    (rate * scale).round() / scale
}

/// The rate of a schedule, or `None` if it is out of range.
fn rate_of(rate: f64) -> Option<Rate> {
    format!("{rate}").parse().ok()
}
