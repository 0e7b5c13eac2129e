//! Files of other kinds that are given as run files, recognized by their first bytes.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// The first bytes of files of other kinds: what they are, and what to do.
const MAGIC: [(&[u8], &str, &str); 6] = [
    (
        b"\x1f\x8b",
        "a file compressed with gzip",
        "try gunzip; JSON and zstd are read",
    ),
    (
        b"BZh",
        "a file compressed with bzip2",
        "try bunzip2; JSON and zstd are read",
    ),
    (
        b"\xfd7zXZ\0",
        "a file compressed with xz",
        "try unxz; JSON and zstd are read",
    ),
    (
        b"PK\x03\x04",
        "a ZIP archive",
        "try unzip; JSON and zstd are read",
    ),
    (b"#[", "an interval log of HdrHistogram (hlog)", RUN_FILE),
    (b"hammer ", "a text report", RUN_FILE),
];

/// The advice that leads to a run file.
pub(super) const RUN_FILE: &str = "try a file of '-o run=PATH'";
/// The advice about the outputs of a comparison.
const COMPARED: &str = "try the run files that were compared";

/// Describes a file that is not JSON, and says what to do. `None` if it can be anything.
pub(super) fn describe(bytes: &[u8]) -> Option<String> {
    let magic = MAGIC.iter().find(|(magic, ..)| bytes.starts_with(magic));
    if let Some((_, found, advice)) = magic {
        return Some(message(found, advice));
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let start = start.trim_start();
    let first = start.lines().next().unwrap_or_default();
    let is_columns = |names: &[&str]| first.split_whitespace().eq(names.iter().copied());
    let found = if is_columns(&["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]) {
        "a percentile distribution of HdrHistogram (hgrm)"
    } else if first.split(',').any(|column| column == "due_s") {
        "a log of hits (CSV), which has no histograms"
    } else if start.contains("[[load]]") {
        "a plan"
    } else if first.starts_with("### ") {
        "a Markdown report"
    } else {
        return None;
    };
    Some(message(found, RUN_FILE))
}

/// Describes a page or an XML file that has no run inside.
pub(super) fn describe_page(page: &str) -> Option<String> {
    if page.contains("<testsuite") {
        return Some(message("a JUnit XML file", RUN_FILE));
    }
    let (_, title) = page.split_once("<title>")?;
    let (title, _) = title.split_once("</title>")?;
    (title.ends_with("hammer compare")).then(|| comparison("the page of a comparison"))
}

/// Describes JSON of another kind by its schema, or without one by its keys.
pub(super) fn describe_json(schema: Option<&str>, json: &[u8]) -> Option<String> {
    if schema.is_some_and(|schema| schema.starts_with("hammer.comparison/")) {
        return Some(comparison("a comparison"));
    }
    let Keys {
        metrics,
        root_group,
        state,
        load,
    } = serde_json::from_slice(json).ok()?;
    let found = match (schema, metrics, load) {
        (None, Some(_), _) if root_group.is_some() || state.is_some() => "a summary of k6",
        (None, None, Some(_)) => "a plan",
        _ => return None,
    };
    Some(message(found, RUN_FILE))
}

/// The keys that tell files of JSON apart.
#[derive(Deserialize)]
struct Keys {
    metrics: Option<IgnoredAny>,
    root_group: Option<IgnoredAny>,
    state: Option<IgnoredAny>,
    load: Option<IgnoredAny>,
}

fn comparison(found: &str) -> String {
    format!("this is {found}, not a run ({COMPARED})")
}

fn message(found: &str, advice: &str) -> String {
    format!("expected a run file, found {found} ({advice})")
}

#[cfg(test)]
mod tests {
    use hammer_analysis::{CompareOptions, compare};
    use hammer_core::RunFile;

    use crate::args::OutputKind;
    use crate::report::render;
    use crate::report::text::TextOptions;
    use crate::run_file::read::parse;

    fn recorded_run() -> RunFile {
        let bytes = include_bytes!("../../tests/it/golden/runs/plan.run.zst");
        parse(bytes.to_vec()).expect("a run file")
    }

    /// A comparison was "another page", and every other file was invalid JSON.
    #[test]
    fn outputs_that_are_not_run_files_are_named() {
        let run = recorded_run();
        for (kind, expected) in [
            (OutputKind::Junit, "found a JUnit XML file (try a file of"),
            (OutputKind::Hlog, "found an interval log of HdrHistogram"),
            (OutputKind::Hgrm, "found a percentile distribution of"),
            (OutputKind::Markdown, "found a Markdown report"),
            (OutputKind::Json, "which has no histograms (try '-o run"),
        ] {
            let bytes = render(kind, &run, TextOptions::default()).expect("rendered");
            let message = parse(bytes).expect_err("not a run file");
            assert!(message.contains(expected), "{message}");
        }
        let mut other = run.clone();
        other.id = "0".repeat(32);
        let (base, new) = ([run], [other]);
        let comparison = compare(&base, &new, &CompareOptions::default()).expect("comparable");
        let json = serde_json::to_vec(&comparison).expect("JSON");
        let page = hammer_html::comparison_page(&comparison, &base, &new);
        for bytes in [json, page.into_bytes()] {
            let message = parse(bytes).expect_err("not a run file");
            assert!(
                message.contains("a comparison, not a run (try the run"),
                "{message}"
            );
        }
    }

    #[test]
    fn files_of_other_programs_are_named() {
        for (bytes, expected) in [
            (
                &b"\x1f\x8b\x08\0"[..],
                "found a file compressed with gzip (try gunzip; JSON and zstd are read)",
            ),
            (b"BZh91AY", "compressed with bzip2 (try bunzip2;"),
            (b"\xfd7zXZ\0\0", "compressed with xz (try unxz;"),
            (b"PK\x03\x04", "found a ZIP archive (try unzip;"),
            (
                b"{\"metrics\":{},\"root_group\":{}}",
                "found a summary of k6 (try",
            ),
            (b"{\"load\":[]}", "found a plan (try"),
            (b"# a\n[[load]]\n", "found a plan (try"),
            (
                b"hammer http   http://a/   1/s for 1 s\n",
                "found a text report (try",
            ),
            (b"load,due_s,started_s\n", "found a log of hits (CSV)"),
        ] {
            let message = parse(bytes.to_vec()).expect_err("not a run file");
            assert!(message.contains(expected), "{message}");
        }
    }
}
