//! Results of hits: each hit has exactly one.

use std::sync::{Arc, Mutex};

use hammer_core::testing::{ScriptStep, ScriptedHammer};
use hammer_core::{
    Description, ErrorKind, Failure, Hammer, Hit, Outcome, Run, Schedule, Slot, VerdictStatus,
};
use proptest::prelude::*;

use crate::{constant_schedule, ms, ok_after, run_paused, scripted_hammer};

/// Makes a step from two random numbers.
fn step(kind: u8, time: u64) -> ScriptStep {
    match kind {
        0..=5 => ok_after(ms(time)),
        6 => ScriptStep::Answer(ms(time), Outcome::rejected(503)),
        7 => ScriptStep::Fail(ms(time), Failure::RESET),
        8 => ScriptStep::Hang,
        _ => ScriptStep::Panic,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn results_add_up_whatever_the_target_does(
        script in prop::collection::vec((0..10_u8, 0..400_u64), 1..50),
        rate in 1..500_u64,
        limit in 1..40_usize,
        backlog in 1..100_usize,
        timeout in 1..300_u64,
        drain in 0..300_u64,
    ) {
        std::panic::set_hook(Box::new(|_| ()));
        let hammer = scripted_hammer(move |hit| {
            let (kind, time) = script[hit.number() as usize % script.len()];
            step(kind, time)
        });
        let report = run_paused(Run::new(hammer, constant_schedule(rate, ms(1500)))
            .max_in_flight(limit)
            .max_backlog(backlog)
            .timeout(ms(timeout))
            .drain(ms(drain)));
        let _ = std::panic::take_hook();
        let hits = report.hits;
        prop_assert_eq!(hits.scheduled, (rate * 3).div_ceil(2));
        prop_assert_eq!(report.response_us.count, hits.answered());
        prop_assert_eq!(report.service_us.count, hits.answered());
        prop_assert_eq!(report.labels.values().sum::<u64>(), hits.answered());
        prop_assert_eq!(report.failures.values().sum::<u64>(), hits.failed + hits.timed_out);
        prop_assert_eq!(report.lateness_us.count, hits.scheduled - hits.unsent);
        let ok: u64 = report.timeline.iter().map(|slice| slice.hits.ok).sum();
        prop_assert_eq!(ok, hits.ok);
    }
}

#[test]
fn a_failure_before_anything_was_sent_keeps_the_session() {
    for (failure, opened) in [
        (Failure::new("not_rendered").keep_session(), 1),
        (Failure::RESET, 20),
    ] {
        let hammer = ScriptedHammer::new(move |_| ScriptStep::Fail(ms(0), failure));
        let counts = hammer.counts();
        let report = run_paused(Run::new(hammer, constant_schedule(20, ms(1000))).threads(1));
        assert_eq!(report.hits.failed, 20, "{failure}");
        assert_eq!(counts.opened(), opened, "{failure}");
    }
}

#[test]
fn all_users_are_open_before_the_start_and_hit_in_turn() {
    let slots = Arc::new(Mutex::new(vec![]));
    let seen = slots.clone();
    let hammer = ScriptedHammer::new(move |hit| {
        seen.lock().expect("a lock").push(hit.slot().index());
        ok_after(ms(1))
    });
    let counts = hammer.counts();
    let report = run_paused(
        Run::new(hammer, constant_schedule(20, ms(1000)))
            .threads(1)
            .users(5),
    );
    assert_eq!(counts.opened(), 5);
    assert!(report.generator.is_user_pool);
    let mut slots = slots.lock().expect("a lock").clone();
    let order: Vec<usize> = slots.drain(..5).collect();
    for turn in slots.chunks(5) {
        assert_eq!(turn, order, "each turn has the same order");
    }
}

#[test]
fn advice_names_the_users_where_they_are_the_limit() {
    let hammer = scripted_hammer(|_| ok_after(ms(500)));
    let report = run_paused(
        Run::new(hammer, constant_schedule(50, ms(1000)))
            .threads(1)
            .users(2),
    );
    let reasons = report.verdict.reasons.join(" ");
    assert!(reasons.contains("all 2 slots were in use"), "{reasons}");
    assert!(reasons.contains("Raise `users`"), "{reasons}");
    assert!(!reasons.contains("max_in_flight"), "{reasons}");
}

#[test]
fn each_kind_of_step_is_counted_by_its_result() {
    std::panic::set_hook(Box::new(|_| ()));
    let hammer = scripted_hammer(|hit| step((hit.number() % 5 + 5) as u8, 5));
    let report = run_paused(Run::new(hammer, constant_schedule(100, ms(1000))).timeout(ms(50)));
    let _ = std::panic::take_hook();
    let hits = report.hits;
    assert_eq!(
        (hits.ok, hits.rejected, hits.failed, hits.timed_out),
        (20, 20, 40, 20)
    );
    assert_eq!(report.labels["503"], 20);
    assert_eq!(report.failures["connection_reset"], 20);
    assert_eq!(report.failures["hammer_panicked"], 20);
}

/// A hammer with data for a limited number of hits, and warnings.
struct LimitedHammer(u64, &'static [&'static str]);

impl Hammer for LimitedHammer {
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        Ok(())
    }

    async fn hit(&self, (): &mut (), _: &mut Hit) -> Result<Outcome, Failure> {
        Ok(Outcome::ok("done"))
    }

    fn describe(&self) -> Description {
        Description::new()
            .max_hits(self.0)
            .doubts(self.1.iter().map(|&doubt| doubt.into()))
    }
}

#[test]
fn a_run_ends_when_its_hammer_has_no_data_left() {
    for (schedule, hits) in [
        (constant_schedule(10, ms(5000)), 7),
        (constant_schedule(10, ms(5000)).with_hit_count(3), 3),
        (constant_schedule(1, ms(2000)), 2),
        (Schedule::closed_loop(), 7),
    ] {
        let report = run_paused(Run::new(LimitedHammer(7, &[]), schedule).threads(2));
        assert_eq!((report.hits.scheduled, report.hits.ok), (hits, hits));
        assert_eq!(report.exhausted, hits == 7);
        assert_eq!(report.verdict.reasons, [""; 0]);
    }
    let warm = Run::new(LimitedHammer(7, &[]), constant_schedule(10, ms(5000))).warmup(ms(1000));
    assert_eq!(
        warm.execute().unwrap_err().kind(),
        ErrorKind::WarmupExhaustsHits
    );
    let none = Run::new(LimitedHammer(0, &[]), constant_schedule(10, ms(5000)));
    assert_eq!(none.execute().unwrap_err().kind(), ErrorKind::EmptySchedule);
}

#[test]
fn warnings_of_a_hammer_make_a_run_suspect() {
    let warnings = &["A token was not renewed. See the log."];
    let report = run_paused(Run::new(
        LimitedHammer(7, warnings),
        constant_schedule(10, ms(5000)),
    ));
    assert_eq!(report.verdict.status, VerdictStatus::Suspect);
    assert_eq!(report.verdict.reasons, *warnings);
}

/// Times out, and knows why.
struct AdvisedHammer;

impl Hammer for AdvisedHammer {
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        Ok(())
    }

    async fn hit(&self, (): &mut (), _: &mut Hit) -> Result<Outcome, Failure> {
        std::future::pending().await
    }

    fn describe(&self) -> Description {
        Description::new()
            .advice("timeout", "the answer went elsewhere".to_owned())
            .advice("connection_reset", "never occurs".to_owned())
            .advice("other", None)
    }
}

#[test]
fn advice_of_a_hammer_replaces_that_of_failures_that_occurred() {
    let run = Run::new(AdvisedHammer, constant_schedule(10, ms(500))).timeout(ms(50));
    let report = run_paused(run);
    assert_eq!(report.hits.timed_out, 5);
    let advice: Vec<_> = report.advice.iter().collect();
    let (failure, text) = ("timeout".to_owned(), "the answer went elsewhere".to_owned());
    assert_eq!(advice, [(&failure, &text)]);
}

/// Panics in the call of `hit`, before there is a future, and when a session is dropped.
struct PanickingHammer;

struct PanickingSession(bool);

impl Drop for PanickingSession {
    fn drop(&mut self) {
        assert!(!self.0, "panic by script");
    }
}

impl Hammer for PanickingHammer {
    type Session = PanickingSession;

    async fn open(&self, _: &Slot) -> Result<PanickingSession, Failure> {
        Ok(PanickingSession(false))
    }

    fn hit(
        &self,
        session: &mut PanickingSession,
        hit: &mut Hit,
    ) -> impl Future<Output = Result<Outcome, Failure>> {
        session.0 = hit.number() % 4 == 1;
        assert!(hit.number().is_multiple_of(2), "panic by script");
        async { Ok(Outcome::ok("done")) }
    }
}

#[test]
fn a_panic_in_a_call_or_in_a_drop_fails_its_hit_and_not_the_run() {
    std::panic::set_hook(Box::new(|_| ()));
    let report = run_paused(Run::new(PanickingHammer, constant_schedule(100, ms(1000))));
    let _ = std::panic::take_hook();
    assert_eq!((report.hits.ok, report.hits.failed), (50, 50));
    assert_eq!(report.failures["hammer_panicked"], 50);
}
