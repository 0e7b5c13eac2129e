//! Compares templated requests with fixed ones of about the same size.

use hammer_target::TargetBehavior;

use super::ScenarioReport;
use crate::context::{BenchContext, CONNECTIONS};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::peers::{HammerTool, LoadTool, ToolLoad, ToolReport};
use crate::pinned_target::{PinnedTargetServer, TargetServerMode};
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
    let closed = bench.closed_loop_load(&url, bench.plan.closed_duration);
    let mut steady = bench.closed_loop_load(&url, bench.plan.steady_duration);
    steady.rate = Some(RATE);
    let kinds = [
        TemplatedRequestParts::new(false),
        TemplatedRequestParts::new(true),
    ];
    let mut figures = FigureCollector::new(scenario.name());
    for round in 0..bench.plan.rounds {
        bench.print_progress(scenario.name(), round, ours);
        let both = |load: &ToolLoad<'_>| -> Result<[(ToolReport, Option<f64>); 2], Error> {
            let [fixed, templated] = &kinds;
            Ok([
                run_texts(bench, &target, load, fixed)?,
                run_texts(bench, &target, load, templated)?,
            ])
        };
        let measured = both(&closed).and_then(|closed| Ok((closed, both(&steady)?)));
        let (closed, steady) = match measured {
            Ok(measured) => measured,
            Err(error) => {
                bench.add_problem(format!("{}: {error}", scenario.name()));
                bench.hammer_failed.set(true);
                continue;
            }
        };
        let rates = closed.each_ref().map(|(report, _)| report.rate());
        for (kind, rate) in HITS.iter().zip(rates) {
            figures.record(round, ours, kind, Some(rate));
        }
        figures.record(round, ours, &CLOSED_RATIO, Some(rates[1] / rates[0]));
        let rates = steady.each_ref().map(|(report, _)| report.rate());
        figures.record(round, ours, &RATE_RATIO, Some(rates[1] / rates[0]));
        for (kind, (_, cpu)) in CPU.iter().zip(&steady) {
            figures.record(round, ours, kind, *cpu);
        }
    }
    let heading = format!(
        "a JSON body of 1 KiB with five variables, one in the URL and one in a header; {CONNECTIONS} \
         connections, 1 thread, closed loop and {}/s; raw target",
        format_number(RATE)
    );
    Ok(ScenarioReport { heading, figures })
}

/// Runs a load with these texts; returns the report, and the CPU time per hit in µs.
fn run_texts(
    bench: &BenchContext,
    target: &PinnedTargetServer,
    load: &ToolLoad<'_>,
    texts: &TemplatedRequestParts,
) -> Result<(ToolReport, Option<f64>), Error> {
    let url = format!("{}{}", load.url, texts.path);
    let load = ToolLoad {
        url: &url,
        ..load.clone()
    };
    let mut invocation = HammerTool::default()
        .invocation(&load)
        .ok_or_else(|| Error::failed("hammer cannot make this load"))?;
    let given = ["-H", &texts.header, "--json", &texts.body];
    invocation.arguments.extend(given.map(str::to_owned));
    let before = target.answered_hits();
    let ended = bench.hammer.run_invocation(&invocation, &bench.cores)?;
    let answered = (target.answered_hits() - before) as f64;
    let output = String::from_utf8_lossy(&ended.stdout);
    let report = HammerTool::default()
        .parse_output(&load, &output, &ended.stderr)
        .map_err(|error| Error::failed(error.to_string()))?;
    if report.errors > 0 {
        return Err(Error::failed(format!("{} hits failed", report.errors)));
    }
    let cpu = ended.cpu_time.map(|cpu| cpu.as_secs_f64() * 1e6 / answered);
    Ok((report, cpu))
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
