//! Stalls of the target, full slots and full backlogs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer};
use hammer_core::{ArrivalProcess, Failure, Run, Schedule};

use crate::{constant_schedule, ms, ok_after, run_paused, scripted_hammer};

/// Steps of a target that answers in 1 ms and stalls for the last second of every four.
fn step_in_stall(due: Duration) -> ScriptStep {
    let into = due.as_millis() as u64 % 4000;
    ok_after(ms(if into >= 3000 { 4001 - into } else { 1 }))
}

#[test]
fn a_stall_of_the_target_shows_in_response() {
    let hammer = scripted_hammer(|hit| step_in_stall(hit.due()));
    let report = run_paused(Run::new(hammer, constant_schedule(1000, ms(8000))));
    assert_eq!(report.hits.ok, 8000);
    // A quarter of the hits waits uniformly between 0 and 1 s, so the quantile q is 1 s · (q −
    // 0.75) / 0.25.
    for (name, found, exact_ms) in [
        ("p90", report.response_us.p90, 600.0),
        ("p95", report.response_us.p95, 800.0),
        ("p99", report.response_us.p99, 960.0),
    ] {
        let error = found / 1e3 / exact_ms - 1.0;
        assert!(
            error.abs() < 0.01,
            "{name}: expected {exact_ms} ms, found {found} µs"
        );
    }
    assert!(
        report.lateness_us.p99 < 3_000.0,
        "slots must open in time: {:?}",
        report.lateness_us
    );
}

#[test]
fn a_wait_for_a_slot_shows_in_response_but_not_in_service() {
    // One slot and hits of 10 ms, one due every 10 ms; the first takes a second.
    let hammer = scripted_hammer(|hit| ok_after(ms(if hit.number() == 0 { 1000 } else { 9 })));
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(3000))).max_in_flight(1));
    assert_eq!(report.hits.ok, 300);
    assert!(report.service_us.p99 < 11_000.0, "{:?}", report.service_us);
    assert!(
        report.response_us.p50 > 500_000.0,
        "{:?}",
        report.response_us
    );
    assert_eq!(report.generator.slots_opened, 1);
    assert_eq!(report.generator.peak_in_flight, 1);
    assert!(report.generator.waited_at_limit > 200);
}

#[test]
fn a_full_backlog_leaves_hits_unsent() {
    let hammer = scripted_hammer(|_| ok_after(ms(2000)));
    let run = Run::new(hammer, constant_schedule(100, ms(1000)))
        .max_in_flight(2)
        .max_backlog(10);
    let report = run_paused(run.drain(ms(60_000)));
    assert_eq!(report.hits.ok, 12, "two in flight and ten in the backlog");
    assert_eq!(report.hits.unsent, 88);
    assert_eq!(report.generator.peak_backlog, 10);
    assert_eq!(report.verdict.status.as_str(), "invalid");
}

#[test]
fn hits_that_hang_time_out_and_get_new_sessions() {
    let hammer = scripted_hammer(|hit| match hit.number() % 2 {
        0 => ScriptStep::Hang,
        _ => ok_after(ms(1)),
    });
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(1000))).timeout(ms(250)));
    assert_eq!((report.hits.ok, report.hits.timed_out), (50, 50));
    assert_eq!(report.failures["timeout"], 50);
    assert!(report.generator.sessions_opened > report.generator.slots_opened);
    assert!(report.elapsed_s < 1.3, "{} s", report.elapsed_s);
}

#[test]
fn sessions_that_do_not_open_are_failures_at_the_rate_of_the_schedule() {
    let refuse = |_: &hammer_core::Slot| ScriptStep::Fail(ms(1), Failure::CONNECT_REFUSED);
    let hammer = ScriptedHammer::new(|_| ok_after(ms(1))).on_open(refuse);
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(1000))));
    assert_eq!(report.hits.failed, 100);
    assert_eq!(report.failures["connect_refused"], 100);

    let hammer =
        ScriptedHammer::new(|_| ok_after(ms(1))).on_open(|_: &hammer_core::Slot| ScriptStep::Hang);
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(1000))).timeout(ms(100)));
    assert_eq!(report.hits.timed_out, 100);
    assert_eq!(report.failures["connect_timeout"], 100);
}

#[test]
fn a_timeout_has_the_name_of_the_step_that_its_hammer_began() {
    let begin_step = |slot: &hammer_core::Slot| slot.begin_step(Failure::new("hello_timeout"));
    let hammer =
        ScriptedHammer::new(|_| ok_after(ms(1))).on_open(move |slot: &hammer_core::Slot| {
            begin_step(slot);
            ScriptStep::Hang
        });
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(1000))).timeout(ms(100)));
    assert_eq!(report.hits.timed_out, 100);
    assert_eq!(report.failures["hello_timeout"], 100);
    // The step of a hit does not name the timeouts of later ones.
    let hammer = scripted_hammer(move |hit| {
        if hit.number() % 2 == 0 {
            begin_step(hit.slot());
        }
        ScriptStep::Hang
    });
    let report = run_paused(Run::new(hammer, constant_schedule(10, ms(1000))).timeout(ms(50)));
    assert_eq!(report.hits.timed_out, 10, "{:?}", report.failures);
    assert_eq!(report.failures["hello_timeout"], 5);
    assert_eq!(report.failures["timeout"], 5);
}

#[test]
fn a_closed_loop_is_as_fast_as_its_slots() {
    let hammer = scripted_hammer(|_| ok_after(ms(10)));
    let report = run_paused(
        Run::new(hammer, Schedule::closed_loop().with_duration(ms(1000))).max_in_flight(5),
    );
    assert!((490..=505).contains(&report.hits.ok), "{:?}", report.hits);
    assert_eq!(report.rate.requested, None);
    assert_eq!(report.generator.slots_opened, 5);
    assert!(report.lateness_us.max < 1.0);

    let hammer = scripted_hammer(|_| ok_after(ms(10)));
    let report =
        run_paused(Run::new(hammer, Schedule::closed_loop().with_hit_count(123)).max_in_flight(5));
    assert_eq!(report.hits.ok, 123);
}

#[test]
fn a_run_that_ran_out_of_files_is_invalid() {
    let hammer = scripted_hammer(|hit| match hit.number() {
        7 => ScriptStep::Fail(ms(0), Failure::OUT_OF_FILES),
        _ => ok_after(ms(1)),
    });
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(1000))));
    assert_eq!(report.verdict.status.as_str(), "invalid");
    let reason = "1 hit failed because the generator ran out of open files";
    assert!(
        report.verdict.reasons[0].starts_with(reason),
        "{:?}",
        report.verdict.reasons
    );
}

#[test]
fn a_slow_target_gets_all_due_hits_at_once_while_slots_are_left() {
    // All hits of the run are due at once, and no slot comes free for 3 s.
    let hammer = scripted_hammer(|_| ok_after(ms(3000)));
    let burst = constant_schedule(200, ms(1000)).with_arrivals(ArrivalProcess::Burst);
    let report = run_paused(Run::new(hammer, burst));
    assert_eq!(report.generator.peak_in_flight, 200);
    assert!(
        report.lateness_us.max < 10_000.0,
        "{:?}",
        report.lateness_us
    );
}

#[test]
fn a_target_that_opens_no_session_makes_no_hit_late_and_gets_one_opening_per_hit() {
    let hammer =
        ScriptedHammer::new(|_| ok_after(ms(1))).on_open(|_: &hammer_core::Slot| ScriptStep::Hang);
    let counts = hammer.counts();
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(4000))).timeout(ms(2000)));
    assert_eq!((report.hits.timed_out, report.hits.scheduled), (400, 400));
    assert!(report.lateness_us.max < 2_000.0, "{:?}", report.lateness_us);
    assert!(counts.opened() <= 401, "{} openings", counts.opened());
}

#[test]
fn a_target_that_stalls_while_slots_open_makes_no_hit_late() {
    // Opening takes 3 s in the second second, as at a server whose process is stopped.
    let hammer = ScriptedHammer::new(|hit| step_in_stall(hit.due()))
        .on_open(|slot: &hammer_core::Slot| ok_after(ms(if slot.index() == 0 { 0 } else { 900 })));
    let counts = hammer.counts();
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(8000))));
    assert_eq!(report.hits.ok, 800);
    assert!(report.lateness_us.max < 2_000.0, "{:?}", report.lateness_us);
    assert!(counts.opened() <= 200, "{} openings", counts.opened());
}

#[test]
fn sessions_that_open_slowly_delay_the_start_by_a_bounded_time() {
    let begin = tokio::time::Instant::now;
    let opened = Arc::new(Mutex::new(None));
    let opened_in_script = opened.clone();
    let first = Arc::new(Mutex::new(None));
    let first_in_hit = first.clone();
    let hammer = ScriptedHammer::new(move |_| {
        first_in_hit
            .lock()
            .expect("no panic")
            .get_or_insert(begin());
        ok_after(ms(1))
    })
    .on_open(move |slot: &hammer_core::Slot| {
        opened_in_script
            .lock()
            .expect("no panic")
            .get_or_insert(begin());
        match slot.index() {
            0 => ScriptStep::Hang,
            _ => ok_after(ms(1)),
        }
    });
    let run = Run::new(hammer, constant_schedule(100, ms(400))).timeout(ms(60_000));
    let report = run_paused(run);
    assert_eq!(report.hits.ok, 40);
    let (opened, first) = (
        *opened.lock().expect("no panic"),
        *first.lock().expect("no panic"),
    );
    let wait = first.expect("a hit") - opened.expect("an opening");
    assert!(wait >= ms(3000) && wait < ms(3100), "{wait:?}");
}

#[test]
fn the_drain_covers_the_timeout_of_the_last_hit() {
    let hammer = scripted_hammer(|_| ScriptStep::Hang);
    let schedule = constant_schedule(5, ms(1000));
    let report = run_paused(Run::new(hammer, schedule).timeout(ms(2000)));
    assert_eq!((report.hits.timed_out, report.hits.abandoned), (5, 0));
}

#[test]
fn a_closed_loop_does_not_spin_on_a_target_that_is_down() {
    let refuse = |_: &hammer_core::Slot| ScriptStep::Fail(ms(0), Failure::CONNECT_REFUSED);
    let hammer = ScriptedHammer::new(|_| ok_after(ms(1))).on_open(refuse);
    let schedule = Schedule::closed_loop().with_duration(ms(10_000));
    let report = run_paused(Run::new(hammer, schedule).max_in_flight(4));
    assert_eq!(report.hits.failed, report.hits.scheduled);
    // Rests of 127 ms in all at first, then of 100 ms: about 106 hits per slot.
    assert!(
        (400..=440).contains(&report.hits.failed),
        "{:?}",
        report.hits
    );
}

#[test]
fn short_timeouts_are_kept_at_low_rates() {
    let hammer = scripted_hammer(|_| ok_after(ms(500)));
    let report = run_paused(Run::new(hammer, constant_schedule(1, ms(3000))).timeout(ms(100)));
    assert_eq!(report.hits.timed_out, 3);
    assert!(report.elapsed_s < 2.2, "{} s", report.elapsed_s);
}

#[test]
fn a_closed_loop_whose_target_opens_no_session_counts_hits_that_time_out() {
    let hammer =
        ScriptedHammer::new(|_| ok_after(ms(1))).on_open(|_: &hammer_core::Slot| ScriptStep::Hang);
    let schedule = Schedule::closed_loop().with_duration(ms(4000));
    let run = Run::new(hammer, schedule).max_in_flight(3);
    let report = run_paused(run.timeout(ms(10_000)));
    assert_eq!((report.hits.scheduled, report.hits.timed_out), (3, 3));
    assert_eq!(report.failures["connect_timeout"], 3);
}
