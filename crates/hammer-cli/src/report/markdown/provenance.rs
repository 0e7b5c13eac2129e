//! The last line of the report: the run, its version and its machine.

use hammer_core::RunFile;

use super::escaped::{code, prose};

/// Renders the version of hammer, the start, the machine, the run and its command line.
pub(super) fn render(run: &RunFile) -> String {
    let mut parts = vec![format!("hammer {}", run.version)];
    if !run.started_at.is_empty() {
        parts.push(format!("started {}", run.started_at));
    }
    let host = &run.host;
    if host.cores > 0 {
        let s = if host.cores == 1 { "" } else { "s" };
        let of = match host.cpu_model.as_str() {
            "" => String::new(),
            model => format!(" of {model}"),
        };
        parts.push(format!("{} core{s}{of}", host.cores));
    }
    parts.push(format!("run {}", run.id));
    let mut out = prose(&parts.join(", ")) + "\n";
    if !run.command.is_empty() {
        let words: Vec<_> = run.command.iter().map(|word| quoted(word)).collect();
        out.push_str(&format!("\n{}\n", code(&words.join(" "))));
    }
    out
}

/// Quotes a word for a shell if it needs quotes.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+^".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}
