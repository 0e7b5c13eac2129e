//! Parser of counts.

use hammer_diagnostic::{Diagnostic, format_count};

/// Parses a whole number above 0.
pub(crate) fn parse(text: &str) -> Result<u64, Diagnostic> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| Diagnostic::expecting(0..text.len(), "a whole number above 0, such as 64"))
}

/// Parses a whole number above 0, up to `MAX`.
pub(crate) fn parse_up_to<const MAX: u64>(text: &str) -> Result<u64, Diagnostic> {
    let count = text.parse().ok().filter(|count| (1..=MAX).contains(count));
    count.ok_or_else(|| {
        let expected = format!("a whole number above 0, up to {}", format_count(MAX));
        Diagnostic::expecting(0..text.len(), expected)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn counts_above_their_limit_are_refused() {
        assert_eq!(super::parse_up_to::<1_024>("1024"), Ok(1_024));
        for text in ["0", "1025", "18446744073709551616", "x"] {
            let error = super::parse_up_to::<1_024>(text).expect_err(text);
            assert!(
                error.to_string().contains("above 0, up to 1,024"),
                "{error}"
            );
        }
    }

    #[test]
    fn counts_are_whole_and_above_zero() {
        assert_eq!(super::parse("64"), Ok(64));
        for text in ["0", "-1", "1.5", "many", ""] {
            assert!(super::parse(text).is_err(), "{text}");
        }
    }
}
