//! Searches of simulated queues, compared with arithmetic. The example `capacity` measures more of them.

use hammer_analysis::CapacityStatus;

use queue::{Faults, QueueKind, QueueTarget};
use search_run::{SimulatedSearch, default_settings, search, search_without_confirmation};
use tally::SearchTally;

#[path = "../../examples/capacity/arithmetic.rs"]
mod arithmetic;
#[path = "../../examples/capacity/queue.rs"]
mod queue;
#[path = "../../examples/capacity/search_run.rs"]
mod search_run;
#[path = "../../examples/capacity/tally.rs"]
mod tally;

const SEEDS: u64 = 6;

fn searched(kind: QueueKind, faults: Faults, bound: f64, limit: f64) -> SimulatedSearch {
    let mut target = QueueTarget::new(kind, faults, 7);
    search(&mut target, default_settings(100.0), bound, limit)
}

#[test]
fn finds_the_rate_of_the_arithmetic() {
    for kind in [QueueKind::Md1, QueueKind::Mm1] {
        let (bound, exact) = (
            arithmetic::response_p99(kind, 0.8),
            arithmetic::rate(kind, 0.8),
        );
        let (mut found, mut naive) = (SearchTally::default(), SearchTally::default());
        for seed in 0..SEEDS {
            let target = || QueueTarget::new(kind, Faults::default(), seed);
            let it = search(&mut target(), default_settings(100.0), bound, f64::INFINITY);
            found.add(it.answer.rate, exact, it.answer.elapsed_s, it.looks);
            let rate = search_without_confirmation(&mut target(), 100.0, bound);
            naive.add(Some(rate), exact, 0.0, 0);
        }
        // The answers of fixed seeds: all are within 3 %, and none is more than 1 % too high.
        let name = kind.name();
        assert!(found.within() > 99.0, "{name}: {found:?}");
        assert!(found.too_high() < 1.0, "{name}: {found:?}");
        assert!(found.error(0.5) < naive.error(0.5), "{name}: {naive:?}");
        assert!(found.seconds(0.5) < 900.0 && found.looks() < 40.0, "{name}");
    }
}

#[test]
fn has_an_honest_answer_for_targets_with_faults() {
    let bound = arithmetic::response_p99(QueueKind::Mm1, 0.8);
    let none = Faults::default();
    let any = f64::INFINITY;
    let never = searched(QueueKind::Mm1, none, 1e-6, any).answer;
    assert_eq!(never.status, CapacityStatus::NeverHeld);
    let dies = Faults {
        dies_at: Some(150.0),
        ..none
    };
    let died = searched(QueueKind::Mm1, dies, bound, any).answer;
    assert_eq!(
        (died.status, died.rate),
        (CapacityStatus::NotConfirmed, None)
    );
    let limited = searched(QueueKind::Mm1, none, bound, 700.0).answer;
    assert_eq!(limited.status, CapacityStatus::GeneratorLimited);
    // A pause of 0.3 s in a minute delays more than 1 % of hits above half of the utilization.
    let pauses = Faults {
        pauses: Some((60.0, 0.3)),
        ..none
    };
    let paused = searched(QueueKind::Mm1, pauses, bound, any).answer;
    assert!(paused.rate.is_none_or(|rate| rate < 1200.0), "{paused:?}");
}

#[test]
fn has_the_percentiles_of_the_arithmetic() {
    for kind in QueueKind::ALL {
        let expected = arithmetic::response_p99(kind, 0.7);
        let measured = QueueTarget::new(kind, Faults::default(), 1)
            .look(queue::LookPlan {
                rate: arithmetic::rate(kind, 0.7),
                rest: 0.0,
                settle: 3.0,
                length: 200.0,
                bound: 1.0,
            })
            .p99;
        assert!(
            (measured / expected - 1.0).abs() < 0.05,
            "{}: {measured} {expected}",
            kind.name()
        );
    }
}
