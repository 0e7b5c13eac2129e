//! Tests that reports of searches are rendered as in their golden files.

use std::path::{Path, PathBuf};
use std::{env, fs};

use hammer_analysis::{CapacityStatus, SearchReport};

use crate::text::columns::column_count;
use crate::text::lines::WIDTH;

/// The variable that makes the test write the files instead of comparing them.
const WRITE: &str = "HAMMER_WRITE_REPORTS";

/// The searches, each with its JSON, text, Markdown and JUnit file.
const RECORDED: [&str; 8] = [
    "confirmed",
    "below-required",
    "at-least",
    "generator-limited",
    "generator-unable",
    "never-held",
    "out-of-budget",
    "stopped",
];

/// Maximum number of lines of the text.
const MAX_LINES: usize = 35;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/searches")
}

fn recorded(name: &str) -> SearchReport {
    let path = folder().join(format!("{name}.json"));
    let json = fs::read(path).expect("the file exists");
    serde_json::from_slice(&json).expect("all keys are there")
}

#[test]
fn recorded_searches_are_rendered_as_in_their_golden_files() {
    let mut difference = String::new();
    for name in RECORDED {
        let report = recorded(name);
        for (ending, rendered) in [
            ("txt", super::text(&report, false)),
            ("md", super::markdown(&report)),
            ("xml", super::junit(&report)),
        ] {
            let path = folder().join(name).with_extension(ending);
            if env::var_os(WRITE).is_some() {
                fs::write(&path, &rendered).expect("the folder is writable");
            }
            let golden = fs::read_to_string(&path).unwrap_or_default();
            if golden != rendered {
                difference.push_str(&format!(
                    "--- {name}.{ending}\n{golden}+++ rendered\n{rendered}"
                ));
            }
            if ending == "txt" {
                let mut lines = rendered.lines();
                let wide = lines.find(|line| column_count(line) > WIDTH);
                assert_eq!(wide, None, "{name}.{ending}");
                assert!(rendered.lines().count() <= MAX_LINES, "{rendered}");
            }
        }
    }
    assert!(
        difference.is_empty(),
        "searches differ from their golden files:\n{difference}\n\
         To write them: {WRITE}=1 cargo test -p hammer-cli --lib recorded"
    );
}

#[test]
fn the_report_in_the_docs_is_a_recorded_one() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/FIND.md");
    let page = fs::read_to_string(page).expect("the page exists");
    let text = super::text(&recorded("confirmed"), false);
    assert!(page.contains(&format!("```text\n{text}```")), "{text}");
}

/// A rate that was not confirmed must not look like an answer.
#[test]
fn only_a_confirmed_rate_is_an_answer() {
    for name in RECORDED {
        let report = recorded(name);
        let (text, xml) = (super::text(&report, false), super::junit(&report));
        let passed = xml.contains("name=\"answer\"") && !answer_case(&xml).contains("message=");
        let is_confirmed = matches!(
            report.answer.status,
            CapacityStatus::Confirmed | CapacityStatus::AtLeast
        );
        assert_eq!(passed, is_confirmed, "{name}: {xml}");
        assert_eq!(report.has_confirmed_answer(), is_confirmed, "{name}");
        let first = text.lines().next().unwrap_or_default();
        let is_bare = first.contains("held for") && !first.contains("not a confirmation");
        let has_rate = report.confirmed_rate().is_some();
        assert_eq!(is_bare, has_rate, "{name}: {text}");
    }
}

fn answer_case(xml: &str) -> &str {
    let (_, case) = xml.split_once("name=\"answer\"").expect("a case");
    case.split_once("</testcase>").expect("its end").0
}

#[test]
fn only_the_kind_of_the_answer_is_colored() {
    for (name, title, code) in [
        ("confirmed", "confirmed", 32),
        ("below-required", "confirmed", 31),
        ("at-least", "at least", 32),
        ("generator-limited", "at least", 33),
        ("generator-unable", "no answer", 33),
        ("never-held", "never held", 31),
        ("stopped", "unconfirmed", 33),
    ] {
        let report = recorded(name);
        let (plain, colored) = (super::text(&report, false), super::text(&report, true));
        let start = format!("\x1b[1;{code}m{title}\x1b[0m");
        assert!(colored.starts_with(&start), "{colored}");
        assert_eq!(colored.replacen(&start, title, 1), plain);
    }
}

/// A report without any look has neither a table nor a chart.
#[test]
fn a_search_that_was_stopped_at_once_is_rendered() {
    let mut report = recorded("stopped");
    report.looks.clear();
    report.answer.highest_held = None;
    let text = super::text(&report, false);
    assert!(!text.contains("asked") && !text.contains('│'), "{text}");
    assert!(
        text.contains("no rate was confirmed, and none held"),
        "{text}"
    );
    assert!(super::markdown(&report).contains("none held"));
    assert!(super::junit(&report).contains("errors=\"1\""));
}
