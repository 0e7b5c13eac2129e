//! A search of a simulated target.

use std::time::Duration;

use hammer_analysis::{
    Capacity, CapacitySearch, FinishedLook, LookOutcome, SearchSettings, SearchStep,
};

use super::queue::{LookPlan, QueueTarget};

/// A search with its costs.
pub(crate) struct SimulatedSearch {
    pub(crate) answer: Capacity,
    pub(crate) looks: usize,
}

/// The settings by default, for a search that begins at this rate.
pub(crate) fn default_settings(from: f64) -> SearchSettings {
    SearchSettings {
        from,
        to: None,
        within: 0.02,
        look: Duration::from_secs(15),
        settle: Duration::from_secs(3),
        rest: Duration::from_secs(2),
        confirm: Duration::from_secs(60),
        budget: Duration::from_secs(900),
    }
}

/// Searches a target for the highest rate at which p99 is within the bound. Above the limit of the
/// generator, looks are void.
pub(crate) fn search(
    target: &mut QueueTarget,
    settings: SearchSettings,
    bound: f64,
    generator_limit: f64,
) -> SimulatedSearch {
    let mut search = CapacitySearch::new(settings);
    let (mut settled, mut looks) = (None::<(f64, f64)>, 0);
    loop {
        let planned = match search.next() {
            SearchStep::Look(planned) => planned,
            SearchStep::Ended(answer) => return SimulatedSearch { answer, looks },
        };
        looks += 1;
        let measured = target.look(LookPlan {
            rate: planned.rate,
            rest: planned.rest.as_secs_f64(),
            settle: settings.settle.as_secs_f64(),
            length: planned.length.as_secs_f64(),
            bound,
        });
        let outcome = match measured.has_held {
            _ if planned.rate > generator_limit => LookOutcome::Void,
            true => LookOutcome::Held,
            false => LookOutcome::Failed,
        };
        let has_recovered =
            settled.is_none_or(|(_, p99)| measured.first_p99 <= p99.max(measured.p99));
        let is_higher = settled.is_none_or(|(rate, _)| planned.rate >= rate);
        if outcome == LookOutcome::Held && is_higher {
            settled = Some((planned.rate, measured.p99));
        }
        search.record(FinishedLook {
            rate: planned.rate,
            length: Duration::from_secs_f64(measured.length),
            planned: planned.length,
            purpose: planned.purpose,
            outcome,
            took: Duration::from_secs_f64(measured.took),
            has_recovered,
        });
    }
}

/// Searches as the adaptive load controller of nighthawk: doubles until a look of 10 s fails, then bisects
/// until rates differ by less than 1 %. One look decides each step, and the last middle is the answer.
pub(crate) fn search_without_confirmation(target: &mut QueueTarget, from: f64, bound: f64) -> f64 {
    let mut holds = |rate: f64| {
        let plan = LookPlan {
            rate,
            rest: 0.0,
            settle: 0.0,
            length: 10.0,
            bound,
        };
        target.look(plan).has_held
    };
    let (mut low, mut high) = (0.0, from);
    while holds(high) {
        (low, high) = (high, 2.0 * high);
    }
    while (high - low) / high > 0.01 {
        let middle = (low + high) / 2.0;
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}
