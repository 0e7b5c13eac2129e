//! Comparison of a replay with its timeline, as text.

use hammer_core::{DurationSummary, ReplayComparison, RouteTimes};

use super::latency::TimeUnit;
use crate::text::lines::{list_line, truncate, wrap_items};
use crate::text::number::format_count;

/// Maximum number of pairs of statuses.
const MAX_PAIRS: usize = 8;
/// Maximum number of routes.
const MAX_ROUTES: usize = 6;
/// Columns for the name of a route.
const ROUTE_WIDTH: usize = 36;

/// Renders the numbers of hits, the statuses and the times of routes.
pub(super) fn lines(replay: &ReplayComparison) -> String {
    [
        hits(replay),
        skipped(replay),
        statuses(replay),
        routes(replay),
    ]
    .concat()
}

fn hits(replay: &ReplayComparison) -> String {
    let (planned, sent) = (format_count(replay.planned), format_count(replay.sent));
    let mut counts = format!("{planned} planned   {sent} sent");
    if replay.unsent > 0 {
        counts = format!("{counts}   {} unsent", format_count(replay.unsent));
    }
    wrap_items("replay", &counts, 3)
}

fn skipped(replay: &ReplayComparison) -> String {
    let skipped: Vec<_> = (replay.skipped.iter())
        .map(|(reason, n)| format!("{}: {}", reason.replace('_', " "), format_count(*n)))
        .collect();
    if skipped.is_empty() {
        return String::new();
    }
    list_line("skipped", &skipped, |shown| {
        let others = replay.skipped.values().skip(shown).copied();
        format!(
            "others: {}",
            format_count(others.fold(0, u64::saturating_add))
        )
    })
}

/// Pairs of logged and replayed statuses, the most frequent first.
fn statuses(replay: &ReplayComparison) -> String {
    let mut pairs: Vec<(&str, &str, u64)> = vec![];
    for (logged, counts) in &replay.statuses {
        pairs.extend(
            counts
                .iter()
                .map(|(replayed, n)| (&**logged, &**replayed, *n)),
        );
    }
    pairs.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
    let items: Vec<_> = (pairs.iter().take(MAX_PAIRS))
        .map(|(logged, replayed, n)| {
            let replayed = replayed.replace('_', " ");
            format!("{logged} → {replayed}: {}", format_count(*n))
        })
        .collect();
    list_line("log → replay", &items, |shown| {
        let others = pairs.iter().skip(shown).map(|(_, _, n)| *n);
        format!(
            "others: {}",
            format_count(others.fold(0, u64::saturating_add))
        )
    })
}

fn routes(replay: &ReplayComparison) -> String {
    if replay.routes.is_empty() {
        return String::new();
    }
    let slower = |route: &RouteTimes| route.logged_us.p99.max(route.replayed_us.p99);
    let worst = replay.routes.iter().map(slower).fold(0.0, f64::max);
    let unit = TimeUnit::for_micros(worst);
    let mut out = format!(
        "{:<width$}{:>10}{:>12}{:>14}{:>12}{:>14}\n",
        format!("routes, {}", unit.name()),
        "hits",
        "p50 logged",
        "p50 replayed",
        "p99 logged",
        "p99 replayed",
        width = ROUTE_WIDTH + 2,
    );
    for route in replay.routes.iter().take(MAX_ROUTES) {
        let (logged, replayed) = (&route.logged_us, &route.replayed_us);
        out.push_str(&format!(
            "  {:<ROUTE_WIDTH$}{:>10}{:>12}{:>14}{:>12}{:>14}\n",
            truncate(&route.route, ROUTE_WIDTH),
            format_count(replayed.count),
            figure(logged, unit, |summary| summary.p50),
            figure(replayed, unit, |summary| summary.p50),
            figure(logged, unit, |summary| summary.p99),
            figure(replayed, unit, |summary| summary.p99),
        ));
    }
    let more = replay.routes.len().saturating_sub(MAX_ROUTES);
    if more > 0 {
        let s = if more == 1 { "" } else { "s" };
        out.push_str(&format!("  {more} more route{s} (see -o json)\n"));
    }
    out
}

/// A figure of a summary, or `-` if nothing was measured.
fn figure(summary: &DurationSummary, unit: TimeUnit, us: fn(&DurationSummary) -> f64) -> String {
    let measured = summary.measured();
    measured.map_or_else(|| "-".to_owned(), |summary| unit.format(us(summary)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A route without answers in the replay took 0 ms.
    #[test]
    fn a_figure_of_nothing_is_a_dash() {
        let none: DurationSummary = serde_json::from_value(json!({"count": 0})).expect("a summary");
        let p99 = |summary: &DurationSummary| summary.p99;
        assert_eq!(figure(&none, TimeUnit::Millis, p99), "-");
        let one = DurationSummary {
            count: 1,
            p99: 700.0,
            ..none
        };
        assert_eq!(figure(&one, TimeUnit::Millis, p99), "0.700");
    }
}
