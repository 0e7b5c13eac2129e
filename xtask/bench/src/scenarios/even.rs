//! 1,000/s: evenness of arrivals at the target.

use hammer_target::TargetBehavior;

use super::ScenarioReport;
use crate::arrival_grid::GridFit;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::peers::ToolLoad;
use crate::pinned_target::TargetServerMode;
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

const P50: FigureKind = FigureKind {
    key: "distance_p50_us",
    title: "distance p50, µs",
    unit: "us",
    better: BetterDirection::Lower,
};
const P99: FigureKind = FigureKind {
    key: "distance_p99_us",
    title: "distance p99, µs",
    unit: "us",
    better: BetterDirection::Lower,
};

const RATE: f64 = 1000.0;
/// Relative error of the rate above which a problem is reported.
const MAX_RATE_ERROR: f64 = 0.01;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let (lead_in, duration) = (bench.plan.lead_in, bench.plan.even_duration);
    let mut load_template = bench.closed_loop_load("", lead_in + duration);
    load_template.rate = Some(RATE);
    let mut figures = FigureCollector::new(scenario.name());
    bench.run_rounds(scenario, &load_template, |round, tool| {
        let target = bench.start_target(
            TargetServerMode::Recording,
            scenario.tls,
            TargetBehavior::default(),
        )?;
        let url = target.url();
        let load = ToolLoad {
            url: &url,
            ..load_template.clone()
        };
        bench.measure_run(tool, &target, &load, false)?;
        let fit = GridFit::new(target.into_truth(), lead_in, RATE)?;
        let rate = fit.rate;
        if (rate / RATE - 1.0).abs() > MAX_RATE_ERROR {
            bench.add_problem(format!(
                "{}: {} hit at {}/s, expected {}/s",
                scenario.name(),
                tool.name(),
                format_number(rate),
                format_number(RATE)
            ));
        }
        figures.record(round, tool.name(), &P50, fit.distance_us(0.5));
        figures.record(round, tool.name(), &P99, fit.distance_us(0.99));
        Ok(())
    });
    let heading = format!(
        "{}/s, {CONNECTIONS} connections, 1 thread, {} s; {}",
        format_number(RATE),
        duration.as_secs_f64(),
        bench.limit_text(TargetServerMode::Recording, scenario.tls)
    );
    Ok(ScenarioReport { heading, figures })
}
