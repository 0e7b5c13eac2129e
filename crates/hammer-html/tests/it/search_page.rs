//! The page of a search.

use std::path::Path;
use std::{env, fs};

use hammer_analysis::{LookOutcome, SearchReport};
use hammer_html::search_page;

use crate::page_text::{assert_well_formed, attributes, between, chart_data, figures};
use crate::recorded_search::{RECORDED_SEARCHES, recorded_search};

/// The variable that makes the test write the files instead of comparing them.
const WRITE: &str = "HAMMER_WRITE_CHARTS";

fn figure(report: &SearchReport, id: &str) -> Option<String> {
    let figures = figures(&search_page(report));
    figures.into_iter().find(|it| it.0 == id).map(|it| it.1)
}

/// The values of a series of a chart.
fn values(figure: &str, name: &str) -> Vec<Option<f64>> {
    let data = chart_data(figure);
    let series = data["series"].as_array().expect("series");
    let series = series.iter().find(|series| series["name"] == name);
    let values = series.unwrap_or_else(|| panic!("{name}"))["values"].as_array();
    let values = values.expect("values").iter();
    values.map(serde_json::Value::as_f64).collect()
}

#[test]
fn charts_of_searches_are_drawn_as_in_their_golden_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    let mut names = vec![];
    for (id, figure) in figures(&search_page(&recorded_search("confirmed"))) {
        let path = folder.join(format!("search-{id}.html"));
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
    let expected = ["times", "achieved", "levels", "recovery"];
    assert_eq!(names, expected.map(|name| format!("chart-{name}")));
}

#[test]
fn every_search_has_its_answer_first_and_all_of_its_looks() {
    for name in RECORDED_SEARCHES {
        let report = recorded_search(name);
        let page = search_page(&report);
        assert_well_formed(&page);
        assert!(attributes(&page, "href").is_empty(), "{name}");
        let head = between(&page, "id=\"verdict\"", "</section>");
        let start = report.answer_text().split_off(1);
        assert!(head.contains(&start.replace('<', "&lt;")), "{name}: {head}");
        assert!(page.find("id=\"verdict\"") < page.find("<figure"), "{name}");
        let table = between(&page, "id=\"looks\"", "</section>");
        let rows = table.split("<tr>").skip(2).count();
        assert_eq!(rows, report.looks.len(), "{name}");
    }
}

/// Color alone does not tell a look that held from one that failed.
#[test]
fn outcomes_differ_by_shape() {
    for (name, outcome, mark) in [
        ("confirmed", LookOutcome::Held, "held"),
        ("confirmed", LookOutcome::Failed, "failed"),
        ("generator-limited", LookOutcome::Void, "void"),
    ] {
        let report = recorded_search(name);
        let figure = figure(&report, "chart-times").expect("a chart");
        let marks = values(&figure, mark).into_iter().flatten().count();
        let looks = report.looks.iter();
        let of_outcome = looks.filter(|look| look.outcome == outcome && look.p99_us.is_some());
        assert_eq!(marks, of_outcome.count(), "{name}, {mark}");
    }
    let confirmed = recorded_search("confirmed");
    let figure = figure(&confirmed, "chart-times").expect("a chart");
    let shapes: Vec<&str> = ["held", "failed"]
        .into_iter()
        .map(|name| {
            let group = between(&figure, &format!("data-series=\"{name}\""), "</g>");
            between(group, "fill=\"", "\"")
        })
        .collect();
    assert_eq!(shapes, ["currentColor", "none"]);
    assert!(
        figure.contains("data-series=\"p99 &lt; 200ms\""),
        "{figure}"
    );
}

#[test]
fn looks_without_an_answer_are_not_drawn() {
    let report = recorded_search("never-held");
    assert_eq!(figure(&report, "chart-times"), None);
    assert!(figure(&report, "chart-achieved").is_some());
    let mut report = recorded_search("confirmed");
    report.looks[6].p99_us = Some(f64::INFINITY);
    let rate = report.looks[6].rate;
    let page = search_page(&report);
    assert!(
        page.contains("no answer") && !page.contains("inf"),
        "{rate}"
    );
    let figure = figure(&report, "chart-times").expect("a chart");
    let place = chart_data(&figure)["xs"].as_array().and_then(|xs| {
        let mut xs = xs.iter();
        xs.position(|x| x.as_f64() == Some(rate))
    });
    assert_eq!(values(&figure, "p99")[place.expect("the rate")], None);
}

/// Texts of the target must not become elements.
#[test]
fn foreign_texts_are_escaped() {
    let mut report = recorded_search("generator-limited");
    report.target = "http://<b>/".into();
    report.reason = Some("<i>busy</i>".into());
    report.objectives.push("p99[<u>] < 1s".into());
    report.looks[0].run_file = Some("<s>.run".into());
    let page = search_page(&report);
    assert_well_formed(&page);
    for tag in ["<b>", "<i>", "<u>", "<s>"] {
        assert!(!page.contains(tag), "{tag}");
    }
}
