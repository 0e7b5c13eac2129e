//! The settings of a search.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The highest rate that a search looks at without [`SearchSettings::to`], in hits per second.
const RATE_LIMIT: f64 = 1e9;
/// The fewest hits that a look has on average. A search does not look at lower rates than this needs.
const MIN_HITS: f64 = 100.0;

/// The settings of a search for the highest rate that holds. Rates are in hits per second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SearchSettings {
    /// The rate of the first look.
    pub from: f64,
    /// The highest rate to look at.
    pub to: Option<f64>,
    /// The relative distance between the rate that holds and the one that fails at which the search
    /// ends, such as 0.02.
    pub within: f64,
    /// The measured length of a look.
    pub look: Duration,
    /// The warm-up of a look, which is not measured.
    pub settle: Duration,
    /// The pause before a look.
    pub rest: Duration,
    /// The measured length of a confirmation.
    pub confirm: Duration,
    /// The longest time of the whole search.
    pub budget: Duration,
}

impl SearchSettings {
    /// Replaces values that no search can have: those that are not finite, and those out of order.
    pub(crate) fn sanitized(self) -> Self {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let from = if positive(self.from) { self.from } else { 1.0 };
        let to = self.to.filter(|to| positive(*to));
        let within = if positive(self.within) {
            self.within.clamp(0.001, 1.0)
        } else {
            0.02
        };
        let from = from.min(to.unwrap_or(RATE_LIMIT)).min(RATE_LIMIT);
        Self {
            from,
            to,
            within,
            ..self
        }
    }

    /// The highest rate that a search looks at.
    pub(crate) fn ceiling(&self) -> f64 {
        self.to.unwrap_or(RATE_LIMIT).min(RATE_LIMIT)
    }

    /// The lowest rate that a search looks at: with fewer hits, a look has no percentiles.
    pub(crate) fn floor(&self) -> f64 {
        let look = self.look.as_secs_f64().max(0.001);
        (MIN_HITS / look).min(self.from)
    }

    /// Rounds a rate to a number that a person can type, with an error of less than a twentieth of
    /// [`within`](Self::within).
    pub(crate) fn rounded(&self, rate: f64) -> f64 {
        let digits = 1 + (1.0 / self.within).log10().ceil().max(1.0) as i32;
        let scale = 10_f64.powi(digits - rate.log10().floor() as i32);
        (rate * scale).round() / scale
    }
}
