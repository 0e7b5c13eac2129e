//! Playlists: hits that were planned one by one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hammer_core::testing::{ScriptStep, ScriptedHammer, with_paused_clock};
use hammer_core::{
    ArrivalProcess, ErrorKind, Failure, Hammer, Hit, Outcome, Playlist, Run, Schedule, Slot,
    from_fn,
};
use proptest::prelude::*;

use crate::{ms, ok_after};

/// Makes a playlist of `hits` hits, a millisecond apart, each with its number as its item.
fn numbered(hits: u64) -> Playlist {
    Playlist::new(hits, ms(hits), move || (0..hits).map(|n| (ms(n), n)))
}

#[test]
fn each_hit_has_its_item_and_its_due_time() {
    for threads in [1, 2, 3] {
        let due_time = |n: u64| Duration::from_micros(n / 7 * 13);
        let (hits, length) = (20_000, due_time(20_000));
        let playlist = Playlist::new(hits, length, move || {
            (0..hits).map(move |n| (due_time(n), n))
        });
        let wrong = Arc::new(Mutex::new(vec![]));
        let wrong_in_hit = wrong.clone();
        let hammer = from_fn(async move |hit: &mut Hit| {
            let as_planned = hit.due() == due_time(hit.number());
            if hit.item::<u64>().as_deref() != Some(&hit.number()) || !as_planned {
                wrong_in_hit.lock().expect("no panic").push(hit.number());
            }
            assert!(hit.item::<String>().is_none());
            Ok(Outcome::ok("done"))
        });
        let run = Run::new(hammer, Schedule::playlist(playlist)).threads(threads);
        let report = run.execute().expect("a run");
        assert_eq!(report.hits.ok, hits, "{threads} threads");
        assert_eq!(*wrong.lock().expect("no panic"), Vec::<u64>::new());
        assert_eq!(report.arrivals, ArrivalProcess::Timeline);
        assert_eq!(report.duration_s, length.as_secs_f64());
        let requested = report.rate.requested.expect("an open loop");
        assert!((requested - hits as f64 / length.as_secs_f64()).abs() < 1e-6);
    }
}

#[test]
fn a_slow_reader_makes_hits_late_without_changing_their_due_times() {
    let (release, released) = channel();
    let released = Mutex::new(Some(released));
    let playlist = Playlist::new(11, ms(2), move || {
        let released = released.lock().expect("no panic").take().expect("one pass");
        (0..11_u64).map(move |n| {
            if n == 10 {
                released.recv().expect("hit 9 is sent");
            }
            (if n == 10 { ms(1) } else { ms(0) }, n)
        })
    });
    let hammer = from_fn(async move |hit: &mut Hit| {
        if hit.number() == 9 {
            tokio::time::sleep(ms(30)).await;
            release.send(()).expect("the reader waits");
        }
        Ok(Outcome::ok("done"))
    });
    let run = Run::new(hammer, Schedule::playlist(playlist)).threads(1);
    let report = run.execute().expect("a run");
    assert_eq!(report.hits.ok, 11);
    assert_eq!(
        report.counts.get("read_late"),
        Some(&1),
        "{:?}",
        report.counts
    );
    let late = report.generator.schedule_late_us.max;
    assert!(
        late >= 28_000.0,
        "expected lateness since the due time, found {late} µs"
    );
    assert_eq!(report.duration_s, 0.002);
}

#[test]
fn a_count_or_a_time_cuts_a_playlist_short() {
    let all = || Schedule::playlist(numbered(100));
    for (schedule, hits, total) in [
        (all(), 100, Some(100)),
        (all().with_hit_count(30), 30, Some(30)),
        (all().with_hit_count(300), 100, Some(100)),
        (all().with_duration(ms(30)), 30, None),
        (all().with_duration(ms(30)).with_hit_count(10), 10, None),
        (all().with_duration(ms(300)), 100, Some(100)),
    ] {
        let due: Vec<_> = schedule.offsets().collect();
        let planned: Vec<_> = (0..hits).map(ms).collect();
        assert_eq!(due, planned);
        assert_eq!(schedule.hit_count(), total);
        let hammer = ScriptedHammer::new(|_: &Hit| ok_after(ms(1)));
        let report = with_paused_clock(Run::new(hammer, schedule))
            .execute()
            .expect("a run");
        assert_eq!((report.hits.scheduled, report.hits.ok), (hits, hits));
    }
}

#[test]
fn an_empty_playlist_and_a_warm_up_are_rejected() {
    let hammer = || from_fn(async |_| Ok(Outcome::ok("done")));
    let empty = Run::new(hammer(), Schedule::playlist(numbered(0))).execute();
    assert_eq!(empty.expect_err("no hits").kind(), ErrorKind::EmptySchedule);
    let warm = Run::new(hammer(), Schedule::playlist(numbered(9))).warmup(ms(5));
    let error = warm.execute().expect_err("no rate to warm up with");
    assert_eq!(error.kind(), ErrorKind::NothingToWarmUp);
}

#[test]
fn a_reader_that_panics_fails_the_run() {
    let playlist = Playlist::new(9, ms(9), || {
        (0..9_u64).map(|n| {
            assert!(n < 5, "panic by test");
            (ms(n), n)
        })
    });
    let hammer = from_fn(async |_| Ok(Outcome::ok("done")));
    let error = Run::new(hammer, Schedule::playlist(playlist)).execute();
    assert_eq!(
        error.expect_err("the reader panics").kind(),
        ErrorKind::Worker
    );
}

/// Items of hits without a session were once kept forever, and so were all items after them.
#[test]
fn the_items_of_hits_without_a_session_are_dropped() {
    let hits = 80_000;
    let item = Arc::new(());
    let held = item.clone();
    let due = |n| Duration::from_micros(50 * n);
    let playlist = Playlist::new(hits, due(hits), move || {
        let item = held.clone();
        (0..hits).map(move |n| (due(n), item.clone()))
    });
    let most_items = Arc::new(AtomicUsize::new(0));
    let most_in_open = most_items.clone();
    let hammer = ScriptedHammer::new(|_: &Hit| ScriptStep::Hang).on_open(move |_: &Slot| {
        most_in_open.fetch_max(Arc::strong_count(&item), Ordering::Relaxed);
        ScriptStep::Fail(Duration::ZERO, Failure::CONNECT_REFUSED)
    });
    let report = with_paused_clock(Run::new(hammer, Schedule::playlist(playlist)))
        .execute()
        .expect("a run");
    assert_eq!(report.hits.failed, hits);
    let most = most_items.load(Ordering::Relaxed);
    assert!(most < 60_000, "{most} items at one time");
}

proptest! {
    #[test]
    fn offsets_are_the_due_times_of_the_iterator(mut due_times in prop::collection::vec(0..5_000_u64, 1..400)) {
        due_times.sort_unstable();
        let due_times: Vec<_> = due_times.into_iter().map(Duration::from_micros).collect();
        let (hits, given) = (due_times.len() as u64, due_times.clone());
        let open = move || given.clone().into_iter().map(|due| (due, ()));
        let schedule = Schedule::playlist(Playlist::new(hits, ms(5), open));
        prop_assert_eq!(schedule.offsets().collect::<Vec<_>>(), due_times);
    }
}

/// Fails to open every fifth session, answers a third of the hits, and hangs on another third.
#[derive(Default)]
struct FlakyHammer {
    opened: AtomicUsize,
    missed: Arc<Mutex<Vec<(u64, &'static str)>>>,
}

impl Hammer for FlakyHammer {
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        match self.opened.fetch_add(1, Ordering::Relaxed) % 5 {
            0 => Err(Failure::CONNECT_REFUSED),
            _ => Ok(()),
        }
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        let item = hit.item::<u64>().expect("an item");
        match *item % 3 {
            0 => Ok(Outcome::ok("done")),
            1 => Err(Failure::RESET),
            _ => std::future::pending().await,
        }
    }

    fn missed(&self, hit: &Hit, reason: &'static str) {
        let item = hit.item::<u64>().expect("an item");
        assert_eq!(*item, hit.number());
        self.missed.lock().expect("no panic").push((*item, reason));
    }
}

#[test]
fn each_hit_that_ended_without_the_hammer_is_reported_to_it() {
    let hammer = FlakyHammer::default();
    let missed = hammer.missed.clone();
    let run = Run::new(hammer, Schedule::playlist(numbered(300)))
        .threads(1)
        .timeout(ms(20))
        .drain(ms(10));
    let report = with_paused_clock(run).execute().expect("a run");
    let missed = missed.lock().expect("no panic");
    let missed_by = |failure| {
        missed
            .iter()
            .filter(|(_, reason)| *reason == failure)
            .count() as u64
    };
    let failed = |failure: &str| report.failures.get(failure).copied().unwrap_or_default();
    assert!(failed("connect_refused") > 0, "{report:?}");
    assert!(report.hits.timed_out > 0, "{report:?}");
    assert!(report.hits.abandoned > 0, "{report:?}");
    assert_eq!(missed_by("connect_refused"), failed("connect_refused"));
    assert_eq!(missed_by("timeout"), report.hits.timed_out);
    assert_eq!(missed_by("abandoned"), report.hits.abandoned);
    let mut items: Vec<_> = missed.iter().map(|(item, _)| *item).collect();
    items.sort_unstable();
    items.dedup();
    assert_eq!(items.len(), missed.len(), "each hit is reported once");
}
