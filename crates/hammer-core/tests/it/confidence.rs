//! Confidence intervals in reports.

use std::time::Duration;

use hammer_core::testing::ScriptedHammer;
use hammer_core::{
    ConfidenceGap, PercentileConfidence, PlanReport, Report, Run, RunFile, SummaryConfidence,
};
use serde_json::{Value, json};

use crate::{constant_schedule, ms, ok_after, run_paused};

/// Runs at 100/s; every second has the same durations, except that odd seconds are `slower`.
fn run(seconds: u64, slower: u64) -> Report {
    let hammer = ScriptedHammer::new(move |hit| {
        let second = hit.number() / 100;
        ok_after(ms(10 + hit.number() % 100 + second % 2 * slower))
    });
    let schedule = constant_schedule(100, Duration::from_secs(seconds));
    run_paused(Run::new(hammer, schedule).max_in_flight(64).threads(1))
}

fn confidence(report: &Report) -> SummaryConfidence {
    report.response_us.ci95.expect("hits were answered")
}

#[test]
fn percentiles_of_a_long_run_have_intervals() {
    let even = run(60, 0);
    let found = confidence(&even);
    assert_eq!((found.blocks, found.reason), (20, None));
    assert!((60..=61).contains(&found.slices), "{}", found.slices);
    let p90 = found.p90.expect("there are blocks");
    let (low, high) = p90.interval_us().expect("600 hits lie beyond");
    assert!(low <= even.response_us.p90 && even.response_us.p90 <= high);
    // Hits that end in the next second make the blocks differ a little.
    assert!(p90.design_effect < 1.5, "{p90:?}");
    assert!(even.service_us.ci95.is_some());
    assert_eq!(even.lateness_us.ci95, None);

    // Blocks of three seconds have two slow seconds, or one.
    let uneven = run(60, 300);
    let slow = confidence(&uneven).p50.expect("there are blocks");
    assert!(slow.design_effect > 5.0, "{slow:?}");
    let hits = uneven.hits.ok as f64;
    let worth = hits / slow.design_effect;
    assert!((slow.effective_hits / worth - 1.0).abs() < 1e-2, "{slow:?}");
}

#[test]
fn percentiles_of_few_hits_have_none_and_say_so() {
    let p99_9 = confidence(&run(60, 0)).p99_9.expect("there are blocks");
    assert_eq!(p99_9.interval_us(), None);
    assert_eq!(p99_9.reason, Some(ConfidenceGap::TooFewHits));
    let json = serde_json::to_value(p99_9).expect("JSON");
    assert_eq!(
        (&json["low"], &json["reason"]),
        (&Value::Null, &json!("too_few_hits"))
    );
}

#[test]
fn a_short_run_has_no_intervals_and_says_so() {
    let report = run(5, 0);
    let found = confidence(&report);
    assert_eq!(found.reason, Some(ConfidenceGap::TooFewSlices));
    let slices = found.slices;
    assert!((5..=6).contains(&slices));
    let json = serde_json::to_value(&report).expect("JSON");
    let expected = json!({"slices": slices, "blocks": 0, "reason": "too_few_slices"});
    assert_eq!(json["response_us"]["ci95"], expected);
    assert_eq!(json["lateness_us"].get("ci95"), None);
    let error = report
        .response_blocks()
        .expect_err("there are too few slices");
    assert!(
        error.to_string().contains(&format!("found {slices}")),
        "{error}"
    );
}

#[test]
fn a_run_file_keeps_the_intervals_and_the_blocks() {
    let report = run(60, 300);
    let p50 = |report: &Report| -> PercentileConfidence {
        report
            .response_us
            .ci95
            .and_then(|it| it.p50)
            .expect("there are blocks")
    };
    let json = RunFile::new(PlanReport::from_single_load(report.clone())).to_json();
    let read = RunFile::from_json(&json.expect("JSON")).expect("it was just written");
    let read = read.report.single_load().expect("a single load");
    assert_eq!(p50(read), p50(&report));
    let blocks = read.response_blocks().expect("there are sixty slices");
    let again = blocks.confidence(0.5).expect("many lie beyond");
    assert_eq!(Some(again.low.as_secs_f64() * 1e6), p50(&report).low);
    assert_eq!(blocks.total().count(), report.response_us.count);
    assert_eq!(read.service_blocks().expect("as many").count(), 20);
}

/// Halfway through the merging of pairs, the first slices were wider than the last.
#[test]
fn slices_of_a_long_run_have_the_same_width() {
    let report = run(700, 0);
    let (_, others) = report.timeline.split_last().expect("there are slices");
    assert!(others.iter().all(|slice| slice.width_s == 2));
    assert!((350..=351).contains(&report.timeline.len()));
}
