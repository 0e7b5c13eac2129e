//! Shapes of timestamps, also of those with impossible values.

use super::TimestampStyle;

impl TimestampStyle {
    /// Returns true if `text` begins like a timestamp of this style, even if there is no such day or hour.
    #[cold]
    pub(crate) fn has_shape(self, text: &[u8]) -> bool {
        let clf = || matches_mask(text, b"00/aaa/0000:00:00:00");
        let iso = || matches_mask(text, b"0000-00-00T00:00:00");
        let epoch = || text.first().is_some_and(u8::is_ascii_digit);
        match self {
            Self::Clf => clf(),
            Self::Iso => iso(),
            Self::Epoch(_) => epoch(),
            Self::Any => clf() || iso() || epoch(),
        }
    }
}

/// Returns true if `text` begins like `mask`: `0` is a digit, `a` any byte of a name, and `T` or `:` can
/// be a space.
fn matches_mask(text: &[u8], mask: &[u8]) -> bool {
    let is_match = |(byte, mask): (&u8, &u8)| match mask {
        b'0' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_alphanumeric() || !byte.is_ascii(),
        b'T' => matches!(byte, b'T' | b't' | b' '),
        b':' => matches!(byte, b':' | b' '),
        mask => byte == mask,
    };
    text.len() >= mask.len() && text.iter().zip(mask).all(is_match)
}

#[cfg(test)]
mod tests {
    use super::TimestampStyle;

    #[test]
    fn impossible_times_have_the_shape_of_times() {
        for (style, text, expected) in [
            (TimestampStyle::Clf, "31/Feb/2026:10:00:00 +0000]", true),
            (TimestampStyle::Clf, "01/Mrz/2026:25:00:00 +0000]", true),
            (TimestampStyle::Clf, "1/Mar/2026:10:00:00", false),
            (TimestampStyle::Clf, "01/Mar/2026:10:00", false),
            (TimestampStyle::Iso, "2026-02-31T25:00:00Z", true),
            (TimestampStyle::Iso, "2026-02-31", false),
            (TimestampStyle::Any, "99999999999999999999", true),
            (TimestampStyle::Any, "yesterday", false),
            (TimestampStyle::Any, "", false),
        ] {
            assert_eq!(style.has_shape(text.as_bytes()), expected, "{text}");
        }
    }
}
