//! What a check has to say about a line.

use std::fmt;

/// One thing that is wrong, where it is, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TidyFinding {
    path: String,
    line: usize,
    problem: String,
    remedy: String,
}

impl TidyFinding {
    /// A finding in the file at `path`, on `line` (the first is 1).
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
    fn reads_as_place_wrong_and_right() {
        let finding = TidyFinding::new("docs/A.md", 3, "dead link", "write a live one");
        assert_eq!(
            finding.to_string(),
            "docs/A.md:3: dead link; write a live one"
        );
    }
}
