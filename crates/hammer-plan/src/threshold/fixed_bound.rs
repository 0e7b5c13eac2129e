//! Bounds that are a number with a unit.

use std::ops::Range;

use hammer_diagnostic::Diagnostic;

use super::bound_text::{BoundProblem, BoundText};
use super::figure::{HitCategory, ThresholdFigure};
use super::text_slice::quotable;

/// A value with a unit that a figure is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FixedBound {
    value: f64,
    unit: FigureUnit,
}

/// The unit of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FigureUnit {
    Micros,
    Percent,
    Hits,
    PerSecond,
}

impl FigureUnit {
    /// Returns the unit as the report writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Micros => "us",
            Self::Percent => "%",
            Self::Hits => "hits",
            Self::PerSecond => "/s",
        }
    }
}

impl FixedBound {
    pub(crate) fn value(self) -> f64 {
        self.value
    }

    pub(crate) fn unit(self) -> FigureUnit {
        self.unit
    }

    /// Parses the text after the operator; `span` is its position in the whole text.
    pub(crate) fn parse(
        text: &str,
        span: Range<usize>,
        figure: &ThresholdFigure,
    ) -> Result<Self, Diagnostic> {
        let example = example_bound(figure);
        if text.is_empty() {
            let expected = format!("a bound such as {example}");
            return Err(Diagnostic::new(span, "missing bound").with_expected(expected));
        }
        let parsed = BoundText::split(text, example).and_then(|bound| match figure {
            ThresholdFigure::Time(..) => bound.time(),
            ThresholdFigure::Achieved => bound.achieved(),
            ThresholdFigure::Rate => bound.rate(),
            ThresholdFigure::Count(_) => bound.count(),
        });
        parsed.map_err(|BoundProblem { problem, expected }| {
            // A text that is too long to repeat is answered with the example.
            let expected = quotable(text).map_or(example.into(), |_| expected);
            Diagnostic::new(span, problem).with_expected(expected)
        })
    }

    pub(super) fn new(value: f64, unit: FigureUnit) -> Self {
        Self { value, unit }
    }
}

/// Returns an example of a bound for a figure.
pub(crate) fn example_bound(figure: &ThresholdFigure) -> &'static str {
    match figure {
        ThresholdFigure::Time(..) => "250ms",
        ThresholdFigure::Rate => "900/s",
        ThresholdFigure::Achieved => "99%",
        ThresholdFigure::Count(HitCategory::All | HitCategory::Ok) => "1000",
        ThresholdFigure::Count(
            HitCategory::Errors | HitCategory::Rejected | HitCategory::Label(_),
        ) => "0.1%",
        ThresholdFigure::Count(_) => "0",
    }
}
