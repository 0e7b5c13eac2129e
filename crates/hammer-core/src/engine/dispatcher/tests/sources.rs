//! Playlists and closed loops.

use super::*;

#[test]
fn hits_that_are_read_late_keep_their_due_times() {
    let queue = Arc::new(PlaylistQueue::new());
    let playlist = Playlist::new(2, ms(20), std::iter::empty::<(Duration, u8)>);
    let receiver = PlaylistReceiver::new(queue.clone(), 100.0, false);
    let schedule = Schedule::playlist(playlist);
    let part = schedule.worker_playlist_schedule(receiver, 0, 1);
    let mut bench = Bench::with(HitSource::Open(OpenLoop::new(part)), None, |_| ());
    assert!(queue.push(ms(0), 7_u8, 0));
    bench.step(ms(0));
    let item = bench.running[0].1.id;
    assert_eq!((item.number, item.due), (0, ms(0)));
    bench.answer(ms(1));
    bench.step(ms(15));
    assert_eq!(
        bench.wake_ms(),
        Some(16.0),
        "the next hit has not been read"
    );
    assert!(queue.push(ms(10), 8_u8, 0));
    queue.close();
    bench.step(ms(16));
    assert_eq!(bench.running[0].1.id.due, ms(10));
    let interval = bench.dispatcher.recorder.interval_mut();
    let counts: Vec<_> = interval.counts.iter().collect();
    assert_eq!(counts, [(&"read_late", &1)]);
    bench.answer(ms(17));
    bench.step(ms(17));
    assert!(bench.actions.finished);
}

#[test]
fn a_closed_loop_rests_after_failures() {
    let mut bench = Bench::new("max/1s", |limits| limits.max_in_flight = 2);
    bench.step(ms(0));
    assert_eq!(bench.running.len(), 2);
    let slot = bench.running[0].0;
    let refused = HitCompletion::Failed(Failure::CONNECT_REFUSED);
    bench.end_slot(slot, refused, bench.start);
    assert_eq!(bench.running.len(), 1, "the slot rests");
    assert!(bench.dispatcher.needs_step(bench.start));
    assert!(!bench.dispatcher.needs_step(bench.start), "only once");
    bench.step(ms(0));
    assert_eq!(bench.wake_ms(), Some(1.0));
    bench.step(ms(1));
    assert_eq!(bench.running.len(), 2);
    bench.answer(ms(2));
    assert_eq!(bench.running.len(), 2, "no rest after an answer");
    assert_eq!(bench.running[1].1.id.due, ms(2));
}

#[test]
fn a_closed_loop_ends_with_its_time_or_its_hits() {
    let mut bench = Bench::new("max/1s", |limits| limits.max_in_flight = 1);
    bench.step(ms(0));
    assert_eq!(bench.wake_ms(), Some(1000.0));
    bench.answer(ms(999));
    bench.answer(ms(1001));
    assert!(bench.running.is_empty());
    assert!(bench.dispatcher.needs_step(bench.start + ms(1001)));
    assert!(bench.step(ms(1001)).contains(&DispatchEvent::Draining));
    assert!(bench.actions.finished);
    assert_eq!(bench.counts().ok, 2);
}

/// Rests that were over kept the driver awake, and the drain was counted as a stall.
#[test]
fn slots_that_rest_do_not_keep_a_drain_awake() {
    let mut bench = Bench::new("max/1s", |limits| limits.max_in_flight = 2);
    bench.step(ms(0));
    let slot = bench.running[0].0;
    let refused = HitCompletion::Failed(Failure::CONNECT_REFUSED);
    bench.end_slot(slot, refused, bench.start + ms(999));
    assert!(bench.step(ms(1000)).contains(&DispatchEvent::Draining));
    bench.step(ms(1100));
    assert_eq!(
        bench.wake_ms(),
        Some(2000.0),
        "the timeout of the other hit"
    );
}
