//! Parser of counts.

use hammer_diagnostic::Diagnostic;

/// Parses a whole number above 0.
pub(crate) fn parse(text: &str) -> Result<u64, Diagnostic> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| Diagnostic::expecting(0..text.len(), "a whole number above 0, such as 64"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn counts_are_whole_and_above_zero() {
        assert_eq!(super::parse("64"), Ok(64));
        for text in ["0", "-1", "1.5", "many", ""] {
            assert!(super::parse(text).is_err(), "{text}");
        }
    }
}
