//! Open loop: the highest rate that holds.

use hammer_target::TargetBehavior;

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::installed_tool::InstalledTool;
use crate::peers::{RunExtent, ToolLoad, ToolReport};
use crate::pinned_target::{PinnedTargetServer, TargetServerMode};
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;
use crate::search::highest_that_holds;

const RATE: FigureKind = FigureKind {
    key: "rate_per_s",
    title: "rate that holds, /s",
    unit: "1/s",
    better: BetterDirection::Higher,
};
const RESPONSE: FigureKind = FigureKind {
    key: "response_p99_us",
    title: "response p99 there, µs",
    unit: "us",
    better: BetterDirection::Lower,
};

/// Highest 99th percentile of a rate that holds.
const MAX_P99_US: f64 = 5000.0;
/// Share of the requested rate that must be achieved.
const MIN_ACHIEVED_SHARE: f64 = 0.99;
/// Start of the search, as a multiple of the rate of a closed loop.
const SEARCH_HEADROOM: f64 = 1.1;
/// Next rate to confirm, as a share of one that did not hold.
const STEP_DOWN: f64 = 0.97;
/// Rates to confirm before giving up.
const MAX_CONFIRMATIONS: u32 = 8;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let target = bench.start_target(
        TargetServerMode::Raw,
        scenario.tls,
        TargetBehavior::default(),
    )?;
    let url = target.url();
    let mut load = bench.closed_loop_load(&url, bench.plan.probe_duration);
    load.rate = Some(1.0);
    let mut figures = FigureCollector::new(scenario.name());
    bench.run_rounds(scenario, &load, |round, tool| {
        let (rate, report) = find_ceiling(bench, tool, &target, &url)?;
        figures.record(round, tool.name(), &RATE, Some(rate));
        figures.record(round, tool.name(), &RESPONSE, report.p99_us);
        Ok(())
    });
    let heading = format!(
        "highest rate with p99 < 5 ms, {CONNECTIONS} connections, 1 thread; {}",
        bench.limit_text(TargetServerMode::Raw, scenario.tls)
    );
    Ok(ScenarioReport { heading, figures })
}

/// The highest rate that a tool holds, and its report of the run that confirmed it.
fn find_ceiling(
    bench: &BenchContext,
    tool: &InstalledTool,
    target: &PinnedTargetServer,
    url: &str,
) -> Result<(f64, ToolReport), Error> {
    let plan = &bench.plan;
    let closed = bench.closed_loop_load(url, plan.probe_duration);
    let closed = bench
        .measure_run(tool, target, &closed, false)?
        .tool_report
        .rate();
    let at = |rate: f64, duration| {
        let load = ToolLoad {
            rate: Some(rate.round()),
            extent: RunExtent::Duration(duration),
            ..bench.closed_loop_load(url, duration)
        };
        bench
            .measure_run(tool, target, &load, true)
            .map(|m| m.tool_report)
    };
    let found = highest_that_holds(closed * SEARCH_HEADROOM, plan.resolution, |rate| {
        // A second try, so that one disturbance does not cut off half of the range.
        Ok::<_, Error>(
            holds_rate(rate, &at(rate, plan.probe_duration)?)?
                || holds_rate(rate, &at(rate, plan.probe_duration)?)?,
        )
    })?;
    let mut rate = found.ok_or_else(|| Error::failed("no rate holds with p99 < 5 ms"))?;
    for _ in 0..MAX_CONFIRMATIONS {
        let report = at(rate, plan.confirm_duration)?;
        if holds_rate(rate, &report)? {
            return Ok((rate.round(), report));
        }
        rate *= STEP_DOWN;
    }
    Err(Error::failed(format!(
        "the rate found and {MAX_CONFIRMATIONS} lower ones were not confirmed"
    )))
}

/// True if a tool achieved the rate and its hits were in time.
///
/// The p99 is the response, which includes lateness. The lateness itself is also checked if the tool
/// reports it.
fn holds_rate(rate: f64, report: &ToolReport) -> Result<bool, Error> {
    let p99 = report
        .p99_us
        .ok_or_else(|| Error::failed("reports no percentiles and is left out"))?;
    let late = report.lateness_p99_us.is_some_and(|us| us >= MAX_P99_US);
    Ok(report.rate() >= MIN_ACHIEVED_SHARE * rate && p99 < MAX_P99_US && !late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_holds_if_achieved_in_time() {
        for (hits, p99_us, late_us, expected) in [
            (1000, 100.0, None, true),
            (990, 4999.0, Some(4999.0), true),
            (989, 100.0, None, false),
            (1000, 5000.0, None, false),
            (1000, 100.0, Some(5000.0), false),
        ] {
            let report = ToolReport {
                hits,
                seconds: 1.0,
                p99_us: Some(p99_us),
                lateness_p99_us: late_us,
                ..ToolReport::default()
            };
            let holds = holds_rate(1000.0, &report).expect("the report has a p99");
            assert_eq!(holds, expected, "{report:?}");
        }
        let without_p99 = ToolReport::default();
        assert!(holds_rate(1000.0, &without_p99).is_err());
    }
}
