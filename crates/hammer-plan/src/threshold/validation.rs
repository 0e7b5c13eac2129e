//! Checks that the loads of a run have the figure of a threshold.

use std::borrow::Cow;
use std::ops::Range;

use hammer_core::Shape;
use hammer_diagnostic::Diagnostic;

use super::text_slice::{ThresholdParseResult, quotable};
use super::{StageSelector, Threshold, ThresholdScope};

/// The name and the shape of a load.
type NamedShape<'a> = (&'a str, &'a Shape);

/// The maximum number of names of loads that an error lists.
const MAX_LISTED_LOADS: usize = 8;

impl Threshold {
    /// Checks that `loads`, given by names and shapes, have the figure in its scope. Stages are not
    /// measured `during_run`.
    ///
    /// # Errors
    ///
    /// If the load, the stage or the figure does not exist. The text of the error is the threshold
    /// as displayed.
    pub fn validate(&self, loads: &[NamedShape<'_>], during_run: bool) -> Result<(), Diagnostic> {
        let found = self.find_mismatch(loads, during_run);
        found.map_err(|error| error.in_input(&*self.text))
    }

    fn find_mismatch(
        &self,
        loads: &[NamedShape<'_>],
        during_run: bool,
    ) -> ThresholdParseResult<()> {
        let selected = match self.scope().and_then(ThresholdScope::load) {
            Some(name) => self.find_load(name, loads)?,
            None => loads,
        };
        if let Some(stage) = self.scope().and_then(ThresholdScope::stage) {
            self.validate_stage(stage, loads, selected, during_run)?;
        }
        if self.needs_requested_rate() && selected.iter().any(|(_, shape)| shape.is_closed_loop()) {
            let start = self.condition_span().start;
            let position = start..start + "achieved".len();
            return Err(
                Diagnostic::new(position, "a closed loop has no requested rate")
                    .with_expected("rate, in hits per second"),
            );
        }
        Ok(())
    }

    fn find_load<'l, 'a>(
        &self,
        name: &str,
        loads: &'l [NamedShape<'a>],
    ) -> ThresholdParseResult<&'l [NamedShape<'a>]> {
        if let [(_, shape)] = loads {
            let problem = if shape.stages().len() < 2 {
                "there is only one load, and it has no stages"
            } else {
                "there is only one load"
            };
            return self.scope_error(problem, self.expected_without_scope());
        }
        if let Some(index) = loads.iter().position(|(known, _)| *known == name) {
            return Ok(&loads[index..=index]);
        }
        let known = loads.iter().map(|(name, _)| *name);
        let mut listed: Vec<&str> = known.clone().take(MAX_LISTED_LOADS).collect();
        if loads.len() > MAX_LISTED_LOADS {
            listed.push("…");
        }
        let at = self.text.find(name).unwrap_or_default();
        let error = Diagnostic::unknown(at..at + name.len(), "load", name, known);
        Err(error.or_expected(listed.join(", ")))
    }

    fn validate_stage(
        &self,
        stage: &StageSelector,
        loads: &[NamedShape<'_>],
        selected: &[NamedShape<'_>],
        during_run: bool,
    ) -> ThresholdParseResult<()> {
        let [(_, shape)] = selected else {
            let first = loads.first().map_or("checkout", |(name, _)| name);
            let expected = match quotable(&self.text[1..]) {
                Some(rest) => format!("[{first}, {rest}"),
                None => format!("a load, as in [{first}, stage 2]"),
            };
            return self.scope_error("the stage needs a load", expected);
        };
        let stages = shape.stages();
        if stages.len() < 2 {
            let problem = if loads.len() < 2 {
                "there is only one load, and it has no stages"
            } else {
                "the load has no stages"
            };
            return self.scope_error(problem, self.expected_without_scope());
        }
        if during_run {
            let expected = "no stage, or a threshold that is checked at the end";
            return self.scope_error("stages are measured only at the end of the run", expected);
        }
        let known = match stage {
            StageSelector::Number(number) => *number <= stages.len() as u64,
            StageSelector::Rate(rate) => stages.iter().any(|stage| stage.to_string() == *rate),
        };
        if !known {
            let expected = format!("[stage 1] to [stage {}]", stages.len());
            return self.scope_error("unknown stage", expected);
        }
        if !self.supports_stages() {
            let expected = "response, service, rate, achieved, or hits by result";
            let problem = "a stage does not have this figure";
            return Err(Diagnostic::new(self.condition_span(), problem).with_expected(expected));
        }
        Ok(())
    }

    fn scope_error<T>(
        &self,
        problem: &'static str,
        expected: impl Into<Cow<'static, str>>,
    ) -> ThresholdParseResult<T> {
        Err(Diagnostic::new(0..self.scope_end(), problem).with_expected(expected))
    }

    fn scope_end(&self) -> usize {
        let bracket = self.scope().and_then(|_| self.text.find(']'));
        bracket.map_or(0, |at| at + 1)
    }

    fn without_scope(&self) -> &str {
        self.text[self.scope_end()..].trim_start()
    }

    fn expected_without_scope(&self) -> Cow<'static, str> {
        match quotable(self.without_scope()) {
            Some(condition) => condition.to_owned().into(),
            None => "the condition without a scope".into(),
        }
    }

    /// Returns the position of the figure, the operator and the bound.
    fn condition_span(&self) -> Range<usize> {
        self.text.len() - self.without_scope().len()..self.text.len()
    }
}
