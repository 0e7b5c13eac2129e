//! The table of the runs that were compared.

use hammer_analysis::{ComparedRun, Comparison};
use hammer_diagnostic::{format_count, format_seconds, printable};
use maud::{Markup, html};

use crate::report::symbol;
use crate::table_rows::{MAX_ROWS, omitted_rows};

/// Lists the runs of both sides.
pub(crate) fn runs_table(comparison: &Comparison) -> Markup {
    let side = |name: &'static str, runs: &'_ [ComparedRun]| -> Vec<(String, ComparedRun)> {
        let runs = runs.iter().enumerate();
        runs.map(|(index, run)| (format!("{name} {}", index + 1), run.clone()))
            .collect()
    };
    let mut runs = side("base", &comparison.base);
    runs.extend(side("new", &comparison.new));
    html! {
        section id="runs" {
            h2 { "Runs" }
            div class="scroll" {
                table class="sortable" {
                    thead {
                        tr {
                            th scope="col" { "run" } th scope="col" class="text" { "target" }
                            th scope="col" { "started at" } th scope="col" { "length" } th scope="col" { "hits" }
                            th scope="col" { "verdict" } th scope="col" { "hammer" } th scope="col" class="text" { "id" }
                        }
                    }
                    tbody {
                        @for (name, run) in runs.iter().take(MAX_ROWS) {
                            tr {
                                th scope="row" { (name) }
                                td class="text" { (printable(&run.targets.join(", "))) }
                                td { (printable(&run.started_at)) }
                                td data-v=(run.duration_s) { (format_seconds(run.duration_s)) }
                                td data-v=(run.hits) { (format_count(run.hits)) }
                                td { (symbol(run.verdict)) " " (run.verdict.as_str()) }
                                td { (printable(&run.version)) }
                                td class="text" { code { (printable(&run.id)) } }
                            }
                        }
                    }
                }
            }
            (omitted_rows(runs.len()))
        }
    }
}
