//! Rates as exact fractions.

use std::{fmt, ops::Range, str::FromStr, time::Duration};

use hammer_diagnostic::Diagnostic;

use crate::schedule::duration_text;

/// A number of hits per unit of time: an exact fraction, never a rounded period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    hits: u64,
    nanos: u64,
}

const SECOND: u64 = 1_000_000_000;
/// One hit per nanosecond, the resolution of due times.
const MAX_PER_SECOND: u64 = SECOND;

pub(crate) const RATE_EXAMPLES: &str = "a rate such as 100, 2.5, 10k or 600/m";
pub(crate) const ZERO_RATE: &str = "the rate must be above 0";
pub(crate) const ABOVE_MAX_RATE: &str = "the rate is above 1,000,000,000/s";
pub(crate) const UNKNOWN_RATE_UNIT: &str = "unknown unit of time";
pub(crate) const RATE_UNITS: &str = "s, m or h";
const TOO_SLOW: &str = "the rate is too low";

impl Rate {
    /// Creates a rate of `hits` hits per `period`.
    ///
    /// # Errors
    ///
    /// If either is zero, the period is longer than 584 years, or the rate is above 10⁹/s. The
    /// position of the error is empty, since there is no text.
    pub fn new(hits: u64, period: Duration) -> Result<Self, Diagnostic> {
        Self::checked(hits, period).map_err(|problem| rate_error(0..0, problem))
    }

    /// Creates a rate, or names the problem.
    fn checked(hits: u64, period: Duration) -> Result<Self, &'static str> {
        let nanos = u64::try_from(period.as_nanos()).map_err(|_| TOO_SLOW)?;
        if hits == 0 || nanos == 0 {
            return Err(ZERO_RATE);
        }
        if u128::from(hits) * u128::from(SECOND) > u128::from(MAX_PER_SECOND) * u128::from(nanos) {
            return Err(ABOVE_MAX_RATE);
        }
        // Lowest terms make equal rates equal, however they were written.
        let common = gcd(hits.into(), nanos.into()) as u64;
        Ok(Self {
            hits: hits / common,
            nanos: nanos / common,
        })
    }

    /// Creates the rate `hits / nanos` if it is valid and its lowest terms fit.
    pub(crate) fn from_fraction(hits: u128, nanos: u128) -> Option<Self> {
        let common = gcd(hits, nanos);
        let hits = u64::try_from(hits.checked_div(common)?).ok()?;
        let nanos = u64::try_from(nanos / common).ok()?;
        Self::checked(hits, Duration::from_nanos(nanos)).ok()
    }

    /// The hits and the nanoseconds, in lowest terms.
    pub(crate) fn as_fraction(self) -> (u64, u64) {
        (self.hits, self.nanos)
    }

    /// Creates the rate of `self` hits per second in each `period` instead, if it is valid: `1/10s`
    /// is 0.1/s.
    pub(crate) fn per_period(self, period: Duration) -> Option<Self> {
        let seconds = u128::from(SECOND) * u128::from(self.hits);
        let nanos = u128::from(self.nanos).checked_mul(period.as_nanos())?;
        Self::from_fraction(seconds, nanos)
    }

    /// Creates a rate of `hits` hits per second.
    ///
    /// # Panics
    ///
    /// If `hits` is 0 or above 10⁹.
    #[must_use]
    pub fn per_second(hits: u64) -> Self {
        Self::new(hits, Duration::from_secs(1)).expect("the rate is from 1/s to 1,000,000,000/s")
    }

    /// The rate in hits per second, rounded to a float.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.hits as f64 * SECOND as f64 / self.nanos as f64
    }

    /// The due time of hit `k`: `k / rate`, rounded down to the nanosecond and capped at
    /// [`Duration::MAX`].
    #[must_use]
    pub fn due(&self, k: u64) -> Duration {
        let nanos = u128::from(k) * u128::from(self.nanos) / u128::from(self.hits);
        Duration::from_nanos_u128(nanos.min(Duration::MAX.as_nanos()))
    }

    /// The number of hits due before `end`: the least n with `n / rate ≥ end`, capped at 2⁶⁴ − 1.
    #[must_use]
    pub fn hits_before(&self, end: Duration) -> u64 {
        let hits = end.as_nanos().checked_mul(self.hits.into());
        // An overflow of 128 bits divided by 64 bits exceeds 64 bits.
        let hits = hits.map(|hits| hits.div_ceil(self.nanos.into()));
        hits.and_then(|hits| u64::try_from(hits).ok())
            .unwrap_or(u64::MAX)
    }
}

impl Rate {
    /// Writes the rate for a message, exactly if one of the units allows it: `6/m`, `200/m`.
    pub(crate) fn exact_text(self) -> String {
        let in_units = [("s", 1.0), ("m", 60.0), ("h", 3600.0)]
            .map(|(unit, seconds)| (self.as_f64() * seconds, unit));
        let exact = in_units
            .into_iter()
            .filter(|(hits, _)| *hits >= 1.0)
            .map(|(hits, unit)| format!("{}/{unit}", (hits * 1e6).round() / 1e6))
            .find(|text| parse(text) == Ok(self));
        exact.unwrap_or_else(|| self.to_string())
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_second = self.as_f64();
        for (unit, seconds) in [("s", 1.0), ("m", 60.0), ("h", 3600.0)] {
            if per_second * seconds >= 1.0 || unit == "h" {
                return write!(f, "{}/{unit}", (per_second * seconds * 1e6).round() / 1e6);
            }
        }
        Ok(())
    }
}

/// Parses `100`, `2.5`, `10k` or `1M`, each followed by `/s` (the default), `/m` or `/h`.
///
/// `/1s` is accepted as `/s`. Another period, such as that of `1/10s`, is refused with the same rate
/// in a unit, `6/m`.
impl FromStr for Rate {
    type Err = Diagnostic;

    fn from_str(text: &str) -> Result<Self, Diagnostic> {
        let start = text.len() - text.trim_start().len();
        parse(text.trim()).map_err(|error| {
            let error = error.map_position(|at| start + at.start..start + at.end);
            error.in_input(text)
        })
    }
}

fn parse(text: &str) -> Result<Rate, Diagnostic> {
    let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
    match unit {
        "s" | "1s" => parse_number(number, 1),
        "m" => parse_number(number, 60),
        "h" => parse_number(number, 3600),
        _ => Err(unit_error(number.len() + 1..text.len(), number, unit)),
    }
}

/// Describes an unknown unit, or a period that is not a unit.
fn unit_error(position: Range<usize>, number: &str, unit: &str) -> Diagnostic {
    let period = duration_text::parse(unit).ok();
    let rate = parse_number(number, 1).ok();
    match rate
        .zip(period)
        .map(|(rate, period)| rate.per_period(period))
    {
        Some(Some(rate)) => Diagnostic::new(position, "the period of a rate is a unit of time")
            .with_expected(rate.exact_text()),
        _ => Diagnostic::new(position, UNKNOWN_RATE_UNIT).with_expected(RATE_UNITS),
    }
}

/// Parses a number of hits in `seconds` seconds.
fn parse_number(text: &str, seconds: u64) -> Result<Rate, Diagnostic> {
    let error = |problem| Err(rate_error(0..text.len(), problem));
    let (number, factor) = match text.strip_suffix(['k', 'K']) {
        Some(number) => (number, 1_000),
        None => match text.strip_suffix('M') {
            Some(number) => (number, 1_000_000),
            None => (text, 1),
        },
    };
    if number.starts_with('-') {
        return error(ZERO_RATE);
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    if number.is_empty() {
        return error("missing rate");
    }
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return error("not a number");
    }
    if fraction.len() > 9 {
        return error("more than 9 digits after the point");
    }
    let hits = digits
        .parse::<u64>()
        .ok()
        .and_then(|n| n.checked_mul(factor));
    let Some(hits) = hits else {
        return error(ABOVE_MAX_RATE);
    };
    let scale = 10_u64.pow(fraction.len() as u32);
    let period = Duration::from_secs(seconds * scale);
    Rate::checked(hits, period).or_else(|problem| {
        // The period can be too long because of the digits alone, as in `1.123456789/h`.
        match Rate::from_fraction(hits.into(), period.as_nanos()) {
            Some(reduced) => Ok(reduced),
            None if problem == TOO_SLOW && !fraction.is_empty() => Err(Diagnostic::new(
                0..text.len(),
                "too many digits after the point for the unit of time",
            )
            .with_expected("at most 8 digits with /m, or 6 with /h")),
            None => error(problem),
        }
    })
}

fn rate_error(position: Range<usize>, problem: &'static str) -> Diagnostic {
    Diagnostic::new(position, problem).with_expected(RATE_EXAMPLES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_parsed_or_rejected_with_the_problem() {
        for (text, due_of_1000, shown) in [
            ("100", "10s", "100/s"),
            ("2.5", "400s", "2.5/s"),
            ("2.5/s", "400s", "2.5/s"),
            ("10k", "100ms", "10000/s"),
            ("0.5k/s", "2s", "500/s"),
            ("1M", "1ms", "1000000/s"),
            ("600/m", "100s", "10/s"),
            ("100/1s", "10s", "100/s"),
            ("1/h", "3600000s", "1/h"),
            ("1.123456/h", "3204397.858038054s", "1.123456/h"),
            ("1.500000000/h", "2400000s", "1.5/h"),
            ("0.12345678/m", "486000.039852003s", "7.407407/h"),
            ("0.000000001", "1000000000000s", "0.000004/h"),
        ] {
            let rate: Rate = text.parse().expect(text);
            assert_eq!(format!("{:?}", rate.due(1000)), due_of_1000, "{text}");
            assert_eq!(rate.to_string(), shown, "{text}");
        }
        for (text, problem) in [
            ("0", "must be above 0"),
            ("0.0/m", "must be above 0"),
            ("-3", "must be above 0"),
            ("fast", "not a number"),
            ("", "missing rate"),
            (".", "not a number"),
            ("1e3", "not a number"),
            ("nan", "not a number"),
            ("10/d", "unknown unit of time; expected s, m or h"),
            ("2G", "not a number"),
            ("1001M", "above 1,000,000,000/s"),
            ("99999999999999999999", "above 1,000,000,000/s"),
            ("0.0000000001", "more than 9 digits"),
            ("1.123456789/h", "too many digits after the point"),
            // In vegeta, this is one hit in 10 s. It used to mean one hit per second for 10 s.
            (
                "1/10s",
                "the period of a rate is a unit of time; expected 6/m",
            ),
            ("1/2m", "expected 30/h"),
            ("600/1m", "expected 10/s"),
            ("5/10ms", "expected 500/s"),
            ("100/30s", "expected 200/m"),
            ("1/7s", "expected 8.571429/m"),
            ("5/0s", "unknown unit of time; expected s, m or h"),
            ("900M/1ms", "unknown unit of time; expected s, m or h"),
        ] {
            let error = text.parse::<Rate>().expect_err(text).to_string();
            assert!(error.contains(problem), "{text}: {error}");
        }
        for (text, position) in [
            (" 10/d ", 4..5),
            (" x1 ", 1..3),
            ("", 0..0),
            ("1/10s", 2..5),
        ] {
            let error = text.parse::<Rate>().expect_err(text);
            assert_eq!(error.position(), position, "{text}");
            assert_eq!(error.input(), Some(text));
        }
    }

    #[test]
    fn hits_before_counts_due_hits() {
        for (text, end_s, hits) in [
            ("1000", 10, 10_000),
            ("2.5", 1, 3),
            ("2.5", 2, 5),
            ("1/h", 60, 1),
            ("7/m", 60, 7),
        ] {
            let rate: Rate = text.parse().expect(text);
            let end = Duration::from_secs(end_s);
            assert_eq!(rate.hits_before(end), hits, "{text}");
            assert!(rate.due(hits) >= end && rate.due(hits - 1) < end, "{text}");
        }
    }

    /// Both calculations once overflowed.
    #[test]
    fn results_saturate() {
        let slow: Rate = "1/h".parse().expect("a rate");
        assert_eq!(slow.due(u64::MAX), Duration::MAX);
        let fast: Rate = "999999999.999999999".parse().expect("a rate");
        assert_eq!(fast.hits_before(Duration::MAX), u64::MAX);
    }
}
