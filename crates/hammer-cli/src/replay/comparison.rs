//! Comparison of the report of a replay with its timeline.

use std::collections::BTreeMap;

use hammer_core::{DurationSummary, ReplayComparison, ReplaySlice, Report, RouteTimes};
use hammer_replay::play::{PlaybackHitCounts, PlaybackTimeSeries};

use super::fidelity::LogComparison;

/// Compares a replay with its timeline.
///
/// `plan` and `planned` are the hits of the timeline, in total and by due time. `groups` are the names
/// of the groups of the report.
pub(super) fn compare(
    report: &Report,
    plan: &PlaybackHitCounts,
    planned: &PlaybackTimeSeries,
    found: LogComparison,
    groups: &[String],
) -> ReplayComparison {
    let mut statuses = BTreeMap::<String, BTreeMap<String, u64>>::new();
    for ((logged, replayed), n) in found.statuses {
        let logged = logged.map_or("none".to_owned(), |status| status.to_string());
        *(statuses.entry(logged).or_default())
            .entry(replayed.to_string())
            .or_default() += n;
    }
    let replayed = |name: &str| {
        let group = report.groups.iter().find(|group| group.name == name);
        group.map_or(DurationSummary::default(), |group| group.response_us)
    };
    let routes = groups.iter().enumerate().filter_map(|(group, name)| {
        Some(RouteTimes {
            route: name.clone(),
            logged_us: DurationSummary::from(found.logged_times.get(&group)?),
            replayed_us: replayed(name),
        })
    });
    let skipped = plan.skipped.iter();
    ReplayComparison {
        planned: plan.planned(),
        sent: report.hits.scheduled - report.hits.unsent,
        unsent: report.hits.unsent,
        skipped: skipped
            .map(|(reason, n)| ((*reason).to_owned(), *n))
            .collect(),
        seconds: time_slices(planned, &found.sent, report.duration_s),
        statuses,
        routes: routes.collect(),
    }
}

/// Planned, sent and skipped hits by due time until `end_s`, in slices of the wider width of the two
/// series.
fn time_slices(
    plan: &PlaybackTimeSeries,
    sent: &PlaybackTimeSeries,
    end_s: f64,
) -> Vec<ReplaySlice> {
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
    let slice = |(slice, [planned, sent, skipped]): (u64, [u64; 3])| ReplaySlice {
        t_s: slice * width,
        width_s: width,
        planned,
        sent,
        skipped,
    };
    // A run that was stopped has planned hits after its end.
    let end = end_s.ceil().max(1.0) as u64;
    let slices = slices.into_iter().map(slice);
    slices.take_while(|slice| slice.t_s < end).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hammer_core::Label;
    use hammer_core::PlanReport;
    use serde_json::json;

    use super::*;
    use crate::report::text::TextOptions;
    use crate::report::text::golden::{report, summary};

    /// A replay of 30,000 planned hits to two routes, ten of them unsent.
    fn replayed() -> PlanReport {
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
        let planned = PlaybackTimeSeries::default();
        let replay = compare(&report, &plan, &planned, fidelity, &names);
        let mut plan = PlanReport::from_single_load(report);
        plan.replay = Some(replay);
        plan
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
        let rendered = crate::report::text::render(&replayed(), TextOptions::default());
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
