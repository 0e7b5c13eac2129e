use std::collections::BTreeMap;

use hammer_core::{Report, RowReport, Summary};
use hammer_replay::play::{Counts, Tally};
use serde_json::{Map, Value, json};

use super::fidelity::Fidelity;
use crate::outputs::Written;
use crate::text::latency::Unit;
use crate::text::lines::{cut, listed, wrapped};
use crate::text::number::whole;
use crate::{junit, text};

/// Pairs of statuses that are named in the text, and routes.
const PAIRS: usize = 8;
const ROUTES: usize = 6;
/// Columns for the name of a route.
const NAME: usize = 44;

/// The report of a run, and how faithful it was to the timeline.
pub(super) struct ReplayReport {
    report: Report,
    planned: u64,
    skipped: BTreeMap<&'static str, u64>,
    seconds: Vec<Value>,
    statuses: Vec<(String, String, u64)>,
    routes: Vec<(String, Summary, Summary)>,
}

impl ReplayReport {
    pub(super) fn new(
        report: Report,
        plan: &Counts,
        read: &Tally,
        fidelity: Fidelity,
        names: &[String],
    ) -> Self {
        let pair = |((then, now), n): ((Option<u16>, hammer_core::Label), u64)| {
            let then = then.map_or("none".to_owned(), |then| then.to_string());
            (then, now.to_string(), n)
        };
        let mut statuses: Vec<_> = fidelity.statuses.into_iter().map(pair).collect();
        statuses.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
        let now = |name: &str| {
            let found = report.rows.iter().find(|row: &&RowReport| row.name == name);
            found.map_or(Summary::default(), |row| row.response_us)
        };
        let routes = names.iter().enumerate().filter_map(|(row, name)| {
            let then = fidelity.took.get(&row)?;
            Some((name.clone(), Summary::from(then), now(name)))
        });
        Self {
            planned: plan.planned(),
            skipped: plan.skipped.clone(),
            seconds: seconds(read, &report),
            statuses,
            routes: routes.collect(),
            report,
        }
    }

    fn value(&self) -> Value {
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
            "seconds": self.seconds,
            "statuses": matrix,
            "routes": routes.collect::<Vec<_>>(),
        })
    }

    fn lines(&self) -> String {
        let sent = self.report.hits.scheduled - self.report.hits.unsent;
        let mut what = format!("{} planned   {} sent", whole(self.planned), whole(sent));
        if self.report.hits.unsent > 0 {
            what = format!("{what}   {} unsent", whole(self.report.hits.unsent));
        }
        for (why, n) in &self.skipped {
            what = format!("{what}   {} skipped: {}", whole(*n), why.replace('_', " "));
        }
        let mut out = wrapped("replay", &what, 3);
        let pairs: Vec<_> = (self.statuses.iter().take(PAIRS))
            .map(|(then, now, n)| format!("{then} → {}: {}", now.replace('_', " "), whole(*n)))
            .collect();
        let all = self.statuses.len();
        out.push_str(&listed("then → now", &pairs, |shown| {
            format!("{} more pairs", all - shown)
        }));
        if self.routes.is_empty() {
            return out;
        }
        let worst = self
            .routes
            .iter()
            .map(|(_, then, now)| then.p99.max(now.p99));
        let unit = Unit::of(worst.fold(0.0, f64::max));
        out.push_str(&format!(
            "{:<width$}{:>10}{:>12}{:>12}{:>10}{:>10}\n",
            format!("routes, {}", unit.name()),
            "hits",
            "p50 then",
            "p50 now",
            "p99 then",
            "p99 now",
            width = NAME + 2,
        ));
        for (route, then, now) in self.routes.iter().take(ROUTES) {
            out.push_str(&format!(
                "  {:<NAME$}{:>10}{:>12}{:>12}{:>10}{:>10}\n",
                cut(route, NAME),
                whole(now.count),
                unit.show(then.p50),
                unit.show(now.p50),
                unit.show(then.p99),
                unit.show(now.p99),
            ));
        }
        out
    }
}

/// What was planned, sent and skipped, in slices as wide as the wider ones of both.
fn seconds(tally: &Tally, report: &Report) -> Vec<Value> {
    let width = report.timeline.first().map_or(1, |slice| slice.width_s);
    let width = width.max(1).max(tally.width_s());
    let mut slices = BTreeMap::<u64, [u64; 3]>::new();
    for (index, (planned, skipped)) in tally.planned().iter().zip(tally.skipped()).enumerate() {
        let slice = slices
            .entry(index as u64 * tally.width_s() / width)
            .or_default();
        slice[0] += planned + skipped;
        slice[2] += skipped;
    }
    for told in &report.timeline {
        let slice = slices.entry(told.t_s / width).or_default();
        slice[1] += told.hits.scheduled.saturating_sub(told.hits.unsent);
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

impl Written for ReplayReport {
    fn json(&self) -> serde_json::Result<Vec<u8>> {
        let mut report = serde_json::to_value(&self.report)?;
        report["replay"] = self.value();
        serde_json::to_vec(&report)
    }

    fn text(&self, colour: bool) -> String {
        // The table of routes below has its rows, and what was logged of them.
        let mut report = self.report.clone();
        report.rows.clear();
        format!("{}{}", text::render(&report, colour), self.lines())
    }

    fn junit(&self) -> String {
        junit::render(&self.report)
    }
}
