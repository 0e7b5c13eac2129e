//! Tables of Markdown.

/// Renders a table. A column whose header begins with `>` is aligned to the right.
///
/// Cells contain Markdown. Without rows there is no table.
pub(super) fn table(headers: &[&str], rows: &[Vec<String>]) -> String {
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

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<_> = cells.collect();
    format!("| {} |\n", cells.join(" | "))
}
