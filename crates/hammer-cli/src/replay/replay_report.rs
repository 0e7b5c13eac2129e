use std::collections::BTreeMap;

use hammer_core::{DurationSummary, GroupReport, Report};
use hammer_replay::play::{PlannedCounts, PlannedTimeSeries};
use serde_json::{Map, Value, json};

use super::fidelity::ReplayFidelity;
use crate::output::output_writer::RenderableReport;
use crate::text::latency::TimeUnit;
use crate::text::lines::{list_line, truncate, wrap};
use crate::text::number::format_count;
use crate::{output::junit, text};

/// Pairs of statuses that are named in the text, and routes.
const MAX_PAIRS: usize = 8;
const MAX_ROUTES: usize = 6;
/// Columns for the name of a route.
const ROUTE_WIDTH: usize = 44;

/// The report of a run, and how faithful it was to the timeline.
pub(super) struct ReplayReport {
    report: Report,
    planned: u64,
    skipped: BTreeMap<&'static str, u64>,
    slices: Vec<Value>,
    statuses: Vec<(String, String, u64)>,
    routes: Vec<(String, DurationSummary, DurationSummary)>,
}

impl ReplayReport {
    pub(super) fn new(
        report: Report,
        plan: &PlannedCounts,
        read: &PlannedTimeSeries,
        fidelity: ReplayFidelity,
        names: &[String],
    ) -> Self {
        let pair = |((then, now), n): ((Option<u16>, hammer_core::Label), u64)| {
            let then = then.map_or("none".to_owned(), |then| then.to_string());
            (then, now.to_string(), n)
        };
        let sent = fidelity.sent;
        let mut statuses: Vec<_> = fidelity.statuses.into_iter().map(pair).collect();
        statuses.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
        let now = |name: &str| {
            let found = report
                .groups
                .iter()
                .find(|row: &&GroupReport| row.name == name);
            found.map_or(DurationSummary::default(), |row| row.response_us)
        };
        let routes = names.iter().enumerate().filter_map(|(row, name)| {
            let then = fidelity.logged_times.get(&row)?;
            Some((name.clone(), DurationSummary::from(then), now(name)))
        });
        Self {
            planned: plan.planned(),
            skipped: plan.skipped.clone(),
            slices: time_slices(read, &sent, &report),
            statuses,
            routes: routes.collect(),
            report,
        }
    }

    fn to_json(&self) -> Value {
        let mut matrix = Map::new();
        for (then, now, n) in &self.statuses {
            let row = matrix.entry(then.clone()).or_insert_with(|| json!({}));
            row[now] = (*n).into();
        }
        let routes = self
            .routes
            .iter()
            .map(|(route, then, now)| json!({"route": route, "then_us": then, "now_us": now}));
        json!({
            "planned": self.planned,
            "sent": self.report.hits.scheduled - self.report.hits.unsent,
            "unsent": self.report.hits.unsent,
            "skipped": self.skipped,
            "seconds": self.slices,
            "statuses": matrix,
            "routes": routes.collect::<Vec<_>>(),
        })
    }

    fn text_lines(&self) -> String {
        let sent = self.report.hits.scheduled - self.report.hits.unsent;
        let mut what = format!(
            "{} planned   {} sent",
            format_count(self.planned),
            format_count(sent)
        );
        if self.report.hits.unsent > 0 {
            what = format!("{what}   {} unsent", format_count(self.report.hits.unsent));
        }
        let mut out = wrap("replay", &what, 3);
        let skipped: Vec<_> = (self.skipped.iter())
            .map(|(why, n)| format!("{}: {}", why.replace('_', " "), format_count(*n)))
            .collect();
        if !skipped.is_empty() {
            out.push_str(&list_line("skipped", &skipped, |shown| {
                let others = self.skipped.values().skip(shown);
                format!("others: {}", format_count(others.sum()))
            }));
        }
        let pairs: Vec<_> = (self.statuses.iter().take(MAX_PAIRS))
            .map(|(then, now, n)| {
                format!("{then} → {}: {}", now.replace('_', " "), format_count(*n))
            })
            .collect();
        out.push_str(&list_line("then → now", &pairs, |shown| {
            let others = self.statuses.iter().skip(shown);
            format!("others: {}", format_count(others.map(|(_, _, n)| n).sum()))
        }));
        if self.routes.is_empty() {
            return out;
        }
        let worst = self
            .routes
            .iter()
            .map(|(_, then, now)| then.p99.max(now.p99));
        let unit = TimeUnit::for_micros(worst.fold(0.0, f64::max));
        out.push_str(&format!(
            "{:<width$}{:>10}{:>12}{:>12}{:>10}{:>10}\n",
            format!("routes, {}", unit.name()),
            "hits",
            "p50 then",
            "p50 now",
            "p99 then",
            "p99 now",
            width = ROUTE_WIDTH + 2,
        ));
        for (route, then, now) in self.routes.iter().take(MAX_ROUTES) {
            out.push_str(&format!(
                "  {:<ROUTE_WIDTH$}{:>10}{:>12}{:>12}{:>10}{:>10}\n",
                truncate(route, ROUTE_WIDTH),
                format_count(now.count),
                unit.format(then.p50),
                unit.format(now.p50),
                unit.format(then.p99),
                unit.format(now.p99),
            ));
        }
        out
    }
}

/// What was planned, sent and skipped, by when it was due, in slices as wide as the wider ones of both.
fn time_slices(tally: &PlannedTimeSeries, sent: &PlannedTimeSeries, report: &Report) -> Vec<Value> {
    let sent_width = sent.width_s();
    let width = tally.width_s().max(sent_width);
    let mut slices = BTreeMap::<u64, [u64; 3]>::new();
    for (index, (planned, skipped)) in tally.planned().iter().zip(tally.skipped()).enumerate() {
        let slice = slices
            .entry(index as u64 * tally.width_s() / width)
            .or_default();
        slice[0] += planned + skipped;
        slice[2] += skipped;
    }
    for (index, sent) in sent.planned().iter().enumerate() {
        let slice = slices.entry(index as u64 * sent_width / width);
        slice.or_default()[1] += sent;
    }
    let value = |(slice, [planned, sent, skipped]): (u64, [u64; 3])| {
        json!({
            "t_s": slice * width, "width_s": width,
            "planned": planned, "sent": sent, "skipped": skipped,
        })
    };
    // A run that was stopped has read ahead of its end.
    let end = report.duration_s.ceil().max(1.0) as u64;
    let until = slices
        .into_iter()
        .take_while(|(slice, _)| slice * width < end);
    until.map(value).collect()
}

impl RenderableReport for ReplayReport {
    fn json(&self) -> serde_json::Result<Vec<u8>> {
        let mut report = serde_json::to_value(&self.report)?;
        report["replay"] = self.to_json();
        serde_json::to_vec(&report)
    }

    fn text(&self, colour: bool) -> String {
        // The table of routes below has its rows, and what was logged of them.
        let mut report = self.report.clone();
        report.groups.clear();
        format!("{}{}", text::render(&report, colour), self.text_lines())
    }

    fn junit(&self) -> String {
        junit::render(&self.report)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hammer_core::Label;

    use super::*;
    use crate::text::golden::{report, summary};

    /// 29,990 hits of two routes, of which most are as they were, and ten that stayed unsent.
    fn replayed() -> ReplayReport {
        let row = |name: &str, count: u64, figures| {
            json!({
                "name": name, "scheduled": count, "ok": count, "rejected": 0, "failed": 0,
                "timed_out": 0, "abandoned": 0, "unsent": 0, "response_us": summary(count, figures),
            })
        };
        let report = report(&[
            ("/hammer", json!("replay")),
            ("/target", json!("shop.jsonl at http://127.0.0.1:8080")),
            ("/hits/unsent", json!(10)),
            (
                "/groups",
                json!([
                    row("GET /", 20_000, [800.0, 900.0, 1250.0, 2000.0, 3000.0]),
                    row("GET /items/{id}", 9_988, [90.0, 95.0, 110.0, 200.0, 300.0]),
                ]),
            ),
        ]);
        let mut plan = PlannedCounts::default();
        plan.hits = 30_000;
        plan.skipped = [("method_not_allowed", 1_200), ("unsendable_target", 3)].into();
        let mut fidelity = ReplayFidelity::default();
        let pairs = [
            (Some(200), Label::from(200), 29_000),
            (Some(200), Label::from("connection_reset"), 12),
            (None, Label::from(200), 78),
            (Some(404), Label::from(404), 900),
        ];
        for (then, now, n) in pairs {
            fidelity.statuses.insert((then, now), n);
        }
        for (row, us) in [(0, 700), (1, 2_000)] {
            let took = fidelity.logged_times.entry(row).or_default();
            (0..100).for_each(|_| took.record(Duration::from_micros(us)));
        }
        let names = ["GET /", "GET /items/{id}"].map(str::to_owned);
        ReplayReport::new(
            report,
            &plan,
            &PlannedTimeSeries::default(),
            fidelity,
            &names,
        )
    }

    #[test]
    fn what_a_replay_was_like_stands_below_what_any_run_has() {
        let text = "\
replay        31,203 planned   29,990 sent   10 unsent
skipped       method not allowed: 1,200   unsendable target: 3
then → now    200 → 200: 29,000   404 → 404: 900   none → 200: 78   others: 12
routes, ms                                          hits    p50 then     p50 now  p99 then   p99 now
  GET /                                           20,000       0.700       0.800     0.700      1.25
  GET /items/{id}                                  9,988        2.00       0.090      2.00     0.110
";
        let rendered = replayed().text(false);
        assert!(
            rendered.starts_with("hammer replay   shop.jsonl at"),
            "{rendered}"
        );
        assert!(rendered.ends_with(text), "\n{rendered}\n{text}");
        assert!(
            rendered.lines().all(|line| line.chars().count() <= 100),
            "{rendered}"
        );
    }
}
