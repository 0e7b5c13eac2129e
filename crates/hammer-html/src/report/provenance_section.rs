//! The run: its command, its versions and its machine.

use hammer_core::{HostDescription, LoadSettings, PlanReport, RunFile};
use hammer_diagnostic::{format_counted, format_seconds, printable};
use maud::{Markup, html};

/// Shows how the run was made, so that it can be made again.
pub(crate) fn provenance_section(run: &RunFile) -> Markup {
    html! {
        section id="run" {
            h2 { "Run" }
            @if !run.command.is_empty() {
                pre class="command" { code { (printable(&command_line(&run.command))) } }
            }
            dl class="facts" {
                @for (name, value) in run_summary(run) { div { dt { (name) } dd { (printable(&value)) } } }
                @for (name, value) in settings(&run.report) { div { dt { (name) } dd { (printable(&value)) } } }
                @for shard in &run.shards {
                    div { dt { "shard " (printable(&shard.name)) } dd { (printable(&host(&shard.host))) } }
                }
            }
            p class="note" {
                "This page contains the run: " code { "hammer report" } " and " code { "hammer compare" } " read it."
            }
        }
    }
}

/// The facts that identify a run: a name and a value of each.
pub(crate) fn run_summary(run: &RunFile) -> Vec<(&'static str, String)> {
    let mut facts = vec![("run", run.id.clone()), ("hammer", run.version.clone())];
    if !run.started_at.is_empty() {
        facts.push(("started at", run.started_at.clone()));
    }
    facts.push(("host", host(&run.host)));
    facts
}

fn host(host: &HostDescription) -> String {
    let cores = match host.cores {
        0 => String::new(),
        cores => format_counted(cores as u64, "core"),
    };
    let system = format!("{} {}", host.os, host.kernel);
    let parts = [
        &host.cpu_model,
        &cores,
        &host.arch,
        &system.trim().to_owned(),
    ];
    let known: Vec<&str> = parts
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    known.join(", ")
}

/// The settings of each load that shape its numbers.
fn settings(report: &PlanReport) -> Vec<(String, String)> {
    let loads = report.loads.iter().map(|load| {
        let name = match report.single_load() {
            Some(_) => "settings".to_owned(),
            None => format!("settings of {}", printable(&load.name)),
        };
        let mut parts = vec![format!("seed {}", load.report.seed)];
        parts.extend(load.report.settings.iter().flat_map(setting_texts));
        (name, parts.join(", "))
    });
    loads.collect()
}

fn setting_texts(settings: &LoadSettings) -> Vec<String> {
    let hits = |count: usize| format_counted(count as u64, "hit");
    let mut texts = vec![
        format!("timeout {}", format_seconds(settings.timeout_s)),
        format!("at most {} in flight", hits(settings.max_in_flight)),
        format!("at most {} in the backlog", hits(settings.max_backlog)),
        format_counted(settings.threads as u64, "thread"),
    ];
    if let Some(drain) = settings.drain_s {
        texts.push(format!("drain {}", format_seconds(drain)));
    }
    if let Some(late) = settings.skip_late_s {
        texts.push(format!(
            "hits later than {} are skipped",
            format_seconds(late)
        ));
    }
    if settings.spin {
        texts.push("threads poll".to_owned());
    }
    texts
}

/// Writes a command line as a shell reads it.
fn command_line(command: &[String]) -> String {
    let words: Vec<String> = command.iter().map(|word| shell_word(word)).collect();
    words.join(" ")
}

/// Quotes a word for a POSIX shell, if it needs quotes.
fn shell_word(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        for (word, quoted) in [
            ("-r", "-r"),
            ("http://127.0.0.1:80/?a", "'http://127.0.0.1:80/?a'"),
            ("it's", "'it'\\''s'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(word), quoted);
        }
    }
}
