//! The legend, the second scale, sorted tables and the copied command.

use serde_json::{Value, json};

use super::report_tab::{chart_data, open, place, read_at};
use super::tab::Tab;
use crate::sample_runs::steady_run;

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
