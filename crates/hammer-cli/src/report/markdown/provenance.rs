//! The last line of the report: the run, its version and its machine.

use hammer_core::RunFile;
use hammer_diagnostic::shell_words;

use super::escaped::{code, prose};

/// Renders the version of hammer, the start, the machine, the run and its command line.
pub(super) fn render(run: &RunFile) -> String {
    let mut parts = vec![format!("hammer {}", run.version)];
    if !run.started_at.is_empty() {
        parts.push(format!("started {}", run.started_at));
    }
    let host = run.host.to_string();
    if !host.is_empty() {
        parts.push(host);
    }
    parts.push(format!("run {}", run.id));
    let mut out = prose(&parts.join(", ")) + "\n";
    if !run.command.is_empty() {
        out.push_str(&format!("\n{}\n", code(&shell_words(&run.command))));
    }
    out
}
