//! Searches for the highest rate that holds, with outcomes as they were chosen.

use std::time::Duration;

use hammer_analysis::{
    Capacity, CapacitySearch, CapacityStatus, FinishedLook, LookOutcome, LookPurpose, PlannedLook,
    SearchSettings, SearchStep,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use LookOutcome::{Failed, Held, Void};

const SECOND: Duration = Duration::from_secs(1);

fn settings() -> SearchSettings {
    SearchSettings {
        from: 100.0,
        to: None,
        within: 0.02,
        look: 15 * SECOND,
        settle: 3 * SECOND,
        rest: 2 * SECOND,
        confirm: 60 * SECOND,
        budget: 3600 * SECOND,
    }
}

/// A search with all of its looks and their outcomes.
struct Searched {
    answer: Capacity,
    looks: Vec<(PlannedLook, LookOutcome)>,
}

impl Searched {
    fn count(&self, rate: f64, purpose: LookPurpose) -> usize {
        let is_such =
            |look: &&(PlannedLook, LookOutcome)| look.0.rate == rate && look.0.purpose == purpose;
        self.looks.iter().filter(is_such).count()
    }
}

/// Searches with these outcomes. Looks that fail end early.
fn search(
    settings: SearchSettings,
    mut outcome: impl FnMut(usize, &PlannedLook) -> LookOutcome,
) -> Searched {
    let mut search = CapacitySearch::new(settings);
    let mut looks = vec![];
    loop {
        let planned = match search.next() {
            SearchStep::Look(planned) => planned,
            SearchStep::Ended(answer) => return Searched { answer, looks },
        };
        let outcome = outcome(looks.len(), &planned);
        let length = match outcome {
            Failed => planned.length / 10,
            _ => planned.length,
        };
        search.record(FinishedLook {
            rate: planned.rate,
            length,
            planned: planned.length,
            purpose: planned.purpose,
            outcome,
            took: planned.rest + settings.settle + length,
            has_recovered: true,
        });
        looks.push((planned, outcome));
    }
}

/// Holds up to a limit.
fn holds_to(limit: f64) -> impl FnMut(usize, &PlannedLook) -> LookOutcome {
    move |_, look| if look.rate <= limit { Held } else { Failed }
}

#[test]
fn finds_a_limit_from_below_and_from_above() {
    for limit in [53.0, 99.0, 100.0, 842.0, 123_456.0] {
        let found = search(settings(), holds_to(limit)).answer;
        assert_eq!(found.status, CapacityStatus::Confirmed, "{limit}");
        let (rate, failed) = (found.rate.unwrap(), found.lowest_failed.unwrap());
        assert!(rate <= limit && limit < failed, "{limit}: {found:?}");
        assert!(
            failed / rate <= 1.021 && found.is_within,
            "{limit}: {found:?}"
        );
        let confirmed = found.confirmed_s.unwrap();
        assert!(confirmed >= 60.0, "{limit}: {found:?}");
        assert_eq!(found.unseen_s, Some(confirmed / 3.0));
    }
}

#[test]
fn says_at_least_when_the_highest_rate_allowed_holds() {
    let to = SearchSettings {
        to: Some(1500.0),
        ..settings()
    };
    let found = search(to, |_, _| Held).answer;
    assert_eq!(found.status, CapacityStatus::AtLeast);
    assert_eq!((found.rate, found.lowest_failed), (Some(1500.0), None));
}

#[test]
fn never_holds_down_to_the_lowest_rate() {
    let found = search(settings(), |_, _| Failed);
    assert_eq!(found.answer.status, CapacityStatus::NeverHeld);
    assert_eq!((found.answer.rate, found.answer.highest_held), (None, None));
    let lowest = found.answer.lowest_failed.unwrap();
    assert!((5.0..10.0).contains(&lowest), "{lowest}");
}

#[test]
fn repeats_a_void_look_once_and_then_names_the_generator() {
    let limited = |_: usize, look: &PlannedLook| if look.rate > 700.0 { Void } else { Held };
    let found = search(settings(), limited);
    assert_eq!(found.answer.status, CapacityStatus::GeneratorLimited);
    assert!(
        (685.0..=700.0).contains(&found.answer.rate.unwrap()),
        "{:?}",
        found.answer
    );
    assert_eq!(found.answer.lowest_failed, None);
    assert_eq!(found.count(800.0, LookPurpose::Bracket), 1);
    assert_eq!(found.count(800.0, LookPurpose::Repeat), 1);
    // A look that is void once is no reason for it.
    let once = search(settings(), |number, look| match number {
        2 => Void,
        _ => holds_to(842.0)(number, look),
    });
    assert_eq!(once.answer.status, CapacityStatus::Confirmed);
}

#[test]
fn repeats_a_failure_near_the_bound_and_goes_on_if_it_was_by_chance() {
    let mut failures = 0;
    let found = search(settings(), |number, look| {
        if look.rate == 400.0 && failures == 0 {
            failures += 1;
            return Failed;
        }
        holds_to(842.0)(number, look)
    });
    assert_eq!(found.count(400.0, LookPurpose::Repeat), 2);
    assert!(found.answer.rate.unwrap() > 820.0, "{:?}", found.answer);
}

#[test]
fn goes_down_by_a_step_when_a_confirmation_fails() {
    let mut refused = 0;
    let found = search(settings(), |number, look| {
        if look.purpose == LookPurpose::Confirm && refused < 2 {
            refused += 1;
            return Failed;
        }
        holds_to(842.0)(number, look)
    });
    assert_eq!(found.answer.status, CapacityStatus::Confirmed);
    let rate = found.answer.rate.unwrap();
    assert!((815.0..835.0).contains(&rate), "{rate}");
    assert!(found.answer.lowest_failed.unwrap() > rate);
}

#[test]
fn finds_a_bound_that_only_confirmations_show() {
    let found = search(settings(), |number, look| match look.purpose {
        LookPurpose::Confirm => holds_to(300.0)(number, look),
        _ => holds_to(842.0)(number, look),
    });
    let (rate, failed) = (
        found.answer.rate.unwrap(),
        found.answer.lowest_failed.unwrap(),
    );
    assert!(
        rate <= 300.0 && failed > 300.0 && found.answer.is_within,
        "{:?}",
        found.answer
    );
}

#[test]
fn confirms_what_is_known_when_the_budget_ends() {
    for seconds in [0, 30, 90, 150, 200, 250, 300, 400] {
        let budget = SearchSettings {
            budget: seconds * SECOND,
            ..settings()
        };
        let found = search(budget, holds_to(842.0));
        assert!(
            found.answer.elapsed_s <= f64::from(seconds),
            "{seconds}: {:?}",
            found.answer
        );
        let is_confirmed = found.answer.status == CapacityStatus::Confirmed;
        assert_eq!(is_confirmed, seconds >= 90, "{seconds}: {:?}", found.answer);
        assert_eq!(is_confirmed, found.answer.rate.is_some());
    }
}

#[test]
fn rests_longer_while_the_target_has_not_recovered() {
    let mut search = CapacitySearch::new(settings());
    let mut rests = vec![];
    for has_recovered in [true, false, false, true, true] {
        let SearchStep::Look(planned) = search.next() else {
            panic!("expected a look");
        };
        rests.push(planned.rest.as_secs());
        search.record(FinishedLook {
            rate: planned.rate,
            length: planned.length,
            planned: planned.length,
            purpose: planned.purpose,
            outcome: Held,
            took: planned.length,
            has_recovered,
        });
    }
    assert_eq!(rests, [0, 2, 4, 8, 2]);
}

/// The facts that hold whatever the outcomes were.
fn check(found: &Searched) {
    assert!(found.looks.len() <= 200);
    let Capacity {
        status,
        rate,
        lowest_failed,
        ..
    } = found.answer;
    let looks = |rate: f64| found.looks.iter().filter(move |look| look.0.rate == rate);
    if let Some(rate) = rate {
        let confirmations = || looks(rate).filter(|look| look.0.purpose == LookPurpose::Confirm);
        assert!(
            confirmations().any(|look| look.1 == Held),
            "{rate} was not confirmed"
        );
        assert!(
            confirmations().all(|look| look.1 != Failed),
            "{rate} failed"
        );
        assert!(
            lowest_failed.is_none_or(|failed| failed > rate),
            "{:?}",
            found.answer
        );
    }
    if let Some(failed) = lowest_failed {
        assert!(
            looks(failed).any(|look| look.1 == Failed),
            "{failed} did not fail"
        );
    }
    match status {
        CapacityStatus::Confirmed | CapacityStatus::AtLeast => assert!(rate.is_some()),
        CapacityStatus::NeverHeld | CapacityStatus::NotConfirmed => assert_eq!(rate, None),
        CapacityStatus::GeneratorLimited => {
            assert!(found.looks.iter().any(|look| look.1 == Void));
        }
    }
}

#[test]
fn ends_whatever_the_outcomes_are() {
    let unlimited = SearchSettings {
        budget: Duration::MAX,
        ..settings()
    };
    for seed in 0..3000 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        let weights = [random.next_u64() % 10, random.next_u64() % 10, seed % 4];
        let total = weights.iter().sum::<u64>().max(1);
        check(&search(unlimited, |_, _| {
            let number = random.next_u64() % total;
            match number {
                _ if number < weights[0] => Held,
                _ if number < weights[0] + weights[1] => Failed,
                _ => Void,
            }
        }));
    }
}

#[test]
fn ends_with_outcomes_chosen_against_it() {
    let unlimited = SearchSettings {
        budget: Duration::MAX,
        within: 0.001,
        ..settings()
    };
    let against: [fn(usize, &PlannedLook) -> LookOutcome; 7] = [
        |_, _| Held,
        |_, _| Failed,
        |_, _| Void,
        |number, _| if number % 2 == 0 { Void } else { Held },
        |number, _| if number % 2 == 0 { Void } else { Failed },
        // All short looks hold and all confirmations fail, and the reverse.
        |_, look| {
            if look.purpose == LookPurpose::Confirm {
                Failed
            } else {
                Held
            }
        },
        // An inversion: only higher rates hold.
        |_, look| if look.rate > 100.0 { Held } else { Failed },
    ];
    for outcome in against {
        check(&search(unlimited, outcome));
    }
}

#[test]
fn ends_with_settings_that_make_no_sense() {
    for (from, to, within) in [
        (0.0, None, 0.0),
        (f64::NAN, Some(f64::NAN), f64::NAN),
        (f64::INFINITY, Some(-1.0), 9.0),
        (500.0, Some(100.0), 0.02),
        (1e-300, Some(1e300), 1e-300),
    ] {
        let settings = SearchSettings {
            from,
            to,
            within,
            look: Duration::ZERO,
            confirm: Duration::ZERO,
            budget: Duration::MAX,
            ..settings()
        };
        for outcome in [Held, Failed, Void] {
            let found = search(settings, |_, _| outcome);
            assert!(found.looks.len() <= 200);
            assert!(
                found
                    .looks
                    .iter()
                    .all(|look| look.0.rate > 0.0 && look.0.rate.is_finite())
            );
        }
    }
}
