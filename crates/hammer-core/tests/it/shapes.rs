//! Shapes within a run: stages, a warm-up, late hits and a start by the clock.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{
    ArrivalProcess, ErrorKind, Hit, HitCounts, Outcome, Run, RunEvent, Schedule, Shape, StopHandle,
    from_fn,
};
use proptest::prelude::*;

use crate::{constant_schedule, ms, ok_after, run_paused, scripted_hammer};

fn schedule(text: &str) -> Schedule {
    Schedule::new(text.parse::<Shape>().expect(text))
}

/// Rates in every notation.
fn rate() -> impl Strategy<Value = String> {
    (0..10_000_u32, 0..1000_u32, 0..3_usize, 0..4_usize).prop_map(|(whole, part, factor, unit)| {
        let (factor, unit) = (["", "k", "M"][factor % 2], ["", "/s", "/m", "/h"][unit]);
        match part % 3 {
            0 => format!("{whole}.{part:03}{factor}{unit}"),
            _ => format!("{whole}{factor}{unit}"),
        }
    })
}

fn length() -> impl Strategy<Value = String> {
    prop_oneof![
        (1..10_000_u32).prop_map(|n| format!("{n}ms")),
        (1..500_u32).prop_map(|n| format!("{}.5s", n)),
        (1..90_u32, 0..60_u32).prop_map(|(h, m)| format!("{h}h{m}m")),
        (1..9_999_u32).prop_map(|n| format!("{n}s{n}ns")),
    ]
}

fn stage() -> impl Strategy<Value = String> {
    prop_oneof![
        (rate(), length()).prop_map(|(a, l)| format!("{a}/{l}")),
        (rate(), rate(), length()).prop_map(|(a, b, l)| format!("{a}..{b}/{l}")),
        (rate(), rate(), 2..20_u32, length())
            .prop_map(|(a, b, n, l)| format!("steps({a}..{b}, {n}, {l})")),
        (1..9_u32, rate(), 1..900_u32, length())
            .prop_map(|(m, a, p, l)| format!("sine({m}00M, {a}, {p}s)/{l}")),
        (rate(), rate(), 1..9_u32)
            .prop_map(|(a, b, n)| format!("spike({a} , {b},{n}s)/ {}s", n * 2)),
    ]
}

proptest! {
    #[test]
    fn a_displayed_shape_parses_to_the_same_shape(
        stages in prop::collection::vec(stage(), 1..6),
        endless in prop::option::of(rate()),
    ) {
        let text = stages.into_iter().chain(endless).collect::<Vec<_>>().join(",");
        // Some texts are invalid: an amplitude above its mean, or rates that are all 0.
        if let Ok(shape) = text.parse::<Shape>() {
            let shown = shape.to_string();
            prop_assert_eq!(shown.parse(), Ok(shape), "{} as {}", text, shown);
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[0-9a-zä/.,() ]{0,40}|.{0,20}") {
        if let Err(error) = text.parse::<Shape>() {
            prop_assert!(error.found().is_some(), "{:?} of {text}", error.position());
        }
    }

    #[test]
    fn due_times_never_decrease(stages in prop::collection::vec(stage(), 1..6), from in 0..1_u64 << 40) {
        if let Ok(shape) = stages.join(",").parse::<Shape>() {
            let total = shape.hit_count().expect("a shape with an end");
            let length = shape.duration().expect("a shape with an end");
            let mut last = ms(0);
            for k in (from % total.max(1)..total).take(200) {
                let due = shape.due(k).expect("a hit below the total");
                prop_assert!(due >= last && due < length, "hit {} of {} at {:?}", k, total, due);
                last = due;
            }
            prop_assert_eq!(shape.due(total), None);
        }
    }
}

#[test]
fn each_stage_has_a_report_and_their_hits_add_up() {
    let hammer = scripted_hammer(|hit| match hit.number() % 10 {
        0 => ScriptStep::Answer(ms(5), Outcome::rejected(503)),
        1 => ScriptStep::Fail(ms(5), hammer_core::Failure::RESET),
        2 => ScriptStep::Hang,
        // Hits of a stage can end during the next one.
        _ => ok_after(ms(700)),
    });
    let shape = "100/1s, 100..500/2s, 0/1s, steps(50..150, 3, 2s)";
    let report = run_paused(Run::new(hammer, schedule(shape)).timeout(ms(1000)));
    assert_eq!(report.shape, shape);
    let stages: Vec<_> = report.stages.iter().map(|stage| &stage.stage[..]).collect();
    assert_eq!(
        stages,
        ["100/1s", "100..500/2s", "0/1s", "50/2s", "100/2s", "150/2s"]
    );
    let scheduled: Vec<_> = report
        .stages
        .iter()
        .map(|stage| stage.hits.scheduled)
        .collect();
    assert_eq!(scheduled, [100, 600, 0, 100, 200, 300]);
    let mut sum = HitCounts::default();
    let mut t_s = 0.0;
    for stage in &report.stages {
        sum += stage.hits;
        assert_eq!((stage.t_s, stage.hits.ended()), (t_s, stage.hits.scheduled));
        t_s += stage.width_s;
        assert_eq!(stage.response_us.count, stage.hits.answered());
        assert_eq!(stage.service_us.count, stage.hits.answered());
        assert_eq!(
            Some(stage.rate.achieved),
            stage.rate.requested,
            "{}",
            stage.stage
        );
    }
    assert_eq!(sum, report.hits);
    assert_eq!(t_s, report.duration_s);
    assert_eq!(report.rate.requested, Some(130.0));

    let one = run_paused(Run::new(
        scripted_hammer(|_| ok_after(ms(1))),
        schedule("0..100/1s"),
    ));
    assert!(one.stages.is_empty(), "a single stage has no report");
}

#[test]
fn hits_of_a_warm_up_count_nowhere_and_measured_ones_begin_at_0() {
    for (text, hits) in [("100..200/2s", 300), ("max/2s", 4 * 200)] {
        let numbers = Arc::new(Mutex::new(vec![]));
        let (keep, seen) = (numbers.clone(), numbers);
        let hammer = from_fn(async move |hit: &mut Hit| {
            keep.lock().expect("no panic").push(hit.number());
            tokio::time::sleep(ms(10)).await;
            hit.mark("step");
            let label = if hit.is_warm_up() { "warm" } else { "measured" };
            Ok(Outcome::ok(label).sent(1))
        });
        let mut events = vec![];
        let run = Run::new(hammer, schedule(text)).max_in_flight(4);
        let report = with_paused_clock(run.warmup(ms(1000)))
            .execute_with(|event| match event {
                RunEvent::WarmingUp { duration } => events.push(format!("warming {duration:?}")),
                RunEvent::Started { .. } => events.push("started".into()),
                RunEvent::Draining => events.push("draining".into()),
                RunEvent::Tick(tick) => events.push(format!("{}", tick.elapsed.as_secs())),
                _ => {}
            })
            .expect("a run");
        assert_eq!(events[..3], ["warming 1s", "started", "1"], "{text}");
        let seen = seen.lock().expect("no panic");
        let (warm, mut measured): (Vec<u64>, Vec<u64>) = seen.iter().partition(|n| **n >= 1 << 63);
        let expected = if text == "max/2s" {
            360..=400
        } else {
            100..=100
        };
        assert!(expected.contains(&warm.len()), "{text}: {}", warm.len());
        measured.sort_unstable();
        assert!(
            measured.iter().enumerate().all(|(k, n)| k as u64 == *n),
            "{text}"
        );
        assert_eq!(report.hits.scheduled, measured.len() as u64, "{text}");
        assert_eq!(report.hits.ok, report.hits.scheduled, "{text}");
        assert!(
            report.hits.ok.abs_diff(hits) <= hits / 10,
            "{text}: {:?}",
            report.hits
        );
        assert_eq!(report.labels.len(), 1, "{text}: {:?}", report.labels);
        assert_eq!(report.phases_us["step"].count, report.hits.ok, "{text}");
        assert_eq!(report.bytes.sent, report.hits.ok, "{text}");
        assert_eq!(report.lateness_us.count, report.hits.ok, "{text}");
        let in_time: u64 = report.timeline.iter().map(|slice| slice.hits.ok).sum();
        assert_eq!(in_time, report.hits.ok, "{text}");
        assert_eq!((report.duration_s, report.warmup_s), (2.0, 1.0), "{text}");
        assert!(report.elapsed_s < 2.1, "{text}: {}", report.elapsed_s);
    }
}

#[test]
fn a_warm_up_that_hangs_or_is_stopped_is_not_counted() {
    let hammer = scripted_hammer(|hit| match hit.number() {
        0..1000 => ok_after(ms(1)),
        _ => ScriptStep::Hang,
    });
    let report = run_paused(
        Run::new(hammer, constant_schedule(100, ms(3000)))
            .warmup(ms(500))
            .timeout(ms(1000)),
    );
    assert_eq!((report.hits.ok, report.hits.scheduled), (300, 300));
    assert!(report.failures.values().all(|count| *count == 0));

    let stop = StopHandle::new();
    let stop_in_hit = stop.clone();
    let hammer = scripted_hammer(move |hit| {
        if hit.number() == (1 << 63) + 10 {
            stop_in_hit.drain();
        }
        ok_after(ms(1))
    });
    let report = run_paused(
        Run::new(hammer, constant_schedule(100, ms(3000)))
            .warmup(ms(500))
            .stop(stop),
    );
    assert!(report.stopped);
    assert_eq!(report.hits, HitCounts::default());
    assert!(report.elapsed_s < 0.1, "{}", report.elapsed_s);
    assert_eq!(report.generator.sessions_opened, 1);
}

#[test]
fn a_shape_that_starts_at_0_cannot_warm_up() {
    let hammer = scripted_hammer(|_| ok_after(ms(1)));
    let run = Run::new(hammer, schedule("0..100/1s")).warmup(ms(500));
    let error = run.execute().expect_err("nothing to warm up with");
    assert_eq!(error.kind(), ErrorKind::NothingToWarmUp);
}

#[test]
fn late_hits_are_skipped_and_counted() {
    // One slot, 100 hits a second, and the first one takes a second.
    let hammer = || {
        ScriptedHammer::new(|hit| match hit.number() {
            0 => ok_after(ms(1000)),
            _ => ok_after(ms(1)),
        })
    };
    let slow = || Run::new(hammer(), constant_schedule(100, ms(2000))).max_in_flight(1);
    let all = run_paused(slow());
    assert_eq!((all.hits.ok, all.generator.unsent.len()), (200, 0));

    let report = run_paused(slow().skip_late(ms(50)));
    assert_eq!(report.hits.unsent, report.generator.unsent["late"]);
    // Hit k is due at 10k ms, and those up to 940 ms are more than 50 ms late at 1 s.
    assert!((94..=95).contains(&report.hits.unsent), "{:?}", report.hits);
    assert_eq!(report.hits.ok + report.hits.unsent, 200);
    assert!(
        report.lateness_us.max <= 52_000.0,
        "{}",
        report.lateness_us.max
    );
    let reasons = report.verdict.reasons.join(" ");
    assert!(!reasons.contains("not sent"), "{reasons}");

    let hangs = Run::new(
        scripted_hammer(|_| ScriptStep::Hang),
        constant_schedule(100, ms(1000)),
    );
    let report = run_paused(hangs.max_in_flight(1).skip_late(ms(50)).drain(ms(500)));
    assert_eq!(report.hits.unsent, report.generator.unsent["late"]);
    assert_eq!(
        report.generator.unsent["late"], 99,
        "the backlog must not grow"
    );
    assert!(report.generator.peak_backlog <= 7, "{:?}", report.generator);
}

#[test]
fn a_run_waits_for_its_start_by_the_wall_clock() {
    let started = Arc::new(Mutex::new(None));
    let (set, opened) = (started.clone(), Arc::new(Mutex::new(None)));
    let open = opened.clone();
    let begin = tokio::time::Duration::from_secs(3600);
    let hammer = ScriptedHammer::new(move |_| {
        let now = tokio::time::Instant::now();
        set.lock().expect("no panic").get_or_insert(now);
        ok_after(ms(1))
    })
    .on_open(move |_: &hammer_core::Slot| {
        let now = tokio::time::Instant::now();
        open.lock().expect("no panic").get_or_insert(now);
        ok_after(ms(0))
    });
    let mut waited = false;
    let report = with_paused_clock(
        Run::new(hammer, constant_schedule(100, ms(1000))).start_at(SystemTime::now() + begin),
    )
    .execute_with(|event| waited |= matches!(event, RunEvent::Waiting { .. }))
    .expect("a run");
    assert!(waited);
    assert_eq!(report.hits.ok, 100);
    assert!(report.elapsed_s < 1.1, "{}", report.elapsed_s);
    let (opened, started) = (*opened.lock().expect("set"), *started.lock().expect("set"));
    let ahead = started.expect("started") - opened.expect("opened");
    assert!(ahead >= ms(2990) && ahead <= ms(3010), "{ahead:?}");

    let past = Run::new(
        scripted_hammer(|_| ok_after(ms(1))),
        constant_schedule(100, ms(100)),
    );
    assert_eq!(
        run_paused(past.start_at(SystemTime::UNIX_EPOCH)).hits.ok,
        10
    );
}

#[test]
fn a_stop_while_waiting_for_the_start_ends_the_run_in_order() {
    let stop = StopHandle::new();
    let stop_in_hit = stop.clone();
    let hammer = scripted_hammer(|_| ok_after(ms(1)));
    let report = Run::new(hammer, constant_schedule(100, ms(1000)))
        .start_at(SystemTime::now() + ms(3_600_000))
        .stop(stop)
        .execute_with(move |event| {
            if let RunEvent::Waiting { .. } = event {
                stop_in_hit.drain();
            }
        })
        .expect("a report");
    assert!(report.stopped);
    assert_eq!(report.hits, HitCounts::default());
}

#[test]
fn the_seed_of_the_run_determines_the_arrivals() {
    let due = |threads, seed| {
        let due = Arc::new(Mutex::new(vec![]));
        let keep = due.clone();
        let hammer = from_fn(async move |hit: &mut Hit| {
            keep.lock()
                .expect("no panic")
                .push((hit.number(), hit.due()));
            Ok(Outcome::ok("done"))
        });
        let schedule = schedule("10k..20k/100ms").with_arrivals(ArrivalProcess::Poisson);
        let report = Run::new(hammer, schedule)
            .threads(threads)
            .seed(seed)
            .execute()
            .expect("a run");
        assert_eq!(report.arrivals, ArrivalProcess::Poisson);
        let mut due = std::mem::take(&mut *due.lock().expect("no panic"));
        due.sort_unstable();
        due
    };
    let one = due(1, 7);
    assert!((1350..1650).contains(&one.len()), "{}", one.len());
    assert_eq!(one, due(3, 7));
    assert_ne!(one, due(1, 8));
}

#[test]
fn a_run_limited_by_hits_lasts_until_the_last_one_is_due() {
    let due = schedule("100")
        .with_arrivals(ArrivalProcess::Poisson)
        .with_hit_count(200);
    let last = due.offsets().last().expect("200 hits").as_secs_f64();
    for bounded in [due.clone(), due.with_duration(ms(60_000))] {
        let report = run_paused(Run::new(scripted_hammer(|_| ok_after(ms(3000))), bounded));
        assert_eq!(report.hits.ok, 200);
        assert!(report.elapsed_s > last + 2.9, "{} s", report.elapsed_s);
        let error = report.duration_s - last;
        assert!((0.0..0.01).contains(&error), "{} s", report.duration_s);
        let achieved = report.rate.achieved * report.duration_s;
        assert!((achieved - 200.0).abs() < 1.0, "{:?}", report.rate);
    }
}
