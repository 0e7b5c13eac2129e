//! Peak memory after few hits and after many.

use hammer_target::TargetBehavior;

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::peers::{RunExtent, ToolLoad};
use crate::pinned_target::TargetServerMode;
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

const PEAK_FEW_HITS: FigureKind = FigureKind {
    key: "peak_rss_mb_few",
    title: "peak memory, few, MB",
    unit: "MB",
    better: BetterDirection::Lower,
};
const PEAK_MANY_HITS: FigureKind = FigureKind {
    key: "peak_rss_mb_many",
    title: "peak memory, many, MB",
    unit: "MB",
    better: BetterDirection::Lower,
};
const GROWTH: FigureKind = FigureKind {
    key: "growth_percent",
    title: "growth, %",
    unit: "%",
    better: BetterDirection::Lower,
};

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let target = bench.start_target(
        TargetServerMode::Raw,
        scenario.tls,
        TargetBehavior::default(),
    )?;
    let url = target.url();
    let (few, many) = bench.plan.memory_hits;
    let ours = bench.hammer.name();
    let peak_mb = |hits| {
        let load = ToolLoad {
            extent: RunExtent::Hits(hits),
            ..bench.closed_loop_load(&url, bench.plan.closed_duration)
        };
        let measured = bench.measure_run(&bench.hammer, &target, &load, false);
        let measured = measured.map_err(|error| Error::failed(format!("memory: {error}")))?;
        let peak = measured
            .tool_report
            .peak_rss_bytes
            .filter(|bytes| *bytes > 0.0);
        peak.map(|bytes| bytes / 1e6)
            .ok_or_else(|| Error::failed("memory: the system does not report peak memory"))
    };
    let mut figures = FigureCollector::new(scenario.name());
    // Once, because it takes minutes and memory is not noisy.
    bench.print_progress(scenario.name(), 0, "hammer, many hits, once");
    let after_many = peak_mb(many)?;
    for round in 0..bench.plan.rounds {
        bench.print_progress(scenario.name(), round, "hammer, few hits");
        let after_few = peak_mb(few)?;
        figures.record(round, ours, &PEAK_FEW_HITS, Some(after_few));
        let growth = 100.0 * (after_many / after_few - 1.0);
        figures.record(round, ours, &GROWTH, Some(growth));
    }
    figures.record(0, ours, &PEAK_MANY_HITS, Some(after_many));
    let heading = format!(
        "closed loop, {CONNECTIONS} connections, {} and {} hits (once); {}",
        format_number(few as f64),
        format_number(many as f64),
        bench.limit_text(TargetServerMode::Raw, scenario.tls)
    );
    Ok(ScenarioReport { heading, figures })
}
