//! The places that name the arrival processes: help, documents and schemas.

use std::fs;

use hammer_core::ArrivalProcess;

use crate::command::repository;

/// A document, and the texts there that name a process.
type Place = (&'static str, fn(&str) -> String);

/// Documents that name each process that can be selected.
const PLACES: [Place; 5] = [
    ("docs/MEASURING.md", |name| format!("| `{name}`")),
    ("docs/REPORT.md", |name| format!("`{name}`")),
    ("docs/schemas/plan.schema.json", |name| format!(" {name}")),
    ("docs/schemas/report.schema.json", |name| {
        format!("\"{name}\"")
    }),
    ("crates/hammer-cli/tests/it/golden/help/run.txt", |name| {
        name.to_owned()
    }),
];

/// A process that some text did not name could not be found by readers of that text.
#[test]
fn help_documents_and_schemas_name_each_arrival_process() {
    let mut missing = vec![];
    for (path, text_of) in PLACES {
        let text = fs::read_to_string(repository(path)).expect(path);
        for process in ArrivalProcess::choices() {
            if !text.contains(&text_of(process.as_str())) {
                missing.push(format!("{path} does not name {process}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
