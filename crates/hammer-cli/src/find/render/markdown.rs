//! The report of a search as Markdown, for a merge request.

use hammer_analysis::SearchReport;

use super::level_rows::{HEADINGS, LevelRow, level_rows};
use super::next_step::next_step;
use crate::report::markdown::escaped::{code, prose};
use crate::report::markdown::table::table;

/// Maximum number of rates in the table.
const MAX_LEVELS: usize = 20;

/// Renders a report: the answer first, then the looks by rate.
pub(in crate::find) fn render(report: &SearchReport) -> String {
    let title = prose(report.answer_title());
    let mut out = format!("**{title}**: {}\n\n", prose(&report.answer_text()));
    let objectives: Vec<_> = report.objectives.iter().map(|it| code(it)).collect();
    let target = format!("{} {}", prose(&report.hammer), code(&report.target));
    out.push_str(&format!(
        "- {} with {}\n",
        target.trim(),
        objectives.join(", ")
    ));
    let lines = [
        report.reason.clone(),
        report.required_text(),
        report.unseen_text(),
        Some(report.setup_text()),
        report
            .in_flight_text()
            .map(|text| format!("in flight: {text}")),
        report.knee_text().map(|text| format!("knee: {text}")),
        report
            .recovery_text()
            .map(|text| format!("recovery: {text}")),
    ];
    for line in lines.into_iter().flatten() {
        out.push_str(&format!("- {}\n", prose(&line)));
    }
    out.push('\n');
    out.push_str(&looks(report));
    out.push_str(&format!("Next: {}.\n", prose(&next_step(report))));
    out
}

/// The table of looks by rate, with that of the answer in bold.
fn looks(report: &SearchReport) -> String {
    let (rows, others) = level_rows(report, MAX_LEVELS);
    let headers: Vec<String> = HEADINGS.iter().map(|name| format!(">{name}")).collect();
    let mut headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    headers.push("");
    let cells = |row: &LevelRow| {
        let bold = |cell: &String| match row.is_answer {
            true => format!("**{cell}**"),
            false => cell.clone(),
        };
        let mut cells: Vec<String> = row.cells.iter().map(bold).collect();
        cells.push(prose(&row.note));
        cells
    };
    let rows: Vec<_> = rows.iter().map(cells).collect();
    let mut out = table(&headers, &rows);
    if others > 0 {
        out.push_str(&format!("and {others} more rates (see -o json)\n\n"));
    }
    out
}
