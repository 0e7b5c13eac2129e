//! Tests that comparisons are rendered as in their golden files.

use std::path::{Path, PathBuf};
use std::{env, fs};

use hammer_analysis::{Comparison, Incomparable};
use serde_json::json;

use crate::comparison::fail_on::FailOn;
use crate::comparison::side_names::SideNames;
use crate::text::columns::column_count;
use crate::text::lines::WIDTH;

/// The variable that makes the test write the files instead of comparing them.
const WRITE: &str = "HAMMER_WRITE_REPORTS";

/// The comparisons, each with its JSON, text, Markdown and JUnit file.
const RECORDED: [&str; 4] = ["same", "undecided", "within-runs", "worse"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/comparisons")
}

#[test]
fn recorded_comparisons_are_rendered_as_in_their_golden_files() {
    let mut difference = String::new();
    for name in RECORDED {
        let path = folder().join(name);
        let json = fs::read(path.with_extension("json")).expect("the file exists");
        let comparison: Comparison = serde_json::from_slice(&json).expect("all keys are there");
        for (ending, rendered) in [
            ("txt", super::text(&comparison, false)),
            ("md", super::markdown(&comparison)),
            ("xml", super::junit(&comparison, FailOn::Worse)),
        ] {
            let path = path.with_extension(ending);
            if env::var_os(WRITE).is_some() {
                fs::write(&path, &rendered).expect("the folder is writable");
            }
            let golden = fs::read_to_string(&path).expect("the file exists");
            if golden != rendered {
                difference.push_str(&format!(
                    "--- {name}.{ending}\n{golden}+++ rendered\n{rendered}"
                ));
            }
            let too_wide = |line: &&str| column_count(line) > WIDTH;
            let wide = rendered
                .lines()
                .find(|line| ending == "txt" && too_wide(line));
            assert_eq!(wide, None, "{name}.{ending}");
        }
    }
    assert!(
        difference.is_empty(),
        "comparisons differ from their golden files:\n{difference}\n\
         To write them: {WRITE}=1 cargo test -p hammer-cli --lib recorded"
    );
}

/// docs/COMPARING.md shows one of them.
#[test]
fn the_comparison_in_the_docs_is_up_to_date() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/COMPARING.md");
    let page = fs::read_to_string(page).expect("the page exists");
    let text = fs::read_to_string(folder().join("worse.txt")).expect("the file exists");
    assert!(page.contains(&format!("```text\n{text}```\n")), "{text}");
}

#[test]
fn only_the_outcome_is_colored() {
    let json = fs::read(folder().join("worse.json")).expect("the file exists");
    let comparison: Comparison = serde_json::from_slice(&json).expect("all keys are there");
    let (plain, colored) = (
        super::text(&comparison, false),
        super::text(&comparison, true),
    );
    assert_eq!(
        colored.replacen("\x1b[1;31mworse\x1b[0m", "worse", 1),
        plain
    );
    assert!(colored.starts_with("\x1b[1;31mworse\x1b[0m  "), "{colored}");
}

/// An interrupted comparison looked like a complete one.
#[test]
fn missing_rounds_are_named_in_all_formats() {
    let json = fs::read(folder().join("same.json")).expect("the file exists");
    let mut comparison: Comparison = serde_json::from_slice(&json).expect("all keys are there");
    for (early_end, errors) in [
        (Some(json!({"code": "signal", "signal": "SIGINT"})), 1),
        (None, 0),
    ] {
        let rounds = json!({"asked": 9, "complete": 5, "early_end": early_end});
        comparison.rounds = serde_json::from_value(rounds).expect("all keys are there");
        let xml = super::junit(&comparison, FailOn::Worse);
        assert!(xml.contains(&format!("errors=\"{errors}\"")), "{xml}");
        let (text, markdown) = (
            super::text(&comparison, false),
            super::markdown(&comparison),
        );
        for (rendered, part) in [
            (&text, "\nincomplete    5 of 9 rounds, stopped by SIGINT\n"),
            (
                &markdown,
                "\n\n**incomplete**: 5 of 9 rounds, stopped by SIGINT\n\n",
            ),
            (
                &xml,
                "<error message=\"5 of 9 rounds, stopped by SIGINT\" type=\"stopped\">",
            ),
        ] {
            assert_eq!(rendered.contains(part), errors == 1, "{part}: {rendered}");
        }
    }
}

#[test]
fn an_undecided_figure_fails_if_asked_for() {
    let json = fs::read(folder().join("undecided.json")).expect("the file exists");
    let comparison: Comparison = serde_json::from_slice(&json).expect("all keys are there");
    for (fail_on, failures) in [(FailOn::Worse, 0), (FailOn::CannotTell, 3)] {
        let xml = super::junit(&comparison, fail_on);
        let expected = format!("tests=\"4\" failures=\"{failures}\" errors=\"0\"");
        assert!(xml.contains(&expected), "{fail_on:?}: {xml}");
    }
}

#[test]
fn a_refusal_names_its_reasons_and_the_files_of_the_runs() {
    let reasons = json!([{"code": "invalid_verdict", "run": {"side": "new", "index": 1},
                          "verdict": "it was <late>"}]);
    let refused: Incomparable =
        serde_json::from_value(json!({ "reasons": reasons })).expect("all keys are there");
    let names = SideNames {
        base: vec!["a.run".into()],
        new: vec!["b.run".into(), "c_d.run".into()],
    };
    let xml = super::junit_refused(&refused, &names);
    for part in [
        "tests=\"1\" failures=\"0\" errors=\"1\"",
        "not compared: new run 2 is invalid: it was &lt;late&gt;",
        "new run 2: c_d.run",
    ] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
    let markdown = super::markdown_refused(&refused, &names);
    for part in [
        "**not compared**\n\n- new run 2 is invalid: it was \\<late\\>\n",
        "| new run 2 | `c_d.run` |\n",
    ] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
}
