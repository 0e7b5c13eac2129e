//! A level: all looks at one rate.

use std::time::Duration;

use super::look::{FinishedLook, LookOutcome, LookPurpose};

/// The looks at one rate that decide about it.
const MAJORITY: u32 = 2;

/// All looks at one rate.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    pub(super) rate: f64,
    /// Looks that held and that failed, without confirmations.
    held: u32,
    failed: u32,
    /// A failing look was not clear: it failed late, or began before the target had recovered.
    is_unclear: bool,
    /// Void looks since the last that was not.
    voids: u32,
    /// The measured length of confirmations that held.
    confirmed: Duration,
    has_failed_confirmation: bool,
}

/// A level as judged by its looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LevelState {
    Holds,
    Fails,
    /// The generator could not send the load, twice.
    Void,
    /// Another look must decide.
    Undecided,
}

impl Level {
    pub(super) fn new(rate: f64) -> Self {
        Self {
            rate,
            ..Self::default()
        }
    }

    pub(super) fn record(&mut self, look: &FinishedLook) {
        if look.outcome == LookOutcome::Void {
            self.voids += 1;
            return;
        }
        self.voids = 0;
        match (look.purpose, look.outcome) {
            (LookPurpose::Confirm, LookOutcome::Held) => self.confirmed += look.length,
            (LookPurpose::Confirm, _) => self.has_failed_confirmation = true,
            (_, LookOutcome::Held) => self.held += 1,
            _ => {
                self.failed += 1;
                self.is_unclear |= !look.has_recovered || look.length > look.planned / 2;
            }
        }
    }

    /// Judges the level. Two looks of three decide about a level that failed once. Far from the bound, one
    /// does, if it failed in the first half of its length and the target had recovered before it.
    pub(super) fn state(&self, is_near: bool) -> LevelState {
        if self.voids >= MAJORITY {
            LevelState::Void
        } else if self.has_failed_confirmation || self.failed >= MAJORITY {
            LevelState::Fails
        } else if self.has_held() {
            LevelState::Holds
        } else if self.failed == 1 && self.held == 0 && !is_near && !self.is_unclear {
            LevelState::Fails
        } else {
            LevelState::Undecided
        }
    }

    /// Returns true if looks at this rate held and no majority failed.
    pub(super) fn has_held(&self) -> bool {
        let is_clear = self.failed == 0 && self.held > 0 || self.held >= MAJORITY;
        !self.has_failed_confirmation && (is_clear || self.confirmed > Duration::ZERO)
    }

    /// Returns true if the last look was void and may be repeated.
    pub(super) fn is_void_once(&self) -> bool {
        self.voids == 1
    }

    pub(super) fn has_failed_confirmation(&self) -> bool {
        self.has_failed_confirmation
    }

    /// The measured length of the confirmations, if none failed.
    pub(super) fn confirmed(&self) -> Duration {
        if self.has_failed_confirmation {
            Duration::ZERO
        } else {
            self.confirmed
        }
    }
}
