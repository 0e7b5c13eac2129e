//! Tables of Markdown.

/// Maximum number of rows of a table that is shortened.
pub(super) const MAX_ROWS: usize = 20;
/// Maximum number of rows of a table that is not folded.
const MAX_OPEN_ROWS: usize = 6;

/// Renders a table. A column whose header begins with `>` is aligned to the right.
///
/// Cells contain Markdown. Without rows there is no table.
pub(crate) fn table(headers: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let names = headers.iter().map(|header| header.trim_start_matches('>'));
    let rules = headers.iter().map(|header| match header.starts_with('>') {
        true => "---:",
        false => "---",
    });
    let mut out = line(names) + &line(rules);
    for row in rows {
        out.push_str(&line(row.iter().map(String::as_str)));
    }
    out + "\n"
}

/// Renders the first rows of a table, and the number of the others.
pub(super) fn shortened_table(headers: &[&str], mut rows: Vec<Vec<String>>, noun: &str) -> String {
    let more = rows.len().saturating_sub(MAX_ROWS);
    rows.truncate(MAX_ROWS);
    let mut out = table(headers, &rows);
    if more > 0 {
        out.push_str(&format!("and {more} more {noun}\n\n"));
    }
    out
}

/// Renders the first rows of a table, folded under a summary if there are many.
pub(super) fn folded_table(headers: &[&str], rows: Vec<Vec<String>>, noun: &str) -> String {
    let count = rows.len();
    let table = shortened_table(headers, rows, noun);
    match count > MAX_OPEN_ROWS {
        true => {
            format!("<details><summary>{count} {noun}</summary>\n\n{table}</details>\n\n")
        }
        false => table,
    }
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<_> = cells.collect();
    format!("| {} |\n", cells.join(" | "))
}
