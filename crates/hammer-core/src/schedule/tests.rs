//! Due times checked against formulas, areas and statistics.

use super::*;
use crate::schedule::shape_walker::ShapeWalker;

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);
const SHAPES: [&str; 9] = [
    "100/s/20s",
    "7/m/10m",
    "1234.5/s/9.87s",
    "100..1000/10s",
    "800.5..0/30s",
    "steps(10..500, 7, 1.5s)",
    "sine(500, 500, 7s)/40s",
    "spike(30, 4000, 1s)/11s",
    "0..50/7s, 50/5s, 0/3s, 2.5/900ms, sine(100, 20, 2s)/4.3s, 300..0/3s",
];

/// The processes with the number of hits that the area has.
fn with_exact_count() -> impl Iterator<Item = ArrivalProcess> {
    ArrivalProcess::choices().filter(|arrivals| !arrivals.has_random_count())
}

fn schedule(text: &str) -> Schedule {
    Schedule::new(text.parse::<Shape>().expect(text))
}

#[test]
fn due_times_are_exact_over_a_week_at_any_rate() {
    for (rate, hits) in [
        ("1M", 604_800_000_000_u64),
        ("3/h", 504),
        ("7/m", 70_560),
        ("0.3", 181_440),
    ] {
        let schedule = schedule(rate).with_duration(WEEK);
        assert_eq!(schedule.hit_count(), Some(hits), "{rate}");
        let rate = schedule.rate().expect("a constant rate");
        for part in 0..=100_u64 {
            let k = (u128::from(hits) * u128::from(part) / 100) as u64;
            let exact = WEEK.as_nanos() * u128::from(k) / u128::from(hits);
            assert_eq!(rate.due(k).as_nanos(), exact, "hit {k} of {hits}");
            let by_shape = schedule.shape().due(k).map(|due| due.as_nanos());
            assert_eq!(by_shape, Some(exact), "hit {k} of {hits}");
        }
    }
}

#[test]
fn a_week_at_a_million_a_second_neither_drifts_nor_overflows() {
    for text in [
        "1M/s/7d",
        "0..2M/7d",
        "2M..0/7d",
        "steps(500k..1.5M, 7, 1d)",
        "sine(1M, 1M, 1h)/7d",
        "spike(0, 7M, 1d)/7d",
        "0.9M/84h, 1.1M/84h",
    ] {
        let schedule = schedule(text);
        let hits = 604_800_000_000;
        assert_eq!(schedule.hit_count(), Some(hits), "{text}");
        assert_eq!(schedule.duration(), Some(WEEK), "{text}");
        let shape = schedule.shape();
        for arrivals in with_exact_count() {
            let mut walker = ShapeWalker::new(&schedule.clone().with_arrivals(arrivals));
            let mut last = Duration::ZERO;
            for part in 0..100 {
                for k in (hits / 100 * part..).take(100) {
                    let due = walker.due(k).expect("a hit within the week");
                    assert!(due >= last && due < WEEK, "{text}, {arrivals}: hit {k}");
                    last = due;
                    let upto = match arrivals {
                        ArrivalProcess::Burst => due + Duration::from_secs(1),
                        ArrivalProcess::Even
                        | ArrivalProcess::Poisson
                        | ArrivalProcess::Uniform
                        | ArrivalProcess::Timeline => due + Duration::from_nanos(1),
                    };
                    let (low, high) = (shape.hits_before(due), shape.hits_before(upto));
                    let found = low.saturating_sub(1)..=high.max(low) + 1;
                    assert!(found.contains(&k), "{text}, {arrivals}: {k} in {found:?}");
                }
            }
            assert_eq!(walker.due(hits), None, "{text}, {arrivals}");
        }
    }
}

#[test]
fn counts_follow_the_integral_of_the_rate_at_a_hundred_points() {
    for text in SHAPES {
        let schedule = schedule(text);
        let length = schedule.duration().expect("a shape with an end");
        let mut areas = vec![0.0];
        // The integral by small trapezoids instead of formulas.
        let steps = 200_000_u32;
        let dt = length.as_secs_f64() / f64::from(steps);
        for step in 0..steps {
            let at = length.mul_f64((f64::from(step) + 0.5) / f64::from(steps));
            let rate = schedule.shape().rate_at(at).expect("an open loop");
            areas.push(areas[step as usize] + rate * dt);
        }
        for arrivals in ArrivalProcess::choices() {
            let due: Vec<_> = schedule.clone().with_arrivals(arrivals).offsets().collect();
            assert!(due.is_sorted(), "{text}, {arrivals}");
            assert!(due.iter().all(|due| *due < length), "{text}, {arrivals}");
            if !arrivals.has_random_count() {
                assert_eq!(
                    Some(due.len() as u64),
                    schedule.hit_count(),
                    "{text}, {arrivals}"
                );
            }
            for point in 0..=100_u32 {
                let mut t = length * point / 100;
                let found = due.partition_point(|due| *due < t) as f64;
                if arrivals == ArrivalProcess::Burst {
                    t = Duration::from_secs(t.as_secs() + u64::from(t.subsec_nanos() > 0));
                }
                let by_formula = schedule.shape().integral(t).as_f64();
                let tolerance = match arrivals {
                    ArrivalProcess::Poisson => 4.0 * by_formula.sqrt() + 4.0,
                    ArrivalProcess::Even
                    | ArrivalProcess::Uniform
                    | ArrivalProcess::Burst
                    | ArrivalProcess::Timeline => 1.0,
                };
                let case = format!("{text}, {arrivals}, {t:?}");
                assert!(
                    (found - by_formula).abs() <= tolerance,
                    "{case}: {found}, {by_formula}"
                );
                let by_area = areas[(t.as_secs_f64() / dt).round().min(f64::from(steps)) as usize];
                let near = (by_area - by_formula).abs() <= 0.2 + by_formula * 1e-4;
                assert!(near, "{case}: {by_area}, {by_formula}");
            }
        }
    }
}

/// The maximum distance between the distribution of the gaps and an exponential one of mean 1,
/// times the square root of their number.
fn kolmogorov_smirnov(mut gaps: Vec<f64>) -> f64 {
    gaps.sort_by(f64::total_cmp);
    let n = gaps.len() as f64;
    let distance = gaps.iter().enumerate().map(|(i, gap)| {
        let exact = 1.0 - (-gap).exp();
        (exact - i as f64 / n).max((i + 1) as f64 / n - exact)
    });
    distance.fold(0.0, f64::max) * n.sqrt()
}

#[test]
fn poisson_gaps_pass_a_kolmogorov_smirnov_test() {
    for text in ["1000", "100..3000/30s", "sine(500, 400, 3s)/60s"] {
        for seed in 1..=8 {
            let schedule = schedule(text)
                .with_arrivals(ArrivalProcess::Poisson)
                .with_seed(seed);
            let reached = |due| schedule.shape().integral(due).as_f64();
            let hits: Vec<_> = schedule.offsets().take(20_000).map(reached).collect();
            let gaps: Vec<_> = hits.windows(2).map(|pair| pair[1] - pair[0]).collect();
            let statistic = kolmogorov_smirnov(gaps);
            // A true Poisson process exceeds 1.63 once in a hundred times.
            assert!(statistic < 1.63, "{text}, seed {seed}: {statistic}");
        }
    }
    let even = kolmogorov_smirnov(vec![1.0; 20_000]);
    assert!(even > 50.0, "the test must reject even gaps: {even}");
}

#[test]
fn a_ramp_has_as_many_hits_as_its_area() {
    let ramp = schedule("100..1000/10s");
    for arrivals in with_exact_count() {
        assert_eq!(
            ramp.clone().with_arrivals(arrivals).offsets().count(),
            5_500
        );
    }
}

#[test]
fn equal_seeds_give_equal_schedules_with_any_number_of_workers() {
    for text in SHAPES {
        for arrivals in ArrivalProcess::choices() {
            let schedule = schedule(text).with_arrivals(arrivals).with_seed(7);
            let whole: Vec<_> = schedule.offsets().collect();
            let mut parts = vec![];
            for worker in 0..3 {
                let mut part = schedule.worker_schedule(worker, 3);
                while let Some(due) = part.peek() {
                    parts.push((part.advance(), due));
                }
            }
            parts.sort_unstable();
            assert_eq!(parts.len(), whole.len(), "{text}, {arrivals}");
            let mut numbered = parts.iter().enumerate();
            assert!(
                numbered.all(|(k, part)| *part == (k as u64, whole[k])),
                "{text}, {arrivals}"
            );
            let other: Vec<_> = schedule.clone().with_seed(8).offsets().collect();
            assert_eq!(other != whole, arrivals.is_random(), "{text}, {arrivals}");
        }
    }
}

#[test]
fn limits_by_time_and_count_can_be_combined() {
    let base = Schedule::constant(Rate::per_second(10));
    let secs = Duration::from_secs;
    assert_eq!(base.hit_count(), None);
    assert_eq!(
        base.clone()
            .with_duration(secs(2))
            .with_hit_count(5)
            .hit_count(),
        Some(5)
    );
    assert_eq!(
        base.clone()
            .with_duration(secs(2))
            .with_hit_count(50)
            .hit_count(),
        Some(20)
    );
    assert_eq!(base.clone().with_hit_count(50).duration(), Some(secs(5)));
    assert_eq!(
        Schedule::closed_loop().with_hit_count(7).hit_count(),
        Some(7)
    );
    assert_eq!(
        Schedule::closed_loop()
            .with_hit_count(7)
            .with_duration(secs(1))
            .hit_count(),
        None
    );
    let mut closed_loop = Schedule::closed_loop()
        .with_hit_count(2)
        .with_duration(secs(1))
        .closed_loop_schedule(0, 1);
    assert_eq!(closed_loop.take(secs(0)), Some(0));
    assert_eq!(closed_loop.take(secs(1)), None, "the time is over");
    assert_eq!(closed_loop.take(secs(0)), Some(1));
    assert_eq!(closed_loop.take(secs(0)), None, "the hits are used up");
    assert_eq!(schedule("max/30s").duration(), Some(secs(30)));

    let ramp = schedule("0..100/10s");
    assert_eq!(ramp.clone().with_duration(secs(5)).hit_count(), Some(125));
    assert_eq!(ramp.clone().with_duration(secs(5)).mean_rate(), Some(25.0));
    assert_eq!(
        ramp.clone().with_duration(secs(50)).duration(),
        Some(secs(10))
    );
    assert_eq!(ramp.clone().with_hit_count(125).duration(), Some(secs(5)));
    assert_eq!(ramp.clone().with_hit_count(125).offsets().count(), 125);
    for arrivals in ArrivalProcess::choices() {
        let cut = ramp.clone().with_duration(secs(5)).with_arrivals(arrivals);
        assert!(cut.offsets().all(|due| due < secs(5)), "{arrivals}");
        let cut = ramp.clone().with_hit_count(9).with_arrivals(arrivals);
        assert_eq!(cut.offsets().count(), 9, "{arrivals}");
        let paused = schedule("10/1s, 0").with_arrivals(arrivals);
        assert!(
            paused.offsets().count() < 30,
            "{arrivals} must end with its last hit"
        );
    }
}
