//! The text of a plan, and positions in it.

use hammer_diagnostic::{Diagnostic, line_column};

use crate::PlanError;
use crate::environment::SubstitutedVariables;

/// The longest text that is accepted as a plan, in bytes.
pub(crate) const MAX_PLAN_BYTES: usize = 1 << 20;

/// A text with a name. Converts byte positions to lines and columns.
#[derive(Debug, Clone)]
pub(crate) struct PlanSourceText {
    name: String,
    text: String,
    variables: SubstitutedVariables,
}

impl PlanSourceText {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            variables: SubstitutedVariables::default(),
        }
    }

    /// Adds the variables whose values errors must not repeat.
    pub(crate) fn with_variables(self, variables: SubstitutedVariables) -> Self {
        Self { variables, ..self }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The variables whose values errors must not repeat.
    pub(crate) fn variables(&self) -> &SubstitutedVariables {
        &self.variables
    }

    /// Returns true if `text` has parts of a value of the environment.
    pub(crate) fn has_environment(&self, text: &str) -> bool {
        self.variables.are_in(text)
    }

    /// Makes an error about the text at byte `at`. Values of the environment in `problem` are
    /// replaced by the names of their variables.
    pub(crate) fn error_at(&self, at: usize, problem: impl Into<String>) -> PlanError {
        let problem = self.variables.mask(problem.into());
        self.diagnostic_at(at, Diagnostic::new(at..at, problem))
    }

    /// Makes an error about the text at byte `at`, which repeats no value of the environment.
    pub(crate) fn diagnostic_at(&self, at: usize, diagnostic: Diagnostic) -> PlanError {
        PlanError::new(&self.name, line_column(&self.text, at), diagnostic)
    }

    /// Returns the byte position of a line and a column, both counted from 1.
    pub(crate) fn offset(&self, line: usize, column: usize) -> usize {
        let before: usize = self
            .text
            .split_inclusive('\n')
            .take(line.saturating_sub(1))
            .map(str::len)
            .sum();
        let at = (before + column.saturating_sub(1)).min(self.text.len());
        // serde_json counts columns in bytes and may stop inside a character.
        (0..=at)
            .rev()
            .find(|at| self.text.is_char_boundary(*at))
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_lines_and_columns_of_characters() {
        let source = PlanSourceText::new("p", "a\nµb = c\n");
        for (at, place) in [(0, "p:1:1"), (2, "p:2:1"), (4, "p:2:2"), (99, "p:3:1")] {
            let error = source.error_at(at, "wrong").to_string();
            assert_eq!(error, format!("{place}: wrong"));
        }
        assert_eq!(source.offset(2, 3), 4);
        assert_eq!(source.offset(2, 2), 2, "inside a character");
        assert_eq!(source.offset(9, 9), source.text().len());
    }
}
