//! A target that stalls periodically: accuracy of the percentiles.

use std::thread;
use std::time::Duration;

use hammer_target::{PeriodicStall, TargetBehavior};

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::peers::{RunExtent, ToolLoad};
use crate::pinned_target::TargetServerMode;
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
/// Time from the first arrival at the target to the start of the run.
///
/// The run then ends outside a stall, so a tool that drops its hits in flight at the end does not lose
/// those of the stall.
const LEAD_IN: Duration = Duration::from_millis(200);

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let (length, every) = bench.plan.stall_length_and_period;
    let stall =
        PeriodicStall::new(length, every).map_err(|error| Error::failed(error.to_string()))?;
    let duration = every * bench.plan.stall_periods;
    let mut load_template = bench.closed_loop_load("", duration);
    load_template.rate = Some(RATE);
    load_template.needs_percentiles = true;
    let share = length.as_secs_f64() / every.as_secs_f64();
    let expected_us = |p| expected_wait(p, share, length).as_secs_f64() * 1e6;
    let mut figures = FigureCollector::new(scenario.name());
    bench.run_rounds(scenario, &load_template, |round, tool| {
        let behavior = TargetBehavior::default().stall(stall);
        let target = bench.start_target(TargetServerMode::Recording, scenario.tls, behavior)?;
        let url = target.url();
        let load = ToolLoad {
            url: &url,
            ..load_template.clone()
        };
        // The periods of the target begin with this first arrival.
        let first = ToolLoad {
            extent: RunExtent::Hits(1),
            ..load.clone()
        };
        bench.hammer.run_load(&first, false, &bench.cores)?;
        thread::sleep(LEAD_IN);
        let report = tool.run_load(&load, true, &bench.cores)?.report;
        let percent =
            |measured: Option<f64>, p| measured.map(|us| 100.0 * (us / expected_us(p) - 1.0).abs());
        let p50 = report.p50_us.map(|us| (us - expected_us(0.5)).abs() / 1e3);
        if report.p99_us.is_none() {
            return Err(Error::failed("reports no percentiles and is left out"));
        }
        figures.record(round, tool.name(), &P50, p50);
        figures.record(round, tool.name(), &P90, percent(report.p90_us, 0.9));
        figures.record(round, tool.name(), &P99, percent(report.p99_us, 0.99));
        Ok(())
    });
    let heading = format!(
        "stall of {} s every {} s, {}/s, {CONNECTIONS} connections, {} s; {}",
        length.as_secs_f64(),
        every.as_secs_f64(),
        format_number(RATE),
        duration.as_secs_f64(),
        bench.limit_text(TargetServerMode::Recording, scenario.tls)
    );
    Ok(ScenarioReport { heading, figures })
}

/// The percentile `p` of the waits of evenly spaced hits, of which a `share` arrives in a stall.
///
/// The waits of these hits are distributed uniformly between 0 and `length`.
fn expected_wait(p: f64, share: f64, length: Duration) -> Duration {
    length.mul_f64((1.0 - (1.0 - p) / share).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_waits_match_the_docs() {
        for (p, ms) in [(0.5, 0), (0.75, 0), (0.9, 600), (0.95, 800), (0.99, 960)] {
            let waited = expected_wait(p, 0.25, Duration::from_secs(1));
            assert_eq!(waited.as_secs_f64().mul_add(1e3, 0.5) as u64, ms, "{p}");
        }
        let half = expected_wait(0.9, 0.5, Duration::from_secs(2));
        assert_eq!(half.as_millis(), 1600);
    }

    #[test]
    fn expected_waits_match_a_simulation() {
        // A hit in each millisecond of 4 s, with a stall in the last second.
        let mut waits: Vec<u64> = (0..4000)
            .map(|ms| (4000 - ms) * u64::from(ms >= 3000))
            .collect();
        waits.sort_unstable();
        for p in [0.5, 0.9, 0.99] {
            let actual = waits[(p * 4000.0) as usize - 1] as f64;
            let expected = expected_wait(p, 0.25, Duration::from_secs(1)).as_secs_f64() * 1e3;
            assert!((actual - expected).abs() <= 1.0, "{p}: {actual} {expected}");
        }
    }
}
