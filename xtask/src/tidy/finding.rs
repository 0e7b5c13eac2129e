//! A finding of a rule, and its display.

use std::fmt;

/// A problem, its place, and its remedy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TidyFinding {
    path: String,
    line: usize,
    problem: String,
    remedy: String,
}

impl TidyFinding {
    /// Creates a finding in the file at `path`, on `line` (the first is 1).
    pub(crate) fn new(
        path: &str,
        line: usize,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            line,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }
}

impl TidyFinding {
    /// The path of the file.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for TidyFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}; {}",
            self.path, self.line, self.problem, self.remedy
        )
    }
}

#[cfg(test)]
mod tests {
    use super::TidyFinding;

    #[test]
    fn displays_place_problem_and_remedy() {
        let finding = TidyFinding::new("docs/A.md", 3, "dead link", "write a live one");
        assert_eq!(
            finding.to_string(),
            "docs/A.md:3: dead link; write a live one"
        );
    }
}
