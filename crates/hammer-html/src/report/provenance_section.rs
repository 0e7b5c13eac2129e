//! The run: its command, its versions and its machine.

use hammer_core::{LoadSettings, PlanReport, RunFile};
use hammer_diagnostic::{format_counted, format_seconds, printable, shell_words};
use maud::{Markup, html};

/// Shows how the run was made, so that it can be made again, and whether it is inside of the page.
pub(crate) fn provenance_section(run: &RunFile, is_inside: bool) -> Markup {
    html! {
        section id="run" {
            h2 { "Run" }
            @if !run.command.is_empty() {
                pre class="command" { code { (printable(&shell_words(&run.command))) } }
            }
            dl class="facts" {
                @for (name, value) in run_summary(run) { div { dt { (name) } dd { (printable(&value)) } } }
                @for (name, value) in settings(&run.report) { div { dt { (name) } dd { (printable(&value)) } } }
                @for shard in &run.shards {
                    div { dt { "shard " (printable(&shard.name)) } dd { (printable(&shard.host.to_string())) } }
                }
            }
            @if is_inside {
                p class="note" {
                    "This page contains the run: " code { "hammer report" } " and " code { "hammer compare" } " read it."
                }
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
    facts.push(("host", run.host.to_string()));
    facts
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
