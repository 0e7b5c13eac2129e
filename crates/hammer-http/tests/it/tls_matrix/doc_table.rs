//! The table in docs/HTTP.md.

use std::fs;
use std::path::PathBuf;

use super::case::MatrixRow;
use super::clients;

const BEGIN: &str = "<!-- generated: accepted and refused in TLS -->\n";
const END: &str = "<!-- end -->";

/// Rewrites the table.
pub(super) fn write(rows: &[MatrixRow]) {
    let text = fs::read_to_string(path()).expect("docs/HTTP.md");
    let (before, _, after) = parts(&text);
    let version = clients::curl_version().expect("curl");
    let mut table = format!("| case | Hammer | {version} |\n|---|---|---|\n");
    for row in rows {
        let curl = row.curl.expect("a result of curl");
        table += &format!("| {} | {} | {curl} |\n", row.name, row.hammer);
    }
    let text = format!("{before}{BEGIN}{table}{END}{after}");
    fs::write(path(), text).expect("a writable file");
}

/// Compares the table with the results: those of Hammer, and those of the curl that the table is of.
pub(super) fn check(rows: &[MatrixRow], with_curl: bool) {
    let text = fs::read_to_string(path()).expect("docs/HTTP.md");
    let (_, table, _) = parts(&text);
    let is_same_curl = clients::curl_version().is_some_and(|version| table.contains(&version));
    let mut lines = table.lines().skip(2);
    for row in rows {
        let line = lines.next().unwrap_or_default();
        let expected = match row.curl.filter(|_| with_curl && is_same_curl) {
            Some(curl) => format!("| {} | {} | {curl} |", row.name, row.hammer),
            None => format!("| {} | {} | ", row.name, row.hammer),
        };
        assert!(
            line.starts_with(&expected),
            "expected {expected}, found {line} in docs/HTTP.md (try HAMMER_WRITE_TLS=1)"
        );
    }
    assert_eq!(lines.next(), None, "(try HAMMER_WRITE_TLS=1)");
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/HTTP.md")
}

fn parts(text: &str) -> (&str, &str, &str) {
    let (before, rest) = text.split_once(BEGIN).expect("the beginning of the table");
    let (table, after) = rest.split_once(END).expect("the end of the table");
    (before, table, after)
}
