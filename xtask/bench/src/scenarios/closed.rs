//! Closed loop: hits per second of one thread, in pairs of hammer and a peer.

use std::path::Path;

use hammer_target::TargetBehavior;

use super::ScenarioReport;
use crate::allocation_counter::{allocations_per_hit, count_allocations};
use crate::context::{BenchContext, CONNECTIONS, HTTP2_CONNECTIONS_STREAMS, over_http2};
use crate::error::Error;
use crate::executable::BuiltExecutable;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::machine;
use crate::peers::{HammerTool, LoadTool, RunExtent, ToolLoad};
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
const USER: FigureKind = FigureKind {
    key: "user_us_per_hit",
    title: "user time per hit, µs",
    unit: "us",
    better: BetterDirection::Lower,
};
const ALLOCATIONS: FigureKind = FigureKind {
    key: "allocations_per_hit",
    title: "allocations per hit",
    unit: "1",
    better: BetterDirection::Lower,
};

/// Share of a core from which the target may limit a tool.
const SATURATED_SHARE: f64 = 0.95;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let counter =
        BuiltExecutable::build(&machine::workspace_root(), "release", "hammer-allocations")?.path;
    let http2 = scenario.kind == ScenarioKind::Http2;
    let mode = match http2 {
        true => TargetServerMode::RawHttp2,
        false => TargetServerMode::Raw,
    };
    let target = bench.start_target(mode, scenario.tls, TargetBehavior::default())?;
    let url = target.url();
    let mut load = bench.closed_loop_load(&url, bench.plan.pair_duration);
    if http2 {
        load = over_http2(load);
    }
    let mut figures = FigureCollector::new(scenario.name());
    let tools = bench.tools_for(scenario, &load);
    bench.run_pairs(scenario.name(), &tools, |pair, tool| {
        let measured = bench.measure_run(tool, &target, &load, false)?;
        bench.refine_limit(mode, scenario.tls, tool, &measured);
        let name = tool.name();
        figures.record(pair, name, &HITS, Some(measured.tool_report.rate()));
        figures.record(pair, name, &USER, measured.user_us_per_hit);
        figures.record(pair, name, &CPU, measured.cpu_us_per_hit);
        if measured
            .target_busy
            .is_some_and(|share| share > SATURATED_SHARE)
        {
            bench.add_problem(format!(
                "{}: {name} saturated the target; its hits/s may be the limit of the target",
                scenario.name()
            ));
        }
        Ok(())
    });
    bench.print_progress(scenario.name(), 0, "allocations");
    let allocations = http_allocations_per_hit(bench, scenario, &load, &counter)?;
    figures.record(0, bench.hammer.name(), &ALLOCATIONS, Some(allocations));
    let seconds = bench.plan.pair_duration.as_secs_f64();
    let limit = bench.limit_text(mode, scenario.tls);
    let heading = if http2 {
        let (connections, streams) = HTTP2_CONNECTIONS_STREAMS;
        format!(
            "closed loop over HTTP/2, {connections} connections of {streams} streams, 1 thread, \
             {seconds} s; {limit}"
        )
    } else {
        format!("closed loop, {CONNECTIONS} connections, 1 thread, {seconds} s; {limit}")
    };
    Ok(ScenarioReport { heading, figures })
}

/// Allocations of a hit of hammer with a fixed request.
fn http_allocations_per_hit(
    bench: &BenchContext,
    scenario: BenchScenario,
    load: &ToolLoad<'_>,
    counter: &Path,
) -> Result<f64, Error> {
    allocations_per_hit(bench.plan.counted_http_hits, |hits| {
        let load = ToolLoad {
            extent: RunExtent::Hits(hits),
            ..load.clone()
        };
        let invocation = HammerTool::default()
            .invocation(&load)
            .ok_or_else(|| Error::failed("hammer cannot make this load"))?;
        count_allocations(scenario.name(), counter, &invocation, &bench.cores)
    })
}
