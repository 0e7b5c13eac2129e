//! Programs that tests need and that may be missing.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;

/// The path of a program; `None` if it is missing and the test has to be skipped.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file());
    if found.is_none() {
        report_skipped(&format!("{name} is not on PATH"));
    }
    found
}

/// Reports that a test is skipped, and fails if no program may be missing.
fn report_skipped(reason: &str) {
    assert!(env::var_os("HAMMER_REQUIRE_SERVERS").is_none(), "{reason}");
    // The test harness hides `eprintln!` of passing tests, but not writes to stderr.
    let _ = writeln!(
        io::stderr(),
        "SKIPPED: {reason}, so nothing was tested here"
    );
}
