//! Reports of searches, which the tests of the command record.

use std::fs;
use std::path::Path;

use hammer_analysis::SearchReport;

/// The names of the reports.
pub(crate) const RECORDED_SEARCHES: [&str; 8] = [
    "confirmed",
    "below-required",
    "at-least",
    "generator-limited",
    "generator-unable",
    "never-held",
    "out-of-budget",
    "stopped",
];

/// Reads the report with this name.
pub(crate) fn recorded_search(name: &str) -> SearchReport {
    let folder = "../hammer-cli/tests/it/golden/searches";
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let json = fs::read(folder.join(format!("{name}.json"))).expect("the file exists");
    serde_json::from_slice(&json).expect("all keys are there")
}
