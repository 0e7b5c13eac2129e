//! Compares hits of runs that write all outputs with those of runs that write none.

use std::path::Path;

use hammer_cli::testing::output_kinds;
use hammer_target::TargetBehavior;

use super::ScenarioReport;
use super::variants::{RequestVariant, VariantPair};
use crate::context::{BenchContext, CONNECTIONS, MeasuredRun};
use crate::error::Error;
use crate::figure_collector::{FigureCollector, FigureKind};
use crate::number_format::format_number;
use crate::pinned_target::TargetServerMode;
use crate::record::BetterDirection;
use crate::scenario::BenchScenario;

const RATE: f64 = 20_000.0;

/// The kind of output that has a line per hit; all others are reports.
const HITS: &str = "hits";

static RATIOS: [FigureKind; 2] = [
    FigureKind {
        key: "cpu_ratio_reports",
        title: "CPU per hit, all reports ÷ none",
        unit: "1",
        better: BetterDirection::Lower,
    },
    FigureKind {
        key: "cpu_ratio_hits",
        title: "CPU per hit, all reports and the log of hits ÷ none",
        unit: "1",
        better: BetterDirection::Lower,
    },
];
static CPU: [[FigureKind; 2]; 2] = [
    [
        FigureKind {
            key: "cpu_us_per_hit_none",
            title: "CPU per hit, no output, µs",
            unit: "us",
            better: BetterDirection::Lower,
        },
        FigureKind {
            key: "cpu_us_per_hit_reports",
            title: "CPU per hit, all reports, µs",
            unit: "us",
            better: BetterDirection::Lower,
        },
    ],
    [
        FigureKind {
            key: "cpu_us_per_hit_no_log",
            title: "CPU per hit, no output again, µs",
            unit: "us",
            better: BetterDirection::Lower,
        },
        FigureKind {
            key: "cpu_us_per_hit_log",
            title: "CPU per hit, all reports and the log of hits, µs",
            unit: "us",
            better: BetterDirection::Lower,
        },
    ],
];

pub(super) fn run(bench: &BenchContext, scenario: BenchScenario) -> Result<ScenarioReport, Error> {
    let folder = tempfile::tempdir()
        .map_err(|error| Error::failed(format!("failed to create a folder: {error}")))?;
    let target = bench.start_target(TargetServerMode::Raw, false, TargetBehavior::default())?;
    let url = target.url();
    let mut load = bench.closed_loop_load(&url, bench.plan.steady_duration);
    load.rate = Some(RATE);
    let mut figures = FigureCollector::new(scenario.name());
    let ours = bench.hammer.name();
    for (index, log) in [false, true].into_iter().enumerate() {
        let outputs = variant("outputs", output_arguments(folder.path(), log));
        let pair = VariantPair::new(bench, [variant("none", vec![]), outputs]);
        pair.measure(
            bench,
            scenario.name(),
            &target,
            &load,
            bench.plan.rounds,
            |round, runs| {
                figures.record(round, ours, &RATIOS[index], cpu_ratio(&runs));
                for (kind, run) in CPU[index].iter().zip(&runs) {
                    figures.record(round, ours, kind, run.cpu_us_per_hit);
                }
            },
        );
    }
    let heading = format!(
        "{}/s with all outputs, in pairs with none; {CONNECTIONS} connections, 1 thread, {} s; raw target",
        format_number(RATE),
        bench.plan.steady_duration.as_secs_f64()
    );
    Ok(ScenarioReport { heading, figures })
}

fn variant(name: &'static str, arguments: Vec<String>) -> RequestVariant {
    RequestVariant {
        name,
        path: String::new(),
        arguments,
    }
}

/// The arguments that write all reports into `folder`, and the log of hits too if `log` is true.
fn output_arguments(folder: &Path, log: bool) -> Vec<String> {
    let kinds = output_kinds().into_iter();
    let kinds = kinds.filter(|kind| log || *kind != HITS);
    let arguments = kinds.flat_map(|kind| {
        let path = folder.join(file_name(kind));
        ["-o".to_owned(), format!("{kind}={}", path.display())]
    });
    arguments.collect()
}

/// The name of the file of an output, which says that it is compressed where the output can be.
fn file_name(kind: &str) -> String {
    match kind {
        "run" => "run.json.zst".to_owned(),
        HITS => "hits.csv.zst".to_owned(),
        kind => format!("report.{kind}"),
    }
}

/// The CPU time per hit of the second run divided by that of the first.
fn cpu_ratio([first, second]: &[MeasuredRun; 2]) -> Option<f64> {
    Some(second.cpu_us_per_hit? / first.cpu_us_per_hit?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JSON and the files of HdrHistogram were once missing, and the log of hits was not compressed.
    #[test]
    fn every_kind_of_output_is_written() {
        let reports = "-o text=/f/report.text -o json=/f/report.json -o junit=/f/report.junit \
                       -o md=/f/report.md -o html=/f/report.html -o run=/f/run.json.zst \
                       -o hlog=/f/report.hlog -o hgrm=/f/report.hgrm";
        let arguments = |log| output_arguments(Path::new("/f"), log).join(" ");
        assert_eq!(arguments(false), reports);
        assert_eq!(
            arguments(true),
            format!("{reports} -o hits=/f/hits.csv.zst")
        );
    }
}
