//! Thresholds: conditions on measurements, such as `p99 < 250ms`.

mod against_baseline;
mod bound;
mod bound_text;
mod certain_failure;
mod distribution;
mod error_budget;
mod figure;
mod figure_name;
mod fixed_bound;
mod group_measurements;
mod measurements;
mod operator;
mod parse;
#[cfg(test)]
mod parse_tests;
mod percentile;
mod rebased;
mod relative_bound;
#[cfg(test)]
mod relative_bound_tests;
mod scope;
mod text_slice;
mod time_bound;
mod validation;
pub(crate) mod window;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use hammer_core::{BaselineBound, CheckedThreshold, MeasuredValue};
use hammer_diagnostic::Diagnostic;

pub(crate) use group_measurements::GroupMeasurements;
pub use measurements::{HitTime, Measurements};
pub(crate) use rebased::rebased;
pub use scope::{StageSelector, ThresholdScope};

use bound::ThresholdBound;
use figure::{HitCategory, ThresholdFigure};
use fixed_bound::FigureUnit;
use operator::ComparisonOperator;

/// A condition on measurements: a figure, an operator and a bound, optionally for one load, stage or
/// group, or over a window of time.
///
/// Examples: `p99 < 250ms`, `errors < 0.1%`, `[checkout, stage 2] achieved >= 99%`,
/// `[items] p99 < 200ms`, `p99 > 1s over 10s`, `p99 <= baseline + 5%`.
///
/// A bound relative to a baseline is known after [`with_baseline`](Self::with_baseline).
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// The text with normalized white space.
    text: String,
    scope: Option<ThresholdScope>,
    figure: ThresholdFigure,
    operator: ComparisonOperator,
    bound: ThresholdBound,
    /// The bound in numbers, if it is relative to a baseline and the baseline is known.
    relative: Option<BaselineBound>,
    window: Option<Duration>,
}

impl Threshold {
    /// Returns the length of the window over which the condition is measured while a run lasts, or
    /// `None` for the whole time until now.
    #[must_use]
    pub fn window(&self) -> Option<Duration> {
        self.window
    }

    /// Returns the part of the run that the threshold applies to, or `None` for the whole run.
    #[must_use]
    pub fn scope(&self) -> Option<&ThresholdScope> {
        self.scope.as_ref()
    }

    /// Returns the number that the figure is compared with, unless it depends on an unknown baseline.
    fn bound_value(&self) -> Option<f64> {
        match self.bound {
            ThresholdBound::Fixed(bound) => Some(bound.value()),
            ThresholdBound::Relative(_) => self.relative.map(|relative| relative.bound),
        }
    }

    /// Returns true if the figure needs a requested rate, which a closed loop lacks.
    fn needs_requested_rate(&self) -> bool {
        self.figure == ThresholdFigure::Achieved
    }

    /// Returns true if the bound is a number of hits.
    fn counts_hits(&self) -> bool {
        self.bound.unit() == FigureUnit::Hits
    }

    /// Returns true if the report of a stage has the figure.
    fn supports_stages(&self) -> bool {
        match &self.figure {
            ThresholdFigure::Time(time, _) => matches!(time, HitTime::Response | HitTime::Service),
            ThresholdFigure::Count(HitCategory::Label(_) | HitCategory::Failure(_)) => false,
            ThresholdFigure::Count(_) | ThresholdFigure::Rate | ThresholdFigure::Achieved => true,
        }
    }

    /// Returns true if the report of a group has the figure.
    fn supports_groups(&self) -> bool {
        match &self.figure {
            ThresholdFigure::Time(time, _) => *time == HitTime::Response,
            ThresholdFigure::Rate | ThresholdFigure::Achieved => false,
            ThresholdFigure::Count(_) => self.supports_stages(),
        }
    }

    /// Compares the measured figure with the bound.
    ///
    /// A hit without an answer counts as infinitely slow. The condition does not hold if there is
    /// no measurement, if the load, stage or group does not exist, or if the bound depends on an unknown
    /// baseline.
    #[must_use]
    pub fn check(&self, measured: &dyn Measurements) -> CheckedThreshold {
        let measure = |part: &dyn Measurements| self.figure.measure(part, self.bound.unit());
        let figure = match &self.scope {
            Some(scope) => scope.measure(measured, measure),
            None => measure(measured),
        };
        CheckedThreshold {
            expression: self.text.clone(),
            measured: MeasuredValue {
                value: figure.filter(|figure| figure.is_finite()),
                infinite: figure == Some(f64::INFINITY),
                unit: self.bound.unit().as_str().to_owned(),
            },
            relative: self.relative,
            passed: (figure.zip(self.bound_value()))
                .is_some_and(|(figure, bound)| self.operator.holds(figure, bound)),
            judged: true,
        }
    }
}

/// A name in a figure that a hammer reports, and that the grammar of thresholds does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReportedName<'t> {
    /// The name of a failure, as in `failure.timeout`.
    Failure(&'t str),
    /// The label of an answer, as in `label.503`.
    Label(&'t str),
    /// The name of a phase, as in `phase.connect.p50`.
    Phase(&'t str),
}

impl Threshold {
    /// Returns the name in the figure that a hammer reports, if there is one.
    #[must_use]
    pub fn reported_name(&self) -> Option<ReportedName<'_>> {
        match &self.figure {
            ThresholdFigure::Count(HitCategory::Failure(name)) => Some(ReportedName::Failure(name)),
            ThresholdFigure::Count(HitCategory::Label(name)) => Some(ReportedName::Label(name)),
            ThresholdFigure::Time(HitTime::Phase(name), _) => Some(ReportedName::Phase(name)),
            _ => None,
        }
    }
}

impl FromStr for Threshold {
    type Err = Diagnostic;

    fn from_str(text: &str) -> Result<Self, Diagnostic> {
        parse::parse_threshold(text).map_err(|error| error.in_input(text))
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}
