//! The hits in flight that a look needs.

use std::time::Duration;

use hammer_analysis::InFlightSizing;
use hammer_core::MAX_IN_FLIGHT;

/// The least maximum number of hits in flight.
const LEAST: usize = 64;
/// The hits in flight at the limit of the objectives, as a multiple.
const HEADROOM: f64 = 2.0;

/// Sizes the hits in flight of looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct LookLimits {
    /// The number that the user has set.
    pub(super) set: Option<usize>,
    /// The longest response that an objective allows, or the timeout.
    pub(super) response: Duration,
}

impl LookLimits {
    /// The rule, for the report.
    pub(super) fn sizing(self) -> InFlightSizing {
        let is_given = self.set.is_some();
        InFlightSizing {
            is_given,
            latency_s: (!is_given).then_some(self.response.as_secs_f64()),
            factor: (!is_given).then_some(HEADROOM),
        }
    }

    /// The maximum number of hits in flight at this rate: twice what Little's law gives for hits that
    /// take as long as the objectives allow.
    ///
    /// J. D. C. Little, *A proof for the queuing formula L = λW*, Operations Research 9 (1961).
    pub(super) fn max_in_flight(self, rate: f64) -> usize {
        self.set.unwrap_or_else(|| {
            let hits = rate * self.response.as_secs_f64() * HEADROOM;
            (hits.ceil() as usize).clamp(LEAST, MAX_IN_FLIGHT)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_in_flight_follow_littles_law() {
        let limits = |set, ms| LookLimits {
            set,
            response: Duration::from_millis(ms),
        };
        for (set, ms, rate, expected) in [
            (None, 200, 1_000.0, 400),
            (None, 200, 10.0, LEAST),
            (None, 1, 20_000.0, LEAST),
            (None, 10_000, 1e6, MAX_IN_FLIGHT),
            (Some(7), 200, 1_000.0, 7),
        ] {
            assert_eq!(limits(set, ms).max_in_flight(rate), expected, "{rate}");
        }
    }
}
