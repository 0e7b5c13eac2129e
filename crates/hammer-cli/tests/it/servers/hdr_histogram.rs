//! The files for HdrHistogram in its Python library.

use std::fs;

use hammer_target::{TargetBehavior, TargetServer};
use serde_json::{Value, json};

use super::python;
use crate::command::report;

/// Adds the lines of each tag, and prints figures of the sums, in µs.
const SCRIPT: &str = "import json, sys
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
reference = HdrHistogram(1, 3600000000000, 3)
reader = HistogramLogReader(sys.argv[1], reference)
sums, lines, starts = {}, {}, []
while True:
    line = reader.get_next_interval_histogram()
    if line is None:
        break
    tag = line.get_tag() or ''
    sums.setdefault(tag, HdrHistogram(1, 3600000000000, 3)).add(line)
    lines[tag] = lines.get(tag, 0) + 1
    starts.append(line.get_start_time_stamp() / 1000 - reader.get_start_time_sec())
print(json.dumps({'starts': starts, 'tags': {tag: {
    'lines': lines[tag], 'count': sum.get_total_count(), 'max': sum.get_max_value() / 1000,
    'p50': sum.get_value_at_percentile(50) / 1000, 'p99': sum.get_value_at_percentile(99) / 1000,
    'p99_9': sum.get_value_at_percentile(99.9) / 1000} for tag, sum in sums.items()}}))";

/// Fails unless the figures of a tag are those of the report, within the 0.1 % of their buckets.
fn assert_same(tag: &Value, summary: &Value) {
    assert_eq!(tag["count"], summary["count"], "{tag} {summary}");
    for key in ["p50", "p99", "p99_9", "max"] {
        let [read, reported] = [tag, summary].map(|figures| figures[key].as_f64().unwrap());
        let ratio = read / reported;
        // The report has three decimals.
        assert!((0.999..=1.001).contains(&ratio), "{key}: {tag} {summary}");
    }
}

#[test]
fn the_interval_log_has_the_percentiles_of_the_report() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hlog = format!("hlog={}", folder.path().join("run.hlog").display());
    let url = target.url();
    // The library and the report agree on the rank of p99.9 if there are thousands of hits.
    let report = report(&["http", &url, "-r", "2k", "-n", "6000", "-o", &hlog]);
    assert_eq!(report["hits"]["ok"], 6000);
    let Some(read) = python::run("hdrh", SCRIPT, folder.path(), &["run.hlog"]) else {
        return;
    };
    for (tag, summary) in [
        ("", "response_us"),
        ("service", "service_us"),
        ("lateness", "lateness_us"),
    ] {
        assert_same(&read["tags"][tag], &report[summary]);
    }
    let slices = report["timeline"].as_array().unwrap();
    let answered = slices
        .iter()
        .filter(|slice| slice["response_us"]["count"] != 0);
    assert_eq!(read["tags"][""]["lines"], answered.count());
    assert!(read["starts"][0].as_f64().unwrap().abs() < 0.01, "{read}");
}

#[test]
fn the_lines_of_a_plan_have_the_names_of_their_loads() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let load = |name: &str, offset: &str| json!({"name": name, "offset": offset, "target": target.url(), "rate": 500, "duration": "1s"});
    let plan = json!({"load": [load("browse", "0s"), load("order", "1s")]});
    let [file, hlog] = ["plan.json", "run.hlog"].map(|name| folder.path().join(name));
    fs::write(&file, plan.to_string()).unwrap();
    let hlog = format!("hlog={}", hlog.display());
    let report = report(&["run", file.to_str().unwrap(), "-o", &hlog]);
    let Some(read) = python::run("hdrh", SCRIPT, folder.path(), &["run.hlog"]) else {
        return;
    };
    for (load, name) in [(0, "browse"), (1, "order")] {
        for kind in ["response", "service", "lateness"] {
            let tag = &read["tags"][format!("{name}/{kind}")];
            let summary = &report["loads"][load][format!("{kind}_us")];
            assert_eq!(tag["count"], 500, "{read}");
            // With 500 hits, the library and the report disagree on the rank of p99.9.
            let ratio = tag["p50"].as_f64().unwrap() / summary["p50"].as_f64().unwrap();
            assert!((0.999..=1.001).contains(&ratio), "{tag} {summary}");
        }
    }
    assert_eq!(read["tags"].as_object().unwrap().len(), 6, "{read}");
    let starts = read["starts"].as_array().unwrap();
    assert!(
        starts.iter().any(|start| start.as_f64().unwrap() > 0.9),
        "{read}"
    );
    assert!(
        starts.is_sorted_by(|a, b| a.as_f64() <= b.as_f64()),
        "{read}"
    );
}

#[test]
fn the_percentile_spectrum_ends_with_the_maximum_and_the_count() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.hgrm");
    let hgrm = format!("hgrm={}", path.display());
    let report = report(&["http", &target.url(), "-r", "1k", "-n", "1000", "-o", &hgrm]);
    let text = fs::read_to_string(path).unwrap();
    // As plotFiles.html of HdrHistogram reads it: lines of four numbers, without those that begin with #.
    let plotted: Vec<Vec<f64>> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            line.split_whitespace()
                .map(|word| word.parse().ok())
                .collect()
        })
        .filter(|numbers: &Vec<f64>| numbers.len() == 4)
        .collect();
    assert!(plotted.len() > 20, "{text}");
    assert!(
        plotted.is_sorted_by(|a, b| a[0] <= b[0] && a[1] < b[1] && a[3] < b[3]),
        "{text}"
    );
    let max_ms = report["response_us"]["max"].as_f64().unwrap() / 1000.0;
    let last: Vec<_> = text
        .lines()
        .filter(|line| line.contains(" 1.000000000000 "))
        .collect();
    let last: Vec<_> = last[0].split_whitespace().collect();
    assert_eq!(last[1..], ["1.000000000000", "1000"]);
    assert_rounds_to(last[0], max_ms);
    let median = plotted.iter().find(|line| line[1] == 0.5).unwrap();
    let p50_ms = report["response_us"]["p50"].as_f64().unwrap() / 1000.0;
    assert!((median[0] - p50_ms).abs() < 0.001, "{text}");
    let mean_ms = report["response_us"]["mean"].as_f64().unwrap() / 1000.0;
    for (name, expected) in [("#[Max     =", max_ms), ("#[Mean    =", mean_ms)] {
        let footer = text.lines().find(|line| line.starts_with(name)).unwrap();
        let value = footer[name.len()..].split(',').next().unwrap();
        assert_eq!(value.len(), 13, "{footer}");
        assert_rounds_to(value.trim(), expected);
    }
    assert!(text.contains(&format!(", Total count    = {:>12}]", 1000)));
}

/// Both numbers are rounded, so they may differ by a step of either: 1 µs in the spectrum, 0.1 µs in a report.
fn assert_rounds_to(spectrum_ms: &str, report_ms: f64) {
    let difference = (spectrum_ms.parse::<f64>().unwrap() - report_ms).abs();
    assert!(difference < 0.000_6, "{spectrum_ms}, {report_ms}");
}
