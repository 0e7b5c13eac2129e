//! Tests that recorded runs are rendered as in their golden files.

use std::path::{Path, PathBuf};
use std::{env, fs};

use hammer_core::{HostDescription, RunFile};

use super::render;
use super::text::TextOptions;
use crate::args::OutputKind;
use crate::text::lines::WIDTH;

/// The variable that makes the test write the files instead of comparing them.
const WRITE: &str = "HAMMER_WRITE_REPORTS";

/// The runs that were recorded. Each has a JSON report, and the other outputs of the same run.
const RECORDED: [&str; 15] = [
    "closed",
    "confident",
    "dead",
    "delayed",
    "groups",
    "limited",
    "mqtt",
    "open",
    "plan",
    "poisson",
    "replay",
    "stages",
    "stopped",
    "thresholds",
    "warmup",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/reports")
}

/// Reads the JSON report of a run.
fn parse(json: &str) -> RunFile {
    let report = serde_json::from_str(json).expect("a recorded report has all keys");
    let mut run = RunFile::new(report);
    run.id = "0123456789abcdef0123456789abcdef".to_owned();
    run.version = "0.1.0".to_owned();
    run.started_at = "2026-11-24T09:00:00.000Z".to_owned();
    run.host = HostDescription::default();
    run.command = ["hammer", "run", "it's a plan.toml"]
        .map(str::to_owned)
        .into();
    run
}

#[test]
fn recorded_runs_are_rendered_as_in_their_golden_files() {
    let mut difference = String::new();
    for name in RECORDED {
        let path = folder().join(name);
        let read = |ending| {
            let path = path.with_extension(ending);
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let run = parse(&read("json"));
        let options = TextOptions {
            color: false,
            confidence: name == "confident",
        };
        let kinds = [
            ("json", OutputKind::Json),
            ("txt", OutputKind::Text),
            ("xml", OutputKind::Junit),
            ("md", OutputKind::Markdown),
        ];
        for (ending, kind) in kinds {
            let rendered = render(kind, &run, options).expect("a recorded report is rendered");
            let rendered = String::from_utf8(rendered).expect("an output is UTF-8");
            if env::var_os(WRITE).is_some() {
                fs::write(path.with_extension(ending), &rendered).expect("the folder is writable");
            }
            let golden = read(ending);
            if golden != rendered {
                difference.push_str(&format!(
                    "--- {name}.{ending}\n{golden}+++ rendered\n{rendered}"
                ));
            }
        }
    }
    assert!(
        difference.is_empty(),
        "reports differ from their golden files:\n{difference}\n\
         To write them: {WRITE}=1 cargo test -p hammer-cli --lib recorded"
    );
}

#[test]
fn every_recorded_file_is_compared() {
    let files = fs::read_dir(folder()).expect("the folder exists");
    let mut names: Vec<_> = files
        .filter_map(|file| {
            let path = file.expect("the folder is readable").path();
            Some(path.file_stem()?.to_str()?.to_owned())
        })
        .collect();
    names.sort();
    names.dedup();
    assert_eq!(names, RECORDED);
}

#[test]
fn recorded_texts_fit_the_terminal() {
    for name in RECORDED {
        let path = folder().join(name).with_extension("txt");
        let text = fs::read_to_string(path).expect("the file exists");
        for line in text.lines() {
            assert!(line.chars().count() <= WIDTH, "{name}: {line}");
        }
    }
}
