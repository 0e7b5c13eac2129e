use std::time::Duration;

/// As long as a shape may last: beyond this nobody waits, and clocks have no such times.
const MAX_DURATION: Duration = Duration::from_secs(366 * 24 * 3600);

/// A length of time: `30s`, `5m`, `1h30m`, `250ms`; a bare number is seconds, fractions allowed.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let span = text.trim();
    let parsed = if span.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        span.parse()
            .ok()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    } else {
        humantime::parse_duration(span).ok()
    };
    match parsed {
        Some(Duration::ZERO) => Err("must be longer than 0; right would be 30s".into()),
        Some(span) if span > MAX_DURATION => {
            Err("is longer than 366 days; right would be 30s".into())
        }
        Some(span) => Ok(span),
        None if span.starts_with('-') => Err("must be longer than 0; right would be 30s".into()),
        None => Err("is no length of time; right would be 30s, 5m, 1h30m or seconds".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_lengths_or_say_why_not() {
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
        for (text, why) in [
            ("0", "longer than 0"),
            ("0s", "longer than 0"),
            ("-1", "longer than 0"),
            ("", "no length of time"),
            (".", "no length of time"),
            ("soon", "no length of time"),
            ("1e3", "no length of time"),
            ("366d 1ns", "longer than 366 days"),
            ("18446744073709500000", "longer than 366 days"),
            ("99999999999y", "longer than 366 days"),
            ("99999999999999999999999", "no length of time"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
