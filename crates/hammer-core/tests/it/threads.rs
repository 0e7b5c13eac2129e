//! The engine on real threads, from a plain function and within a runtime of the caller.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hammer_core::{Hit, HitResult, Outcome, Run, RunEvent, Schedule, from_fn};

use crate::{constant_schedule, ms, ok_after, scripted_hammer};

#[test]
fn each_hit_runs_once_and_is_logged_once_over_several_workers() {
    let sent = Arc::new(Mutex::new(HashSet::new()));
    let sent_in_hit = sent.clone();
    let hammer = from_fn(async move |hit: &mut Hit| {
        assert!(
            sent_in_hit.lock().expect("no panic").insert(hit.number()),
            "sent twice"
        );
        Ok(Outcome::ok("done").sent(2).received(3))
    });
    let mut logged = HashSet::new();
    let report = Run::new(hammer, constant_schedule(50_000, ms(200)))
        .threads(3)
        .log_hits(true)
        .execute_with(|event| {
            if let RunEvent::Hits(records) = event {
                for record in records {
                    assert_eq!(record.result, HitResult::Ok);
                    assert!(record.response >= record.service, "{record:?}");
                    assert!(logged.insert(record.number), "logged twice");
                }
            }
        })
        .expect("a run");
    assert_eq!(report.hits.ok, 10_000);
    assert_eq!(sent.lock().expect("no panic").len(), 10_000);
    assert_eq!(logged.len() as u64 + report.generator.log_dropped, 10_000);
    assert_eq!((report.bytes.sent, report.bytes.received), (20_000, 30_000));
}

#[test]
fn equal_seeds_draw_equal_numbers_with_any_number_of_threads() {
    use hammer_core::rand_xoshiro::rand_core::Rng;
    let draw = |threads, seed| {
        let drawn = Arc::new(Mutex::new(vec![]));
        let keep = drawn.clone();
        let hammer = from_fn(async move |hit: &mut Hit| {
            let number = hit.rng().next_u64();
            let other = hit.slot().rng(hit.number()).next_u64();
            assert_ne!(
                number, other,
                "random numbers of a slot must differ from those of a hit"
            );
            keep.lock()
                .expect("no panic")
                .push((hit.number(), number, other));
            Ok(Outcome::ok("done"))
        });
        Run::new(hammer, Schedule::closed_loop().with_hit_count(100))
            .threads(threads)
            .seed(seed)
            .execute()
            .expect("a run");
        let mut drawn = std::mem::take(&mut *drawn.lock().expect("no panic"));
        drawn.sort_unstable();
        drawn
    };
    let one = draw(1, 7);
    assert_eq!(one.len(), 100);
    assert_eq!(one, draw(3, 7));
    assert_ne!(one, draw(1, 8));
}

#[test]
fn a_worker_without_hits_ends() {
    let hammer = scripted_hammer(|_| ok_after(ms(1)));
    let report = Run::new(hammer, Schedule::closed_loop().with_hit_count(2))
        .threads(4)
        .execute()
        .expect("a run");
    assert_eq!((report.hits.scheduled, report.hits.ok), (2, 2));
}

#[tokio::test]
async fn a_run_can_be_awaited_within_a_runtime() {
    let hammer = scripted_hammer(|_| ok_after(ms(1)));
    let report = Run::new(hammer, constant_schedule(100, ms(100)))
        .spawn(|_| ())
        .await
        .expect("a run");
    assert_eq!(report.hits.ok, 10);
    let blocking = scripted_hammer(|_| ok_after(ms(1)));
    let report = Run::new(blocking, constant_schedule(100, ms(100)))
        .execute()
        .expect("a run");
    assert_eq!(
        report.hits.ok, 10,
        "a blocking run must work within a runtime"
    );
}

#[test]
fn an_impossible_run_is_rejected() {
    let run = |schedule| Run::new(scripted_hammer(|_| ok_after(ms(1))), schedule);
    let empty = run(Schedule::closed_loop().with_hit_count(0))
        .execute()
        .expect_err("no hits");
    assert_eq!(empty.kind(), hammer_core::ErrorKind::EmptySchedule);
    let without_slots = run(Schedule::closed_loop().with_hit_count(1))
        .max_in_flight(0)
        .execute();
    assert_eq!(
        without_slots.expect_err("no slots").kind(),
        hammer_core::ErrorKind::InvalidSetting
    );
}

#[test]
fn a_hammer_that_blocks_its_thread_makes_the_run_suspect() {
    let hammer = from_fn(async |hit: &mut Hit| {
        if hit.number() == 50 {
            std::thread::sleep(ms(400));
        }
        Ok(Outcome::ok("done"))
    });
    let report = Run::new(hammer, constant_schedule(100, ms(1000)))
        .threads(1)
        .execute()
        .expect("a run");
    assert!(
        report.generator.workers[0].blocked_max_us >= 200_000.0,
        "{report:?}"
    );
    assert!(report.verdict.status > hammer_core::VerdictStatus::Valid);
    let reasons = &report.verdict.reasons;
    let stalled = reasons
        .iter()
        .any(|reason| reason.starts_with("Thread 0 of the generator stalled for "));
    assert!(stalled, "{reasons:?}");
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn one_busy_worker_among_idle_ones_is_found() {
    let hammer = from_fn(async |hit: &mut Hit| {
        let until = Instant::now() + Duration::from_millis(5);
        while hit.number() % 3 == 1 && Instant::now() < until {
            std::hint::spin_loop();
        }
        Ok(Outcome::ok("done"))
    });
    let report = Run::new(hammer, constant_schedule(100, ms(1200)))
        .threads(3)
        .execute()
        .expect("a run");
    let cpu: Vec<_> = (report.generator.workers.iter())
        .map(|worker| worker.cpu_s.expect("a known CPU time"))
        .collect();
    assert_eq!(cpu.len(), 3);
    assert!(cpu[1] > 2.0 * cpu[0] && cpu[1] > 2.0 * cpu[2], "{cpu:?}");
}

/// A hit that spent most of its time in the generator, such as in compressing its body, was valid.
#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn hits_that_take_much_cpu_time_make_the_run_suspect() {
    let run = |spin: Duration, wait: Duration| {
        let hammer = from_fn(async move |_: &mut Hit| {
            let before = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
            let spent = || {
                let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
                Duration::try_from(now - before).unwrap_or_default()
            };
            while spent() < spin {
                std::hint::spin_loop();
            }
            tokio::time::sleep(wait).await;
            Ok(Outcome::ok("done"))
        });
        let report = Run::new(hammer, constant_schedule(15, ms(1200)))
            .threads(1)
            .execute()
            .expect("a run");
        let found = report.verdict.codes.contains(&"costly_hits".to_owned());
        (found, report.response_us.p50)
    };
    // Other work on the machine can make 20 ms of CPU time a small part of response.
    let (found, response_us) = run(ms(20), ms(0));
    assert!(found || response_us > 78_000.0, "{response_us} µs");
    let run = |spin, wait| run(spin, wait).0;
    assert!(!run(ms(20), ms(400)), "a small part of response");
    assert!(!run(ms(0), ms(0)), "hits that cost nothing");
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn cpu_time_of_a_warm_up_is_not_counted() {
    let hammer = from_fn(async |hit: &mut Hit| {
        // Hits of a warm-up have numbers in the upper half.
        let until = Instant::now() + Duration::from_millis(10);
        while hit.number() > u64::MAX / 2 && Instant::now() < until {
            std::hint::spin_loop();
        }
        Ok(Outcome::ok("done"))
    });
    let report = Run::new(hammer, constant_schedule(100, ms(1000)))
        .threads(1)
        .warmup(ms(1000))
        .execute()
        .expect("a run");
    let cpu = report.generator.workers[0].cpu_s.expect("a known CPU time");
    assert!(cpu < 0.3, "{cpu} s for hits that do nothing");
}

#[test]
fn a_hammer_can_block_in_a_thread_of_its_runtime() {
    let hammer = from_fn(async |hit: &mut Hit| {
        let number = hit.number();
        let blocking = tokio::task::spawn_blocking(move || number * 2);
        let doubled = blocking.await.expect("no panic");
        Ok(Outcome::ok(if doubled == 2 * number {
            "done"
        } else {
            "wrong"
        }))
    });
    let report = Run::new(hammer, constant_schedule(1_000, ms(20)))
        .threads(2)
        .execute()
        .expect("a run");
    assert_eq!(report.labels["done"], 20);
}

/// 100,000 threads aborted the process when its memory ran out.
#[test]
fn too_many_threads_or_slots_are_refused_with_their_limit() {
    use hammer_core::{
        ErrorKind, MAX_IN_FLIGHT, MAX_THREADS, Outcome, Rate, Run, Schedule, from_fn,
    };

    let schedule = || Schedule::constant(Rate::per_second(100)).with_hit_count(1);
    let run = || Run::new(from_fn(async |_| Ok(Outcome::ok("done"))), schedule());
    for (run, message) in [
        (
            run().threads(MAX_THREADS + 1),
            "expected `threads` to be at most 1,024, found 1,025",
        ),
        (
            run().max_in_flight(MAX_IN_FLIGHT + 1),
            "expected `max_in_flight` to be at most 1,000,000, found 1,000,001",
        ),
    ] {
        let error = run.execute().expect_err("over the limit");
        assert_eq!(error.kind(), ErrorKind::InvalidSetting);
        assert_eq!(error.to_string(), message);
    }
    assert!(run().max_in_flight(MAX_IN_FLIGHT).execute().is_ok());
}

/// The first of four workers has its only hit at the start, and the last one 750 ms later.
#[test]
fn the_drain_begins_once_no_worker_has_hits_that_become_due() {
    let started = Arc::new(AtomicUsize::new(0));
    let started_in_hit = started.clone();
    let hammer = scripted_hammer(move |_| {
        started_in_hit.fetch_add(1, Ordering::SeqCst);
        ok_after(ms(1))
    });
    let mut at_drain = vec![];
    let report = Run::new(hammer, constant_schedule(4, ms(1000)))
        .threads(4)
        .execute_with(|event| {
            if let RunEvent::Draining = event {
                at_drain.push(started.load(Ordering::SeqCst));
            }
        })
        .expect("a run");
    assert_eq!(report.hits.ok, 4);
    // The last hit may be about to start.
    assert!(matches!(at_drain[..], [3 | 4]), "{at_drain:?}");
}
