//! Connections that were opened, how they ended, and the bytes over them.

use hammer_core::Report;

use crate::text::lines::{SEPARATOR, wrap_items};
use crate::text::number::{format_bytes, format_count};

/// Prefix of counters about connections.
pub(super) const CONNECTION_PREFIX: &str = "connections_";
/// Counters of connections that ended before the run or their hit was over. Each connection is in at
/// most one of them.
const ENDS: [&str; 4] = ["closed_by_target", "dropped", "retired", "lost"];

/// Renders all counters about connections, and the bytes.
pub(super) fn lines(report: &Report) -> String {
    wrap_items("connections", &text(report), 2)
}

/// All counters about connections, and the bytes.
///
/// The connections that were opened are the sum of the ends that follow.
pub(crate) fn text(report: &Report) -> String {
    let counter = |name: &str| {
        report
            .counts
            .get(&format!("{CONNECTION_PREFIX}{name}"))
            .copied()
    };
    let generator = &report.generator;
    let sessions = generator.sessions_opened;
    let opened = counter("opened");
    let mut ends: Vec<_> = ENDS
        .iter()
        .filter_map(|end| Some((*end, counter(end)?)))
        .collect();
    if opened.is_none() && ends.is_empty() {
        // Without the counters of a hammer, each session usually has one connection.
        ends.push(("lost", sessions.saturating_sub(generator.slots_opened)));
    }
    let ended = ends.iter().map(|(_, n)| *n).fold(0, u64::saturating_add);
    let opened = opened.unwrap_or(sessions);
    ends.push(("closed_as_planned", opened.saturating_sub(ended)));
    let others = (report.counts.iter())
        .filter_map(|(name, n)| Some((name.strip_prefix(CONNECTION_PREFIX)?, *n)))
        .filter(|(name, _)| *name != "opened" && !ENDS.contains(name));
    let shown = ends.into_iter().chain(others).filter(|(_, n)| *n > 0);
    let item = |(name, n): (&str, u64)| format!("{} {}", format_count(n), name.replace('_', " "));
    let mut items = vec![item(("opened", opened))];
    items.extend(shown.map(item));
    let peak = generator.peak_in_flight;
    let s = if peak == 1 { "" } else { "s" };
    items.push(format!("{} hit{s} in flight at peak", format_count(peak)));
    items.push(format!("{} sent", format_bytes(report.bytes.sent)));
    items.push(format!("{} received", format_bytes(report.bytes.received)));
    items.join(SEPARATOR)
}
