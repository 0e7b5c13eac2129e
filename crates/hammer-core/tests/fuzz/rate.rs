//! Properties of every text that may be a rate expression. Shared by the fuzzer and the test next
//! to it.

use std::time::Duration;

use hammer_core::{ArrivalProcess, Diagnostic, Rate, Schedule, Shape};

/// The number of hits checked in each schedule.
const HITS: usize = 24;
/// The time checked in a shape without an end.
const DAY: Duration = Duration::from_secs(24 * 3600);
const NANO: Duration = Duration::from_nanos(1);
/// The maximum rate, in hits per second, plus rounding.
const MAX_PER_SECOND: f64 = 1e9 * (1.0 + 1e-9);

/// Parses `text` and uses the result as a run does, with limited work.
///
/// # Panics
///
/// If a property is violated.
pub(crate) fn check(text: &str) {
    if let Ok(rate) = text.parse::<Rate>() {
        check_rate(rate);
    }
    match text.parse::<Shape>() {
        Ok(shape) => {
            check_display(&shape);
            check_counts(&shape);
            check_schedules(&shape);
        }
        Err(error) => check_error(text, &error),
    }
}

fn check_error(text: &str, error: &Diagnostic) {
    assert_eq!(error.found(), text.get(error.position()), "{error:?}");
    assert!(error.found().is_some() && !error.problem().is_empty());
    assert!(error.expected().is_some_and(|text| !text.is_empty()));
    let message = error.to_string();
    assert!(message.len() < 300, "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
}

/// The displayed shape parses to the same shape.
fn check_display(shape: &Shape) {
    let text = shape.to_string();
    assert_eq!(text.parse().as_ref(), Ok(shape), "displayed as {text}");
    for stage in shape.stages() {
        let text = stage.to_string();
        let is_pause = stage.peak() == 0.0;
        // A stage with a bare rate and a duration is ambiguous alone, so another one follows.
        let with_next = format!("{text}, 1");
        assert!(
            is_pause || text.parse::<Shape>().is_ok() || with_next.parse::<Shape>().is_ok(),
            "stage displayed as {text}"
        );
    }
}

fn check_rate(rate: Rate) {
    let per_second = rate.as_f64();
    assert!(
        per_second > 0.0 && per_second <= MAX_PER_SECOND,
        "{per_second}"
    );
    assert!(rate.to_string().len() < 40, "{rate}");
    let mut last = Duration::ZERO;
    for k in [0, 1, 2, 1_000, 1 << 32, 1 << 63, u64::MAX] {
        let due = rate.due(k);
        assert!(due >= last, "hit {k} is due at {due:?}");
        assert!(rate.hits_before(due) <= k, "hit {k} is due at {due:?}");
        if let Some(next) = due.checked_add(NANO) {
            let before = rate.hits_before(next);
            assert!(
                before > k || before == u64::MAX,
                "hit {k} is due at {due:?}"
            );
        }
        last = due.min(DAY);
    }
    assert!(rate.hits_before(Duration::MAX) >= rate.hits_before(DAY));
}

/// The count is the integral of the rate: it grows from 0 to the total, and due times are its
/// inverse.
fn check_counts(shape: &Shape) {
    let (total, length) = (shape.hit_count(), shape.duration());
    if shape.is_closed_loop() {
        assert_eq!((total, shape.due(0)), (None, None));
        assert_eq!((shape.hits_before(DAY), shape.rate_at(DAY)), (0, None));
        return;
    }
    assert_eq!(total.is_some(), length.is_some());
    assert!(
        length.is_none_or(|length| length <= 366 * DAY),
        "{length:?}"
    );
    assert!(
        shape.stages().len() <= 256,
        "{} stages",
        shape.stages().len()
    );
    let end = length.unwrap_or(DAY);
    let peak = shape.peak().expect("an open loop");
    assert!(peak > 0.0 && peak <= MAX_PER_SECOND, "peak {peak}");
    let starts = shape.stages().iter().map(|stage| stage.start());
    let mut instants: Vec<_> = starts
        .flat_map(|start| [start.saturating_sub(NANO), start, start + NANO])
        .chain((0..=32).map(|part| end.mul_f64(f64::from(part) / 32.0)))
        .chain([end, Duration::MAX])
        .collect();
    instants.sort_unstable();
    let mut last = 0;
    for t in instants {
        let count = shape.hits_before(t);
        // Curves are floats, which can lose a hit in large counts.
        assert!(
            count.saturating_add(slack(last)) >= last,
            "{count} hits before {t:?}, but {last} before an earlier time"
        );
        assert!(
            total.is_none_or(|total| count <= total.saturating_add(slack(total))),
            "{count} of {total:?}"
        );
        let rate = shape.rate_at(t).expect("an open loop");
        assert!(
            rate >= -1e-3 && rate <= peak * (1.0 + 1e-9),
            "{rate}/s at {t:?}"
        );
        last = count;
    }
    if let Some(total) = total {
        assert_eq!((shape.hits_before(end), shape.due(total)), (total, None));
    }
    let hit_count = total.unwrap_or(u64::MAX);
    let hits = [0, 1, 2, 3, 10, 1 << 20, 1 << 40, 1 << 63].into_iter();
    let parts = (1..8).map(|part| hit_count / 8 * part);
    let mut hits: Vec<_> = hits.chain(parts).chain([hit_count - 1]).collect();
    hits.retain(|k| *k < hit_count);
    hits.sort_unstable();
    let mut last = Duration::ZERO;
    for k in hits {
        let Some(due) = shape.due(k) else {
            // A shape without an end has no more hits if it ends with a pause.
            assert!(total.is_none() && shape.stages().last().is_some_and(|s| s.peak() == 0.0));
            break;
        };
        assert!(
            due >= last && length.is_none_or(|length| due < length),
            "{k} at {due:?}"
        );
        last = due;
        if due >= Duration::from_nanos(u64::MAX) {
            break;
        }
        let (low, high) = (shape.hits_before(due), shape.hits_before(due + NANO));
        let slack = slack(k);
        assert!(
            low <= k.saturating_add(slack) && k <= high.saturating_add(slack),
            "{k} at {due:?}: {low}, {high}"
        );
    }
}

/// The number of hits that rounding may lose around hit `k`.
fn slack(k: u64) -> u64 {
    2 + (k >> 46)
}

fn check_schedules(shape: &Shape) {
    let length = shape.duration().unwrap_or(DAY);
    for arrivals in ArrivalProcess::choices() {
        let whole = Schedule::new(shape.clone())
            .with_arrivals(arrivals)
            .with_seed(7);
        let cut = whole.clone().with_duration(length / 3).with_hit_count(5);
        for schedule in [whole, cut] {
            let due: Vec<_> = schedule.offsets().take(HITS).collect();
            assert!(due.is_sorted(), "{arrivals}: {due:?}");
            let end = schedule.duration().unwrap_or(Duration::MAX);
            assert!(
                due.iter().all(|due| *due <= end),
                "{arrivals}: {due:?} of {end:?}"
            );
            if let Some(total) = schedule.hit_count().filter(|_| !shape.is_closed_loop()) {
                let expected = total.min(HITS as u64);
                let is_exact = arrivals.has_random_count() || due.len() as u64 == expected;
                assert!(is_exact, "{arrivals}: {} of {total}", due.len());
            }
            let mean = schedule.mean_rate().unwrap_or_default();
            assert!(
                (0.0..=MAX_PER_SECOND).contains(&mean),
                "{mean}/s on average"
            );
        }
    }
}
