//! Parser of durations.

use std::time::Duration;

use hammer_diagnostic::Diagnostic;

/// Longest duration, as for shapes: a longer one could overflow clocks.
const MAX_DURATION: Duration = Duration::from_secs(366 * 24 * 3600);

/// Parses a duration such as `30s`, `5m`, `1h30m` or `250ms`. A bare number is seconds.
pub(crate) fn parse(text: &str) -> Result<Duration, Diagnostic> {
    let span = text.trim();
    let parsed = if span.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        span.parse()
            .ok()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    } else {
        humantime::parse_duration(span).ok()
    };
    let error = |problem| Err(Diagnostic::new(0..text.len(), problem).with_hint("try 30s"));
    match parsed {
        Some(Duration::ZERO) => error("must be longer than 0"),
        Some(span) if span > MAX_DURATION => error("must be at most 366 days"),
        Some(span) => Ok(span),
        None if span.starts_with('-') => error("must be longer than 0"),
        None => {
            let expected = "a duration such as 30s, 5m, 1h30m, or seconds";
            Err(Diagnostic::expecting(0..text.len(), expected))
        }
    }
}

/// Parses a duration as [`parse`] does, or a duration of 0.
pub(crate) fn parse_or_zero(text: &str) -> Result<Duration, Diagnostic> {
    match text.trim() {
        "0" | "0s" => Ok(Duration::ZERO),
        text => parse(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_durations_are_refused_with_the_reason() {
        for (text, ms) in [
            ("30s", 30_000),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("250ms", 250),
            ("1", 1_000),
            ("2.5", 2_500),
            (".5", 500),
            ("366d", 31_622_400_000),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for (text, problem) in [
            ("0", "longer than 0"),
            ("0s", "longer than 0"),
            ("-1", "longer than 0"),
            ("", "expected a duration"),
            (".", "expected a duration"),
            ("soon", "expected a duration"),
            ("1e3", "expected a duration"),
            ("366d 1ns", "at most 366 days"),
            ("18446744073709500000", "at most 366 days"),
            ("99999999999y", "at most 366 days"),
            ("99999999999999999999999", "expected a duration"),
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
