//! All levels of a search, and the bounds that follow from them.

use std::time::Duration;

use super::level::{Level, LevelState};
use super::look::FinishedLook;

/// A level is near the bound up to this multiple of a rate that holds.
const NEAR: f64 = 3.0;

/// All levels of a search, in order of their rates.
#[derive(Debug, Clone, Default)]
pub(super) struct LevelTable(Vec<Level>);

impl LevelTable {
    pub(super) fn record(&mut self, look: &FinishedLook) {
        let place = self.0.partition_point(|level| level.rate < look.rate);
        let is_known = (self.0.get(place)).is_some_and(|level| level.rate == look.rate);
        if !is_known {
            self.0.insert(place, Level::new(look.rate));
        }
        self.0[place].record(look);
    }

    pub(super) fn level(&self, rate: f64) -> Option<&Level> {
        self.0.iter().find(|level| level.rate == rate)
    }

    fn state(&self, level: &Level) -> LevelState {
        let holds_near = |other: &Level| other.has_held() && level.rate <= NEAR * other.rate;
        level.state(self.0.iter().any(holds_near))
    }

    fn lowest(&self, has_state: impl Fn(LevelState) -> bool) -> Option<&Level> {
        (self.0.iter()).find(|level| has_state(self.state(level)))
    }

    /// The lowest level that fails or that the generator could not send. What higher levels showed is not
    /// relevant: under an inversion, the bound is the lower one, as the relevant bounds of MLRsearch.
    pub(super) fn upper(&self) -> Option<(f64, LevelState)> {
        let level = self.lowest(|state| matches!(state, LevelState::Fails | LevelState::Void))?;
        Some((level.rate, self.state(level)))
    }

    /// The lowest level that failed.
    pub(super) fn lowest_failed(&self) -> Option<f64> {
        let level = self.lowest(|state| state == LevelState::Fails)?;
        Some(level.rate)
    }

    fn below_upper(&self) -> impl DoubleEndedIterator<Item = &Level> {
        let upper = self.upper().map_or(f64::INFINITY, |(rate, _)| rate);
        self.0.iter().filter(move |level| level.rate < upper)
    }

    /// The highest level below [`upper`](Self::upper) that holds.
    pub(super) fn lower(&self) -> Option<f64> {
        let mut levels = self.below_upper().rev();
        let level = levels.find(|level| self.state(level) == LevelState::Holds)?;
        Some(level.rate)
    }

    /// The lowest level below [`upper`](Self::upper) that is not decided.
    pub(super) fn undecided(&self) -> Option<f64> {
        let mut levels = self.below_upper();
        let level = levels.find(|level| self.state(level) == LevelState::Undecided)?;
        Some(level.rate)
    }

    /// The highest level below [`upper`](Self::upper) that was confirmed for at least this long.
    pub(super) fn confirmed(&self, length: Duration) -> Option<&Level> {
        let mut levels = self.below_upper().rev();
        levels.find(|level| level.confirmed() >= length)
    }

    /// The number of levels with a failed confirmation.
    pub(super) fn failed_confirmations(&self) -> usize {
        let levels = self.0.iter();
        levels
            .filter(|level| level.has_failed_confirmation())
            .count()
    }
}
