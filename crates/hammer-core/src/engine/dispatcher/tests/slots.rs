//! Slots, lateness and the backlog.

use super::*;

#[test]
fn each_hit_wakes_the_worker_until_the_thread_is_busy_and_behind() {
    let mut bench = Bench::new("1000/s/1s", |limits| limits.max_in_flight = 1);
    let adapt = |bench: &mut Bench, time| {
        let now = bench.start + ms(time);
        (0..5).for_each(|_| bench.dispatcher.adapt_to_load(0.95, now));
    };
    bench.step(ms(0));
    assert_eq!(bench.wake_ms(), Some(1.0));
    bench.step(ms(1));
    adapt(&mut bench, 1);
    assert_eq!(bench.wake_ms(), Some(2.0), "a hit waits, but not for long");
    bench.step(Duration::from_micros(1900));
    assert_eq!(bench.wake_ms(), Some(2.0));
    adapt(&mut bench, 2);
    bench.step(Duration::from_micros(2850));
    assert_eq!(bench.wake_ms(), Some(3.0));
    bench.step(Duration::from_micros(2900));
    let wake = bench.actions.wake_at.expect("a time") - bench.start;
    assert_eq!(wake, Duration::from_micros(3050), "150 µs later");
}

#[test]
fn a_hit_without_a_slot_waits_for_a_pass_over_the_io_and_then_opens_its_own() {
    let mut bench = Bench::new("1000/s/1s", |_| ());
    bench.step(ms(0));
    assert_eq!(bench.running.len(), 1, "in the slot that was opened ahead");
    bench.step(ms(1));
    assert_eq!(bench.wake_ms(), Some(1.0), "at once, after the pass");
    assert_eq!(
        (
            bench.running.len(),
            bench.dispatcher.gauges(bench.start).backlog
        ),
        (1, 1)
    );
    bench.step(ms(1));
    assert_eq!(
        (
            bench.running.len(),
            bench.dispatcher.gauges(bench.start).backlog
        ),
        (2, 0)
    );
    assert_eq!(bench.dispatcher.gauges(bench.start).in_flight, 2);

    bench.step(ms(2));
    bench.answer(ms(2));
    bench.step(ms(2));
    assert_eq!(bench.running.len(), 2, "a slot came free during the pass");
}

#[test]
fn no_hit_is_late_because_slots_are_opening() {
    // The target is mute: no hit ends before its timeout.
    let mut bench = Bench::new("100/s/4s", |limits| limits.max_in_flight = 1024);
    let time = bench.run_to_end();
    let interval = bench.dispatcher.recorder.interval_mut();
    assert_eq!(interval.hits.timed_out, 400);
    assert_eq!(interval.lateness.quantile(1.0), Duration::ZERO);
    assert!(interval.slots_opened <= 201, "{}", interval.slots_opened);
    assert_eq!(time, ms(5990), "the last hit is due at 3990 ms");
}

#[test]
fn a_stall_of_the_generator_opens_almost_no_slots() {
    let mut bench = Bench::new("1000/s/1s", |_| ());
    bench.step(ms(0));
    bench.answer(ms(0));
    bench.step_twice(ms(500));
    assert_eq!(bench.counts().scheduled, 501);
    let opened = bench.dispatcher.recorder.interval_mut().slots_opened;
    assert!(opened <= 2, "{opened}");
    for _ in 0..500 {
        bench.answer(ms(501));
    }
    assert_eq!(bench.dispatcher.gauges(bench.start).backlog, 0);
    let late = bench
        .dispatcher
        .recorder
        .interval_mut()
        .lateness
        .quantile(1.0);
    assert!(late >= ms(490), "{late:?}");
}

#[test]
fn the_backlog_is_bounded() {
    let mut bench = Bench::new("1000/s/1s", |limits| {
        (limits.max_in_flight, limits.max_backlog) = (1, 5);
    });
    bench.step_twice(ms(9));
    let counts = bench.counts();
    assert_eq!((counts.scheduled, counts.unsent), (10, 4));
    assert_eq!(bench.unsent("backlog"), 4);
    assert_eq!(bench.dispatcher.recorder.peaks().held.backlog, 5);
    assert_eq!(bench.dispatcher.recorder.interval_mut().waited_at_limit, 5);
}

#[test]
fn hits_that_are_too_late_are_skipped_wherever_they_wait() {
    let mut bench = Bench::new("1000/s/1s", |limits| {
        (limits.max_in_flight, limits.skip_late) = (1, Some(ms(3)));
    });
    bench.step(ms(5));
    // Two hits are 4 ms late or more: one that the idle slot got, and one in the backlog.
    assert_eq!(bench.unsent("late"), 2);
    assert_eq!(bench.running[0].1.id.due, ms(2));
    bench.answer(ms(7));
    assert_eq!(bench.unsent("late"), 3);
    assert_eq!(bench.running[0].1.id.due, ms(4));
    bench.step(ms(9));
    assert_eq!(bench.unsent("late"), 4);
}

#[test]
fn hits_time_out_in_the_order_of_their_starts() {
    let mut bench = Bench::new("10/s/1s", |limits| limits.timeout = ms(250));
    for time in [0, 100, 200, 250] {
        bench.step_twice(ms(time));
    }
    let counts = bench.counts();
    assert_eq!((counts.scheduled, counts.timed_out), (3, 1));
    assert_eq!(bench.wake_ms(), Some(300.0), "the next hit is due");
}

#[test]
fn hits_of_a_burst_beyond_the_slots_wait_for_our_limit() {
    let mut schedule = Schedule::new("10/s/1s".parse::<Shape>().expect("a shape"));
    schedule = schedule.with_arrivals(ArrivalProcess::Burst);
    let mut bench = Bench::with(source(&schedule), None, |limits| limits.max_in_flight = 4);
    bench.step_twice(ms(0));
    assert_eq!(bench.running.len(), 4);
    assert_eq!(bench.dispatcher.gauges(bench.start).backlog, 6);
    assert_eq!(bench.dispatcher.recorder.interval_mut().waited_at_limit, 6);
}

#[test]
fn a_hit_that_was_given_to_a_slot_can_time_out_before_the_next_one_is_due() {
    let mut bench = Bench::new("1/s/2s", |limits| limits.timeout = ms(20));
    bench
        .dispatcher
        .step(bench.start, StopLevel::Run, &mut bench.actions);
    assert_eq!(bench.wake_ms(), Some(20.0));
}

#[test]
fn users_are_open_from_the_start_and_send_in_turn() {
    let mut bench = Bench::new("1000/s/1s", |limits| {
        (limits.max_in_flight, limits.is_user_pool) = (3, true);
    });
    let mut users = vec![];
    for time in 0..9 {
        bench.step(ms(time));
        users.extend(bench.running.iter().map(|(slot, _)| *slot));
        bench.answer(ms(time));
    }
    assert_eq!(users, [0, 1, 2, 0, 1, 2, 0, 1, 2]);
    let opened = bench.dispatcher.recorder.interval_mut().slots_opened;
    assert_eq!(opened, 3);

    bench.step_twice(ms(20));
    let in_flight = bench.dispatcher.gauges(bench.start + ms(20)).in_flight;
    assert_eq!(in_flight, 3, "no other user joins, however long hits wait");
}

/// At a low rate, the slot that was used last took all hits, and with it one of several addresses.
#[test]
fn hits_are_shared_evenly_over_kinds_of_slots() {
    for lanes in [1, 2, 3] {
        let mut bench = Bench::new("100/s/1s", |_| ());
        bench.dispatcher.spread_over(lanes);
        let mut hits = vec![0; lanes];
        for hit in 0..60 {
            bench.step(ms(hit * 10));
            let slot = bench.running[0].0;
            hits[bench.dispatcher.turn_of_slot(slot) % lanes] += 1;
            bench.answer(ms(hit * 10));
        }
        assert_eq!(hits, vec![60 / lanes; lanes]);
        let opened = bench.dispatcher.recorder.interval_mut().slots_opened;
        assert_eq!(opened, lanes as u64, "slots");
    }
}

/// A slow address must not get fewer hits, or its latencies would count less.
#[test]
fn a_slow_kind_of_slot_gets_its_share_of_hits() {
    let mut bench = Bench::new("100/s/1s", |_| ());
    bench.dispatcher.spread_over(2);
    let mut slow = 0;
    for hit in 0..60 {
        bench.step_twice(ms(hit * 10));
        let last = bench.running.len() - 1;
        let turn = bench.dispatcher.turn_of_slot(bench.running[last].0);
        if turn.is_multiple_of(2) {
            let now = bench.start + ms(hit * 10);
            let (slot, ended) = bench.running.remove(last);
            bench.dispatcher.hit_ended(slot, &ended, now);
        } else {
            slow += 1;
        }
    }
    assert_eq!((slow, bench.running.len()), (30, 30));
}

/// The answer of a busy slot may have arrived while the generator was late.
#[test]
fn a_late_hit_takes_a_slot_of_another_kind() {
    for (late_us, slots) in [(0, 3), (900, 3), (2_000, 2)] {
        let mut bench = Bench::new("100/s/1s", |_| ());
        bench.dispatcher.spread_over(2);
        for slot in bench.dispatcher.open_missing_ahead(2) {
            bench.dispatcher.opened_ahead();
            assert!(bench.dispatcher.next_hit(slot, bench.start).is_none());
        }
        bench.step(ms(0));
        bench.step(ms(10));
        assert_eq!(bench.running.len(), 2, "one of each kind");
        // The next round begins with the second kind.
        let (first, ended) = bench.running.remove(0);
        let now = bench.start + ms(11);
        bench.dispatcher.hit_ended(first, &ended, now);
        bench.step(ms(20) + Duration::from_micros(late_us));
        assert_eq!(bench.running.len(), 2);
        let opened = bench.dispatcher.recorder.interval_mut().slots_opened;
        assert_eq!(opened, slots, "{late_us} µs late");
    }
}
