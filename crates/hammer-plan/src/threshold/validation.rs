//! Checks that the loads of a run have the figure of a threshold.

use std::borrow::Cow;
use std::ops::Range;

use hammer_diagnostic::Diagnostic;

use super::text_slice::{ThresholdParseResult, quotable};
use super::{StageSelector, Threshold, ThresholdScope, window};
use crate::LoadOutline;

/// The maximum number of names of loads or groups that an error lists.
const MAX_LISTED_NAMES: usize = 8;

impl Threshold {
    /// Checks that `loads` have the figure in its scope, and that only a condition `during_run` has a
    /// window, which is not longer than the load.
    ///
    /// # Errors
    ///
    /// If the load, the stage, the group or the figure does not exist, or if the window does not fit. The text of the error is the
    /// threshold as displayed.
    pub fn validate(&self, loads: &[LoadOutline], during_run: bool) -> Result<(), Diagnostic> {
        let found = self.find_mismatch(loads, during_run);
        found.map_err(|error| error.in_input(&*self.text))
    }

    fn find_mismatch(&self, loads: &[LoadOutline], during_run: bool) -> ThresholdParseResult<()> {
        let selected = match self.scope() {
            Some(scope) => self.validate_scope(scope, loads)?,
            None => loads,
        };
        if self.needs_requested_rate() && selected.iter().any(|load| load.shape.is_closed_loop()) {
            let start = self.condition_span().start;
            let position = start..start + "achieved".len();
            return Err(
                Diagnostic::new(position, "a closed loop has no requested rate")
                    .with_expected("rate, in hits per second"),
            );
        }
        self.validate_window(selected, during_run)
    }

    fn validate_window(
        &self,
        selected: &[LoadOutline],
        during_run: bool,
    ) -> ThresholdParseResult<()> {
        let Some(window) = self.window() else {
            return Ok(());
        };
        let start = self.text.rfind(window::KEYWORD).unwrap_or_default();
        let error = |problem| Diagnostic::new(start..self.text.len(), problem);
        if !during_run {
            return Err(error("only a condition that ends the run has a window")
                .with_expected("the condition without a window"));
        }
        if self.needs_baseline() && self.counts_hits() {
            return Err(error(
                "a number of hits in a window cannot be compared with that of a whole run",
            )
            .with_expected("the condition without a window, or a percentage"));
        }
        let [only] = selected else {
            return Ok(());
        };
        match only.length.filter(|length| *length < window) {
            None => Ok(()),
            Some(length) => Err(
                error("the load ends before its window is full").with_expected(
                    match length.as_secs() {
                        0 => "the condition without a window".to_owned(),
                        seconds => format!("a window of at most {seconds}s"),
                    },
                ),
            ),
        }
    }

    /// Checks the scope, and returns the loads that it selects.
    fn validate_scope<'l>(
        &self,
        scope: &ThresholdScope,
        loads: &'l [LoadOutline],
    ) -> ThresholdParseResult<&'l [LoadOutline]> {
        let Some(name) = scope.load() else {
            if let Some(stage) = scope.stage() {
                self.validate_stage(stage, loads, loads)?;
            }
            return Ok(loads);
        };
        if let [only] = loads
            && !only.groups.is_empty()
            && scope.stage().is_none()
            && only.name != name
        {
            self.validate_group(&scope.text, &only.groups)?;
            return Ok(loads);
        }
        let selected = self.find_load(name, loads)?;
        if let Some(stage) = scope.stage() {
            self.validate_stage(stage, loads, selected)?;
        }
        if let ([load], Some(group)) = (selected, scope.group()) {
            self.validate_group(group, &load.groups)?;
        }
        Ok(selected)
    }

    fn find_load<'l>(
        &self,
        name: &str,
        loads: &'l [LoadOutline],
    ) -> ThresholdParseResult<&'l [LoadOutline]> {
        if let Some(index) = loads.iter().position(|load| load.name == name) {
            return Ok(&loads[index..=index]);
        }
        if let [only] = loads {
            let problem = if only.shape.stages().len() < 2 {
                "there is only one load, and it has no stages"
            } else {
                "there is only one load"
            };
            return self.scope_error(problem, self.expected_without_scope());
        }
        let has_group = |load: &&LoadOutline| load.groups.iter().any(|group| group == name);
        if let Some(owner) = loads.iter().find(has_group) {
            let expected = format!("[{}, {name}]", owner.name);
            return self.scope_error("the group needs a load", expected);
        }
        Err(self.unknown_name("load", name, loads.iter().map(|load| &*load.name)))
    }

    fn validate_group(&self, name: &str, groups: &[String]) -> ThresholdParseResult<()> {
        if groups.is_empty() {
            return self.scope_error("the load has no groups", "a load, or a stage of it");
        }
        if !groups.iter().any(|group| group == name) {
            let known = groups.iter().map(String::as_str);
            return Err(self.unknown_name("group", name, known));
        }
        if !self.supports_groups() {
            let expected = "response or hits by result";
            let problem = "a group does not have this figure";
            return Err(Diagnostic::new(self.condition_span(), problem).with_expected(expected));
        }
        Ok(())
    }

    /// The error of a name that is none of `known`, which it lists.
    fn unknown_name<'n>(
        &self,
        kind: &'static str,
        name: &str,
        known: impl Iterator<Item = &'n str> + Clone,
    ) -> Diagnostic {
        let mut listed: Vec<&str> = known.clone().take(MAX_LISTED_NAMES).collect();
        if known.clone().nth(MAX_LISTED_NAMES).is_some() {
            listed.push("…");
        }
        let at = self.text.find(name).unwrap_or(1);
        let end = (at + name.len()).min(self.text.len());
        let error = Diagnostic::unknown(at..end, kind, name, known);
        error.or_expected(listed.join(", "))
    }

    fn validate_stage(
        &self,
        stage: &StageSelector,
        loads: &[LoadOutline],
        selected: &[LoadOutline],
    ) -> ThresholdParseResult<()> {
        let [LoadOutline { shape, .. }] = selected else {
            let first = loads.first().map_or("checkout", |load| &load.name);
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
