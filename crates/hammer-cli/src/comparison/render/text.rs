//! A comparison as text.

use hammer_analysis::{Comparison, ComparisonOutcome, RunNames, warning_texts};

use super::figure_rows::{self, FigureRow};
use super::run_list::run_list;
use super::statement;
use crate::text::columns::column_count;
use crate::text::lines::{SEPARATOR, WIDTH, list_line, truncate, wrap, wrap_items};
use crate::text::number::format_counted;

/// Maximum number of warnings that are shown.
const MAX_WARNINGS: usize = 6;
/// Maximum number of rows for loads, stages and groups.
const MAX_PARTS: usize = 12;

/// Width of the longest change below 100 % with its interval, in columns.
const MIN_CHANGE_WIDTH: usize = 30;

/// Renders a comparison; `color` colors the outcome.
pub(in crate::comparison) fn render(comparison: &Comparison, color: bool) -> String {
    let outcome = comparison.outcome.to_string();
    let headline = statement::headline(comparison, SEPARATOR);
    let mut out = wrap_items(&outcome, &headline, 4);
    if let Some(rounds) = comparison.missing_rounds() {
        out.push_str(&wrap("incomplete", &rounds.to_string(), 2));
    }
    out.push_str(&wrap("compared", &statement::setup(comparison), 2));
    for (side, names) in run_list(comparison) {
        let more = |shown| format!("and {} more", names.len() - shown);
        out.push_str(&list_line(side, &names, more));
    }
    out.push_str(&named("note", &statement::notes(comparison), 2));
    out.push_str(&warnings(comparison));
    out.push('\n');
    out.push_str(&table(&figure_rows::whole_run(comparison), true));
    out.push_str(&parts(comparison));
    if let Some(next_step) = &comparison.next_step {
        out.push('\n');
        out.push_str(&wrap("next", next_step, 2));
    }
    let code = match comparison.outcome {
        ComparisonOutcome::Better | ComparisonOutcome::Same => 32,
        ComparisonOutcome::CannotTell => 33,
        ComparisonOutcome::Worse => 31,
    };
    match color {
        true => out.replacen(&outcome, &format!("\x1b[1;{code}m{outcome}\x1b[0m"), 1),
        false => out,
    }
}

fn warnings(comparison: &Comparison) -> String {
    let all = warning_texts(comparison, RunNames::Places);
    let (shown, rest) = all.split_at(all.len().min(MAX_WARNINGS));
    let mut out = named("warning", shown, 3);
    if !rest.is_empty() {
        let more = format!("and {} more (see -o json)", rest.len());
        out.push_str(&wrap("", &more, 1));
    }
    out
}

/// Texts of at most `lines` lines each, with this name before the first.
fn named(name: &str, texts: &[String], lines: usize) -> String {
    let mut out = String::new();
    for (index, text) in texts.iter().enumerate() {
        let name = if index == 0 { name } else { "" };
        out.push_str(&wrap(name, text, lines));
    }
    out
}

/// The figures of loads, stages and groups that changed.
fn parts(comparison: &Comparison) -> String {
    let (rows, others) = figure_rows::changed_parts(comparison);
    let (shown, rest) = rows.split_at(rows.len().min(MAX_PARTS));
    let mut out = String::new();
    if !shown.is_empty() {
        out.push('\n');
        out.push_str(&table(shown, false));
    }
    let hidden = others + rest.len();
    if hidden > 0 {
        let hidden = format_counted(hidden as u64, "other figure");
        out.push_str(&format!(
            "  and {hidden} of loads, stages and groups (see -o json)\n"
        ));
    }
    out
}

/// The table of figures, in columns that are as wide as their cells.
fn table(rows: &[FigureRow], has_header: bool) -> String {
    let header = ["", "base", "new", "change", "outcome"].map(str::to_owned);
    let cells = |row: &FigureRow| {
        let row = row.clone();
        [row.figure, row.base, row.new, row.change, row.outcome]
    };
    let mut lines: Vec<[String; 5]> = rows.iter().map(cells).collect();
    if has_header {
        lines.insert(0, header);
    }
    let widest = |column: usize| {
        let cells = lines.iter().map(|line| column_count(&line[column]));
        cells.max().unwrap_or_default()
    };
    let (figure_width, base_width, new_width) = (
        widest(0).clamp(13, 40),
        widest(1).clamp(10, 14),
        widest(2).clamp(10, 14),
    );
    // The change has the room that the other columns leave, with two blanks before each of the five.
    let others = figure_width + base_width + new_width + widest(4) + 10;
    let change_width = widest(3).min(WIDTH.saturating_sub(others).max(MIN_CHANGE_WIDTH));
    let mut out = String::new();
    for [figure, base, new, change, outcome] in &lines {
        let line = format!(
            "  {}  {}  {}  {}  {outcome}",
            left(figure, figure_width),
            right(base, base_width),
            right(new, new_width),
            left(change, change_width),
        );
        out.push_str(truncate(line.trim_end(), WIDTH).trim_end());
        out.push('\n');
    }
    out
}

fn left(cell: &str, width: usize) -> String {
    let cell = truncate(cell, width.max(1));
    let pad = width.saturating_sub(column_count(&cell));
    cell + &" ".repeat(pad)
}

fn right(cell: &str, width: usize) -> String {
    let pad = width.saturating_sub(column_count(cell));
    " ".repeat(pad) + cell
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: an interval of large changes was cut although the line had room for it.
    #[test]
    fn wide_intervals_are_whole_if_there_is_room() {
        let row = |change: &str, outcome: &str| FigureRow {
            figure: "p99".to_owned(),
            base: "12.0 ms".to_owned(),
            new: "180 ms".to_owned(),
            change: change.to_owned(),
            outcome: outcome.to_owned(),
            is_changed: false,
        };
        let wide = "+1,391.0 % (+1,250.5 % to +1,540.7 %)";
        let text = table(&[row(wide, "worse")], true);
        assert!(text.contains(&format!("{wide}  worse\n")), "{text}");
        let text = table(&[row(wide, "worse, perhaps by chance")], true);
        assert!(text.contains("…  worse, perhaps by chance\n"), "{text}");
        assert!(text.lines().all(|line| column_count(line) <= WIDTH));
    }
}
