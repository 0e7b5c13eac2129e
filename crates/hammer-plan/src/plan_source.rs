use crate::PlanError;

/// The most that a plan may hold, in bytes: a text that is longer is no plan.
pub(crate) const MAX_PLAN_BYTES: usize = 1 << 20;

/// A text with a name, that can say where something stands in it.
#[derive(Debug, Clone)]
pub(crate) struct PlanSource {
    name: String,
    text: String,
}

impl PlanSource {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The error that `what` is wrong at the byte `at`.
    pub(crate) fn error_at(&self, at: usize, what: impl Into<String>) -> PlanError {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        PlanError::new(
            &self.name,
            before.matches('\n').count() + 1,
            before[line_start..].chars().count() + 1,
            what.into(),
        )
    }

    /// The byte at which a line and a column begin, both counted from 1.
    pub(crate) fn offset(&self, line: usize, column: usize) -> usize {
        let before: usize = self
            .text
            .split_inclusive('\n')
            .take(line.saturating_sub(1))
            .map(str::len)
            .sum();
        let at = (before + column.saturating_sub(1)).min(self.text.len());
        // serde_json counts a column in bytes, and may stop inside a character.
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
    fn a_place_is_a_line_and_a_column_of_characters() {
        let source = PlanSource::new("p", "a\nµb = c\n");
        for (at, place) in [(0, "p:1:1"), (2, "p:2:1"), (4, "p:2:2"), (99, "p:3:1")] {
            let error = source.error_at(at, "it is wrong").to_string();
            assert_eq!(error, format!("{place}: it is wrong"));
        }
        assert_eq!(source.offset(2, 3), 4);
        assert_eq!(source.offset(2, 2), 2, "inside of a character");
        assert_eq!(source.offset(9, 9), source.text().len());
    }
}
