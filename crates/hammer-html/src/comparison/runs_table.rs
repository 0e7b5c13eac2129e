//! The table of the runs that were compared.

use hammer_analysis::{ComparedFigure, ComparedRun, Comparison, FigureComparison};
use hammer_diagnostic::{format_count, format_seconds, printable};
use maud::{Markup, html};

use super::figures_table::value_cell;
use crate::report::measurement_text;
use crate::table_rows::{MAX_ROWS, omitted_rows};

/// The figures that are shown for each run.
const FIGURES: [ComparedFigure; 3] = [
    ComparedFigure::ResponseP50,
    ComparedFigure::ResponseP99,
    ComparedFigure::Errors,
];

/// A run with its name and the values of its figures.
struct RunRow<'a> {
    name: String,
    run: &'a ComparedRun,
    index: usize,
    /// The values of a figure in all runs of the side.
    values: fn(&FigureComparison) -> &[Option<f64>],
}

/// Lists the runs of both sides.
pub(crate) fn runs_table(comparison: &Comparison) -> Markup {
    let rows = side("base", &comparison.base, |figure| &figure.base_runs);
    let rows = rows.chain(side("new", &comparison.new, |figure| &figure.new_runs));
    let rows: Vec<RunRow> = rows.collect();
    let has_names = rows.iter().any(|row| !row.run.name.is_empty());
    let figures: Vec<&FigureComparison> = comparison
        .figures
        .iter()
        .filter(|figure| figure.scope.is_whole_run() && FIGURES.contains(&figure.figure))
        .collect();
    html! {
        section id="runs" {
            h2 { "Runs" }
            div class="scroll" {
                table class="sortable" {
                    thead {
                        tr {
                            th scope="col" { "run" }
                            @if has_names { th scope="col" class="text" { "file" } }
                            th scope="col" { "measurement" }
                            @for figure in &figures { th scope="col" { (figure.figure) } }
                            th scope="col" { "hits" } th scope="col" { "length" }
                            th scope="col" { "started at" } th scope="col" { "hammer" }
                            th scope="col" class="text" { "target" } th scope="col" class="text" { "id" }
                        }
                    }
                    tbody { @for row in rows.iter().take(MAX_ROWS) { (run_row(row, &figures, has_names)) } }
                }
            }
            (omitted_rows(rows.len()))
        }
    }
}

fn side<'a>(
    name: &'a str,
    runs: &'a [ComparedRun],
    values: fn(&FigureComparison) -> &[Option<f64>],
) -> impl Iterator<Item = RunRow<'a>> {
    let runs = runs.iter().enumerate();
    runs.map(move |(index, run)| RunRow {
        // Warnings name runs like this, in the order in which they were given.
        name: format!("{name} {}", run.index + 1),
        run,
        index,
        values,
    })
}

fn run_row(row: &RunRow, figures: &[&FigureComparison], has_names: bool) -> Markup {
    let run = row.run;
    html! {
        tr {
            th scope="row" { (row.name) }
            @if has_names { td class="text" { code { (printable(&run.name)) } } }
            td { (measurement_text(run.verdict)) }
            @for figure in figures {
                (value_cell((row.values)(figure).get(row.index).copied().flatten(), figure.figure))
            }
            td data-v=(run.hits) { (format_count(run.hits)) }
            td data-v=(run.duration_s) { (format_seconds(run.duration_s)) }
            td { (printable(&run.started_at)) }
            td { (printable(&run.version)) }
            td class="text" { (printable(&run.targets.join(", "))) }
            td class="text" { code { (printable(&run.id)) } }
        }
    }
}
