//! The search for the highest rate that holds.

use std::time::Duration;

use super::capacity::{Capacity, CapacityStatus};
use super::level::LevelState;
use super::level_table::LevelTable;
use super::look::{FinishedLook, LookOutcome, LookPurpose, PlannedLook};
use super::rest_control::RestControl;
use super::search_settings::SearchSettings;
use super::unseen_interval::unseen_interval_s;

/// A search ends after this number of looks, whatever their outcomes are.
const MAX_LOOKS: usize = 200;
/// The share of its planned length after which a confirmation counts as complete.
const COMPLETE: f64 = 0.95;
/// The confirmations that a rate needs, if the budget allows it. All of them must hold.
const CONFIRMATIONS: u32 = 2;
/// The rates of a search are this many times closer than was asked.
const FINENESS: f64 = 2.0;
/// The hits of a repeated look, as far as it may become longer for them.
const REPEATED_HITS: f64 = 10_000.0;
/// A repeated look is at most this many times as long as others.
const LONGEST_REPEAT: u32 = 4;

/// The search for the highest rate that holds, without clock and engine: it is given looks that ended,
/// and says which look is next.
///
/// The method is in `docs/FIND.md`.
#[derive(Debug, Clone)]
pub struct CapacitySearch {
    settings: SearchSettings,
    levels: LevelTable,
    last: Option<FinishedLook>,
    rest: RestControl,
    looks: usize,
    spent: Duration,
    /// The longest time that a look took beyond its rest, settling and length.
    overhead: Duration,
}

/// The next step of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SearchStep {
    /// Another look is needed.
    Look(PlannedLook),
    /// The search has ended.
    Ended(Capacity),
}

impl CapacitySearch {
    /// Creates a search. Rates that are not positive and finite are replaced.
    pub fn new(settings: SearchSettings) -> Self {
        let settings = settings.sanitized();
        Self {
            settings,
            levels: LevelTable::default(),
            last: None,
            rest: RestControl::new(settings.rest),
            looks: 0,
            spent: Duration::ZERO,
            overhead: Duration::ZERO,
        }
    }

    /// Returns the look that is needed next, or the answer. Until a look is recorded, it is the same.
    pub fn next(&self) -> SearchStep {
        match self.affordable() {
            Some((rate, purpose)) => SearchStep::Look(PlannedLook {
                rate,
                length: self.length(rate, purpose),
                purpose,
                rest: self.next_rest(),
            }),
            None => SearchStep::Ended(self.best_known()),
        }
    }

    /// Records a look that has ended.
    pub fn record(&mut self, look: FinishedLook) {
        let planned = self.next_rest() + self.settings.settle + look.length;
        self.overhead = self.overhead.max(look.took.saturating_sub(planned));
        self.spent = self.spent.saturating_add(look.took);
        self.looks += 1;
        self.rest.record(look.has_recovered);
        self.levels.record(&look);
        self.last = Some(look);
    }

    /// Returns the best answer of the looks so far, for a search that is stopped.
    pub fn best_known(&self) -> Capacity {
        let confirmed = self.levels.confirmed(self.enough());
        let rate = confirmed.map(|level| level.rate);
        let lowest_failed = self.levels.lowest_failed();
        let confirmed_s = confirmed.map(|level| level.confirmed().as_secs_f64());
        let ratio = lowest_failed.zip(rate).map(|(failed, rate)| failed / rate);
        Capacity {
            status: self.status(rate),
            rate,
            lowest_failed,
            highest_held: self.levels.lower(),
            is_within: ratio.is_some_and(|ratio| ratio <= 1.0 + self.settings.within * 1.05),
            confirmed_s,
            unseen_s: confirmed_s.map(unseen_interval_s),
            elapsed_s: self.spent.as_secs_f64(),
        }
    }

    fn status(&self, confirmed: Option<f64>) -> CapacityStatus {
        let upper = self.levels.upper();
        let is_void = upper.is_some_and(|(_, state)| state == LevelState::Void);
        match confirmed {
            _ if is_void => CapacityStatus::GeneratorLimited,
            Some(rate) if rate >= self.settings.ceiling() => CapacityStatus::AtLeast,
            Some(_) => CapacityStatus::Confirmed,
            None if self.wanted().is_none() && self.levels.failed_confirmations() == 0 => {
                CapacityStatus::NeverHeld
            }
            None => CapacityStatus::NotConfirmed,
        }
    }

    /// The next look that can end within the budget.
    fn affordable(&self) -> Option<(f64, LookPurpose)> {
        if self.looks >= MAX_LOOKS {
            return None;
        }
        let wanted = self.wanted()?;
        let left = self.settings.budget.saturating_sub(self.spent);
        let cost = self.cost(wanted);
        if wanted.1 == LookPurpose::Confirm {
            return (cost <= left).then_some(wanted);
        }
        // Another look would leave no time to confirm the rate that is known to hold.
        if let Some(lower) = self.levels.lower()
            && let confirmation = self.cost((lower, LookPurpose::Confirm))
            && confirmation <= left
            && cost + confirmation > left
        {
            let is_confirmed = self.levels.confirmed(self.enough()).is_some();
            return (!is_confirmed).then_some((lower, LookPurpose::Confirm));
        }
        (cost <= left).then_some(wanted)
    }

    /// The next look, without regard to the budget.
    fn wanted(&self) -> Option<(f64, LookPurpose)> {
        if let Some(again) = self.void_look() {
            return Some(again);
        }
        if let Some(rate) = self.levels.undecided() {
            return Some((rate, LookPurpose::Repeat));
        }
        let settings = &self.settings;
        let (floor, ceiling) = (settings.floor(), settings.ceiling());
        if self.levels.failed_confirmations() > 0 {
            return self.confirmation();
        }
        let upper = self.levels.upper().map(|(rate, _)| rate);
        let bracket = |rate: f64| Some((rate, LookPurpose::Bracket));
        match (self.levels.lower(), upper) {
            (None, None) => bracket(settings.from),
            (None, Some(upper)) if upper <= floor => None,
            (None, Some(upper)) => bracket(settings.rounded(upper / 2.0).max(floor)),
            (Some(lower), None) if lower < ceiling => {
                bracket(settings.rounded(lower * 2.0).min(ceiling))
            }
            (Some(lower), Some(upper)) => match self.between(lower, upper) {
                Some(rate) => Some((rate, LookPurpose::Bisect)),
                None => self.confirmation(),
            },
            (Some(_), None) => self.confirmation(),
        }
    }

    /// The last look, if it was void for the first time.
    fn void_look(&self) -> Option<(f64, LookPurpose)> {
        let last = self.last.filter(|last| last.outcome == LookOutcome::Void)?;
        let level = self.levels.level(last.rate)?;
        let purpose = match last.purpose {
            LookPurpose::Confirm => LookPurpose::Confirm,
            _ => LookPurpose::Repeat,
        };
        level.is_void_once().then_some((last.rate, purpose))
    }

    /// The confirmation that is needed next, or `None` if there is an answer.
    ///
    /// After a failed one, the next is a step lower. After the third, each step is four times the last,
    /// because then short looks do not show why the rate fails. If that went too far, confirmations
    /// bisect.
    fn confirmation(&self) -> Option<(f64, LookPurpose)> {
        let confirm = |rate: f64| Some((rate, LookPurpose::Confirm));
        let failed = self.levels.failed_confirmations();
        let upper = self.levels.upper().map(|(rate, _)| rate);
        let confirmed = self.levels.confirmed(self.enough() * CONFIRMATIONS);
        // One that was confirmed once needs the other confirmations.
        let begun = self.levels.confirmed(Duration::from_nanos(1));
        if let Some(begun) = begun
            && confirmed.is_none_or(|level| level.rate < begun.rate)
        {
            return confirm(begun.rate);
        }
        match (confirmed, upper) {
            (Some(level), Some(upper)) if failed > 0 => confirm(self.between(level.rate, upper)?),
            (Some(_), _) => None,
            (None, Some(upper)) if failed > 0 => self.step_down(upper, failed).and_then(confirm),
            (None, _) => confirm(self.levels.lower()?),
        }
    }

    /// A rate below one whose confirmation failed.
    fn step_down(&self, upper: f64, failed: usize) -> Option<f64> {
        let floor = self.settings.floor();
        let growth = failed.saturating_sub(3).min(8) as i32;
        let steps = 4_f64.powi(growth);
        let rate = self
            .settings
            .rounded(upper / (1.0 + self.precision()).powf(steps));
        (upper > floor)
            .then_some(rate.max(floor))
            .filter(|rate| *rate < upper)
    }

    /// The middle of two rates in the logarithm, if they are not as close as was asked.
    fn between(&self, lower: f64, upper: f64) -> Option<f64> {
        let middle = self.settings.rounded((lower * upper).sqrt());
        let is_inside = lower < middle && middle < upper;
        (is_inside && !self.is_close(upper / lower)).then_some(middle)
    }

    /// Returns true for a ratio of rates that is as close as was asked, with the error of rounding.
    fn is_close(&self, ratio: f64) -> bool {
        ratio <= 1.0 + self.precision() * 1.1
    }

    /// The relative distance of rates at which the search ends.
    fn precision(&self) -> f64 {
        self.settings.within / FINENESS
    }

    fn length(&self, rate: f64, purpose: LookPurpose) -> Duration {
        let look = self.settings.look;
        match purpose {
            LookPurpose::Confirm => self.settings.confirm,
            // With few hits, a percentile is near the bound by chance.
            LookPurpose::Repeat => Duration::try_from_secs_f64(REPEATED_HITS / rate)
                .unwrap_or(Duration::MAX)
                .clamp(look, look.saturating_mul(LONGEST_REPEAT)),
            _ => look,
        }
    }

    /// The measured length after which a rate is confirmed.
    fn enough(&self) -> Duration {
        self.settings.confirm.mul_f64(COMPLETE)
    }

    fn next_rest(&self) -> Duration {
        if self.looks == 0 {
            Duration::ZERO
        } else {
            self.rest.rest()
        }
    }

    /// The time that a look will take.
    fn cost(&self, (rate, purpose): (f64, LookPurpose)) -> Duration {
        let pauses = self.next_rest() + self.settings.settle + self.overhead;
        pauses.saturating_add(self.length(rate, purpose))
    }
}
