//! Formats of numbers in texts.

pub(crate) use hammer_diagnostic::{
    format_bytes, format_count, format_counted, format_decimal, format_micros, format_percent,
    format_seconds,
};

/// Returns true if a time span of this length, in seconds, is an instant for a schedule: at most
/// 1 µs, the resolution of a timeline. A rate over it has no meaning.
fn is_instant(seconds: f64) -> bool {
    // Not exactly 1e-6, since the sum of spans is rounded.
    seconds < 1.5e-6
}

/// Describes a time span of rows that is too short for a rate: `at one instant`, or below 1 ms
/// `within 600 µs`.
pub(crate) fn short_span(seconds: f64) -> Option<String> {
    match seconds {
        n if is_instant(n) => Some("at one instant".to_owned()),
        n if n < 1e-3 => Some(format!("within {}", format_seconds(n))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_below_a_millisecond_has_no_rate() {
        for (seconds, words) in [
            (0.0, Some("at one instant")),
            (1e-6, Some("at one instant")),
            (2e-6, Some("within 2 µs")),
            (600e-6, Some("within 600 µs")),
            (1e-3, None),
            (60.0, None),
        ] {
            assert_eq!(short_span(seconds).as_deref(), words, "{seconds}");
        }
    }
}
