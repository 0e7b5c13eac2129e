use std::time::{Duration, SystemTime};

use jiff::Timestamp;

/// Farther ahead than this is more likely a slip than a plan.
const MAX_AHEAD: Duration = Duration::from_secs(366 * 24 * 3600);

/// A time of the wall clock that is to come: `2026-12-01T12:00:00Z`, or with an offset.
pub(crate) fn parse(text: &str) -> Result<SystemTime, String> {
    parse_future(SystemTime::now(), text)
}

fn parse_future(now: SystemTime, text: &str) -> Result<SystemTime, String> {
    let right = format_utc(now + Duration::from_secs(60));
    let wrong = |wrong: &str| Err(format!("{wrong}; right would be {right}"));
    let Ok(stamp) = text.trim().parse::<Timestamp>() else {
        return wrong("is no time with a date and a zone");
    };
    match SystemTime::from(stamp).duration_since(now) {
        Err(_) => wrong("has passed"),
        Ok(ahead) if ahead > MAX_AHEAD => wrong("is more than 366 days ahead"),
        Ok(_) => Ok(stamp.into()),
    }
}

/// To the second, in UTC.
pub(crate) fn format_utc(time: SystemTime) -> String {
    Timestamp::try_from(time)
        .and_then(|stamp| Timestamp::from_second(stamp.as_second()))
        .map_or_else(|_| "the start".into(), |stamp| stamp.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_a_time_to_come() {
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
        for (text, why) in [
            ("2026-11-30T00:53:19Z", "has passed"),
            ("2027-12-02T00:53:20Z", "more than 366 days ahead"),
            ("2026-12-01T12:00:00", "no time with a date and a zone"),
            ("noon", "no time"),
            ("", "no time"),
        ] {
            let error = parse_future(now, text).expect_err(text);
            assert!(error.contains(why), "{text}: {error}");
            assert!(
                error.ends_with("right would be 2026-11-30T00:54:20Z"),
                "{error}"
            );
        }
    }
}
