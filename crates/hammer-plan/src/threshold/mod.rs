//! Conditions on what was measured: `p99 < 250ms`.

mod bound;
mod distribution;
mod figure;
mod figure_name;
mod measurements;
mod operator;
mod parse;
#[cfg(test)]
mod parse_tests;
mod percentile;
mod scope;
mod text_slice;
mod threshold_error;
mod validation;

use std::fmt;
use std::str::FromStr;

use hammer_core::{MeasuredValue as Shown, ThresholdCheck};

pub use measurements::{HitTime, Measurements};
pub use scope::{StageSelector, ThresholdScope};
pub use threshold_error::ThresholdError;

use bound::ThresholdBound;
use figure::{HitCategory, ThresholdFigure};
use operator::ComparisonOperator;

/// A condition on what was measured: a figure, an operator, a bound, and where there are several
/// loads or stages, which of them.
///
/// As text it is written `p99 < 250ms`, `errors < 0.1%` or `[checkout, stage 2] achieved >= 99%`.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// As it was written, with one space where there may be some.
    text: String,
    scope: Option<ThresholdScope>,
    figure: ThresholdFigure,
    operator: ComparisonOperator,
    bound: ThresholdBound,
}

impl Threshold {
    /// The load or the stage that it is about; none for the whole run.
    #[must_use]
    pub fn scope(&self) -> Option<&ThresholdScope> {
        self.scope.as_ref()
    }

    /// Whether it compares with the rate that was asked for, which a closed loop does not have.
    fn needs_requested_rate(&self) -> bool {
        self.figure == ThresholdFigure::Achieved
    }

    /// Whether the report of a stage tells it: it has hits by verdict, response and service.
    fn supports_stages(&self) -> bool {
        match &self.figure {
            ThresholdFigure::Time(time, _) => matches!(time, HitTime::Response | HitTime::Service),
            ThresholdFigure::Count(HitCategory::Label(_) | HitCategory::Failure(_)) => false,
            ThresholdFigure::Count(_) | ThresholdFigure::Rate | ThresholdFigure::Achieved => true,
        }
    }

    /// Compares what was measured with the bound.
    ///
    /// A hit without an answer counts as infinitely slow. Where there is nothing to measure, or no
    /// such load or stage, the condition does not hold.
    #[must_use]
    pub fn check(&self, measured: &dyn Measurements) -> ThresholdCheck {
        let of = |part: &dyn Measurements| self.figure.measure(part, self.bound.unit());
        let figure = match &self.scope {
            Some(scope) => scope.measure(measured, of),
            None => of(measured),
        };
        ThresholdCheck {
            expression: self.text.clone(),
            measured: Shown {
                value: figure.filter(|figure| figure.is_finite()),
                infinite: figure == Some(f64::INFINITY),
                unit: self.bound.unit().as_str().to_owned(),
            },
            passed: figure.is_some_and(|figure| self.operator.holds(figure, self.bound.value())),
        }
    }
}

impl FromStr for Threshold {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        parse::parse_threshold(text)
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}
