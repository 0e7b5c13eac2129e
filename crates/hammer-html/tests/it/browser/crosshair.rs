//! The crosshair: its values are those of the data under it.

use hammer_core::Histogram;
use serde_json::json;

use super::chromium::Chromium;
use super::content_policy::ContentPolicy;
use super::page_server::PageServer;
use super::report_tab::{chart_data, open, place, read_at, read_box};
use crate::sample_pages::{SamplePage, sample_pages};
use crate::sample_runs::steady_run;

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

/// Presses a key in every chart with data, and lists the charts whose box shows no values.
const CHARTS_WITHOUT_VALUES: &str = "
  [...document.querySelectorAll('.chart:has(.chart-data)')]
    .filter((chart) => JSON.parse(chart.querySelector('.chart-data').textContent).xs.length)
    .filter((chart) => {
      chart.querySelector('.plot').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
      const text = chart.querySelector('.readout').textContent;
      return !/\\d/.test(text) || /NaN|undefined|Infinity/.test(text);
    })
    .map((chart) => chart.id)";

#[test]
fn every_chart_of_every_page_has_a_crosshair() {
    let Some(browser) = Chromium::start() else {
        return;
    };
    let mut tab = browser.open_tab();
    for SamplePage { name, page } in sample_pages() {
        let server = PageServer::start(page);
        tab.navigate(&server.url(ContentPolicy::Open));
        assert_eq!(tab.evaluate(CHARTS_WITHOUT_VALUES), json!([]), "{name}");
    }
}
