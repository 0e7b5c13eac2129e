//! Compares hits that follow redirects, keep cookies and check the answer with plain ones.

use hammer_target::TargetBehavior;

use super::ScenarioReport;
use super::variants::{RequestVariant, VariantPair, rate_ratio};
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::pinned_target::TargetServerMode;
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

static RATIO: FigureKind = FigureKind {
    key: "closed_ratio",
    title: "workflow ÷ plain",
    unit: "1",
    better: BetterDirection::Higher,
};
static HITS: [FigureKind; 2] = [
    FigureKind {
        key: "hits_per_s_plain",
        title: "hits/s, plain",
        unit: "1/s",
        better: BetterDirection::Higher,
    },
    FigureKind {
        key: "hits_per_s_workflow",
        title: "hits/s, workflow",
        unit: "1/s",
        better: BetterDirection::Higher,
    },
];
static USER: [FigureKind; 2] = [
    FigureKind {
        key: "user_us_per_hit_plain",
        title: "user per hit, plain, µs",
        unit: "us",
        better: BetterDirection::Lower,
    },
    FigureKind {
        key: "user_us_per_hit_workflow",
        title: "user per hit, workflow, µs",
        unit: "us",
        better: BetterDirection::Lower,
    },
];

/// Follows redirects, of which there are none, sends back the cookie that the target sets, and checks
/// the body.
const WORKFLOW: [&str; 4] = ["--location", "--cookies", "--expect-body", "xx"];

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let target = bench.start_target(
        TargetServerMode::RawCookie,
        false,
        TargetBehavior::default(),
    )?;
    let url = target.url();
    let load = bench.closed_loop_load(&url, bench.plan.pair_duration);
    let variant = |name, arguments: &[&str]| RequestVariant {
        name,
        path: String::new(),
        arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
    };
    let variants = [variant("plain", &[]), variant("workflow", &WORKFLOW)];
    let pair = VariantPair::new(bench, variants);
    let ours = bench.hammer.name();
    let mut figures = FigureCollector::new(scenario.name());
    pair.measure(
        bench,
        scenario.name(),
        &target,
        &load,
        bench.pair_count(),
        |round, runs| {
            figures.record(round, ours, &RATIO, Some(rate_ratio(&runs)));
            for (kind, run) in HITS.iter().zip(&runs) {
                figures.record(round, ours, kind, Some(run.tool_report.rate()));
            }
            for (kind, run) in USER.iter().zip(&runs) {
                figures.record(round, ours, kind, run.user_us_per_hit);
            }
        },
    );
    let heading = format!(
        "redirects, a cookie and an expectation, in pairs with plain hits; closed loop, {CONNECTIONS} \
         connections, 1 thread, {} s; raw target",
        bench.plan.pair_duration.as_secs_f64()
    );
    Ok(ScenarioReport { heading, figures })
}
