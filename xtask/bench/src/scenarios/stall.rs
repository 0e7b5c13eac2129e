//! A target that stands still now and then: whether the percentiles say so.

use std::thread;
use std::time::Duration;

use hammer_target::{PeriodicStall, TargetBehavior};

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::peers::{RunExtent, ToolLoad};
use crate::pinned_target::TargetMode;
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

const P50: FigureKind = FigureKind {
    key: "error_p50_ms",
    title: "error of p50, ms",
    unit: "ms",
    better: BetterDirection::Lower,
};
const P90: FigureKind = FigureKind {
    key: "error_p90_percent",
    title: "error of p90, %",
    unit: "%",
    better: BetterDirection::Lower,
};
const P99: FigureKind = FigureKind {
    key: "error_p99_percent",
    title: "error of p99, %",
    unit: "%",
    better: BetterDirection::Lower,
};

const RATE: f64 = 1000.0;
/// How long after the target's first arrival a run begins. So it ends long after a stall's end,
/// and a tool that gives up what is in flight then does not lose the hits of a stall.
const LEAD_IN: Duration = Duration::from_millis(200);

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let (length, every) = bench.plan.stall_length_and_period;
    let stall =
        PeriodicStall::new(length, every).map_err(|error| Error::failed(error.to_string()))?;
    let lasting = every * bench.plan.stall_periods;
    let mut asked = bench.closed_loop_load("", lasting);
    asked.rate = Some(RATE);
    asked.needs_percentiles = true;
    let share = length.as_secs_f64() / every.as_secs_f64();
    let expected_us = |p| expected_wait(p, share, length).as_secs_f64() * 1e6;
    let mut sheet = FigureCollector::new(scenario.name());
    bench.run_rounds(scenario, &asked, |round, tool| {
        let knobs = TargetBehavior::default().stall(stall);
        let host = bench.start_target(TargetMode::Recording, scenario.tls, knobs)?;
        let url = host.url();
        let load = ToolLoad {
            url: &url,
            ..asked.clone()
        };
        // The target counts its periods from the first arrival: this one.
        let first = ToolLoad {
            extent: RunExtent::Hits(1),
            ..load.clone()
        };
        bench.hammer.run_load(&first, false, &bench.cores)?;
        thread::sleep(LEAD_IN);
        let account = tool.run_load(&load, true, &bench.cores)?.report;
        let percent =
            |measured: Option<f64>, p| measured.map(|us| 100.0 * (us / expected_us(p) - 1.0).abs());
        let p50 = account.p50_us.map(|us| (us - expected_us(0.5)).abs() / 1e3);
        if account.p99_us.is_none() {
            return Err(Error::failed("tells no percentiles, and is left out"));
        }
        sheet.record(round, tool.name(), &P50, p50);
        sheet.record(round, tool.name(), &P90, percent(account.p90_us, 0.9));
        sheet.record(round, tool.name(), &P99, percent(account.p99_us, 0.99));
        Ok(())
    });
    let heading = format!(
        "stall of {} s every {} s, {}/s, {CONNECTIONS} connections, {} s; {}",
        length.as_secs_f64(),
        every.as_secs_f64(),
        format_number(RATE),
        lasting.as_secs_f64(),
        bench.limit_text(TargetMode::Recording, scenario.tls)
    );
    Ok(ScenarioReport {
        heading,
        figures: sheet,
    })
}

/// The percentile `p` of the waits of hits that come evenly, if a `share` of them comes while the
/// target stands still for `length`: their waits are uniform between nothing and all of it.
fn expected_wait(p: f64, share: f64, length: Duration) -> Duration {
    length.mul_f64((1.0 - (1.0 - p) / share).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arithmetic_is_that_of_the_page_about_measuring() {
        for (p, ms) in [(0.5, 0), (0.75, 0), (0.9, 600), (0.95, 800), (0.99, 960)] {
            let waited = expected_wait(p, 0.25, Duration::from_secs(1));
            assert_eq!(waited.as_secs_f64().mul_add(1e3, 0.5) as u64, ms, "{p}");
        }
        let half = expected_wait(0.9, 0.5, Duration::from_secs(2));
        assert_eq!(half.as_millis(), 1600);
    }

    #[test]
    fn the_arithmetic_is_what_happens() {
        // A hit each millisecond of 4 s, of which the last stands still.
        let mut waits: Vec<u64> = (0..4000)
            .map(|ms| (4000 - ms) * u64::from(ms >= 3000))
            .collect();
        waits.sort_unstable();
        for p in [0.5, 0.9, 0.99] {
            let happened = waits[(p * 4000.0) as usize - 1] as f64;
            let said = expected_wait(p, 0.25, Duration::from_secs(1)).as_secs_f64() * 1e3;
            assert!((happened - said).abs() <= 1.0, "{p}: {happened} {said}");
        }
    }
}
