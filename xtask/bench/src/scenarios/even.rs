//! 1,000/s: evenness of arrivals at the target.

use std::time::Duration;

use hammer_target::TargetBehavior;

use super::ScenarioReport;
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
    let (lead_in, duration) = (bench.plan.even_lead_in, bench.plan.even_duration);
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
        let mut truth = target.into_truth();
        let first = truth.arrivals.first().map_or(Duration::ZERO, |one| one.at);
        truth.arrivals.retain(|one| one.at >= first + lead_in);
        let at: Vec<f64> = truth
            .arrivals
            .iter()
            .map(|one| one.at.as_secs_f64())
            .collect();
        let rate = fitted_rate(&at, RATE).ok_or_else(|| Error::failed("too few hits arrived"))?;
        if (rate / RATE - 1.0).abs() > MAX_RATE_ERROR {
            bench.add_problem(format!(
                "{}: {} hit at {}/s, expected {}/s",
                scenario.name(),
                tool.name(),
                format_number(rate),
                format_number(RATE)
            ));
        }
        let distance = truth.grid_distance(rate);
        let us = |q| distance.quantile(q).map(|d| d.as_secs_f64() * 1e6);
        figures.record(round, tool.name(), &P50, us(0.5));
        figures.record(round, tool.name(), &P99, us(0.99));
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

/// The rate of the even grid that fits the arrivals (in seconds) best.
///
/// It is the slope of the line through the medians of the first and last third (Tukey's resistant
/// line). A tool that is slightly too slow is thus compared with its own grid. `None` for fewer than
/// six arrivals.
fn fitted_rate(at: &[f64], requested: f64) -> Option<f64> {
    let third = at.len() / 3;
    if third < 2 {
        return None;
    }
    let residual = |k: usize| at[k] - k as f64 / requested;
    let median = |from: usize| {
        let mut residuals: Vec<f64> = (from..from + third).map(residual).collect();
        residuals.sort_unstable_by(f64::total_cmp);
        residuals[third / 2]
    };
    let last = at.len() - third;
    let slope = (median(last) - median(0)) / last as f64;
    Some(1.0 / (1.0 / requested + slope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_the_rate_of_most_arrivals() {
        let grid = |rate: f64| (0..3000).map(move |k| 7.0 + k as f64 / rate);
        for rate in [1000.0, 990.0, 1001.5] {
            let found = fitted_rate(&grid(rate).collect::<Vec<_>>(), 1000.0)
                .expect("there are enough arrivals");
            assert!((found - rate).abs() < 1e-6, "{rate}: {found}");
        }
        // Outliers do not change it.
        let late = |(k, at): (usize, f64)| if k % 10 == 0 { at + 0.05 } else { at };
        let found = fitted_rate(
            &grid(1000.0).enumerate().map(late).collect::<Vec<_>>(),
            1000.0,
        );
        assert!((found.expect("there are enough arrivals") - 1000.0).abs() < 0.01);
        assert_eq!(fitted_rate(&[0.0; 5], 1000.0), None);
    }
}
