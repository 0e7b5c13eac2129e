//! One-line text of an error and its sources.

use std::error::Error;
use std::fmt::Write;

/// Writes an error and each of its sources in one line, joined by colons.
///
/// ```
/// let error = std::io::Error::other("disk full");
/// assert_eq!(hammer_diagnostic::chain(&error), "disk full");
/// ```
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        // Writing to a `String` cannot fail.
        let _ = write!(line, ": {source}");
        next = source.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::fmt;

    use super::chain;

    #[derive(Debug)]
    struct NestedTestError(&'static str, Option<Box<NestedTestError>>);

    impl fmt::Display for NestedTestError {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for NestedTestError {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_ref().map(|source| source.as_ref() as _)
        }
    }

    #[test]
    fn names_each_source_once() {
        let root = NestedTestError("no such file", None);
        let error = NestedTestError(
            "read key",
            Some(Box::new(NestedTestError(
                "open k.pem",
                Some(Box::new(root)),
            ))),
        );
        assert_eq!(chain(&error), "read key: open k.pem: no such file");
    }
}
