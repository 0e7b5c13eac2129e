use std::cell::Cell;
use std::rc::Rc;

use hammer_core::testing::with_paused_clock;
use hammer_core::{
    ErrorKind, Failure, Hammer, Hit, Outcome, PrepareError, Run, RunEvent, Schedule, Slot,
    WorkerContext,
};

use crate::{constant_schedule, ms, run_paused};

/// Counts in a cell of the worker, notes a fact for each session, and has a row for even and one
/// for odd hits; every tenth fails.
struct NotingHammer;

#[derive(Default)]
struct SharedCounter(Cell<u64>);

impl Hammer for NotingHammer {
    type Session = ();

    async fn open(&self, slot: Slot) -> Result<(), Failure> {
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

    async fn hit(&self, (): &mut (), hit: Hit) -> Result<Outcome, Failure> {
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

    fn groups(&self) -> Vec<String> {
        vec!["even".into(), "odd".into()]
    }
}

#[test]
fn counts_facts_and_groups_are_in_the_report() {
    let report = run_paused(Run::new(NotingHammer, constant_schedule(100, ms(1000))));
    assert_eq!(report.counts["most"], 100);
    assert_eq!(
        report.counts["fifty"], 1,
        "what is shared counts the hits of all slots"
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

#[test]
fn hits_of_a_warm_up_count_in_no_group_and_no_counter() {
    let run_it = |warmup| {
        let schedule = constant_schedule(100, ms(1000));
        run_paused(Run::new(NotingHammer, schedule).warmup(ms(warmup)))
    };
    let (cold, warm) = (run_it(0), run_it(1000));
    assert_eq!(warm.counts["most"], cold.counts["most"]);
    assert_eq!(warm.groups[0].hits, cold.groups[0].hits);
    assert_eq!(
        warm.facts["parity"].values().sum::<u64>(),
        warm.generator.sessions_opened
    );
    assert_eq!(
        warm.phases_us["open"].count, warm.generator.sessions_opened,
        "a session goes on, and so does what is known of its opening"
    );
}

/// Notes of each slot whether its hits follow one another.
struct LoopProbeHammer;

impl Hammer for LoopProbeHammer {
    type Session = ();

    async fn open(&self, slot: Slot) -> Result<(), Failure> {
        slot.count("open", u64::from(!slot.is_closed_loop()));
        slot.count("closed", u64::from(slot.is_closed_loop()));
        Ok(())
    }

    async fn hit(&self, (): &mut (), _: Hit) -> Result<Outcome, Failure> {
        Ok(Outcome::ok("done"))
    }
}

#[test]
fn a_slot_knows_whether_its_hits_follow_one_another_or_a_schedule() {
    let closed = Run::new(LoopProbeHammer, Schedule::closed_loop().with_hit_count(3)).threads(1);
    let report = run_paused(closed.max_in_flight(2));
    assert_eq!((report.counts["closed"], report.counts["open"]), (2, 0));
    let report = run_paused(Run::new(LoopProbeHammer, constant_schedule(100, ms(1000))));
    assert_eq!(report.counts["closed"], 0);
    assert!(report.counts["open"] > 0);
}

/// Gets ready two of three, tells of it, and settles for half a second.
struct PreparingHammer {
    /// Whether what it got ready is enough.
    enough: bool,
}

#[derive(Default)]
struct ReadyFlag(Cell<bool>);

impl Hammer for PreparingHammer {
    type Session = Rc<ReadyFlag>;

    async fn prepare(&self, crew: &WorkerContext) -> Result<(), PrepareError> {
        crew.report_progress(2, 3);
        tokio::time::sleep(ms(20_000)).await;
        crew.slot().worker_local(ReadyFlag::default).0.set(true);
        match self.enough {
            true => Ok(()),
            false => Err("2 of 3 are not enough".into()),
        }
    }

    async fn open(&self, slot: Slot) -> Result<Rc<ReadyFlag>, Failure> {
        Ok(slot.worker_local(ReadyFlag::default))
    }

    async fn hit(&self, ready: &mut Rc<ReadyFlag>, hit: Hit) -> Result<Outcome, Failure> {
        let apart = hit.slot().with_separate_phases();
        tokio::time::sleep(ms(10)).await;
        apart.mark("apart");
        Ok(Outcome::ok(if ready.0.get() { "ready" } else { "not" }))
    }

    async fn settle(&self, crew: &WorkerContext) {
        tokio::time::sleep(ms(500)).await;
        crew.slot().mark("settled");
    }
}

#[test]
fn a_hammer_gets_ready_before_the_clock_starts_and_settles_after_the_last_hit() {
    let mut told = vec![];
    let run = Run::new(
        PreparingHammer { enough: true },
        constant_schedule(100, ms(1000)),
    );
    let report = with_paused_clock(run.timeout(ms(5_000)))
        .threads(1)
        .execute(|event| {
            if let RunEvent::Preparing { ready, total: all } = event {
                told.push((ready, all));
            }
        })
        .expect("it is ready");
    assert_eq!(told, [(2, 3)]);
    assert_eq!(
        report.labels["ready"], 100,
        "longer than a timeout may it take"
    );
    assert_eq!(report.response_us.max.round(), 10_000.0);
    assert_eq!(report.phases_us["apart"].p50.round(), 10_000.0);
    assert_eq!(report.phases_us["settled"].max.round(), 500_000.0);
    assert_eq!(report.rate.achieved.round(), 100.0, "the schedule was kept");
}

#[test]
fn in_a_closed_loop_settling_counts_against_the_rate() {
    let schedule = Schedule::closed_loop().with_duration(ms(1000));
    let run = Run::new(PreparingHammer { enough: true }, schedule).max_in_flight(1);
    let report = with_paused_clock(run)
        .threads(1)
        .execute(|_| ())
        .expect("it is ready");
    let rate = report.hits.ok as f64 / 1.5;
    assert!(
        (report.rate.achieved - rate).abs() < 1.5,
        "{rate}: {:?}",
        report.rate
    );
}

#[test]
fn a_hammer_that_is_not_ready_makes_no_run() {
    let run = Run::new(
        PreparingHammer { enough: false },
        constant_schedule(100, ms(1000)),
    );
    let error = with_paused_clock(run)
        .execute(|_| ())
        .expect_err("it is not ready");
    assert_eq!(error.kind(), ErrorKind::PrepareFailed);
    let cause = std::error::Error::source(&error).expect("it has one");
    assert_eq!(cause.to_string(), "2 of 3 are not enough");
}
