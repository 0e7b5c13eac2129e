//! Hits without a run.

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use hammer_core::{
    Description, ErrorKind, Failure, Hammer, Hit, HitResult, Label, Outcome, PrepareError, Run,
    Schedule, SingleHit, Slot, StopHandle, WorkerContext, from_fn,
};

use crate::ms;

/// A time limit that no test waits for.
const LONG: Duration = Duration::from_secs(3600);

/// The behavior of a step of [`StepHammer`].
#[derive(Clone, Copy, PartialEq)]
enum Step {
    Pass,
    Fail,
    Panic,
    /// Stops the hit, and never ends.
    StopAndHang,
    Hang,
    /// Always has something to do, as if data arrived without end.
    Busy,
}

/// A hammer that does as told in each of its steps, and logs them.
struct StepHammer {
    steps: [(&'static str, Step); 5],
    stop: StopHandle,
    log: Mutex<Vec<(&'static str, ThreadId)>>,
}

impl StepHammer {
    /// Creates a hammer with one step that does not pass.
    fn new(special: &'static str, step: Step) -> Self {
        let steps = ["prepare", "open", "hit", "settle", "close"];
        let steps = steps.map(|name| match name == special {
            true => (name, step),
            false => (name, Step::Pass),
        });
        let (stop, log) = (StopHandle::new(), Mutex::default());
        Self { steps, stop, log }
    }

    fn note(&self, step: &'static str) {
        let mut log = self.log.lock().expect("no panic");
        log.push((step, thread::current().id()));
    }

    /// The steps so far, in order.
    fn logged(&self) -> Vec<&'static str> {
        let log = self.log.lock().expect("no panic");
        log.iter().map(|(step, _)| *step).collect()
    }

    async fn perform(&self, name: &'static str) -> Result<(), Failure> {
        self.note(name);
        let step = self.steps.iter().find(|(known, _)| *known == name);
        match step.expect("a known step").1 {
            Step::Pass => Ok(()),
            Step::Fail => Err(Failure::RESET),
            Step::Panic => panic!("panic by script"),
            Step::Hang => pending().await,
            Step::StopAndHang => {
                self.stop.drain();
                pending().await
            }
            Step::Busy => loop {
                tokio::task::consume_budget().await;
            },
        }
    }
}

impl Hammer for StepHammer {
    type Session = ();

    async fn prepare(&self, _: &WorkerContext) -> Result<(), PrepareError> {
        Ok(self.perform("prepare").await?)
    }

    async fn open(&self, slot: &Slot) -> Result<(), Failure> {
        slot.fact("version", "v1");
        self.perform("open").await?;
        slot.mark("connect");
        Ok(())
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        hit.mark("write");
        hit.slot().count("calls", 1);
        hit.slot().count("other", 1);
        hit.slot().count("calls", 2);
        self.perform("hit").await?;
        hit.mark("read");
        hit.mark("read");
        // Tasks of the session run in the same runtime.
        let task = tokio::task::spawn_local(async { 7_u64 });
        let sent = task.await.expect("the task ends");
        Ok(Outcome::ok(200).sent(sent).received(9))
    }

    async fn settle(&self, context: &WorkerContext) {
        context.slot().count("calls", 4);
        let _ = self.perform("settle").await;
    }

    async fn close(&self, (): ()) {
        let _ = self.perform("close").await;
    }

    fn missed(&self, _: &Hit, reason: &'static str) {
        self.note(reason);
    }
}

#[test]
fn an_answered_hit_takes_all_steps_on_the_calling_thread() {
    let hammer = StepHammer::new("", Step::Pass);
    let hit = SingleHit::new(&hammer).execute().expect("a hit");
    assert_eq!((hit.result, hit.label), (HitResult::Ok, Some(200.into())));
    assert_eq!((hit.bytes.sent, hit.bytes.received), (7, 9));
    assert!(hit.service.is_some() && hit.advice.is_none(), "{hit:?}");
    let phases: Vec<_> = hit.phases.iter().map(|(name, _)| *name).collect();
    assert_eq!(phases, ["connect", "write", "read", "read"]);
    assert_eq!((hit.counts["calls"], hit.counts["other"]), (7, 1));
    assert_eq!(hit.facts["version"][&Label::from("v1")], 1);
    let steps = ["prepare", "open", "hit", "settle", "close"];
    assert_eq!(hammer.logged(), steps);
    let log = hammer.log.lock().expect("no panic");
    let here = thread::current().id();
    assert!(log.iter().all(|(_, thread)| *thread == here), "{log:?}");
}

#[test]
fn a_hit_ends_as_in_a_run() {
    std::panic::set_hook(Box::new(|_| ()));
    let hangs = |special| (special, Step::Hang);
    for ((special, step), limit, result, label, steps) in [
        (
            ("hit", Step::Fail),
            LONG,
            HitResult::Failed,
            "connection_reset",
            &["prepare", "open", "hit", "settle"][..],
        ),
        (
            ("hit", Step::Panic),
            LONG,
            HitResult::Failed,
            "hammer_panicked",
            &["prepare", "open", "hit", "settle"],
        ),
        (
            ("open", Step::Fail),
            LONG,
            HitResult::Failed,
            "connection_reset",
            &["prepare", "open", "connection_reset", "settle"],
        ),
        (
            ("open", Step::Panic),
            LONG,
            HitResult::Failed,
            "hammer_panicked",
            &["prepare", "open", "hammer_panicked", "settle"],
        ),
        (
            hangs("open"),
            ms(20),
            HitResult::TimedOut,
            "connect_timeout",
            &["prepare", "open", "connect_timeout", "settle"],
        ),
        (
            hangs("hit"),
            ms(20),
            HitResult::TimedOut,
            "timeout",
            &["prepare", "open", "hit", "timeout", "settle"],
        ),
        (
            ("hit", Step::Busy),
            ms(20),
            HitResult::TimedOut,
            "timeout",
            &["prepare", "open", "hit", "timeout", "settle"],
        ),
        // The hit has ended, so it does not fail.
        (
            ("settle", Step::Panic),
            LONG,
            HitResult::Ok,
            "200",
            &["prepare", "open", "hit", "settle", "close"],
        ),
        (
            hangs("settle"),
            ms(200),
            HitResult::Ok,
            "200",
            &["prepare", "open", "hit", "settle", "close"],
        ),
        (
            ("close", Step::Panic),
            LONG,
            HitResult::Ok,
            "200",
            &["prepare", "open", "hit", "settle", "close"],
        ),
    ] {
        let hammer = StepHammer::new(special, step);
        let hit = SingleHit::new(&hammer)
            .timeout(limit)
            .execute()
            .expect("a hit");
        assert_eq!(hammer.logged(), steps, "{special}: {hit:?}");
        assert_eq!(hit.result, result, "{special}: {hit:?}");
        assert_eq!(
            hit.label.map(|label| label.to_string()).as_deref(),
            Some(label)
        );
        let answered = result == HitResult::Ok;
        assert_eq!(
            (hit.service.is_some(), hit.advice.is_some()),
            (answered, !answered),
            "{hit:?}"
        );
    }
    let _ = std::panic::take_hook();
}

#[test]
fn a_stop_ends_a_hit_at_once() {
    let stop_and_hang = |special| (special, Step::StopAndHang);
    for ((special, step), result, steps) in [
        (
            stop_and_hang("prepare"),
            HitResult::Unsent,
            &["prepare"][..],
        ),
        (
            stop_and_hang("open"),
            HitResult::Unsent,
            &["prepare", "open"],
        ),
        (
            stop_and_hang("hit"),
            HitResult::Abandoned,
            &["prepare", "open", "hit", "abandoned"],
        ),
        (
            stop_and_hang("settle"),
            HitResult::Ok,
            &["prepare", "open", "hit", "settle"],
        ),
        (
            stop_and_hang("close"),
            HitResult::Ok,
            &["prepare", "open", "hit", "settle", "close"],
        ),
    ] {
        let hammer = StepHammer::new(special, step);
        let hit = SingleHit::new(&hammer)
            .timeout(LONG)
            .stop(hammer.stop.clone());
        let hit = hit.execute().expect("a hit");
        assert_eq!(
            (hit.result, hammer.logged()),
            (result, steps.to_vec()),
            "{special}"
        );
        assert_eq!(hit.label.is_some(), result == HitResult::Ok);
    }
}

#[test]
fn a_stop_ends_a_hit_that_always_has_something_to_do() {
    let hammer = Arc::new(StepHammer::new("hit", Step::Busy));
    let stop = hammer.stop.clone();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !hammer.logged().contains(&"hit") {
                thread::yield_now();
            }
            stop.drain();
        });
        let hit = SingleHit::new(&hammer).timeout(LONG).stop(stop.clone());
        assert_eq!(hit.execute().expect("a hit").result, HitResult::Abandoned);
    });
}

#[test]
fn a_hammer_that_cannot_prepare_is_an_error() {
    std::panic::set_hook(Box::new(|_| ()));
    for (step, reason) in [
        (Step::Fail, "connection_reset"),
        (Step::Panic, "the hammer panicked"),
    ] {
        let hammer = StepHammer::new("prepare", step);
        let error = SingleHit::new(&hammer).execute().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PrepareFailed);
        let source = std::error::Error::source(&error).map(ToString::to_string);
        assert!(
            source.is_some_and(|source| source.contains(reason)),
            "{error:?}"
        );
        assert_eq!(hammer.logged(), ["prepare"]);
    }
    let _ = std::panic::take_hook();
}

/// A hammer without data.
struct EmptyHammer;

impl Hammer for EmptyHammer {
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        Ok(())
    }

    async fn hit(&self, (): &mut (), _: &mut Hit) -> Result<Outcome, Failure> {
        Ok(Outcome::ok("done"))
    }

    fn describe(&self) -> Description {
        Description::new().max_hits(0)
    }
}

#[test]
fn a_hit_that_cannot_be_sent_is_an_error() {
    let without_data = SingleHit::new(&EmptyHammer).execute().unwrap_err();
    assert_eq!(without_data.kind(), ErrorKind::EmptySchedule);
    let hammer = StepHammer::new("", Step::Pass);
    let without_time = SingleHit::new(&hammer).timeout(Duration::ZERO).execute();
    assert_eq!(without_time.unwrap_err().kind(), ErrorKind::InvalidSetting);
    assert!(hammer.logged().is_empty());
}

/// A thread can block on one runtime at a time, so a caller within a runtime would panic.
#[test]
fn a_hit_can_be_sent_within_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let hammer = StepHammer::new("", Step::Pass);
    let hit = runtime.block_on(async { SingleHit::new(&hammer).execute() });
    assert_eq!(hit.expect("a hit").result, HitResult::Ok);
}

#[test]
fn a_hit_draws_the_numbers_of_the_first_hit_of_a_run() {
    use hammer_core::rand_xoshiro::rand_core::Rng;
    let drawn = Arc::new(Mutex::new(vec![]));
    let keep = drawn.clone();
    let hammer = Arc::new(from_fn(async move |hit: &mut Hit| {
        assert!(hit.slot().is_closed_loop());
        let mut keep = keep.lock().expect("no panic");
        keep.push((hit.number(), hit.rng().next_u64()));
        Ok(Outcome::ok("done"))
    }));
    SingleHit::new(&hammer).seed(7).execute().expect("a hit");
    let schedule = Schedule::closed_loop().with_hit_count(1);
    Run::new(hammer, schedule).seed(7).execute().expect("a run");
    let drawn = drawn.lock().expect("no panic");
    assert_eq!(drawn.len(), 2);
    assert_eq!(drawn[0], drawn[1]);
}
