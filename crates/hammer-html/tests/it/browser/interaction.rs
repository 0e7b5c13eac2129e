//! The script of the page, used as a reader does.

use hammer_core::{Histogram, RunFile};
use hammer_html::report_page;
use serde_json::{Value, json};

use super::chromium::Chromium;
use super::content_policy::ContentPolicy;
use super::page_server::PageServer;
use super::tab::Tab;
use crate::sample_runs::steady_run;

/// Opens the page of a run, and returns it with the browser, which must live as long.
fn open(run: &RunFile) -> Option<(Chromium, Tab)> {
    let browser = Chromium::start()?;
    let server = PageServer::start(&report_page(run));
    let mut tab = browser.open_tab();
    tab.resize(1400, 900);
    tab.navigate(&server.url(ContentPolicy::Open));
    Some((browser, tab))
}

/// Reads the data of a chart.
fn chart_data(tab: &mut Tab, chart: &str) -> Value {
    let selector = format!("#chart-{chart} .chart-data");
    tab.evaluate(&format!(
        "JSON.parse(document.querySelector({selector:?}).textContent)"
    ))
}

/// Moves the pointer to a place in a plot, in units of its view box, and reads the box with the
/// values.
fn read_at(tab: &mut Tab, chart: &str, x: f64, y: f64) -> Vec<String> {
    let selector = format!("#chart-{chart} .plot");
    tab.evaluate(&format!(
        "document.querySelector({selector:?}).scrollIntoView({{block: 'center'}})"
    ));
    // Scrolling hides the crosshair.
    tab.wait_for_frame();
    let point = tab.evaluate(&format!(
        "(() => {{ const p = new DOMPoint({x}, {y})
             .matrixTransform(document.querySelector({selector:?}).getScreenCTM());
           return [p.x, p.y]; }})()"
    ));
    let coordinate = |index: usize| point[index].as_f64().expect("a coordinate");
    tab.move_pointer(coordinate(0), coordinate(1));
    read_box(tab, chart)
}

/// The lines of the box with the values.
fn read_box(tab: &mut Tab, chart: &str) -> Vec<String> {
    let lines = tab.evaluate(&format!(
        "[...document.querySelectorAll('#chart-{chart} .readout > div')].map((e) => e.textContent.trim())"
    ));
    serde_json::from_value(lines).expect("texts")
}

/// The place of a value on an axis of the data.
fn place(axis: &Value, ends: (&str, &str), value: f64) -> f64 {
    let number = |key: &str| axis[key].as_f64().expect(key);
    let scale = |value: f64| match axis["scale"].as_str() {
        Some("log") => value.ln(),
        _ => value,
    };
    let (min, max) = (scale(number("min")), scale(number("max")));
    let share = (scale(value) - min) / (max - min);
    number(ends.0) + share.clamp(0.0, 1.0) * (number(ends.1) - number(ends.0))
}

/// Checks that a line is `NAME: VALUE ms` with a value that is displayed in three digits.
fn assert_millis(line: &str, name: &str, expected: f64) {
    let value = line
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix(": "));
    let value = value.and_then(|rest| rest.split_once(" ms"));
    let (value, _) = value.unwrap_or_else(|| panic!("{line:?} is not {name}"));
    let value: f64 = value.replace(',', "").parse().expect("a number");
    let error = (value - expected).abs() / expected;
    assert!(error < 0.006, "{line}: expected {expected}");
}

fn millis(histogram: &Histogram, quantile: f64) -> f64 {
    histogram.quantile(quantile).as_secs_f64() * 1e3
}

#[test]
fn the_crosshair_shows_the_percentiles_of_the_slice_under_it() {
    let run = steady_run();
    let Some((_browser, mut tab)) = open(&run) else {
        return;
    };
    let data = chart_data(&mut tab, "percentiles");
    let slices = &run.report.loads[0].report.timeline;
    for index in [0, 1, 17, 42, 58] {
        let x = place(
            &data["x"],
            ("left", "right"),
            data["xs"][index].as_f64().expect("x"),
        );
        let lines = read_at(&mut tab, "percentiles", x + 0.4, 100.0);
        assert_eq!(lines[0], format!("{index} to {} s", index + 1));
        let measured = slices[index].measured.as_ref().expect("measurements");
        let (response, service) = (measured.response(), measured.service());
        let expected = [
            ("response max", response.max().as_secs_f64() * 1e3),
            ("response p99", millis(&response, 0.99)),
            ("response p90", millis(&response, 0.9)),
            ("response p50", millis(&response, 0.5)),
            ("service p99", millis(&service, 0.99)),
            ("service p50", millis(&service, 0.5)),
            ("p99 < 50ms", 50.0),
        ];
        assert_eq!(lines.len(), 1 + expected.len(), "{lines:?}");
        for (line, (name, value)) in lines[1..].iter().zip(expected) {
            assert_millis(line, name, value);
        }
    }
    let marks =
        tab.evaluate("document.querySelectorAll('#chart-percentiles .crosshair circle').length");
    assert_eq!(marks, 7);
}

#[test]
fn the_crosshair_shows_the_value_of_the_percentile_under_it() {
    let run = steady_run();
    let Some((_browser, mut tab)) = open(&run) else {
        return;
    };
    let data = chart_data(&mut tab, "curve");
    let measured = run.report.loads[0]
        .report
        .measured
        .as_ref()
        .expect("measurements");
    for (title, inverse) in [
        ("p50", 2.0),
        ("p90", 10.0),
        ("p99", 100.0),
        ("p99.9", 1000.0),
    ] {
        let x = place(&data["x"], ("left", "right"), inverse);
        let lines = read_at(&mut tab, "curve", x, 100.0);
        assert_eq!(lines[0], title);
        let quantile = 1.0 - 1.0 / inverse;
        assert_millis(&lines[1], "response", millis(measured.response(), quantile));
        assert_millis(&lines[2], "service", millis(measured.service(), quantile));
    }
}

#[test]
fn the_crosshair_shows_the_hits_of_the_cell_under_it() {
    let run = steady_run();
    let Some((_browser, mut tab)) = open(&run) else {
        return;
    };
    let data = chart_data(&mut tab, "heat");
    let rows = data["rows"].as_array().expect("rows");
    let slices = &run.report.loads[0].report.timeline;
    let columns = data["xs"].as_array().expect("slices").len();
    let mut read = 0;
    for row in 0..rows.len() {
        let (low, high) = (
            rows[row][0].as_f64().expect("low"),
            rows[row][1].as_f64().expect("high"),
        );
        let y = place(&data["y"], ("bottom", "top"), (low * high).sqrt());
        let x = place(
            &data["x"],
            ("left", "right"),
            data["xs"][17].as_f64().expect("x"),
        );
        let lines = read_at(&mut tab, "heat", x, y);
        assert_eq!(lines[0], "17 to 18 s");
        let (range, hits) = lines[1].split_once(": ").expect("a range and a count");
        assert!(range.ends_with(" ms"), "{range}");
        let hits: u64 = hits.trim_end_matches(" hits").parse().expect("a count");
        assert_eq!(data["series"][0]["values"][row * columns + 17], hits);
        read += hits;
    }
    let measured = slices[17].measured.as_ref().expect("measurements");
    assert_eq!(read, measured.response().count(), "each hit is in one cell");
}

#[test]
fn keys_move_the_crosshair() {
    let run = steady_run();
    let Some((_browser, mut tab)) = open(&run) else {
        return;
    };
    tab.evaluate("document.querySelector('#chart-heat .plot').focus()");
    tab.wait_for_frame();
    for key in ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"] {
        tab.press(key);
    }
    let lines = read_box(&mut tab, "heat");
    assert_eq!(lines[0], "1 to 2 s");
    tab.press("ArrowUp");
    let above = read_box(&mut tab, "heat");
    assert_eq!(above[0], lines[0]);
    assert_ne!(above[1], lines[1]);
    tab.press("ArrowDown");
    assert_eq!(read_box(&mut tab, "heat"), lines);
    let live = tab.evaluate("document.querySelector('#chart-heat .readout').ariaLive");
    assert_eq!(live, "polite", "a screen reader reads it");
    tab.press("Escape");
    assert!(read_box(&mut tab, "heat").is_empty());
}

#[test]
fn a_click_on_the_legend_hides_a_series() {
    let run = steady_run();
    let Some((_browser, mut tab)) = open(&run) else {
        return;
    };
    let shown = "[getComputedStyle(document.querySelector('#chart-percentiles g[data-series=\"response p99\"]')).display !== 'none',
        document.querySelector('#chart-percentiles li[data-series=\"response p99\"] button').ariaPressed]";
    assert_eq!(tab.evaluate(shown), json!([true, "true"]));
    let button = "#chart-percentiles li[data-series=\"response p99\"] button";
    tab.click(button);
    assert_eq!(tab.evaluate(shown), json!([false, "false"]));
    let lines = read_at(&mut tab, "percentiles", 300.0, 100.0);
    assert!(
        !lines.iter().any(|line| line.starts_with("response p99")),
        "{lines:?}"
    );
    tab.click(button);
    assert_eq!(tab.evaluate(shown), json!([true, "true"]));
}

#[test]
fn another_scale_moves_lines_to_their_values() {
    let run = steady_run();
    let Some((_browser, mut tab)) = open(&run) else {
        return;
    };
    let data = chart_data(&mut tab, "percentiles");
    let box_of_line = "(() => { const b = document.querySelector('#chart-percentiles g[data-series=\"response max\"] .line')
        .getBBox(); return [b.y, b.y + b.height]; })()";
    let ticks = "[...document.querySelectorAll('#chart-percentiles .y-axis .tick')].map((e) => e.textContent)";
    let values = data["series"].as_array().expect("series").iter();
    let mut values = values.filter(|series| series["name"] == "response max");
    let values = values.next().expect("the series")["values"]
        .as_array()
        .expect("values")
        .iter();
    let values: Vec<f64> = values.filter_map(Value::as_f64).collect();
    let max = values.iter().copied().fold(0.0, f64::max);
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let mut check = |axis: &Value| {
        let labels: Vec<&Value> = axis["ticks"]
            .as_array()
            .expect("ticks")
            .iter()
            .map(|tick| &tick[1])
            .collect();
        assert_eq!(tab.evaluate(ticks), json!(labels));
        let drawn = tab.evaluate(box_of_line);
        for (index, value) in [max, min].into_iter().enumerate() {
            let expected = place(axis, ("bottom", "top"), value);
            let drawn = drawn[index].as_f64().expect("a place");
            assert!((drawn - expected).abs() < 0.5, "{drawn} is not {expected}");
        }
        tab.click("#chart-percentiles .plot + button");
    };
    check(&data["y"]);
    check(&data["other_y"]);
    check(&data["y"]);
}

#[test]
fn a_click_on_a_header_sorts_a_table() {
    let run = steady_run();
    let Some((_browser, mut tab)) = open(&run) else {
        return;
    };
    tab.evaluate(
        "[...document.querySelectorAll('table.sortable')]
        .find((table) => table.textContent.includes('/search')).id = 'groups'",
    );
    let column = |column: usize| {
        format!(
            "[...document.querySelectorAll('#groups tbody tr')].map((row) => row.cells[{column}].textContent.trim())"
        )
    };
    let sorted = "[...document.querySelectorAll('#groups th')].map((header) => header.ariaSort).filter((sort) => sort)";
    tab.click("#groups thead th:nth-child(2) button");
    let hits = |tab: &mut Tab| -> Vec<u64> {
        let texts: Vec<String> = serde_json::from_value(tab.evaluate(&column(1))).expect("texts");
        texts
            .iter()
            .map(|text| text.replace(',', "").parse().expect("a count"))
            .collect()
    };
    let largest_first = hits(&mut tab);
    assert!(
        largest_first.len() == 3 && largest_first.is_sorted_by(|a, b| a >= b),
        "{largest_first:?}"
    );
    assert_eq!(tab.evaluate(sorted), json!(["descending"]));
    tab.click("#groups thead th:nth-child(2) button");
    assert!(hits(&mut tab).is_sorted());
    assert_eq!(tab.evaluate(sorted), json!(["ascending"]));
    tab.click("#groups thead th:nth-child(1) button");
    assert_eq!(
        tab.evaluate(&column(0)),
        json!(["/", "/cart?a=1&b=<2>", "/search"])
    );
    assert_eq!(tab.evaluate(sorted), json!(["ascending"]));
}

#[test]
fn a_button_copies_the_command() {
    let run = steady_run();
    let Some((_browser, mut tab)) = open(&run) else {
        return;
    };
    tab.click(".command + button");
    assert_eq!(
        tab.evaluate("document.querySelector('.command + button').textContent"),
        "Copied"
    );
    assert_eq!(
        tab.evaluate("getSelection().toString()"),
        "hammer http http://127.0.0.1:8080/"
    );
}

#[test]
fn the_script_is_small() {
    let length = include_str!("../../../src/script.js").len();
    assert!(length <= 8 * 1024, "{length} bytes");
}
