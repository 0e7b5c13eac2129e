//! Connections that were opened and lost, and the bytes over them.

use hammer_core::Report;

use super::counts;
use crate::text::lines::{SEPARATOR, WIDTH, wrap, wrap_items};
use crate::text::number::{format_bytes, format_count};

/// Prefix of counters about connections.
pub(super) const CONNECTION_PREFIX: &str = "connections_";

/// Renders all counters about connections, and the bytes.
pub(super) fn all(report: &Report) -> String {
    let generator = &report.generator;
    let (opened, lost) = opened_and_lost(report);
    let mut items = vec![format!("{} opened", format_count(opened))];
    let others = (report.counts.iter())
        .filter_map(|(name, n)| Some((name.strip_prefix(CONNECTION_PREFIX)?, *n)))
        .filter(|(name, n)| *n > 0 && !["opened", "lost"].contains(name));
    items.extend(others.map(|(name, n)| format!("{} {}", format_count(n), name.replace('_', " "))));
    items.push(format!("{} lost", format_count(lost)));
    items.push(format!(
        "{} hits in flight at peak",
        format_count(generator.peak_in_flight)
    ));
    items.push(format!("{} sent", format_bytes(report.bytes.sent)));
    items.push(format!("{} received", format_bytes(report.bytes.received)));
    wrap_items("connections", &items.join(SEPARATOR), 2)
}

/// Renders labels and connections in one line, so that three loads fit on a screen.
pub(super) fn with_labels(report: &Report) -> String {
    let (opened, lost) = opened_and_lost(report);
    let connections = format!(
        "{} connection{} opened, {} lost",
        format_count(opened),
        if opened == 1 { "" } else { "s" },
        format_count(lost)
    );
    let codes = counts::labels(&report.labels);
    if codes.is_empty() {
        return wrap("connections", &connections, 1);
    }
    let line = codes.trim_end();
    if line.chars().count() + 3 + connections.chars().count() <= WIDTH {
        return format!("{line}   {connections}\n");
    }
    codes
}

/// Numbers of connections that were opened and lost.
///
/// Without the hammer's counters, they are estimated from sessions, which usually have one connection
/// each. Slots that share connections need the counters.
fn opened_and_lost(report: &Report) -> (u64, u64) {
    let generator = &report.generator;
    let counter = |name: &str| {
        report
            .counts
            .get(&format!("{CONNECTION_PREFIX}{name}"))
            .copied()
    };
    let sessions = generator.sessions_opened;
    let lost = || sessions.saturating_sub(generator.slots_opened);
    (
        counter("opened").unwrap_or(sessions),
        counter("lost").unwrap_or_else(lost),
    )
}
