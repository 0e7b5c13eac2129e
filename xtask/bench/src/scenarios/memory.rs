//! Peak memory after few hits, after many, and at a rate.

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
const PEAK_AT_RATE: FigureKind = FigureKind {
    key: "peak_rss_mb_20000",
    title: "peak memory, 20k/s, MB",
    unit: "MB",
    better: BetterDirection::Lower,
};
const GROWTH: FigureKind = FigureKind {
    key: "growth_percent",
    title: "growth, %",
    unit: "%",
    better: BetterDirection::Lower,
};

/// The open loop whose memory is measured.
const RATE: f64 = 20_000.0;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let target = bench.start_target(
        TargetServerMode::Raw,
        scenario.tls,
        TargetBehavior::default(),
    )?;
    let url = target.url();
    let (few, many) = bench.plan.memory_hits;
    let ours = bench.hammer.name();
    let peak_mb = |load: &ToolLoad<'_>| {
        let measured = bench.measure_run(&bench.hammer, &target, load, false);
        let measured = measured.map_err(|error| Error::failed(format!("memory: {error}")))?;
        let peak = measured
            .tool_report
            .peak_rss_bytes
            .filter(|bytes| *bytes > 0.0);
        peak.map(|bytes| bytes / 1e6)
            .ok_or_else(|| Error::failed("memory: the system does not report peak memory"))
    };
    let closed = |hits| ToolLoad {
        extent: RunExtent::Hits(hits),
        ..bench.closed_loop_load(&url, bench.plan.closed_duration)
    };
    let at_rate = ToolLoad {
        rate: Some(RATE),
        ..bench.closed_loop_load(&url, bench.plan.steady_duration)
    };
    let mut figures = FigureCollector::new(scenario.name());
    // Once, because it takes minutes and memory is not noisy.
    bench.print_progress(scenario.name(), 0, "hammer, many hits, once");
    let after_many = peak_mb(&closed(many))?;
    for round in 0..bench.plan.rounds {
        bench.print_progress(scenario.name(), round, "hammer, few hits");
        let after_few = peak_mb(&closed(few))?;
        figures.record(round, ours, &PEAK_FEW_HITS, Some(after_few));
        let growth = 100.0 * (after_many / after_few - 1.0);
        figures.record(round, ours, &GROWTH, Some(growth));
        bench.print_progress(scenario.name(), round, "hammer at a rate");
        figures.record(round, ours, &PEAK_AT_RATE, Some(peak_mb(&at_rate)?));
    }
    figures.record(0, ours, &PEAK_MANY_HITS, Some(after_many));
    let heading = format!(
        "{CONNECTIONS} connections; closed loop of {} and {} hits (once), and {}/s; {}",
        format_number(few as f64),
        format_number(many as f64),
        format_number(RATE),
        bench.limit_text(TargetServerMode::Raw, scenario.tls)
    );
    Ok(ScenarioReport { heading, figures })
}
