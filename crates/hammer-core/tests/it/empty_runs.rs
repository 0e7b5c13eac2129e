//! Runs that send nothing, do not reach the target or get no answer are never valid.

use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer};
use hammer_core::{Failure, Outcome, Run, Schedule, Slot, StopHandle, VerdictStatus};
use serde_json::Value;

use crate::{constant_schedule, ms, ok_after, run_paused, scripted_hammer};

/// A run that was stopped in its warm-up had no hits, and was called valid.
#[test]
fn a_run_that_was_stopped_before_its_first_hit_is_invalid() {
    let stop = StopHandle::new();
    let stop_in_hit = stop.clone();
    let hammer = scripted_hammer(move |_| {
        stop_in_hit.drain();
        ok_after(ms(1))
    });
    let run = Run::new(hammer, constant_schedule(100, ms(5000)));
    let report = run_paused(run.warmup(ms(1000)).stop(stop));
    assert_eq!(report.hits.answered(), 0);
    assert_eq!(report.verdict.status, VerdictStatus::Invalid);
    assert_eq!(report.verdict.codes[0], "nothing_sent");

    let stop = StopHandle::new();
    let stop_in_open = stop.clone();
    let hammer = ScriptedHammer::new(|_| ok_after(ms(1))).on_open(move |_: &Slot| {
        stop_in_open.drain();
        ScriptStep::Hang
    });
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(5000))).stop(stop));
    assert_eq!(report.verdict.codes[0], "nothing_sent");
}

/// All hits were skipped, and the run was only suspect.
#[test]
fn a_run_whose_hits_are_all_skipped_is_invalid() {
    let hammer = scripted_hammer(|_| ok_after(ms(1)));
    let run = Run::new(hammer, constant_schedule(100, ms(300)));
    let report = run
        .threads(1)
        .skip_late(Duration::from_nanos(1))
        .execute_with(|_| ())
        .expect("a run");
    assert_eq!(report.hits.unsent, 30, "{:?}", report.hits);
    assert_eq!(report.verdict.status, VerdictStatus::Invalid);
    assert_eq!(report.verdict.codes[0], "nothing_sent");
}

/// A dead port was the fastest target of all: a closed loop counted refused connections as its rate.
#[test]
fn a_closed_loop_achieves_the_hits_that_are_answered() {
    let refuse = |_: &Slot| ScriptStep::Fail(ms(1), Failure::CONNECT_REFUSED);
    let hammer = ScriptedHammer::new(|_| ok_after(ms(1))).on_open(refuse);
    let closed = || Schedule::closed_loop().with_duration(ms(1000));
    let report = run_paused(Run::new(hammer, closed()).max_in_flight(4));
    assert!(report.hits.failed > 0);
    assert_eq!(report.rate.achieved, 0.0);
    assert_eq!(report.verdict.codes, ["not_reached"]);
    assert_eq!(report.verdict.status, VerdictStatus::Suspect);

    let hammer = scripted_hammer(|hit| match hit.number() % 2 {
        0 => ScriptStep::Fail(ms(10), Failure::RESET),
        _ => ok_after(ms(10)),
    });
    let report = run_paused(Run::new(hammer, closed()).max_in_flight(4));
    // A slot takes 10 ms for a failure, rests for 1 ms, and takes 10 ms for an answer.
    let achieved = report.rate.achieved;
    assert!((185.0..=195.0).contains(&achieved), "{achieved}/s");
    assert_eq!(report.verdict.status, VerdictStatus::Valid);
}

#[test]
fn a_target_that_answers_nothing_has_no_latencies() {
    let hammer = scripted_hammer(|_| ScriptStep::Hang);
    let run = Run::new(hammer, constant_schedule(100, ms(1000)));
    let report = run_paused(run.timeout(ms(100)));
    assert_eq!(report.hits.timed_out, 100);
    assert_eq!(report.verdict.codes, ["no_answers"]);
    assert_eq!(report.response_us.measured(), None);
    let json = serde_json::to_value(&report).expect("JSON");
    assert_eq!(json["response_us"]["count"], 0);
    assert_eq!(json["response_us"]["p99"], Value::Null);
    assert_eq!(json["timeline"][0]["response_us"]["p99"], Value::Null);
    assert!(json["lateness_us"]["p99"].is_number());
    assert_eq!(json["loop"], "open");
    assert_eq!(json["verdict"]["codes"][0], "no_answers");
}

/// If a target never accepted a connection, the advice was to raise the drain.
#[test]
fn a_target_that_never_accepts_is_not_blamed_on_the_generator() {
    let hammer = ScriptedHammer::new(|_| ok_after(ms(1))).on_open(|_: &Slot| ScriptStep::Hang);
    let run = Run::new(hammer, constant_schedule(100, ms(1000)));
    let report = run_paused(run.timeout(ms(10_000)).drain(ms(1000)));
    assert_eq!(report.hits.ok, 0);
    let verdict = report.verdict;
    let targets_doing = ["nothing_sent", "slots_not_opened", "not_reached"];
    assert!(!verdict.codes.is_empty());
    for code in &verdict.codes {
        assert!(targets_doing.contains(&&**code), "{verdict:?}");
    }
    let reasons = verdict.reasons.join(" ");
    assert!(!reasons.contains("Raise `drain`"), "{reasons}");
}

/// Labels and failures beyond the bound were counted as the last one within it.
#[test]
fn labels_beyond_the_bound_are_counted_as_other() {
    let hammer = scripted_hammer(|hit| {
        let label = u16::try_from(hit.number()).expect("few hits");
        ScriptStep::Answer(ms(1), Outcome::ok(label))
    });
    let report = run_paused(Run::new(hammer, constant_schedule(300, ms(1000))));
    assert_eq!(report.labels.len(), 257);
    assert_eq!(report.labels["255"], 1);
    assert_eq!(report.labels["other"], 44);
}
