//! Conditions on what was measured: `p99 < 250ms`.

mod bound;
mod distribution;
mod error;
mod figure;
mod fit;
mod measured;
mod name;
mod operator;
mod parse;
mod part;
mod percentile;
mod scope;
#[cfg(test)]
mod table;

use std::fmt;
use std::str::FromStr;

use hammer_core::{Checked, Figure as Shown};

pub use error::ThresholdError;
pub use measured::{Measured, TimeOf};
pub use scope::{Scope, StageName};

use bound::Bound;
use figure::{Counted, Figure};
use operator::Operator;

/// A condition on what was measured: a figure, an operator, a bound, and where there are several
/// loads or stages, which of them.
///
/// As text it is written `p99 < 250ms`, `errors < 0.1%` or `[checkout, stage 2] achieved >= 99%`.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// As it was written, with one space where there may be some.
    text: String,
    scope: Option<Scope>,
    figure: Figure,
    operator: Operator,
    bound: Bound,
}

impl Threshold {
    /// The load or the stage that it is about; none for the whole run.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// Whether it compares with the rate that was asked for, which a closed loop does not have.
    fn needs_requested_rate(&self) -> bool {
        self.figure == Figure::Achieved
    }

    /// Whether the report of a stage tells it: it has hits by verdict, response and service.
    fn fits_a_stage(&self) -> bool {
        match &self.figure {
            Figure::Time(time, _) => matches!(time, TimeOf::Response | TimeOf::Service),
            Figure::Count(Counted::Label(_) | Counted::Failure(_)) => false,
            Figure::Count(_) | Figure::Rate | Figure::Achieved => true,
        }
    }

    /// Compares what was measured with the bound.
    ///
    /// A hit without an answer counts as infinitely slow. Where there is nothing to measure, or no
    /// such load or stage, the condition does not hold.
    #[must_use]
    pub fn check(&self, measured: &dyn Measured) -> Checked {
        let of = |part: &dyn Measured| self.figure.of(part, self.bound.unit());
        let figure = match &self.scope {
            Some(scope) => scope.look(measured, of),
            None => of(measured),
        };
        Checked {
            expression: self.text.clone(),
            figure: Shown {
                figure: figure.filter(|figure| figure.is_finite()),
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
        parse::threshold(text)
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}
