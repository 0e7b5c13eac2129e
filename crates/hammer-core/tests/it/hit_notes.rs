//! Notes of hammers, and preparing and settling.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use hammer_core::testing::with_paused_clock;
use hammer_core::{
    Description, ErrorKind, Failure, Hammer, Hit, IntervalStats, MissedHit, Outcome, PrepareError,
    Run, RunEvent, Schedule, Slot, WorkerContext,
};

use crate::{constant_schedule, ms, run_paused};

/// Counts in a value of the worker, records a fact for each session, and has a group for even and
/// one for odd hits. Every tenth hit fails.
struct NotingHammer;

#[derive(Default)]
struct SharedCounter(Cell<u64>);

impl Hammer for NotingHammer {
    type Session = ();

    async fn open(&self, slot: &Slot) -> Result<(), Failure> {
        assert_eq!((slot.worker(), slot.workers()), (0, 1));
        slot.mark("open");
        slot.fact(
            "parity",
            if slot.index().is_multiple_of(2) {
                "even"
            } else {
                "odd"
            },
        );
        Ok(())
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        let shared = hit.slot().worker_local(SharedCounter::default);
        shared.0.set(shared.0.get() + 1);
        hit.slot().count("most", 1);
        if shared.0.get() == 50 {
            hit.slot().count("fifty", 1);
        }
        hit.group((hit.number() % 2) as usize);
        match hit.number() % 10 {
            9 => Err(Failure::RESET),
            _ => Ok(Outcome::ok("done")),
        }
    }

    fn describe(&self) -> Description {
        Description::new().groups(["even", "odd"])
    }
}

#[test]
fn counts_facts_and_groups_are_in_the_report() {
    let report = run_paused(Run::new(NotingHammer, constant_schedule(100, ms(1000))));
    assert_eq!(report.counts["most"], 100);
    assert_eq!(
        report.counts["fifty"], 1,
        "the shared counter counts the hits of all slots"
    );
    assert_eq!(
        report.facts["parity"].values().sum::<u64>(),
        report.generator.sessions_opened
    );
    let [even, odd] = &report.groups[..] else {
        panic!("{:?}", report.groups)
    };
    assert_eq!((even.name.as_str(), odd.name.as_str()), ("even", "odd"));
    assert_eq!(
        (even.hits.scheduled, even.hits.ok, even.hits.failed),
        (50, 50, 0)
    );
    assert_eq!(
        (odd.hits.scheduled, odd.hits.ok, odd.hits.failed),
        (50, 40, 10)
    );
    assert_eq!((even.response_us.count, odd.response_us.count), (50, 40));
}

/// A copy of all groups of a load takes megabytes.
#[test]
fn measurements_merge_with_the_groups_that_are_needed() {
    let report = run_paused(Run::new(NotingHammer, constant_schedule(100, ms(1000))));
    let all = report.measured.expect("the measurements");
    let odd = IntervalStats::merged_of_groups([&*all, &*all], &[1, 7]);
    assert_eq!(odd.hits().scheduled, 200);
    assert_eq!(odd.response().count(), 180);
    let groups: Vec<_> = odd
        .groups()
        .map(|(index, hits, _)| (index, hits.ok))
        .collect();
    assert_eq!(groups, [(1, 80)]);
    let none = IntervalStats::merged_of_groups([&*all], &[]);
    assert_eq!((none.groups().count(), none.hits()), (0, all.hits()));
}

/// Fails the first openings, never answers, and knows the groups of even hits only.
#[derive(Default)]
struct HalfGroupedHammer {
    openings: AtomicU64,
}

impl Hammer for HalfGroupedHammer {
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        match self.openings.fetch_add(1, Ordering::Relaxed) {
            0..40 => Err(Failure::RESET),
            _ => Ok(()),
        }
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        hit.group((hit.number() % 2) as usize);
        std::future::pending().await
    }

    fn group_of(&self, hit: &MissedHit<'_>) -> Option<usize> {
        assert_ne!(
            hit.number(),
            2,
            "a panic leaves the group of one hit unknown"
        );
        hit.number().is_multiple_of(2).then_some(0)
    }

    fn describe(&self) -> Description {
        Description::new().groups(["even", "odd"])
    }
}

/// Regression: hits whose opening failed, and hits that were never started, were in no group.
#[test]
fn groups_add_up_to_all_hits_however_they_ended() {
    let schedule = constant_schedule(1000, ms(100));
    let run = Run::new(HalfGroupedHammer::default(), schedule).threads(1);
    let run = run.max_in_flight(10).max_backlog(5).timeout(ms(500));
    let report = run_paused(run.drain(ms(200)));
    let (total, groups) = (report.hits, &report.groups);
    assert!(
        total.failed > 0 && total.unsent > 0 && total.abandoned > 0,
        "{total:?}"
    );
    for (name, all, by_group) in [
        (
            "scheduled",
            total.scheduled,
            groups.iter().map(|it| it.hits.scheduled).sum::<u64>(),
        ),
        (
            "failed",
            total.failed,
            groups.iter().map(|it| it.hits.failed).sum(),
        ),
        (
            "unsent",
            total.unsent,
            groups.iter().map(|it| it.hits.unsent).sum(),
        ),
        (
            "abandoned",
            total.abandoned,
            groups.iter().map(|it| it.hits.abandoned).sum(),
        ),
    ] {
        assert_eq!(all, by_group, "{name}: {groups:?}");
    }
    let names: Vec<_> = groups.iter().map(|group| &*group.name).collect();
    assert_eq!(names, ["even", "odd", "(no group)"]);
}

#[test]
fn hits_of_a_warm_up_count_in_no_group_and_no_counter() {
    let run_with = |warmup| {
        let schedule = constant_schedule(100, ms(1000));
        run_paused(Run::new(NotingHammer, schedule).warmup(ms(warmup)))
    };
    let (cold, warm) = (run_with(0), run_with(1000));
    assert_eq!(warm.counts["most"], cold.counts["most"]);
    assert_eq!(warm.groups[0].hits, cold.groups[0].hits);
    assert_eq!(
        warm.facts["parity"].values().sum::<u64>(),
        warm.generator.sessions_opened
    );
    assert_eq!(
        warm.phases_us["open"].count, warm.generator.sessions_opened,
        "a session stays open, and the phases of its opening are kept"
    );
}

/// Counts slots in open and in closed loops.
struct LoopProbeHammer;

impl Hammer for LoopProbeHammer {
    type Session = ();

    async fn open(&self, slot: &Slot) -> Result<(), Failure> {
        slot.count("open", u64::from(!slot.is_closed_loop()));
        slot.count("closed", u64::from(slot.is_closed_loop()));
        Ok(())
    }

    async fn hit(&self, (): &mut (), _: &mut Hit) -> Result<Outcome, Failure> {
        Ok(Outcome::ok("done"))
    }
}

#[test]
fn a_slot_reports_whether_the_loop_is_closed() {
    let closed = Run::new(LoopProbeHammer, Schedule::closed_loop().with_hit_count(3)).threads(1);
    let report = run_paused(closed.max_in_flight(2));
    assert_eq!((report.counts["closed"], report.counts["open"]), (2, 0));
    let report = run_paused(Run::new(LoopProbeHammer, constant_schedule(100, ms(1000))));
    assert_eq!(report.counts["closed"], 0);
    assert!(report.counts["open"] > 0);
}

/// Prepares two of three items, reports progress, and settles for half a second.
struct PreparingHammer {
    /// True if two items are enough.
    enough: bool,
}

#[derive(Default)]
struct ReadyFlag(Cell<bool>);

impl Hammer for PreparingHammer {
    type Session = Rc<ReadyFlag>;

    async fn prepare(&self, context: &WorkerContext) -> Result<(), PrepareError> {
        context.report_progress(2, 3);
        tokio::time::sleep(ms(20_000)).await;
        context.slot().worker_local(ReadyFlag::default).0.set(true);
        match self.enough {
            true => Ok(()),
            false => Err("only 2 of 3 are ready".into()),
        }
    }

    async fn open(&self, slot: &Slot) -> Result<Rc<ReadyFlag>, Failure> {
        Ok(slot.worker_local(ReadyFlag::default))
    }

    async fn hit(&self, ready: &mut Rc<ReadyFlag>, hit: &mut Hit) -> Result<Outcome, Failure> {
        let separate = hit.slot().with_separate_phases();
        tokio::time::sleep(ms(10)).await;
        separate.mark("separate");
        Ok(Outcome::ok(if ready.0.get() { "ready" } else { "not" }))
    }

    async fn settle(&self, context: &WorkerContext) {
        tokio::time::sleep(ms(500)).await;
        context.slot().mark("settled");
    }
}

#[test]
fn a_hammer_prepares_before_the_clock_starts_and_settles_after_the_last_hit() {
    let mut progress = vec![];
    let run = Run::new(
        PreparingHammer { enough: true },
        constant_schedule(100, ms(1000)),
    );
    let report = with_paused_clock(run.timeout(ms(5_000)))
        .threads(1)
        .execute_with(|event| {
            if let RunEvent::Preparing { ready, total } = event {
                progress.push((ready, total));
            }
        })
        .expect("a run");
    assert_eq!(progress, [(2, 3)]);
    assert_eq!(
        report.labels["ready"], 100,
        "preparing may take longer than a timeout"
    );
    assert_eq!(report.response_us.max.round(), 10_000.0);
    assert_eq!(report.phases_us["separate"].p50.round(), 10_000.0);
    assert_eq!(report.phases_us["settled"].max.round(), 500_000.0);
    assert_eq!(report.rate.achieved.round(), 100.0, "the schedule was kept");
}

#[test]
fn in_a_closed_loop_settling_counts_against_the_rate() {
    let schedule = Schedule::closed_loop().with_duration(ms(1000));
    let run = Run::new(PreparingHammer { enough: true }, schedule).max_in_flight(1);
    let report = with_paused_clock(run).threads(1).execute().expect("a run");
    let rate = report.hits.ok as f64 / 1.5;
    assert!(
        (report.rate.achieved - rate).abs() < 1.5,
        "{rate}: {:?}",
        report.rate
    );
}

#[test]
fn a_hammer_that_cannot_prepare_ends_the_run() {
    let run = Run::new(
        PreparingHammer { enough: false },
        constant_schedule(100, ms(1000)),
    );
    let error = with_paused_clock(run).execute().expect_err("prepare fails");
    assert_eq!(error.kind(), ErrorKind::PrepareFailed);
    let cause = std::error::Error::source(&error).expect("a source");
    assert_eq!(cause.to_string(), "only 2 of 3 are ready");
}

/// Counts the calls of each method of the trait.
#[derive(Default)]
struct CallCounter(Mutex<BTreeMap<&'static str, u64>>);

impl CallCounter {
    fn count(&self, method: &'static str) {
        *self.0.lock().expect("no panic").entry(method).or_default() += 1;
    }
}

impl Hammer for CallCounter {
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        self.count("open");
        Ok(())
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        self.count("hit");
        if hit.number() == 0 {
            std::future::pending::<()>().await;
        }
        Ok(Outcome::ok("done"))
    }

    async fn close(&self, (): ()) {
        self.count("close");
    }

    async fn prepare(&self, _: &WorkerContext) -> Result<(), PrepareError> {
        self.count("prepare");
        Ok(())
    }

    async fn settle(&self, _: &WorkerContext) {
        self.count("settle");
    }

    fn missed(&self, _: &Hit, _: &'static str) {
        self.count("missed");
    }

    fn describe(&self) -> Description {
        self.count("describe");
        Description::new().max_hits(5)
    }
}

#[test]
fn a_pointer_to_a_hammer_forwards_every_method() {
    fn calls<H: Hammer>(hammer: H) -> u64 {
        let report = run_paused(Run::new(hammer, constant_schedule(10, ms(60_000))));
        assert!(report.exhausted);
        report.hits.scheduled
    }
    let shared = Arc::new(CallCounter::default());
    assert_eq!(calls(shared.clone()), 5);
    let leaked: &'static CallCounter = Box::leak(Box::default());
    assert_eq!(calls(leaked), 5);
    for counter in [&*shared, leaked] {
        let counts = counter.0.lock().expect("no panic").clone();
        let methods: Vec<_> = counts.keys().copied().collect();
        let all = [
            "close", "describe", "hit", "missed", "open", "prepare", "settle",
        ];
        assert_eq!(methods, all);
        assert_eq!(counts["hit"], 5);
    }
}
