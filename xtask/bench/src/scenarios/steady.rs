//! 20,000/s: CPU time and response of a hit.

use hammer_target::TargetBehavior;

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::pinned_target::TargetServerMode;
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

const CPU: FigureKind = FigureKind {
    key: "cpu_us_per_hit",
    title: "CPU per hit, µs",
    unit: "us",
    better: BetterDirection::Lower,
};
const P50: FigureKind = FigureKind {
    key: "response_p50_us",
    title: "response p50, µs",
    unit: "us",
    better: BetterDirection::Lower,
};
const P99: FigureKind = FigureKind {
    key: "response_p99_us",
    title: "response p99, µs",
    unit: "us",
    better: BetterDirection::Lower,
};

const RATE: f64 = 20_000.0;
/// Largest shortfall of the rate at which the figures are comparable.
const MAX_RATE_SHORTFALL: f64 = 0.02;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let target = bench.start_target(
        TargetServerMode::Raw,
        scenario.tls,
        TargetBehavior::default(),
    )?;
    let url = target.url();
    let mut load = bench.closed_loop_load(&url, bench.plan.steady_duration);
    load.rate = Some(RATE);
    let mut figures = FigureCollector::new(scenario.name());
    bench.run_rounds(scenario, &load, |round, tool| {
        let measured = bench.measure_run(tool, &target, &load, true)?;
        let report = measured.tool_report;
        if report.rate() < RATE * (1.0 - MAX_RATE_SHORTFALL) {
            return Err(Error::failed(format!(
                "achieved {} of {} hits/s and is left out",
                format_number(report.rate()),
                format_number(RATE)
            )));
        }
        figures.record(round, tool.name(), &CPU, measured.cpu_us_per_hit);
        figures.record(round, tool.name(), &P50, report.p50_us);
        figures.record(round, tool.name(), &P99, report.p99_us);
        Ok(())
    });
    let heading = format!(
        "{}/s, {CONNECTIONS} connections, 1 thread, {} s; {}",
        format_number(RATE),
        bench.plan.steady_duration.as_secs_f64(),
        bench.limit_text(TargetServerMode::Raw, scenario.tls)
    );
    Ok(ScenarioReport { heading, figures })
}
