//! Parser of future timestamps, and their format in UTC.

use std::time::{Duration, SystemTime};

use hammer_diagnostic::Diagnostic;
use jiff::Timestamp;

/// Farthest timestamp. One beyond it is probably a typing error.
const MAX_AHEAD: Duration = Duration::from_secs(366 * 24 * 3600);

/// Parses a future timestamp: `2026-12-01T12:00:00Z`, or with an offset.
pub(crate) fn parse(text: &str) -> Result<SystemTime, Diagnostic> {
    parse_future(SystemTime::now(), text)
}

fn parse_future(now: SystemTime, text: &str) -> Result<SystemTime, Diagnostic> {
    let example = format_utc(now + Duration::from_secs(60));
    let position = 0..text.len();
    let Ok(timestamp) = text.trim().parse::<Timestamp>() else {
        let expected = format!("a date and time with a zone, such as {example}");
        return Err(Diagnostic::expecting(position, expected));
    };
    let error = |problem| {
        let hint = format!("try {example}");
        Err(Diagnostic::new(position.clone(), problem).with_hint(hint))
    };
    match SystemTime::from(timestamp).duration_since(now) {
        Err(_) => error("must be in the future"),
        Ok(ahead) if ahead > MAX_AHEAD => error("must be at most 366 days ahead"),
        Ok(_) => Ok(timestamp.into()),
    }
}

/// Formats a time in UTC, to the second.
pub(crate) fn format_utc(time: SystemTime) -> String {
    Timestamp::try_from(time)
        .and_then(|timestamp| Timestamp::from_second(timestamp.as_second()))
        .map_or_else(|_| "the start".into(), |timestamp| timestamp.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_in_the_future() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_000_000);
        assert_eq!(format_utc(now), "2026-11-30T00:53:20Z");
        for (text, ahead) in [
            ("2026-11-30T00:53:21Z", 1),
            ("2026-11-30T02:53:20+01:00", 3600),
            ("2026-12-01 00:53:20Z", 86_400),
        ] {
            let time = parse_future(now, text).expect(text);
            assert_eq!(time, now + Duration::from_secs(ahead), "{text}");
        }
        for (text, problem) in [
            ("2026-11-30T00:53:19Z", "in the future"),
            ("2027-12-02T00:53:20Z", "at most 366 days ahead"),
            ("2026-12-01T12:00:00", "date and time with a zone"),
            ("noon", "date and time"),
            ("", "date and time"),
        ] {
            let error = parse_future(now, text).expect_err(text).to_string();
            assert!(error.contains(problem), "{text}: {error}");
            assert!(error.contains("2026-11-30T00:54:20Z"), "{error}");
        }
    }
}
