//! Compares templated requests with fixed ones of about the same size.

use hammer_target::TargetBehavior;

use super::ScenarioReport;
use super::variants::{RequestVariant, VariantPair, rate_ratio};
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::pinned_target::TargetServerMode;
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

/// The rate of the open loop.
const RATE: f64 = 50_000.0;
/// Approximate bytes of a body.
const BODY_BYTES: usize = 1024;

const fn ratio_kind(key: &'static str, title: &'static str) -> FigureKind {
    FigureKind {
        key,
        title,
        unit: "1",
        better: BetterDirection::Higher,
    }
}

static CLOSED_RATIO: FigureKind = ratio_kind("closed_ratio", "closed loop, templated ÷ fixed");
static RATE_RATIO: FigureKind = ratio_kind("rate_ratio", "50,000/s, templated ÷ fixed");
static HITS: [FigureKind; 2] = [
    FigureKind {
        key: "hits_per_s_fixed",
        title: "hits/s, fixed",
        unit: "1/s",
        better: BetterDirection::Higher,
    },
    FigureKind {
        key: "hits_per_s_templated",
        title: "hits/s, templated",
        unit: "1/s",
        better: BetterDirection::Higher,
    },
];
static CPU: [FigureKind; 2] = [
    FigureKind {
        key: "cpu_us_per_hit_fixed",
        title: "CPU per hit at 50,000/s, fixed, µs",
        unit: "us",
        better: BetterDirection::Lower,
    },
    FigureKind {
        key: "cpu_us_per_hit_templated",
        title: "CPU per hit at 50,000/s, templated, µs",
        unit: "us",
        better: BetterDirection::Lower,
    },
];

/// The parts of a request that may contain variables: path, header and body.
struct TemplatedRequestParts {
    path: String,
    header: String,
    body: String,
}

impl TemplatedRequestParts {
    /// Creates them with variables, or with typical fixed values.
    fn new(templated: bool) -> Self {
        let pick = |template: &str, fixed: &str| {
            let text = if templated { template } else { fixed };
            text.to_owned()
        };
        let uuid = pick("{{uuid}}", "2b6cf2f1-5d8f-4a5c-9c26-0d8e5c1f7a43");
        let values = [
            ("id", &*uuid),
            ("seq", &pick("{{seq}}", "123456")),
            ("amount", &pick("{{rand 1 100000}}", "54321")),
            ("color", &pick("{{pick red green blue}}", "green")),
            ("key", &pick("{{hex 16}}", "0123456789abcdef")),
        ];
        let values = values.map(|(name, value)| format!("\"{name}\": \"{value}\", "));
        let values = values.concat();
        let rest = "x".repeat(BODY_BYTES.saturating_sub(values.len() + 14));
        Self {
            path: format!("?id={}", pick("{{seq}}", "123456")),
            header: format!("X-Id: {uuid}"),
            body: format!("{{{values}\"text\": \"{rest}\"}}"),
        }
    }
}

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let target = bench.start_target(TargetServerMode::Raw, false, TargetBehavior::default())?;
    let url = target.url();
    let ours = bench.hammer.name();
    let variant = |name, templated| {
        let texts = TemplatedRequestParts::new(templated);
        RequestVariant {
            name,
            path: texts.path,
            arguments: ["-H", &texts.header, "--json", &texts.body]
                .map(str::to_owned)
                .into(),
        }
    };
    let pair = VariantPair::new(bench, [variant("fixed", false), variant("templated", true)]);
    let mut figures = FigureCollector::new(scenario.name());

    let closed = bench.closed_loop_load(&url, bench.plan.pair_duration);
    pair.measure(
        bench,
        scenario.name(),
        &target,
        &closed,
        bench.pair_count(),
        |round, runs| {
            figures.record(round, ours, &CLOSED_RATIO, Some(rate_ratio(&runs)));
            for (kind, run) in HITS.iter().zip(&runs) {
                figures.record(round, ours, kind, Some(run.tool_report.rate()));
            }
        },
    );
    let mut steady = bench.closed_loop_load(&url, bench.plan.steady_duration);
    steady.rate = Some(RATE);
    let label = format!("{} at {}/s", scenario.name(), format_number(RATE));
    pair.measure(
        bench,
        &label,
        &target,
        &steady,
        bench.plan.rounds,
        |round, runs| {
            figures.record(round, ours, &RATE_RATIO, Some(rate_ratio(&runs)));
            for (kind, run) in CPU.iter().zip(&runs) {
                figures.record(round, ours, kind, run.cpu_us_per_hit);
            }
        },
    );
    let heading = format!(
        "a JSON body of 1 KiB with five variables, one in the URL and one in a header; {CONNECTIONS} \
         connections, 1 thread, closed loop and {}/s; raw target",
        format_number(RATE)
    );
    Ok(ScenarioReport { heading, figures })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bodies_are_json_of_a_kibibyte() {
        for texts in [
            TemplatedRequestParts::new(false),
            TemplatedRequestParts::new(true),
        ] {
            let length = texts.body.len();
            assert!((1020..=1028).contains(&length), "{length}");
            let read: Result<serde_json::Value, _> = serde_json::from_str(&texts.body);
            assert!(read.is_ok(), "{}", texts.body);
        }
    }
}
