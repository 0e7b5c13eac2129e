//! The page of a run.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use hammer_core::{Report, RunFile, ShardDescription, StageReport};
use hammer_html::{embedded_run, report_page};
use serde_json::json;

use crate::page_text::{assert_well_formed, attributes, between, chart_data, figures};
use crate::sample_runs::steady_run;
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

/// The size that the documentation states.
const MAX_PAGE: usize = 400_000;

#[test]
fn the_page_of_an_hour_is_small() {
    let hour = SyntheticLoad {
        slices: 600,
        width_s: 6,
        hits: 1_000,
        overloads: true,
        ..SyntheticLoad::default()
    };
    let large = SyntheticLoad {
        stages: 64,
        groups: 50,
        ..hour.clone()
    };
    for load in [hour, large] {
        let run = single_run(&load);
        let page = report_page(&run);
        assert!(page.len() <= MAX_PAGE, "{} bytes", page.len());
        let inside = run_inside(&page);
        let (inside, whole) = (&inside.report.loads[0].report, &run.report.loads[0].report);
        assert_eq!(
            inside.measured.as_ref().map(|it| it.response()),
            whole.measured.as_ref().map(|it| it.response())
        );
        let (found, expected) = (inside.timeline.len(), whole.timeline.len());
        assert!((20..expected).contains(&found), "{found} slices");
        let length = inside
            .timeline
            .iter()
            .map(|slice| slice.width_s)
            .sum::<u64>();
        assert_eq!(length, 600 * 6);
        let figures =
            |report: &Report| serde_json::to_value((&report.stages, &report.groups)).expect("JSON");
        assert_eq!(figures(inside), figures(whole));
        for (inside, whole) in inside.stages.iter().zip(&whole.stages) {
            let p99 = |stage: &StageReport| {
                let interval = stage.interval().expect("measurements");
                interval.response().quantile(0.99).as_secs_f64()
            };
            let error = (p99(inside) / p99(whole) - 1.0).abs();
            assert!(error < 0.02, "{}: {error}", whole.stage);
        }
    }
}

/// The page computed intervals anew, from the slices that a page had left.
#[test]
fn a_page_shows_the_confidence_of_the_run() {
    let mut run = steady_run();
    let report = &mut run.report.loads[0].report;
    let confidence = report.response_us.ci95.as_mut().expect("a confidence");
    let p99 = confidence.p99.as_mut().expect("that of the p99");
    (p99.low, p99.high, p99.effective_hits) = (Some(12_300.0), Some(45_600.0), 789.0);
    let page = report_page(&run);
    let table = between(&page, "Confidence of response", "</table>");
    for text in ["12.3 to 45.6", ">789<"] {
        assert!(table.contains(text), "{text}: {table}");
    }
    let curve = |page: &str| {
        figures(page)
            .into_iter()
            .find(|(id, _)| id == "chart-curve")
    };
    let (_, drawn) = curve(&page).expect("the curve");
    assert!(drawn.contains("class=\"band\" d=\"M"), "{drawn}");
    run.report.loads[0].report.timeline.truncate(30);
    let page = report_page(&run);
    assert_eq!(between(&page, "Confidence of response", "</table>"), table);
    let (_, drawn) = curve(&page).expect("the curve");
    assert!(!drawn.contains("class=\"band\" d=\"M"), "{drawn}");
    assert!(drawn.contains("slices of time were merged"), "{drawn}");
}

#[test]
fn every_load_has_its_confidence() {
    let load = |index: usize| SyntheticLoad {
        name: format!("load {index}"),
        slices: 12,
        ..SyntheticLoad::default()
    };
    let loads: Vec<SyntheticLoad> = (0..10).map(load).collect();
    let page = report_page(&plan_run(&loads));
    assert_eq!(page.matches("Confidence of response").count(), loads.len());
    assert_eq!(figures(&page).len(), 8 * 5);
}

/// The legend and the crosshair find a series by its name.
#[test]
fn a_failure_is_not_mistaken_for_another_series() {
    let mut run = single_run(&SyntheticLoad::default());
    for slice in &mut run.report.loads[0].report.timeline {
        slice.hits.ok -= 3;
        slice.hits.rejected += 1;
        slice.hits.failed += 2;
        let measured = slice.measured.as_mut().expect("measurements");
        for name in ["started", "rejected"] {
            measured.failures.insert(name.to_owned(), 1);
        }
    }
    let (_, rate) = figures(&report_page(&run)).swap_remove(0);
    let plot = between(&rate, "<svg class=\"plot\"", "</svg>");
    let names = attributes(plot, "data-series");
    assert_eq!(
        names.len(),
        plot.matches("data-series=").count(),
        "{names:?}"
    );
    assert!(names.contains("failure: started"), "{names:?}");
}

#[test]
fn the_run_inside_of_a_short_page_is_whole() {
    let run = single_run(&SyntheticLoad::default());
    let page = report_page(&run);
    assert_eq!(run_inside(&page), run);
    assert!(page.contains("This page contains the run"));
    let data = between(&page, "id=\"hammer-run\">", "</script>");
    for (broken, expected) in [
        (page.replace(data, &data[..data.len() / 2]), "invalid JSON"),
        (page.replace(data, "{\"zstd\":\"?\"}"), "expected base64"),
        (
            page.replace("id=\"hammer-run\"", "id=\"other\""),
            "found another page",
        ),
        (
            page[..page.find(data).unwrap() + 9].to_owned(),
            "ends too early",
        ),
        (page[..page.len() / 2].to_owned(), "found another page"),
        (String::new(), "found another page"),
    ] {
        let error = embedded_run(&broken).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

fn run_inside(page: &str) -> RunFile {
    let compressed = embedded_run(page).expect("a run");
    let json = zstd::stream::decode_all(&*compressed).expect("compressed");
    RunFile::from_json(&json).expect("a run file")
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
        stages: 2,
        groups: 2,
        ..SyntheticLoad::default()
    }]);
    run.command = vec!["hammer".to_owned(), hostile.to_owned()];
    run.id = hostile.to_owned();
    run.host.cpu_model = hostile.to_owned();
    let mut shard = ShardDescription::default();
    (shard.name, shard.host) = (hostile.to_owned(), run.host.clone());
    run.shards = vec![shard];
    run.report.plan = hostile.to_owned();
    run.report.verdict.reasons = vec![hostile.to_owned(), format!("`{hostile}`")];
    let load = &mut run.report.loads[0].report;
    for stage in &mut load.stages {
        stage.stage = hostile.to_owned();
    }
    for group in &mut load.groups {
        group.name = hostile.to_owned();
    }
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
