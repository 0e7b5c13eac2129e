//! Answers by label, phases, counters, connections, addresses and proxies of a load.

use hammer_core::Report;

use super::escaped::{code, items, prose};
use super::table::{MAX_ROWS, folded_table};
use crate::report::text::counts::{count_items, fact_items, measured_phases, ranked, readable};
use crate::report::text::latency::{self, cell, max_cell};
use crate::report::text::{addresses, connections};
use crate::text::lines::SEPARATOR;
use crate::text::number::format_count;
use crate::text::proxies::proxy_text;

/// Renders the answers by label, such as a status code, the most frequent first.
pub(super) fn answers(report: &Report) -> String {
    let labels = ranked(&report.labels);
    let rows = labels
        .iter()
        .map(|(label, hits)| vec![code(label), format_count(*hits)]);
    folded_table(&["code", ">hits"], rows.collect(), "codes")
}

/// Renders the times of each phase.
pub(super) fn phases(report: &Report) -> String {
    let unit = latency::unit(report);
    let rows = measured_phases(report).map(|(name, phase)| {
        vec![
            prose(&readable(name)),
            format_count(phase.count),
            cell(phase, "p50", unit),
            cell(phase, "p99", unit),
            max_cell(phase, unit),
        ]
    });
    let title = format!("phase, {}", unit.name());
    let headers = [&*title, ">count", ">p50", ">p99", ">max"];
    folded_table(&headers, rows.collect(), "phases")
}

/// Renders a line for counters, for each fact, for connections, for addresses and for each proxy.
pub(super) fn lines(report: &Report) -> String {
    let facts = fact_items(&report.facts);
    let facts = facts.map(|(name, values)| (name, shortened(&values)));
    let proxies = report.proxies.iter().take(MAX_ROWS);
    let proxies = proxies.map(|it| ("proxy".to_owned(), proxy_text(it, report.hits.rejected)));
    let counts = shortened(&count_items(&report.counts));
    let all = [("counts".to_owned(), counts)].into_iter().chain(facts);
    let all = all.chain([
        ("connections".to_owned(), connections::text(report)),
        ("addresses".to_owned(), addresses::text(report)),
    ]);
    all.chain(proxies)
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| format!("{}: {}\n\n", prose(&name), items(&text)))
        .collect()
}

/// The first items of a line, and the number of the others.
fn shortened(all: &[String]) -> String {
    let (shown, rest) = all.split_at(all.len().min(MAX_ROWS));
    let more = (!rest.is_empty()).then(|| format!("and {} more", rest.len()));
    let shown: Vec<_> = shown.iter().cloned().chain(more).collect();
    shown.join(SEPARATOR)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::text::golden::report;

    /// Markdown had no status codes, phases and connections.
    #[test]
    fn answers_are_a_table_that_is_folded_if_it_is_long() {
        let with = |labels| answers(&report(&[("/labels", labels)]));
        assert_eq!(with(json!({})), "");
        let expected = "\
| code | hits |
| --- | ---: |
| `503` | 2,000 |
| `a\\|b` | 1 |

";
        assert_eq!(with(json!({"a|b": 1, "503": 2000, "404": 0})), expected);
        let many: serde_json::Map<_, _> = (0..30).map(|n| (format!("{n}"), json!(n + 1))).collect();
        let folded = with(many.into());
        let start =
            "<details><summary>30 codes</summary>\n\n| code | hits |\n| --- | ---: |\n| `29` |";
        assert!(folded.starts_with(start), "{folded}");
        let end = "| `10` | 11 |\n\nand 10 more codes\n\n</details>\n\n";
        assert!(folded.ends_with(end), "{folded}");
    }

    #[test]
    fn phases_have_the_unit_of_the_latencies() {
        let expected = "\
| phase, ms | count | p50 | p99 | max |
| --- | ---: | ---: | ---: | ---: |
";
        let rendered = phases(&report(&[]));
        assert!(rendered.starts_with(expected), "{rendered}");
        assert!(
            rendered.contains("\n| connect | 14 | 0.210 | - | "),
            "{rendered}"
        );
    }
}
