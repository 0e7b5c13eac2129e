//! Closed loop: hits per second of one thread.

use hammer_target::TargetBehavior;

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS, HTTP2_CONNECTIONS_STREAMS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::pinned_target::TargetServerMode;
use crate::record::BetterDirection;
use crate::scenario::{BenchScenario, ScenarioKind};

const HITS: FigureKind = FigureKind {
    key: "hits_per_s",
    title: "hits/s",
    unit: "1/s",
    better: BetterDirection::Higher,
};
const CPU: FigureKind = FigureKind {
    key: "cpu_us_per_hit",
    title: "CPU per hit, µs",
    unit: "us",
    better: BetterDirection::Lower,
};

/// Share of a core from which the target may limit a tool.
const SATURATED_SHARE: f64 = 0.95;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let target = bench.start_target(
        TargetServerMode::Raw,
        scenario.tls,
        TargetBehavior::default(),
    )?;
    let url = target.url();
    let mut load = bench.closed_loop_load(&url, bench.plan.closed_duration);
    let over_http2 = scenario.kind == ScenarioKind::Http2;
    if over_http2 {
        (load.connections, load.streams) = (
            HTTP2_CONNECTIONS_STREAMS.0,
            Some(HTTP2_CONNECTIONS_STREAMS.1),
        );
    }
    let mut figures = FigureCollector::new(scenario.name());
    bench.run_rounds(scenario, &load, |round, tool| {
        let measured = bench.measure_run(tool, &target, &load, false)?;
        if !over_http2 {
            bench.refine_limit(TargetServerMode::Raw, scenario.tls, tool, &measured);
        }
        figures.record(round, tool.name(), &HITS, Some(measured.tool_report.rate()));
        figures.record(round, tool.name(), &CPU, measured.cpu_us_per_hit);
        if measured
            .target_busy
            .is_some_and(|share| share > SATURATED_SHARE)
        {
            bench.add_problem(format!(
                "{}: {} saturated the target; its hits/s may be the limit of the target",
                scenario.name(),
                tool.name()
            ));
        }
        Ok(())
    });
    let seconds = bench.plan.closed_duration.as_secs_f64();
    let heading = if over_http2 {
        let (connections, streams) = HTTP2_CONNECTIONS_STREAMS;
        format!(
            "closed loop over HTTP/2, {connections} connections of {streams} streams, 1 thread, \
             {seconds} s; raw target"
        )
    } else {
        let limit = bench.limit_text(TargetServerMode::Raw, scenario.tls);
        format!("closed loop, {CONNECTIONS} connections, 1 thread, {seconds} s; {limit}")
    };
    Ok(ScenarioReport { heading, figures })
}
