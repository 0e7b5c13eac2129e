//! The search: its command, its settings and its machine.

use hammer_analysis::SearchReport;
use hammer_diagnostic::{format_rate, format_seconds, printable, shell_words};
use maud::{Markup, html};

/// Shows how the search was made, so that it can be made again.
pub(super) fn setup_section(report: &SearchReport) -> Markup {
    html! {
        section id="search" {
            h2 { "Search" }
            @if !report.command.is_empty() {
                pre class="command" { code { (printable(&shell_words(&report.command))) } }
            }
            p { (report.setup_text()) "." }
            @if let Some(in_flight) = report.in_flight_text() { p { "Hits in flight: " (in_flight) "." } }
            dl class="facts" {
                @for (name, value) in facts(report) { div { dt { (name) } dd { (printable(&value)) } } }
            }
        }
    }
}

fn facts(report: &SearchReport) -> Vec<(&'static str, String)> {
    let settings = &report.settings;
    let highest = settings.to.map_or_else(|| "any".to_owned(), format_rate);
    let mut facts = vec![
        ("first rate", format_rate(settings.from)),
        ("highest rate allowed", highest),
        ("budget", format_seconds(settings.budget_s)),
        ("search", report.id.clone()),
        ("hammer", report.version.clone()),
    ];
    if !report.started_at.is_empty() {
        facts.push(("started at", report.started_at.clone()));
    }
    facts.push(("host", report.host.to_string()));
    facts
}
