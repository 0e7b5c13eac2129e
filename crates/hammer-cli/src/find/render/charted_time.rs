//! The time that the chart of a search shows over the rate.

use hammer_analysis::{LookReport, SearchReport};
use hammer_plan::Threshold;

/// A time with its bound: that of the first objective that limits a time of all hits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ChartedTime {
    /// The name, such as `p99`.
    pub(super) name: String,
    /// The bound with its objective.
    bound: Option<TimeBound>,
}

/// The bound of a time.
#[derive(Debug, Clone, PartialEq)]
struct TimeBound {
    objective: String,
    us: f64,
}

impl ChartedTime {
    /// Without an objective for a time, this is the p99 without a bound.
    pub(super) fn new(report: &SearchReport) -> Self {
        let mut bounds = report.objectives.iter().filter_map(|objective| {
            let threshold: Threshold = objective.parse().ok()?;
            let (_, us) = threshold.time_bound()?;
            let objective = objective.clone();
            threshold
                .scope()
                .is_none()
                .then_some(TimeBound { objective, us })
        });
        let bound = bounds.next();
        let name = bound.as_ref().and_then(|bound| {
            let name = bound.objective.split(['<', '>']).next()?.trim();
            Some(name.to_owned())
        });
        Self {
            name: name.unwrap_or_else(|| "p99".to_owned()),
            bound,
        }
    }

    /// The objective as text.
    pub(super) fn objective(&self) -> Option<&str> {
        self.bound.as_ref().map(|bound| bound.objective.as_str())
    }

    /// The bound, in microseconds.
    pub(super) fn bound_us(&self) -> Option<f64> {
        self.bound.as_ref().map(|bound| bound.us)
    }

    /// The time of a look, in microseconds. `None` if it was not measured or if there is no answer.
    pub(super) fn of(&self, look: &LookReport) -> Option<f64> {
        let of_objective = self.objective().and_then(|it| look.objective_us(it));
        let of_look = match self.name.as_str() {
            "p50" => look.p50_us,
            "p99" => look.p99_us,
            _ => None,
        };
        of_objective.or(of_look).filter(|us| us.is_finite())
    }
}
