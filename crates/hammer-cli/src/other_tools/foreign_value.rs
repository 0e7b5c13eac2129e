//! The form of a value, which tells flags of the same spelling apart.

use crate::parsers::duration;

/// The methods of HTTP (RFC 9110, section 9, and RFC 5789).
const METHODS: [&str; 9] = [
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

/// The form of a value. `-m POST` is a method in one tool, and `-m 10` a time in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ForeignValue {
    /// The flag has no value.
    None,
    Number,
    Duration,
    /// A method of HTTP.
    Method,
    /// Two parts with a colon between them, which can be a login.
    Pair,
    Text,
}

impl ForeignValue {
    pub(super) fn of(text: Option<&str>) -> Self {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Self::None;
        };
        let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
        let is_method = METHODS
            .iter()
            .any(|method| method.eq_ignore_ascii_case(text));
        match () {
            () if is_number => Self::Number,
            () if duration::parse(text).is_ok() => Self::Duration,
            () if is_method => Self::Method,
            () if text.contains(':') => Self::Pair,
            () => Self::Text,
        }
    }

    /// Returns true if messages can repeat a value of this form: it cannot be a secret.
    pub(super) fn can_be_shown(self) -> bool {
        matches!(self, Self::Number | Self::Duration | Self::Method)
    }
}

#[cfg(test)]
mod tests {
    use super::ForeignValue;

    #[test]
    fn values_have_a_form() {
        for (text, form) in [
            ("", ForeignValue::None),
            ("10", ForeignValue::Number),
            ("0.5", ForeignValue::Number),
            ("inf", ForeignValue::Text),
            ("30s", ForeignValue::Duration),
            ("1m30s", ForeignValue::Duration),
            ("POST", ForeignValue::Method),
            ("ann:s3cret", ForeignValue::Pair),
            ("30s:100", ForeignValue::Pair),
            ("post", ForeignValue::Method),
            ("FILE", ForeignValue::Text),
        ] {
            assert_eq!(ForeignValue::of(Some(text)), form, "{text}");
        }
        assert_eq!(ForeignValue::of(None), ForeignValue::None);
    }
}
