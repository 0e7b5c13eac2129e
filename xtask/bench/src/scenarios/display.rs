//! Compares runs with a live display with those without progress: one load, and plans of many loads.

use hammer_target::TargetBehavior;

mod display_plan;

use display_plan::{DisplayPlan, PLANS};

use super::ScenarioReport;
use super::variants::{RequestVariant, VariantPair};
use crate::context::{BenchContext, CONNECTIONS, MeasuredRun};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::peers::ToolLoad;
use crate::pinned_target::{PinnedTargetServer, TargetServerMode};
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

const RATE: f64 = 20_000.0;

pub(super) const fn lower(
    key: &'static str,
    title: &'static str,
    unit: &'static str,
) -> FigureKind {
    FigureKind {
        key,
        title,
        unit,
        better: BetterDirection::Lower,
    }
}

static CPU_RATIO: FigureKind = lower("cpu_ratio", "CPU per hit, display ÷ none", "1");
static P99_RATIO: FigureKind = lower("p99_ratio", "response p99, display ÷ none", "1");
static CORE: FigureKind = lower("core_percent", "CPU time of the display, % of a core", "%");
static CPU: [FigureKind; 2] = [
    lower("cpu_us_per_hit_none", "CPU per hit, no progress, µs", "us"),
    lower("cpu_us_per_hit_display", "CPU per hit, display, µs", "us"),
];
static P99: [FigureKind; 2] = [
    lower(
        "response_p99_us_none",
        "response p99, no progress, µs",
        "us",
    ),
    lower("response_p99_us_display", "response p99, display, µs", "us"),
];

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let target = bench.start_target(TargetServerMode::Raw, false, TargetBehavior::default())?;
    let url = target.url();
    let mut load = bench.closed_loop_load(&url, bench.plan.steady_duration);
    load.rate = Some(RATE);
    load.needs_percentiles = true;
    let pair = VariantPair::on_terminal(bench, progress_modes(), None)?;
    let mut figures = FigureCollector::new(scenario.name());
    let ours = bench.hammer.name();
    pair.measure(
        bench,
        scenario.name(),
        &target,
        &load,
        bench.plan.rounds,
        |round, runs| {
            let cpu = runs.each_ref().map(cpu_us_per_hit);
            let p99 = runs.each_ref().map(|run| run.tool_report.p99_us);
            figures.record(round, ours, &CPU_RATIO, ratio(cpu));
            figures.record(round, ours, &P99_RATIO, ratio(p99));
            figures.record(round, ours, &CORE, core_percent(&runs));
            for (index, (cpu, p99)) in cpu.into_iter().zip(p99).enumerate() {
                figures.record(round, ours, &CPU[index], cpu);
                figures.record(round, ours, &P99[index], p99);
            }
        },
    );
    for plan in &PLANS {
        measure_plan(bench, plan, &target, &load, &mut figures)?;
    }
    let heading = format!(
        "{}/s with a live display, in pairs with none; {CONNECTIONS} connections, 1 thread, {} s; plans of many \
         loads at {}/s in all; raw target",
        format_number(RATE),
        bench.plan.steady_duration.as_secs_f64(),
        format_number(DisplayPlan::RATE),
    );
    Ok(ScenarioReport { heading, figures })
}

/// Measures the display of a plan of many loads. A display that takes more with more loads is not an error:
/// its figures are shown.
fn measure_plan(
    bench: &BenchContext,
    plan: &'static DisplayPlan,
    target: &PinnedTargetServer,
    load: &ToolLoad<'_>,
    figures: &mut FigureCollector,
) -> Result<(), Error> {
    let folder = tempfile::tempdir()
        .map_err(|error| Error::failed(format!("failed to create a folder: {error}")))?;
    let path = plan
        .write(folder.path(), load.url, bench.plan.steady_duration)
        .map_err(|error| Error::failed(format!("failed to write a plan: {error}")))?;
    let pair = VariantPair::on_terminal(bench, progress_modes(), Some(&path))?;
    let ours = bench.hammer.name();
    pair.measure(
        bench,
        plan.name,
        target,
        load,
        bench.plan.rounds,
        |round, runs| {
            figures.record(round, ours, &plan.core, core_percent(&runs));
            for (kind, run) in plan.memory.iter().zip(&runs) {
                let megabytes = run.tool_report.peak_rss_bytes.map(|bytes| bytes / 1e6);
                figures.record(round, ours, kind, megabytes);
            }
        },
    );
    Ok(())
}

/// No progress, and the display.
fn progress_modes() -> [RequestVariant; 2] {
    ["none", "live"].map(|mode| RequestVariant {
        name: mode,
        path: String::new(),
        arguments: vec!["--progress".to_owned(), mode.to_owned()],
    })
}

/// The second figure divided by the first.
fn ratio([first, second]: [Option<f64>; 2]) -> Option<f64> {
    Some(second? / first?)
}

/// The CPU time of hammer per hit, as it reports it: that of its process is hidden behind a shell.
fn cpu_us_per_hit(run: &MeasuredRun) -> Option<f64> {
    let report = &run.tool_report;
    Some(report.cpu_s? / report.hits as f64 * 1e6)
}

/// The CPU time that the second run took more than the first, in percent of a core.
fn core_percent(runs: &[MeasuredRun; 2]) -> Option<f64> {
    let [none, display] = runs.each_ref().map(|run| {
        let report = &run.tool_report;
        Some(report.cpu_s? / report.seconds * 100.0)
    });
    Some(display? - none?)
}
