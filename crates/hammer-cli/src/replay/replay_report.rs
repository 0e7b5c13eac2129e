//! The report of a replay: the run, and its comparison with the log.

use std::collections::BTreeMap;

use hammer_core::{DurationSummary, GroupReport, Report};
use hammer_replay::play::{PlaybackHitCounts, PlaybackTimeSeries};
use serde_json::{Map, Value, json};

use super::fidelity::LogComparison;
use crate::output::output_writer::RenderableReport;
use crate::text::latency::TimeUnit;
use crate::text::lines::{list_line, truncate, wrap_items};
use crate::text::number::format_count;
use crate::{output::junit, text};

/// Maximum number of pairs of statuses in the text.
const MAX_PAIRS: usize = 8;
/// Maximum number of routes in the text.
const MAX_ROUTES: usize = 6;
/// Columns for the name of a route.
const ROUTE_WIDTH: usize = 36;

/// The report of a run, with its comparison with the timeline.
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
        plan: &PlaybackHitCounts,
        planned: &PlaybackTimeSeries,
        fidelity: LogComparison,
        names: &[String],
    ) -> Self {
        let pair = |((logged, replayed), n): ((Option<u16>, hammer_core::Label), u64)| {
            let logged = logged.map_or("none".to_owned(), |status| status.to_string());
            (logged, replayed.to_string(), n)
        };
        let sent = fidelity.sent;
        let mut statuses: Vec<_> = fidelity.statuses.into_iter().map(pair).collect();
        statuses.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
        let replayed = |name: &str| {
            let found = report
                .groups
                .iter()
                .find(|group: &&GroupReport| group.name == name);
            found.map_or(DurationSummary::default(), |group| group.response_us)
        };
        let routes = names.iter().enumerate().filter_map(|(group, name)| {
            let logged = fidelity.logged_times.get(&group)?;
            Some((name.clone(), DurationSummary::from(logged), replayed(name)))
        });
        Self {
            planned: plan.planned(),
            skipped: plan.skipped.clone(),
            slices: time_slices(planned, &sent, &report),
            statuses,
            routes: routes.collect(),
            report,
        }
    }

    fn to_json(&self) -> Value {
        let mut matrix = Map::new();
        for (logged, replayed, n) in &self.statuses {
            let counts = matrix.entry(logged.clone()).or_insert_with(|| json!({}));
            counts[replayed] = (*n).into();
        }
        let routes = self.routes.iter().map(|(route, logged, replayed)| {
            json!({"route": route, "logged_us": logged, "replayed_us": replayed})
        });
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
        let mut counts = format!(
            "{} planned   {} sent",
            format_count(self.planned),
            format_count(sent)
        );
        if self.report.hits.unsent > 0 {
            counts = format!(
                "{counts}   {} unsent",
                format_count(self.report.hits.unsent)
            );
        }
        let mut out = wrap_items("replay", &counts, 3);
        let skipped: Vec<_> = (self.skipped.iter())
            .map(|(reason, n)| format!("{}: {}", reason.replace('_', " "), format_count(*n)))
            .collect();
        if !skipped.is_empty() {
            out.push_str(&list_line("skipped", &skipped, |shown| {
                let others = self.skipped.values().skip(shown);
                format!("others: {}", format_count(others.sum()))
            }));
        }
        let pairs: Vec<_> = (self.statuses.iter().take(MAX_PAIRS))
            .map(|(logged, replayed, n)| {
                let replayed = replayed.replace('_', " ");
                format!("{logged} → {replayed}: {}", format_count(*n))
            })
            .collect();
        out.push_str(&list_line("log → replay", &pairs, |shown| {
            let others = self.statuses.iter().skip(shown);
            format!("others: {}", format_count(others.map(|(_, _, n)| n).sum()))
        }));
        if self.routes.is_empty() {
            return out;
        }
        let worst = self
            .routes
            .iter()
            .map(|(_, logged, replayed)| logged.p99.max(replayed.p99));
        let unit = TimeUnit::for_micros(worst.fold(0.0, f64::max));
        out.push_str(&format!(
            "{:<width$}{:>10}{:>12}{:>14}{:>12}{:>14}\n",
            format!("routes, {}", unit.name()),
            "hits",
            "p50 logged",
            "p50 replayed",
            "p99 logged",
            "p99 replayed",
            width = ROUTE_WIDTH + 2,
        ));
        let figure = |summary: &DurationSummary, figure: fn(&DurationSummary) -> f64| {
            let measured = summary.measured();
            measured.map_or_else(|| "-".to_owned(), |summary| unit.format(figure(summary)))
        };
        for (route, logged, replayed) in self.routes.iter().take(MAX_ROUTES) {
            out.push_str(&format!(
                "  {:<ROUTE_WIDTH$}{:>10}{:>12}{:>14}{:>12}{:>14}\n",
                truncate(route, ROUTE_WIDTH),
                format_count(replayed.count),
                figure(logged, |summary| summary.p50),
                figure(replayed, |summary| summary.p50),
                figure(logged, |summary| summary.p99),
                figure(replayed, |summary| summary.p99),
            ));
        }
        out
    }
}

/// Planned, sent and skipped hits by due time, in slices of the wider width of the two series.
fn time_slices(
    plan: &PlaybackTimeSeries,
    sent: &PlaybackTimeSeries,
    report: &Report,
) -> Vec<Value> {
    let sent_width = sent.width_s();
    let width = plan.width_s().max(sent_width);
    let mut slices = BTreeMap::<u64, [u64; 3]>::new();
    for (index, (planned, skipped)) in plan.planned().iter().zip(plan.skipped()).enumerate() {
        let slice = slices
            .entry(index as u64 * plan.width_s() / width)
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
    // A run that was stopped has planned hits after its end.
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

    fn text(&self, color: bool) -> String {
        // The table of routes below contains the groups.
        let mut report = self.report.clone();
        report.groups.clear();
        format!("{}{}", text::render(&report, color), self.text_lines())
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

    /// A replay of 30,000 planned hits to two routes, ten of them unsent.
    fn replayed() -> ReplayReport {
        let group = |name: &str, count: u64, figures| {
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
                    group("GET /", 20_000, [800.0, 900.0, 1250.0, 2000.0, 3000.0]),
                    group("GET /items/{id}", 9_988, [90.0, 95.0, 110.0, 200.0, 300.0]),
                    group("GET /never", 0, [0.0; 5]),
                ]),
            ),
        ]);
        let mut plan = PlaybackHitCounts::default();
        plan.hits = 30_000;
        plan.skipped = [("method_not_allowed", 1_200), ("unsendable_target", 3)].into();
        let mut fidelity = LogComparison::default();
        let pairs = [
            (Some(200), Label::from(200), 29_000),
            (Some(200), Label::from("connection_reset"), 12),
            (None, Label::from(200), 78),
            (Some(404), Label::from(404), 900),
        ];
        for (logged, replayed, n) in pairs {
            fidelity.statuses.insert((logged, replayed), n);
        }
        for (group, us) in [(0, 700), (1, 2_000), (2, 50)] {
            let times = fidelity.logged_times.entry(group).or_default();
            (0..100).for_each(|_| times.record(Duration::from_micros(us)));
        }
        let names = ["GET /", "GET /items/{id}", "GET /never"].map(str::to_owned);
        ReplayReport::new(
            report,
            &plan,
            &PlaybackTimeSeries::default(),
            fidelity,
            &names,
        )
    }

    #[test]
    fn the_comparison_follows_the_report_of_the_run() {
        let text = "\
replay        31,203 planned   29,990 sent   10 unsent
skipped       method not allowed: 1,200   unsendable target: 3
log → replay  200 → 200: 29,000   404 → 404: 900   none → 200: 78   others: 12
routes, ms                                  hits  p50 logged  p50 replayed  p99 logged  p99 replayed
  GET /                                   20,000       0.700         0.800       0.700          1.25
  GET /items/{id}                          9,988        2.00         0.090        2.00         0.110
  GET /never                                   0       0.050             -       0.050             -
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
