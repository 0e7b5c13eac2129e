//! Pages against the HTML standard, by html-validate.
//!
//! `.ci/run` installs it from npm. If it is missing, the test prints that it is skipped.

use std::fs;
use std::process::Command;

use crate::programs::find_program;
use crate::sample_pages::{SamplePage, sample_pages};

/// The rules that the standard makes, without those of style.
const CONFIG: &str = r#"{"root": true, "extends": ["html-validate:standard"]}"#;

#[test]
fn pages_are_valid() {
    let Some(program) = find_program("html-validate") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a writable folder");
    };
    write("config.json", CONFIG);
    let mut command = Command::new(program);
    command.current_dir(folder.path());
    command.args(["--config", "config.json", "--formatter", "text"]);
    for SamplePage { name, page } in sample_pages() {
        let file = format!("{name}.html");
        write(&file, &page);
        command.arg(file);
    }
    let output = command.output().expect("html-validate runs");
    let findings = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{findings}{errors}");
}
