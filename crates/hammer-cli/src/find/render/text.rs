//! The report of a search as text.

use hammer_analysis::{CapacityStatus, SearchReport};

use super::level_rows::{HEADINGS, LevelRow, level_rows, time};
use super::next_step::next_step;
use super::rate_plot::rate_plot;
use crate::text::columns::column_count;
use crate::text::lines::{SEPARATOR, WIDTH, truncate, wrap, wrap_items};
use crate::text::number::format_percent;

/// Maximum number of rates in the table.
const MAX_LEVELS: usize = 8;
/// Width of the widest columns of times and rates.
const MAX_CELL: usize = 14;

/// Renders a report; `color` colors the answer.
pub(in crate::find) fn render(report: &SearchReport, color: bool) -> String {
    let title = report.answer_title();
    let mut out = wrap(title, &report.answer_text(), 3);
    out.push_str(&named("reason", report.reason.as_deref(), 3));
    out.push_str(&named("required", report.required_text().as_deref(), 1));
    out.push_str(&named("unseen", report.unseen_text().as_deref(), 1));
    out.push_str(&wrap_items("target", &target(report), 2));
    out.push_str(&wrap("searched", &report.setup_text(), 2));
    out.push_str(&named("in flight", report.in_flight_text().as_deref(), 1));
    out.push_str(&looks(report));
    let plot = rate_plot(report);
    if !plot.is_empty() {
        out.push('\n');
        out.push_str(&plot);
    }
    out.push('\n');
    out.push_str(&named("knee", report.knee_text().as_deref(), 2));
    out.push_str(&curve(report));
    out.push_str(&named("recovery", report.recovery_text().as_deref(), 2));
    out.push_str(&wrap("next", &next_step(report), 2));
    match color {
        true => {
            let code = color_code(report);
            out.replacen(title, &format!("\x1b[1;{code}m{title}\x1b[0m"), 1)
        }
        false => out,
    }
}

/// Green for an answer, red for a rate that is too low, and yellow for what is not known.
fn color_code(report: &SearchReport) -> u8 {
    match report.answer.status {
        _ if report.is_below_required_rate() => 31,
        CapacityStatus::Confirmed | CapacityStatus::AtLeast => 32,
        CapacityStatus::GeneratorLimited | CapacityStatus::NotConfirmed => 33,
        CapacityStatus::NeverHeld => 31,
    }
}

/// A text after its name, or nothing without one.
fn named(name: &str, text: Option<&str>, lines: usize) -> String {
    text.map_or_else(String::new, |text| wrap(name, text, lines))
}

/// The target with the objectives.
fn target(report: &SearchReport) -> String {
    let target = format!("{} {}", report.hammer, report.target);
    let target = [target.trim().to_owned()];
    let parts = target.iter().chain(&report.objectives);
    parts
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(SEPARATOR)
}

/// The table of looks by rate.
fn looks(report: &SearchReport) -> String {
    let (rows, others) = level_rows(report, MAX_LEVELS);
    if rows.is_empty() {
        return String::new();
    }
    let widths: Vec<usize> = (0..HEADINGS.len())
        .map(|column| {
            let cells = rows.iter().map(|row| column_count(&row.cells[column]));
            let widest = cells.max().unwrap_or_default();
            widest.max(HEADINGS[column].len()).min(MAX_CELL)
        })
        .collect();
    let mut out = "\n".to_owned();
    out.push_str(&line(&HEADINGS.map(str::to_owned), &widths, ""));
    for LevelRow { cells, note, .. } in &rows {
        out.push_str(&line(cells, &widths, note));
    }
    if others > 0 {
        let (rates, verb) = match others {
            1 => ("rate", "is"),
            _ => ("rates", "are"),
        };
        out.push_str(&format!(
            "  and {others} other {rates}, which {verb} in -o json\n"
        ));
    }
    out
}

fn line(cells: &[String], widths: &[usize], note: &str) -> String {
    let mut out = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        let pad = width.saturating_sub(column_count(cell));
        out.push_str(&format!("  {}{cell}", " ".repeat(pad)));
    }
    out.push_str(&format!("  {note}"));
    truncate(out.trim_end(), WIDTH) + "\n"
}

/// The p99 at shares of the answer.
fn curve(report: &SearchReport) -> String {
    let Some(answer) = report.answer.rate.filter(|_| !report.curve.is_empty()) else {
        return String::new();
    };
    let items: Vec<String> = report
        .curve
        .iter()
        .map(|look| {
            let share = format_percent((look.rate / answer * 100.0).round());
            format!("{share} %: {}", time(look.p99_us))
        })
        .collect();
    wrap_items("curve", &format!("p99 at {}", items.join(SEPARATOR)), 3)
}
