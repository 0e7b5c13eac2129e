//! The page of a run.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use hammer_core::{BaselineChange, BaselineComparison, MeasuredValue, RunFile};
use hammer_html::{embedded_run, report_page};
use serde_json::json;

use crate::page_text::{assert_well_formed, attributes, between, chart_data, figures};
use crate::synthetic_run::{SyntheticLoad, plan_run, single_run};

/// The variable that makes the test write the charts instead of comparing them.
const WRITE: &str = "HAMMER_WRITE_CHARTS";

fn threshold(expression: &str) -> serde_json::Value {
    json!([{"expression": expression, "value": 9_000.0, "infinite": false, "unit": "us",
            "passed": true, "judged": true}])
}

#[test]
fn charts_are_drawn_as_in_their_golden_files() {
    let run = single_run(&SyntheticLoad {
        slices: 12,
        hits: 40,
        stages: 2,
        overloads: true,
        thresholds: threshold("p99 < 50ms"),
        ..SyntheticLoad::default()
    });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    let mut names = vec![];
    for (id, figure) in figures(&report_page(&run)) {
        let path = folder.join(format!("{id}.html"));
        let figure = figure.replace("><", ">\n<");
        if env::var_os(WRITE).is_some() {
            fs::write(&path, &figure).expect("the folder is writable");
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            golden == figure,
            "{id} differs. To write it: {WRITE}=1\n{figure}"
        );
        names.push(id);
    }
    let expected = ["rate", "percentiles", "heat", "curve", "lateness"];
    assert_eq!(names, expected.map(|name| format!("chart-{name}")));
}

/// The script relies on this.
#[test]
fn the_data_of_a_chart_has_the_series_that_are_drawn() {
    let page = report_page(&single_run(&SyntheticLoad {
        overloads: true,
        thresholds: threshold("p99 < 50ms"),
        ..SyntheticLoad::default()
    }));
    for (id, figure) in figures(&page) {
        let data = chart_data(&figure);
        let series = data["series"].as_array().expect("series");
        let names: BTreeSet<String> = series
            .iter()
            .map(|series| series["name"].as_str().expect("a name").to_owned())
            .collect();
        let plot = between(&figure, "<svg class=\"plot\"", "</svg>");
        let unescaped = |texts: BTreeSet<String>| -> BTreeSet<String> {
            texts
                .into_iter()
                .map(|text| text.replace("&lt;", "<"))
                .collect()
        };
        assert_eq!(unescaped(attributes(plot, "data-series")), names, "{id}");
        let places = data["xs"].as_array().expect("places").len();
        let rows = data["rows"].as_array().map_or(1, Vec::len);
        for series in series {
            let values = series["values"].as_array().map(Vec::len);
            assert!(values.is_none_or(|values| values == places * rows), "{id}");
        }
        assert!(figure.contains("<title id="), "{id} has no title");
        assert!(figure.contains("<desc id="), "{id} has no description");
        assert!(figure.contains("<table>"), "{id} has no table");
    }
}

fn change(figure: &str, unit: &str, values: [f64; 2], outcome: &str) -> BaselineChange {
    let [baseline, measured] = values.map(|value| MeasuredValue {
        value: Some(value),
        infinite: false,
        unit: unit.to_owned(),
    });
    BaselineChange {
        figure: figure.to_owned(),
        baseline,
        measured,
        change: Some(29.6),
        change_low: Some(20.0),
        change_high: Some(40.0),
        outcome: outcome.to_owned(),
        undecided: None,
    }
}

/// The changes were in the text and in Markdown, but not in the page.
#[test]
fn a_run_with_a_baseline_shows_the_change() {
    let mut run = single_run(&SyntheticLoad::default());
    assert!(!report_page(&run).contains("id=\"baseline\""));
    let undecided = BaselineChange {
        change_high: None,
        undecided: Some("the interval is too wide".to_owned()),
        ..change("errors", "%", [0.0, 0.02], "cannot_tell")
    };
    run.report.baseline = Some(BaselineComparison {
        path: "<base>.run".to_owned(),
        started_at: "2026-11-29T12:00:00.000Z".to_owned(),
        warnings: vec!["another kernel".to_owned()],
        figures: vec![change("p99", "us", [933.0, 3_560.0], "worse"), undecided],
        ..BaselineComparison::default()
    });
    let page = report_page(&run);
    assert_well_formed(&page);
    let section = between(&page, "<section id=\"baseline\">", "</section>");
    for text in [
        "&lt;base&gt;.run of 2026-11-29T12:00:00.000Z",
        // Both values of a row have one unit.
        ">0.933 ms</td><td data-v=\"3560\">3.56 ms</td>",
        ">+29.6 %</td><td>+20.0 % to +40.0 %</td><td class=\"text failed\">✗ worse</td>",
        ">0 %</td><td data-v=\"0.02\">0.02 %</td>",
        "<td>–</td><td class=\"text\">? cannot tell: the interval is too wide</td>",
        "<li>another kernel</li>",
    ] {
        assert!(section.contains(text), "{text}: {section}");
    }
    run.report.baseline = Some(BaselineComparison {
        incomparable: Some("other hammer".to_owned()),
        ..BaselineComparison::default()
    });
    let page = report_page(&run);
    let section = between(&page, "<section id=\"baseline\">", "</section>");
    assert!(section.contains("Not compared: other hammer"), "{section}");
    assert!(!section.contains("<table"), "{section}");
}

#[test]
fn the_percentile_curve_has_the_confidence_of_response_and_service() {
    let page = report_page(&single_run(&SyntheticLoad::default()));
    let all = figures(&page);
    let (_, curve) = all
        .iter()
        .find(|(id, _)| id == "chart-curve")
        .expect("a curve");
    assert_eq!(curve.matches("class=\"band\"").count(), 2);
    let data = chart_data(curve);
    for series in data["series"].as_array().expect("series") {
        let low = series["low"].as_array().expect("ends of intervals");
        assert!(low.iter().any(|end| !end.is_null()), "{series}");
    }
}

/// Settings and numbers of rows had no separators.
#[test]
fn large_numbers_have_separators() {
    let mut run = single_run(&SyntheticLoad::default());
    let load = &mut run.report.loads[0].report;
    let mut settings = load.settings.unwrap_or_default();
    (
        settings.max_in_flight,
        settings.max_backlog,
        settings.threads,
    ) = (20_000, 100_000, 1);
    load.settings = Some(settings);
    load.labels = (0..1_300).map(|code| (format!("c{code}"), 1)).collect();
    let page = report_page(&run);
    for text in [
        "at most 20,000 hits in flight, at most 100,000 hits in the backlog, 1 thread",
        "1,100 more rows are in the JSON output.",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn pages_are_well_formed_and_refer_to_nothing() {
    let load = |name: &str, overloads| SyntheticLoad {
        name: name.to_owned(),
        slices: 20,
        overloads,
        stages: 3,
        groups: 2,
        ..SyntheticLoad::default()
    };
    let pages = [
        report_page(&single_run(&load("", false))),
        report_page(&plan_run(&[load("browse", false), load("order", true)])),
    ];
    for page in pages {
        assert_well_formed(&page);
        for reference in [
            " src=", "url(", "@import", "<link", "<base", "xlink", "srcset",
        ] {
            assert!(!page.contains(reference), "{reference}");
        }
        for link in attributes(&page, "href") {
            assert!(link.starts_with('#'), "{link}");
        }
        assert!(!page.contains(" style="), "an inline style");
        let ids = page.matches(" id=\"").count();
        assert_eq!(attributes(&page, "id").len(), ids, "an id is used twice");
    }
}

#[test]
fn short_and_empty_runs_are_drawn() {
    for (slices, hits) in [(2, 3), (1, 1), (1, 0), (3, 0), (0, 0)] {
        let run = single_run(&SyntheticLoad {
            slices,
            hits,
            ..SyntheticLoad::default()
        });
        let page = report_page(&run);
        assert_well_formed(&page);
        let content = between(&page, "<main>", "</main>");
        for number in ["NaN", "inf\"", "infinity"] {
            assert!(!content.contains(number), "{slices} slices: {number}");
        }
        let count = figures(&page).len();
        assert_eq!(
            count,
            if slices * hits > 0 { 5 } else { 1 },
            "{slices} slices"
        );
        if slices * hits > 0 {
            let lines = figures(&page)[0].1.matches("class=\"line\" d=\"M").count();
            assert_eq!(lines, 3, "{slices} slices");
        }
    }
}

#[test]
fn a_large_run_is_a_page_of_less_than_a_megabyte() {
    let run = single_run(&SyntheticLoad {
        slices: 600,
        width_s: 6,
        hits: 30,
        stages: 64,
        groups: 50,
        overloads: true,
        ..SyntheticLoad::default()
    });
    let page = report_page(&run);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    let inside = embedded_run(&page).expect("a run");
    let inside = RunFile::from_json(&inside).expect("a run file");
    let (slices, all) = (&inside.report.loads[0].report.timeline, 600 * 6);
    assert!((10..600).contains(&slices.len()), "{} slices", slices.len());
    assert_eq!(slices.iter().map(|slice| slice.width_s).sum::<u64>(), all);
    assert_eq!(inside.report.measured, run.report.measured);
    assert_eq!(
        inside.report.loads[0].report.stages,
        run.report.loads[0].report.stages
    );
}

#[test]
fn the_run_inside_of_a_short_page_is_whole() {
    let run = single_run(&SyntheticLoad::default());
    let page = report_page(&run);
    let inside = embedded_run(&page).expect("a run");
    assert_eq!(RunFile::from_json(&inside).expect("a run file"), run);
    let data = between(&page, "id=\"hammer-run\">", "</script>");
    for broken in [
        page.replace(data, &data[..data.len() / 2]),
        page.replace(data, "{\"zstd\":\"AAAA\"}"),
        page.replace(data, "{\"zstd\":\"?\"}"),
        page.replace("id=\"hammer-run\"", "id=\"other\""),
        page[..page.len() / 2].to_owned(),
        String::new(),
    ] {
        assert_eq!(embedded_run(&broken), None);
    }
}

/// A target could end the script with the data, or a terminal escape could hide text.
#[test]
fn hostile_texts_are_harmless() {
    let hostile =
        "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u{1b}[2J\u{202e}\0";
    let mut run = plan_run(&[SyntheticLoad {
        name: hostile.to_owned(),
        target: hostile.to_owned(),
        thresholds: threshold(hostile),
        slices: 12,
        ..SyntheticLoad::default()
    }]);
    run.command = vec!["hammer".to_owned(), hostile.to_owned()];
    run.id = hostile.to_owned();
    run.host.cpu_model = hostile.to_owned();
    run.report.plan = hostile.to_owned();
    run.report.verdict.reasons = vec![hostile.to_owned(), format!("`{hostile}`")];
    let load = &mut run.report.loads[0].report;
    load.labels.insert(hostile.to_owned(), 3);
    load.failures.insert(hostile.to_owned(), 4);
    load.advice.insert(hostile.to_owned(), hostile.to_owned());
    load.facts
        .entry(hostile.to_owned())
        .or_default()
        .insert(hostile.to_owned(), 1);
    for slice in &mut load.timeline {
        let measured = slice.measured.as_mut().expect("measurements");
        measured.failures.insert(hostile.to_owned(), 1);
    }
    let page = report_page(&run);
    assert_well_formed(&page);
    assert_eq!(page.matches("<img").count(), 0);
    assert_eq!(page.matches("alert(1)</script>").count(), 0);
    assert!(!page.contains(['\u{1b}', '\u{202e}', '\0']));
    assert!(page.contains("\\u{1b}[2J"), "escapes are shown");
}
