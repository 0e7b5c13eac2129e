//! Durations in an expression: `30s`, `1h30m`, `2.5s`.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use hammer_diagnostic::Diagnostic;

/// The longest duration, so that every sum of nanoseconds fits into 64 bits.
pub(crate) const MAX_DURATION: Duration = Duration::from_secs(366 * 24 * 3600);

const UNITS: [(&str, u64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

const UNIT_NAMES: &str = "ms, s, m, h or d";
pub(crate) const DURATION_EXAMPLES: &str = "a duration such as 250ms, 30s or 1h30m";

/// Parses numbers with a unit each, such as `1h30m`.
pub(crate) fn parse(text: &str) -> Result<Duration, Diagnostic> {
    let error = |position: Range<usize>, problem, expected| {
        Err(Diagnostic::new(position, problem).with_expected(expected))
    };
    let mut nanos = 0_u128;
    let mut at = 0;
    while at < text.len() {
        let number = take_while(text, at, |c| c.is_ascii_digit() || c == '.');
        let unit = take_while(text, at + number.len(), char::is_alphabetic);
        let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            let problem = match unit {
                "" => "missing unit of time",
                _ => "unknown unit of time",
            };
            let start = at + number.len();
            return error(start..start + unit.len(), problem, UNIT_NAMES);
        };
        let Some(part) = scaled(number, *factor) else {
            return error(at..at + number.len(), "not a number", DURATION_EXAMPLES);
        };
        nanos += part;
        if nanos > MAX_DURATION.as_nanos() {
            return error(0..text.len(), "longer than 366 days", "at most 366d");
        }
        at += number.len() + unit.len();
    }
    match nanos {
        0 => error(
            0..text.len(),
            "the duration must be above 0",
            DURATION_EXAMPLES,
        ),
        nanos => Ok(Duration::from_nanos_u128(nanos)),
    }
}

/// The characters of `text` from `at` for which `belongs` is true.
fn take_while(text: &str, at: usize, belongs: impl Fn(char) -> bool) -> &str {
    let rest = &text[at..];
    &rest[..rest.find(|c| !belongs(c)).unwrap_or(rest.len())]
}

/// Returns `number · factor`, rounded down, or `None` if `number` is not a number or has too many
/// digits.
fn scaled(number: &str, factor: u64) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let valid = (1..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let value = valid.then(|| digits.parse::<u64>().ok()).flatten()?;
    Some(u128::from(value) * u128::from(factor) / 10_u128.pow(fraction.len() as u32))
}

/// Formats a duration as [`parse`] reads it.
pub(crate) struct DurationDisplay(pub(super) Duration);

impl fmt::Display for DurationDisplay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_nanos();
        for (unit, nanos) in UNITS {
            let count = rest / u128::from(nanos);
            rest %= u128::from(nanos);
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_parsed_and_shown() {
        for (text, nanos, shown) in [
            ("30s", 30_000_000_000_u64, "30s"),
            ("90s", 90_000_000_000, "1m30s"),
            ("1h30m", 5_400_000_000_000, "1h30m"),
            ("2.5s", 2_500_000_000, "2s500ms"),
            ("0.5h", 1_800_000_000_000, "30m"),
            ("1d1ns", 86_400_000_000_001, "1d1ns"),
        ] {
            let duration = parse(text).expect(text);
            assert_eq!(duration, Duration::from_nanos(nanos), "{text}");
            assert_eq!(DurationDisplay(duration).to_string(), shown);
        }
        for (text, at, expected) in [
            ("5", 1, "missing unit"),
            ("5w", 1, "unknown unit"),
            ("1h5", 3, "missing unit"),
            ("0s", 0, "above 0"),
            ("0.1ns", 0, "above 0"),
            ("1.2.3s", 0, "not a number"),
            (".s", 0, "not a number"),
            ("367d", 0, "366 days"),
            ("9999999999999999999d", 0, "not a number"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.problem().contains(expected), "{text}: {error}");
            assert_eq!(error.position().start, at, "{text}: {error}");
        }
    }
}
