//! The comparison of a replay with its log.

use std::cmp::Reverse;

use hammer_core::ReplayComparison;
use hammer_diagnostic::{TimeUnit, format_count, printable};
use maud::{Markup, html};

use super::breakdown_tables::longest;
use super::latency_table::percentile_cell;
use crate::duration_text::format_share;
use crate::table_rows::{MAX_ROWS, omitted_rows};

/// Shows how a replay differs from its log.
pub(crate) fn replay_section(replay: &ReplayComparison) -> Markup {
    let sent = format_share(replay.sent, replay.planned);
    html! {
        section id="replay" {
            h2 { "Replay" }
            p {
                (format_count(replay.sent)) " of " (format_count(replay.planned)) " rows (" (sent) ") were sent."
            }
            dl class="facts" {
                div { dt { "due and not started" } dd { (format_count(replay.unsent)) } }
                @for (reason, rows) in &replay.skipped {
                    div { dt { "skipped: " (printable(&reason.replace('_', " "))) } dd { (format_count(*rows)) } }
                }
            }
            @if !replay.statuses.is_empty() { (statuses_table(replay)) }
            @if !replay.routes.is_empty() { (routes_table(replay)) }
        }
    }
}

/// Lists the pairs of logged and replayed statuses: first those that differ, then the most frequent.
fn statuses_table(replay: &ReplayComparison) -> Markup {
    let mut pairs: Vec<(&str, &str, u64)> = vec![];
    for (logged, counts) in &replay.statuses {
        pairs.extend(
            counts
                .iter()
                .map(|(replayed, n)| (&**logged, &**replayed, *n)),
        );
    }
    // A log without statuses has `none`.
    let differs = |logged: &str, replayed: &str| logged != "none" && logged != replayed;
    pairs.sort_by_key(|(logged, replayed, n)| (!differs(logged, replayed), Reverse(*n)));
    html! {
        h3 { "Statuses" }
        div class="scroll" {
            table class="sortable" {
                thead {
                    tr {
                        th scope="col" { "logged" } th scope="col" { "replayed" } th scope="col" { "hits" }
                        th scope="col" { "share" }
                    }
                }
                tbody {
                    @for (logged, replayed, n) in pairs.iter().take(MAX_ROWS) {
                        tr {
                            th scope="row" { (printable(logged)) }
                            td class=[differs(logged, replayed).then_some("failed")] { (printable(&replayed.replace('_', " "))) }
                            td data-v=(n) { (format_count(*n)) }
                            td data-v=(n) { (format_share(*n, replay.sent)) }
                        }
                    }
                }
            }
        }
        (omitted_rows(pairs.len()))
    }
}

fn routes_table(replay: &ReplayComparison) -> Markup {
    let times = replay.routes.iter();
    let unit = TimeUnit::for_micros(longest(times.map(|route| &route.logged_us)));
    html! {
        h3 { "Routes" }
        div class="scroll" {
            table class="sortable" {
                thead {
                    tr {
                        th scope="col" { "route" } th scope="col" { "hits" }
                        @for column in ["p50", "p99"] {
                            th scope="col" { "logged " (column) ", " (unit.name()) }
                            th scope="col" { "replayed " (column) ", " (unit.name()) }
                        }
                    }
                }
                tbody {
                    @for route in replay.routes.iter().take(MAX_ROWS) {
                        tr {
                            th scope="row" { (printable(&route.route)) }
                            td data-v=(route.replayed_us.count) { (format_count(route.replayed_us.count)) }
                            @for column in ["p50", "p99"] {
                                (percentile_cell(&route.logged_us, column, unit))
                                (percentile_cell(&route.replayed_us, column, unit))
                            }
                        }
                    }
                }
            }
        }
        (omitted_rows(replay.routes.len()))
    }
}
