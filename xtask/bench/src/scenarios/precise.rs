//! Rates from 1,000/s to 80,000/s: time from the due time of a hit to its arrival at the target.

mod figure_kinds;

use hammer_target::{GroundTruth, TargetBehavior};

use self::figure_kinds::{RATES, RateFigureKinds};
use super::ScenarioReport;
use crate::arrival_grid::GridFit;
use crate::context::{BenchContext, CONNECTIONS, MeasuredRun};
use crate::error::Error;
use crate::figure_collector::FigureCollector;
use crate::installed_tool::InstalledTool;
use crate::number_format::format_number;
use crate::peers::ToolLoad;
use crate::pinned_target::TargetServerMode;
use crate::scenario::BenchScenario;

/// The peers that are measured as well.
const PEERS: [&str; 3] = ["oha", "wrk2", "k6"];
/// Largest relative error of the rate at which the arrivals are comparable.
const MAX_RATE_ERROR: f64 = 0.02;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let mut load = bench.closed_loop_load("", bench.plan.lead_in + bench.plan.precise_duration);
    let mut figures = FigureCollector::new(scenario.name());
    for kinds in &RATES {
        let rate = f64::from(kinds.rate);
        load.rate = Some(rate);
        let ours = bench.hammer.name();
        let mut tools = bench.tools_for(scenario, &load);
        tools.retain(|tool| tool.name() == ours || PEERS.contains(&tool.name()));
        let label = format!("{} at {}/s", scenario.name(), format_number(rate));
        bench.run_tools(&label, &tools, |round, tool| {
            let (run, truth) = measure_arrivals(bench, tool, scenario, &load)?;
            if tool.name() == ours {
                record_own_figures(&mut figures, round, ours, kinds, &run);
            }
            let distances = record_distances(bench, &mut figures, round, tool, kinds, truth);
            if tool.name() != ours {
                return distances;
            }
            bench.print_progress(&label, round, "hammer --spin");
            let spun = measure_arrivals(bench, &bench.spinning_hammer, scenario, &load)
                .map(|(run, _)| record_spin_figures(&mut figures, round, ours, kinds, &run))
                .map_err(|error| Error::failed(format!("with --spin: {error}")));
            distances.and(spun)
        });
    }
    let heading = format!(
        "{} to {}/s, {CONNECTIONS} connections, 1 thread, {} s; {}",
        format_number(f64::from(RATES[0].rate)),
        format_number(f64::from(RATES[RATES.len() - 1].rate)),
        bench.plan.precise_duration.as_secs_f64(),
        bench.limit_text(TargetServerMode::RawRecording, scenario.tls)
    );
    Ok(ScenarioReport { heading, figures })
}

/// Runs a tool against a target of its own, and returns the arrivals that the target recorded.
fn measure_arrivals(
    bench: &BenchContext,
    tool: &InstalledTool,
    scenario: BenchScenario,
    load: &ToolLoad<'_>,
) -> Result<(MeasuredRun, GroundTruth), Error> {
    let target = bench.start_target(
        TargetServerMode::RawRecording,
        scenario.tls,
        TargetBehavior::default(),
    )?;
    let url = target.url();
    let load = ToolLoad {
        url: &url,
        ..load.clone()
    };
    let run = bench.measure_run(tool, &target, &load, false)?;
    Ok((run, target.into_truth()))
}

/// Records the distances of arrivals from an even grid.
///
/// # Errors
///
/// If the hits arrived at another rate than the requested one.
fn record_distances(
    bench: &BenchContext,
    figures: &mut FigureCollector,
    round: usize,
    tool: &InstalledTool,
    kinds: &'static RateFigureKinds,
    truth: GroundTruth,
) -> Result<(), Error> {
    let rate = f64::from(kinds.rate);
    let fit = GridFit::new(truth, bench.plan.lead_in, rate)?;
    check_rate(fit.rate, rate)?;
    let name = tool.name();
    figures.record(round, name, &kinds.distance_p50, fit.distance_us(0.5));
    figures.record(round, name, &kinds.distance_p99, fit.distance_us(0.99));
    Ok(())
}

/// Records what hammer reports of itself, and its CPU time.
fn record_own_figures(
    figures: &mut FigureCollector,
    round: usize,
    ours: &'static str,
    kinds: &'static RateFigureKinds,
    run: &MeasuredRun,
) {
    let report = &run.tool_report;
    for (kind, value) in [
        (&kinds.lateness_p50, report.lateness_p50_us),
        (&kinds.lateness_p99, report.lateness_p99_us),
        (&kinds.response_p50, report.p50_us),
        (&kinds.cpu, run.cpu_us_per_hit),
    ] {
        figures.record(round, ours, kind, value);
    }
}

/// Records what hammer reports of itself if it polls.
fn record_spin_figures(
    figures: &mut FigureCollector,
    round: usize,
    ours: &'static str,
    kinds: &'static RateFigureKinds,
    run: &MeasuredRun,
) {
    let report = &run.tool_report;
    for (kind, value) in [
        (&kinds.spin_lateness_p50, report.lateness_p50_us),
        (&kinds.spin_lateness_p99, report.lateness_p99_us),
    ] {
        figures.record(round, ours, kind, value);
    }
}

/// Refuses arrivals at another rate than the requested one.
fn check_rate(seen: f64, requested: f64) -> Result<(), Error> {
    if (seen / requested - 1.0).abs() <= MAX_RATE_ERROR {
        return Ok(());
    }
    Err(Error::failed(format!(
        "its hits arrived at {} of {}/s, and their distances are left out",
        format_number(seen),
        format_number(requested)
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::ToolReport;

    #[test]
    fn distances_need_the_requested_rate() {
        for (seen, comparable) in [
            (981.0, true),
            (1000.0, true),
            (1019.0, true),
            (979.0, false),
            (1021.0, false),
            (0.0, false),
        ] {
            assert_eq!(check_rate(seen, 1000.0).is_ok(), comparable, "{seen}");
        }
        let error = check_rate(18_000.0, 20_000.0).expect_err("it is too slow");
        assert_eq!(
            error.to_string(),
            "its hits arrived at 18,000 of 20,000/s, and their distances are left out"
        );
    }

    #[test]
    fn figures_of_sleeping_and_of_spinning_are_separate() {
        let run = |lateness_p50_us| MeasuredRun {
            tool_report: ToolReport {
                p50_us: Some(97.0),
                lateness_p50_us: Some(lateness_p50_us),
                lateness_p99_us: Some(90.0),
                ..ToolReport::default()
            },
            cpu_us_per_hit: Some(12.0),
            target_busy: None,
            answers_per_busy_s: None,
            user_us_per_hit: None,
        };
        let mut figures = FigureCollector::new("precise");
        record_own_figures(&mut figures, 0, "hammer", &RATES[3], &run(36.0));
        record_spin_figures(&mut figures, 0, "hammer", &RATES[3], &run(5.0));
        let figures = figures.into_figures();
        let recorded: Vec<_> = figures
            .iter()
            .map(|(_, one)| (&*one.figure, one.spread.median))
            .collect();
        assert_eq!(
            recorded,
            [
                ("lateness_p50_us_20000", 36.0),
                ("lateness_p99_us_20000", 90.0),
                ("response_p50_us_20000", 97.0),
                ("cpu_us_per_hit_20000", 12.0),
                ("spin_lateness_p50_us_20000", 5.0),
                ("spin_lateness_p99_us_20000", 90.0),
            ]
        );
    }
}
