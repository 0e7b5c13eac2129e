//! The engine on its real threads, from a plain function and inside somebody's own runtime.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hammer_core::{HitResult, Outcome, Run, RunEvent, Schedule, from_fn};

use crate::{constant_schedule, ms, ok_after, scripted_hammer};

#[test]
fn each_hit_runs_once_and_is_logged_once_over_several_workers() {
    let swung = Arc::new(Mutex::new(HashSet::new()));
    let swing = swung.clone();
    let hammer = from_fn(move |hit| {
        assert!(
            swing.lock().expect("no one panics").insert(hit.number()),
            "swung twice"
        );
        async { Ok(Outcome::ok("done").sent(2).received(3)) }
    });
    let mut logged = HashSet::new();
    let report = Run::new(hammer, constant_schedule(50_000, ms(200)))
        .threads(3)
        .log_hits(true)
        .execute(|event| {
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
    assert_eq!(swung.lock().expect("no one panics").len(), 10_000);
    assert_eq!(logged.len() as u64 + report.generator.log_dropped, 10_000);
    assert_eq!((report.bytes.sent, report.bytes.received), (20_000, 30_000));
}

#[test]
fn the_same_seed_draws_the_same_numbers_at_any_number_of_threads() {
    use hammer_core::rand_xoshiro::rand_core::Rng;
    let draw = |threads, seed| {
        let drawn = Arc::new(Mutex::new(vec![]));
        let keep = drawn.clone();
        let hammer = from_fn(move |hit| {
            let number = hit.rng().next_u64();
            let other = hit.slot().rng(hit.number()).next_u64();
            assert_ne!(number, other, "a client's chance is none of a hit's");
            keep.lock()
                .expect("no one panics")
                .push((hit.number(), number, other));
            async { Ok(Outcome::ok("done")) }
        });
        Run::new(hammer, Schedule::closed_loop().with_hit_count(100))
            .threads(threads)
            .seed(seed)
            .execute(|_| ())
            .expect("a run");
        let mut drawn = std::mem::take(&mut *drawn.lock().expect("no one panics"));
        drawn.sort_unstable();
        drawn
    };
    let one = draw(1, 7);
    assert_eq!(one.len(), 100);
    assert_eq!(one, draw(3, 7));
    assert_ne!(one, draw(1, 8));
}

#[test]
fn a_worker_without_hits_ends_as_well() {
    let hammer = scripted_hammer(|_| ok_after(ms(1)));
    let report = Run::new(hammer, Schedule::closed_loop().with_hit_count(2))
        .threads(4)
        .execute(|_| ())
        .expect("a run");
    assert_eq!((report.hits.scheduled, report.hits.ok), (2, 2));
}

#[tokio::test]
async fn a_run_is_awaited_inside_a_runtime_of_the_callers() {
    let hammer = scripted_hammer(|_| ok_after(ms(1)));
    let report = Run::new(hammer, constant_schedule(100, ms(100)))
        .spawn(|_| ())
        .await
        .expect("a run");
    assert_eq!(report.hits.ok, 10);
    let blocking = scripted_hammer(|_| ok_after(ms(1)));
    let report = Run::new(blocking, constant_schedule(100, ms(100)))
        .execute(|_| ())
        .expect("a run");
    assert_eq!(report.hits.ok, 10, "and blocks there if it is told to");
}

#[test]
fn a_run_that_can_not_be_made_says_why() {
    let run = |schedule| Run::new(scripted_hammer(|_| ok_after(ms(1))), schedule);
    let empty = run(Schedule::closed_loop().with_hit_count(0))
        .execute(|_| ())
        .expect_err("no hit");
    assert_eq!(empty.kind(), hammer_core::ErrorKind::EmptySchedule);
    let narrow = run(Schedule::closed_loop().with_hit_count(1))
        .max_in_flight(0)
        .execute(|_| ());
    assert_eq!(
        narrow.expect_err("no slot").kind(),
        hammer_core::ErrorKind::InvalidSetting
    );
}

#[test]
fn a_hammer_that_blocks_its_thread_is_told_so() {
    let hammer = from_fn(|hit| async move {
        if hit.number() == 50 {
            std::thread::sleep(ms(400));
        }
        Ok(Outcome::ok("done"))
    });
    let report = Run::new(hammer, constant_schedule(100, ms(1000)))
        .threads(1)
        .execute(|_| ())
        .expect("a run");
    assert!(
        report.generator.workers[0].blocked_max_us >= 200_000.0,
        "{report:?}"
    );
    assert!(report.verdict.status > hammer_core::VerdictStatus::Valid);
    let reasons = &report.verdict.reasons;
    let stood = reasons
        .iter()
        .any(|reason| reason.starts_with("thread 0 of the generator stood still for "));
    assert!(stood, "{reasons:?}");
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn one_busy_worker_among_idle_ones_is_told_apart() {
    let hammer = from_fn(|hit| async move {
        let until = Instant::now() + Duration::from_millis(5);
        while hit.number() % 3 == 1 && Instant::now() < until {
            std::hint::spin_loop();
        }
        Ok(Outcome::ok("done"))
    });
    let report = Run::new(hammer, constant_schedule(100, ms(1200)))
        .threads(3)
        .execute(|_| ())
        .expect("a run");
    let cpu: Vec<_> = (report.generator.workers.iter())
        .map(|worker| worker.cpu_s.expect("the system tells"))
        .collect();
    assert_eq!(cpu.len(), 3);
    assert!(cpu[1] > 2.0 * cpu[0] && cpu[1] > 2.0 * cpu[2], "{cpu:?}");
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn what_a_warm_up_takes_out_of_a_thread_is_not_counted() {
    let hammer = from_fn(|hit| async move {
        // Hits of a warm-up have the upper half of all numbers.
        let until = Instant::now() + Duration::from_millis(10);
        while hit.number() > u64::MAX / 2 && Instant::now() < until {
            std::hint::spin_loop();
        }
        Ok(Outcome::ok("done"))
    });
    let report = Run::new(hammer, constant_schedule(100, ms(1000)))
        .threads(1)
        .warmup(ms(1000))
        .execute(|_| ())
        .expect("a run");
    let cpu = report.generator.workers[0].cpu_s.expect("the system tells");
    assert!(cpu < 0.3, "{cpu} s for hits that do nothing");
}
