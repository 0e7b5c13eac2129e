//! Hits by the address that their connection went to.

use hammer_core::{AddressReport, Report};

use super::counts::{ranked, readable};
use crate::text::lines::{SEPARATOR, wrap_items};
use crate::text::number::format_count;

/// Maximum number of addresses that are shown.
const MAX_ADDRESSES: usize = 5;
/// Maximum number of addresses shown for a failure.
const MAX_FAILED: usize = 2;

/// Renders the hits by address, if there is more than one.
pub(super) fn addresses(report: &Report) -> String {
    match text(report) {
        text if text.is_empty() => text,
        text => wrap_items("addresses", &text, 3),
    }
}

/// The hits by address; empty if there is one at most.
///
/// If there are too many, those with the most hits are shown, after those without a connection.
pub(crate) fn text(report: &Report) -> String {
    let mut addresses: Vec<&AddressReport> = report.addresses.iter().collect();
    if addresses.len() < 2 {
        return String::new();
    }
    if addresses.len() > MAX_ADDRESSES {
        addresses.sort_by_key(|one| (one.connections > 0, u64::MAX - one.hits.scheduled));
    }
    let shown = &addresses[..addresses.len().min(MAX_ADDRESSES)];
    let mut items: Vec<String> = shown.iter().map(|address| item(address)).collect();
    let others = &addresses[shown.len()..];
    if !others.is_empty() {
        let hits = others.iter().map(|one| one.hits.scheduled);
        let hits = hits.fold(0, u64::saturating_add);
        let (others, hits) = (others_text(others.len()), hits_text(hits));
        items.push(format!("{others}: {hits} (see -o json)"));
    }
    items.join(SEPARATOR)
}

/// One address with its hits, and with what did not work.
fn item(address: &AddressReport) -> String {
    let hits = address.hits.scheduled;
    let mut text = format!("{}: {}", address.address, hits_text(hits));
    let mut problems = vec![];
    let not_ok = hits.saturating_sub(address.hits.ok);
    if not_ok > 0 {
        problems.push(format!("{} not ok", format_count(not_ok)));
    }
    // Some connections that open during a warm-up are not counted.
    if address.connections + address.hits.ok + address.hits.rejected == 0 {
        problems.push("no connection".to_owned());
    }
    let failed = ranked(&address.failed_attempts);
    problems.extend(
        failed
            .iter()
            .map(|(name, count)| format!("{} {}", format_count(*count), readable(name))),
    );
    if !problems.is_empty() {
        text.push_str(&format!(" ({})", problems.join(", ")));
    }
    text
}

fn hits_text(hits: u64) -> String {
    let s = if hits == 1 { "" } else { "s" };
    format!("{} hit{s}", format_count(hits))
}

fn others_text(others: usize) -> String {
    let s = if others == 1 { "" } else { "s" };
    format!("{others} other{s}")
}

/// The addresses of the hits with this failure, such as ` at 127.0.0.1:80`. Empty if the target
/// already names the only one.
pub(super) fn of_failure(report: &Report, failure: &str) -> String {
    let failed = report
        .addresses
        .iter()
        .filter_map(|one| Some((one, *one.failures.get(failure)?)));
    let mut failed: Vec<_> = failed.filter(|(_, count)| *count > 0).collect();
    failed.sort_by_key(|(_, count)| u64::MAX - count);
    match &failed[..] {
        [] => String::new(),
        [(only, _)] if report.target.contains(&only.address) => String::new(),
        [(only, _)] => format!(" at {}", only.address),
        several => {
            let shown = several.iter().take(MAX_FAILED);
            let mut items: Vec<String> = shown
                .map(|(one, count)| format!("{}: {}", one.address, format_count(*count)))
                .collect();
            if several.len() > MAX_FAILED {
                items.push(others_text(several.len() - MAX_FAILED));
            }
            format!(" ({})", items.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::text::golden::report;

    fn address(text: &str, [ok, failed, connections]: [u64; 3], attempts: Value) -> Value {
        json!({"address": text, "scheduled": ok + failed, "ok": ok, "rejected": 0, "failed": failed,
               "timed_out": 0, "abandoned": 0, "unsent": 0, "connections": connections,
               "failures": {"connect_refused": failed}, "failed_attempts": attempts})
    }

    fn with(addresses: &[Value]) -> Report {
        report(&[("/addresses", json!(addresses))])
    }

    #[test]
    fn hits_by_address_are_shown_if_there_are_several() {
        let one = address("10.0.0.1:80", [1000, 0, 2], json!({}));
        assert_eq!(addresses(&with(std::slice::from_ref(&one))), "");
        let mute = address(
            "[fd00::2]:80",
            [0, 0, 0],
            json!({"no_answer": 3, "overtaken": 20}),
        );
        let some_failed = address("10.0.0.3:80", [5, 2, 1], json!({"connect_refused": 1}));
        let text = "\
addresses     10.0.0.1:80: 1,000 hits
              [fd00::2]:80: 0 hits (no connection, 20 overtaken, 3 no answer)
              10.0.0.3:80: 7 hits (2 not ok, 1 connect refused)
";
        let rendered = addresses(&with(&[one, mute, some_failed]));
        assert_eq!(rendered, text, "\n{rendered}");
    }

    #[test]
    fn of_many_addresses_those_without_a_connection_are_shown() {
        let mut many: Vec<Value> = (1..=8)
            .map(|last| address(&format!("10.0.0.{last}:80"), [100 * last, 0, 1], json!({})))
            .collect();
        many.push(address(
            "10.0.0.9:80",
            [0, 4, 0],
            json!({"connect_refused": 4}),
        ));
        let rendered = addresses(&with(&many));
        assert!(rendered.starts_with("addresses     10.0.0.9:80: 4 hits (4 not ok, no conn"));
        assert!(
            rendered.contains("4 others: 1,000 hits (see -o json)"),
            "{rendered}"
        );
        assert!(rendered.lines().count() <= 3, "{rendered}");
    }

    /// A failure did not say which address refused.
    #[test]
    fn a_failure_names_its_addresses() {
        let failed = |last: u64| address(&format!("10.0.0.{last}:80"), [0, last, 0], json!({}));
        for (addresses, expected) in [
            (vec![], ""),
            (vec![address("10.0.0.1:80", [5, 0, 1], json!({}))], ""),
            (vec![address("127.0.0.1:8080", [0, 5, 1], json!({}))], ""),
            (vec![failed(3)], " at 10.0.0.3:80"),
            (
                vec![failed(1), failed(2)],
                " (10.0.0.2:80: 2, 10.0.0.1:80: 1)",
            ),
            (
                vec![failed(1), failed(2), failed(3)],
                " (10.0.0.3:80: 3, 10.0.0.2:80: 2, 1 other)",
            ),
        ] {
            let report = with(&addresses);
            assert_eq!(of_failure(&report, "connect_refused"), expected);
        }
    }
}
