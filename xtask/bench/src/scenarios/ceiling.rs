//! Open loop: the highest rate that holds.

use hammer_target::TargetBehavior;

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::installed_tool::InstalledTool;
use crate::peers::{RunExtent, ToolLoad, ToolReport};
use crate::pinned_target::{PinnedTarget, TargetMode};
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

/// How late hits may be at the 99th percentile.
const MAX_P99_US: f64 = 5000.0;
/// Which share of the rate that was asked for has to be achieved.
const MIN_ACHIEVED_SHARE: f64 = 0.99;
/// Where the search begins: above what a closed loop reaches, which is what there is to reach.
const SEARCH_HEADROOM: f64 = 1.1;
/// How much lower the next try is when a rate does not hold after all.
const STEP_DOWN: f64 = 0.97;
/// How many such tries there are.
const MAX_CONFIRMATIONS: u32 = 8;

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let host = bench.start_target(TargetMode::Raw, scenario.tls, TargetBehavior::default())?;
    let url = host.url();
    let mut load = bench.closed_loop_load(&url, bench.plan.probe_duration);
    load.rate = Some(1.0);
    let mut sheet = FigureCollector::new(scenario.name());
    bench.run_rounds(scenario, &load, |round, tool| {
        let (rate, account) = find_ceiling(bench, tool, &host, &url)?;
        sheet.record(round, tool.name(), &RATE, Some(rate));
        sheet.record(round, tool.name(), &RESPONSE, account.p99_us);
        Ok(())
    });
    let heading = format!(
        "highest rate with p99 < 5 ms, {CONNECTIONS} connections, 1 thread; {}",
        bench.limit_text(TargetMode::Raw, scenario.tls)
    );
    Ok(ScenarioReport {
        heading,
        figures: sheet,
    })
}

/// The highest rate that a tool holds, and what it said of the run that confirmed it.
fn find_ceiling(
    bench: &BenchContext,
    tool: &InstalledTool,
    host: &PinnedTarget,
    url: &str,
) -> Result<(f64, ToolReport), Error> {
    let plan = &bench.plan;
    let closed = bench.closed_loop_load(url, plan.probe_duration);
    let closed = bench
        .measure_run(tool, host, &closed, false)?
        .tool_report
        .rate();
    let at = |rate: f64, lasting| {
        let load = ToolLoad {
            rate: Some(rate.round()),
            extent: RunExtent::Duration(lasting),
            ..bench.closed_loop_load(url, lasting)
        };
        bench
            .measure_run(tool, host, &load, true)
            .map(|m| m.tool_report)
    };
    let found = highest_that_holds(closed * SEARCH_HEADROOM, plan.resolution, |rate| {
        // One hiccup of the machine must not halve what is left to search.
        Ok::<_, Error>(
            holds_rate(rate, &at(rate, plan.probe_duration)?)?
                || holds_rate(rate, &at(rate, plan.probe_duration)?)?,
        )
    })?;
    let mut rate = found.ok_or_else(|| Error::failed("no rate holds with p99 < 5 ms"))?;
    for _ in 0..MAX_CONFIRMATIONS {
        let account = at(rate, plan.confirm_duration)?;
        if holds_rate(rate, &account)? {
            return Ok((rate.round(), account));
        }
        rate *= STEP_DOWN;
    }
    Err(Error::failed(format!(
        "the rate that was found and those {MAX_CONFIRMATIONS} steps below it did not hold again"
    )))
}

/// Whether a tool kept the rate: it did what was asked, and its hits were not late.
///
/// Response is lateness and service together, so that this asks the same of all; who knows how late
/// it was is asked for that as well.
fn holds_rate(rate: f64, account: &ToolReport) -> Result<bool, Error> {
    let p99 = account
        .p99_us
        .ok_or_else(|| Error::failed("tells no percentiles, and is left out"))?;
    let late = account.lateness_p99_us.is_some_and(|us| us >= MAX_P99_US);
    Ok(account.rate() >= MIN_ACHIEVED_SHARE * rate && p99 < MAX_P99_US && !late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_holds_if_it_was_achieved_in_time() {
        for (hits, p99_us, late_us, held) in [
            (1000, 100.0, None, true),
            (990, 4999.0, Some(4999.0), true),
            (989, 100.0, None, false),
            (1000, 5000.0, None, false),
            (1000, 100.0, Some(5000.0), false),
        ] {
            let account = ToolReport {
                hits,
                seconds: 1.0,
                p99_us: Some(p99_us),
                lateness_p99_us: late_us,
                ..ToolReport::default()
            };
            let held_now = holds_rate(1000.0, &account).expect("it tells its p99");
            assert_eq!(held_now, held, "{account:?}");
        }
        let silent = ToolReport::default();
        assert!(holds_rate(1000.0, &silent).is_err());
    }
}
