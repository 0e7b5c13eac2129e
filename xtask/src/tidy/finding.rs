//! Findings: the problems that the rules report.

use std::fmt;

/// A problem, its place, and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    path: String,
    line: usize,
    wrong: String,
    right: String,
}

impl Finding {
    /// A finding in the file at `path`, on `line` (the first is 1).
    pub(crate) fn new(
        path: &str,
        line: usize,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            line,
            wrong: wrong.into(),
            right: right.into(),
        }
    }
}

impl Finding {
    /// The path of the file.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {}; {}",
            self.path, self.line, self.wrong, self.right
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Finding;

    #[test]
    fn reads_as_place_wrong_and_right() {
        let finding = Finding::new("docs/A.md", 3, "dead link", "write a live one");
        assert_eq!(
            finding.to_string(),
            "docs/A.md:3: dead link; write a live one"
        );
    }
}
