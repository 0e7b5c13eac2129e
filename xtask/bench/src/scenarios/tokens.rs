//! 1,000/s with tokens that expire after 5 s: refusals, and latencies during renewals.

use std::collections::BTreeMap;
use std::time::Duration;

use hammer_target::TargetBehavior;
use serde::Deserialize;

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::pinned_target::TargetServerMode;
use crate::process::ToolInvocation;
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

const REFUSED: FigureKind = FigureKind {
    key: "refused",
    title: "answers with 401",
    unit: "hits",
    better: BetterDirection::Lower,
};
const P99: FigureKind = FigureKind {
    key: "p99_us",
    title: "p99 of other seconds, µs",
    unit: "us",
    better: BetterDirection::Lower,
};
const RENEWAL_RATIO: FigureKind = FigureKind {
    key: "renewal_to_other",
    title: "p99, renewals ÷ others",
    unit: "times",
    better: BetterDirection::Lower,
};

const RATE: u64 = 1000;
const TOKEN_LIFETIME: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
struct TokenRunReport {
    labels: BTreeMap<String, u64>,
    timeline: Vec<TokenRunInterval>,
}

#[derive(Deserialize)]
struct TokenRunInterval {
    t_s: f64,
    response_us: TokenRunPercentiles,
}

#[derive(Deserialize)]
struct TokenRunPercentiles {
    /// `None` without answers.
    p99: Option<f64>,
}

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let ours = bench.hammer.name();
    let mut figures = FigureCollector::new(scenario.name());
    // Once, because it takes minutes and has a renewal every four seconds.
    bench.print_progress(scenario.name(), 0, "hammer, once");
    let target = bench.start_target(
        TargetServerMode::Recording,
        false,
        TargetBehavior::default().require_tokens(TOKEN_LIFETIME),
    )?;
    let url = target.url();
    let line = format!(
        "http --threads 1 -q -o json -c {CONNECTIONS} -r {RATE} -z {}s --oauth-client bench:any \
         --oauth-url {url}token",
        bench.plan.tokens_duration.as_secs()
    );
    let ended = bench
        .hammer
        .run_invocation(&ToolInvocation::new(&line, &url), &bench.cores)?;
    let unreadable = |error| Error::failed(format!("tokens: failed to parse the report: {error}"));
    let report: TokenRunReport = serde_json::from_slice(&ended.stdout).map_err(unreadable)?;
    let truth = target.into_truth();
    let start = truth.arrivals.first().map_or(Duration::ZERO, |one| one.at);
    // The first token was issued before the run.
    let renewals = truth.tokens_issued.iter().filter(|at| **at > start);
    let renewals: Vec<f64> = renewals.map(|at| (*at - start).as_secs_f64()).collect();
    let refused = report.labels.get("401").copied().unwrap_or(0);
    figures.record(0, ours, &REFUSED, Some(refused as f64));
    let seconds: Vec<(f64, f64)> = report
        .timeline
        .iter()
        .filter_map(|slice| Some((slice.t_s, slice.response_us.p99?)))
        .collect();
    if let Some((at_renewals, others)) = split_by_renewal(&seconds, &renewals) {
        figures.record(0, ours, &P99, Some(others));
        figures.record(0, ours, &RENEWAL_RATIO, Some(at_renewals / others));
    }
    let heading = format!(
        "{RATE}/s for {} s with tokens of {} s, {} renewals, {CONNECTIONS} connections, 1 thread; \
         recording target",
        bench.plan.tokens_duration.as_secs(),
        TOKEN_LIFETIME.as_secs(),
        renewals.len()
    );
    Ok(ScenarioReport { heading, figures })
}

/// The median p99 of seconds with a renewal, and of those without.
///
/// The first second is left out, because connections open in it.
fn split_by_renewal(seconds: &[(f64, f64)], renewals: &[f64]) -> Option<(f64, f64)> {
    let renewed = |second: f64| {
        let within = |at: &f64| (second..second + 1.0).contains(at);
        renewals.iter().any(within)
    };
    let all = seconds.iter().skip(1);
    let (with, without): (Vec<_>, Vec<_>) = all.partition(|(second, _)| renewed(*second));
    let median = |part: Vec<&(f64, f64)>| {
        let mut values: Vec<f64> = part.into_iter().map(|(_, p99)| *p99).collect();
        values.sort_unstable_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    median(with).zip(median(without))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_seconds_by_renewal() {
        let seconds: Vec<(f64, f64)> = (0..12)
            .map(|second| {
                let p99 = if second % 4 == 3 { 300.0 } else { 100.0 };
                (f64::from(second), p99)
            })
            .collect();
        let renewals = [3.9, 7.95, 11.99];
        assert_eq!(split_by_renewal(&seconds, &renewals), Some((300.0, 100.0)));
        assert_eq!(split_by_renewal(&seconds, &[]), None);
    }
}
