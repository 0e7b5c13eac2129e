//! The page of a run in a tab, and what a reader sees there.

use hammer_core::RunFile;
use hammer_html::report_page;
use serde_json::Value;

use super::chromium::Chromium;
use super::content_policy::ContentPolicy;
use super::page_server::PageServer;
use super::tab::Tab;

/// Opens the page of a run, and returns it with the browser, which must live as long.
pub(crate) fn open(run: &RunFile) -> Option<(Chromium, Tab)> {
    let browser = Chromium::start()?;
    let server = PageServer::start(&report_page(run));
    let mut tab = browser.open_tab();
    tab.resize(1400, 900);
    tab.navigate(&server.url(ContentPolicy::Open));
    Some((browser, tab))
}

/// Reads the data of a chart.
pub(crate) fn chart_data(tab: &mut Tab, chart: &str) -> Value {
    let selector = format!("#chart-{chart} .chart-data");
    tab.evaluate(&format!(
        "JSON.parse(document.querySelector({selector:?}).textContent)"
    ))
}

/// Moves the pointer to a place in a plot, in units of its view box, and reads the box with the
/// values.
pub(crate) fn read_at(tab: &mut Tab, chart: &str, x: f64, y: f64) -> Vec<String> {
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
pub(crate) fn read_box(tab: &mut Tab, chart: &str) -> Vec<String> {
    let lines = tab.evaluate(&format!(
        "[...document.querySelectorAll('#chart-{chart} .readout > div')].map((e) => e.textContent.trim())"
    ));
    serde_json::from_value(lines).expect("texts")
}

/// The place of a value on an axis of the data.
pub(crate) fn place(axis: &Value, ends: (&str, &str), value: f64) -> f64 {
    let number = |key: &str| axis[key].as_f64().expect(key);
    let scale = |value: f64| match axis["scale"].as_str() {
        Some("log") => value.ln(),
        _ => value,
    };
    let (min, max) = (scale(number("min")), scale(number("max")));
    let share = (scale(value) - min) / (max - min);
    number(ends.0) + share.clamp(0.0, 1.0) * (number(ends.1) - number(ends.0))
}
