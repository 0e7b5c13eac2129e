//! Bounds of thresholds from the figures of a baseline.

use std::ops::Range;

use hammer_core::BaselineBound;
use hammer_diagnostic::Diagnostic;

use super::bound::ThresholdBound;
use super::relative_bound::{KEYWORD, RelativeBound};
use super::text_slice::quotable;
use super::{Measurements, Threshold};

impl Threshold {
    /// Returns true if the bound is relative to a baseline.
    #[must_use]
    pub fn needs_baseline(&self) -> bool {
        matches!(self.bound, ThresholdBound::Relative(_))
    }

    /// Computes a bound relative to a baseline from its measurements: those of an earlier run, in the
    /// same scope. Other thresholds stay as they are.
    ///
    /// # Errors
    ///
    /// If there is no baseline, if it has no such load, stage or group, if its figure is infinite or
    /// was not measured, or if no value can meet the bound. The text of the error is the threshold as
    /// displayed.
    pub fn with_baseline(&self, baseline: Option<&dyn Measurements>) -> Result<Self, Diagnostic> {
        let ThresholdBound::Relative(bound) = self.bound else {
            return Ok(self.clone());
        };
        let figure = match baseline {
            None => Err(self.missing_baseline()),
            Some(baseline) => self.baseline_figure(baseline),
        };
        let resolved = figure.and_then(|figure| {
            let relative = bound.for_baseline(figure);
            self.check_bound(bound, relative.bound)?;
            Ok(Self {
                relative: Some(relative),
                ..self.clone()
            })
        });
        resolved.map_err(|error| error.in_input(&*self.text))
    }

    /// Sets a bound relative to a baseline to the one that a report has.
    #[must_use]
    pub fn with_known_bound(self, relative: Option<BaselineBound>) -> Self {
        Self { relative, ..self }
    }

    /// Measures the figure in the baseline.
    fn baseline_figure(&self, baseline: &dyn Measurements) -> Result<f64, Diagnostic> {
        let unit = self.bound.unit();
        let figure = match &self.scope {
            None => self.figure.measure(baseline, unit),
            Some(scope) => {
                if scope.measure(baseline, |_| Some(())).is_none() {
                    let end = self.text.find(']').map_or(0, |at| at + 1);
                    let shown = quotable(&self.text[..end]).unwrap_or("this scope");
                    let error = Diagnostic::new(0..end, format!("the baseline has no {shown}"));
                    return Err(error.with_expected("a baseline with the same loads"));
                }
                scope.measure(baseline, |part| self.figure.measure(part, unit))
            }
        };
        let error = |problem: &'static str, expected: &'static str| {
            Err(Diagnostic::new(self.keyword_span(), problem).with_expected(expected))
        };
        match figure {
            None => error(
                "the baseline does not have this figure",
                "a baseline that measured it",
            ),
            Some(figure) if !figure.is_finite() => error(
                "the figure of the baseline is infinite: too many of its hits have no answer",
                "a baseline with fewer errors",
            ),
            Some(figure) => Ok(figure),
        }
    }

    fn missing_baseline(&self) -> Diagnostic {
        let problem = format!("missing `{KEYWORD}`, the run to compare with");
        Diagnostic::new(self.keyword_span(), problem).with_expected("a number, or a baseline")
    }

    /// Checks that the condition can hold.
    fn check_bound(&self, bound: RelativeBound, value: f64) -> Result<(), Diagnostic> {
        if value.is_finite() && bound.can_hold(&self.figure, self.operator, value) {
            return Ok(());
        }
        let position = self.keyword_span().start..self.text.len();
        let problem = "the condition cannot hold with this baseline";
        Err(Diagnostic::new(position, problem)
            .with_expected("<= or >=, or a margin that leaves room"))
    }

    /// Returns the position of the word `baseline` in the bound.
    fn keyword_span(&self) -> Range<usize> {
        let start = self.text.rfind(KEYWORD).unwrap_or_default();
        start..start + KEYWORD.len()
    }
}
