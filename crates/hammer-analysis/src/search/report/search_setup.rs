//! The settings of a search, in seconds and hits per second.

use serde::{Deserialize, Serialize};

use crate::search::search_settings::SearchSettings;

/// The settings of a search.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SearchSetup {
    /// The first rate, in hits per second.
    pub from: f64,
    /// The highest rate allowed, in hits per second.
    pub to: Option<f64>,
    /// The width of the range that ends the search, as a share: 0.02 is 2 %.
    pub within: f64,
    /// The length of a look, in seconds.
    pub look_s: f64,
    /// The length of the warm-up of a look, in seconds.
    pub settle_s: f64,
    /// The least pause before a look, in seconds.
    pub rest_s: f64,
    /// The length of a confirmation, in seconds.
    pub confirm_s: f64,
    /// The longest time that the search may take, in seconds.
    pub budget_s: f64,
}

impl From<SearchSettings> for SearchSetup {
    fn from(settings: SearchSettings) -> Self {
        Self {
            from: settings.from,
            to: settings.to,
            within: settings.within,
            look_s: settings.look.as_secs_f64(),
            settle_s: settings.settle.as_secs_f64(),
            rest_s: settings.rest.as_secs_f64(),
            confirm_s: settings.confirm.as_secs_f64(),
            budget_s: settings.budget.as_secs_f64(),
        }
    }
}
