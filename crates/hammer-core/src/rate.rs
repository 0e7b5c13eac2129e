use std::{error, fmt, str::FromStr, time::Duration};

/// How many hits are due in what time: an exact fraction, never a rounded period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    hits: u64,
    nanos: u64,
}

const SECOND: u64 = 1_000_000_000;
/// One hit per nanosecond: more can't be told apart.
const MAX_PER_SECOND: u64 = SECOND;
const TOO_SLOW: RateError = RateError("is too slow");
const TOO_MANY_DIGITS: RateError =
    RateError("has more digits behind the point than can be told apart in its unit of time");

impl Rate {
    /// `hits` hits in every `period`.
    ///
    /// # Errors
    ///
    /// If either is zero, the period is longer than 584 years, or the rate is above 10⁹/s.
    pub fn new(hits: u64, period: Duration) -> Result<Self, RateError> {
        let nanos = u64::try_from(period.as_nanos()).map_err(|_| TOO_SLOW)?;
        if hits == 0 || nanos == 0 {
            return Err(RateError("must be above 0"));
        }
        if u128::from(hits) * u128::from(SECOND) > u128::from(MAX_PER_SECOND) * u128::from(nanos) {
            return Err(RateError("is above 1,000,000,000/s"));
        }
        // In its lowest terms, so that equal rates are equal however they were written.
        let common = gcd(hits.into(), nanos.into()) as u64;
        Ok(Self {
            hits: hits / common,
            nanos: nanos / common,
        })
    }

    /// `hits / nanos` in its lowest terms, if those fit and the rate is one.
    pub(crate) fn from_fraction(hits: u128, nanos: u128) -> Option<Self> {
        let common = gcd(hits, nanos);
        let hits = u64::try_from(hits.checked_div(common)?).ok()?;
        let nanos = u64::try_from(nanos / common).ok()?;
        Self::new(hits, Duration::from_nanos(nanos)).ok()
    }

    /// So many hits in so many nanoseconds, in lowest terms.
    pub(crate) fn as_fraction(self) -> (u64, u64) {
        (self.hits, self.nanos)
    }

    /// `hits` hits per second.
    ///
    /// # Panics
    ///
    /// If `hits` is 0 or above 10⁹.
    #[must_use]
    pub fn per_second(hits: u64) -> Self {
        Self::new(hits, Duration::from_secs(1)).expect("a rate is from 1/s to 1,000,000,000/s")
    }

    /// Hits per second, as near as a float can tell.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.hits as f64 * SECOND as f64 / self.nanos as f64
    }

    /// When hit `k` is due: `k / rate`, exact, rounded down to the nanosecond; at the most there is
    /// of a [`Duration`] if that is later.
    #[must_use]
    pub fn due(&self, k: u64) -> Duration {
        let nanos = u128::from(k) * u128::from(self.nanos) / u128::from(self.hits);
        Duration::from_nanos_u128(nanos.min(Duration::MAX.as_nanos()))
    }

    /// How many hits are due before `end`: the least n with `n / rate ≥ end`; 2⁶⁴ − 1 if there are
    /// more.
    #[must_use]
    pub fn hits_before(&self, end: Duration) -> u64 {
        let hits = end.as_nanos().checked_mul(self.hits.into());
        // Beyond 128 bits, a number of 64 divides it to one of more than 64.
        let hits = hits.map(|hits| hits.div_ceil(self.nanos.into()));
        hits.and_then(|hits| u64::try_from(hits).ok())
            .unwrap_or(u64::MAX)
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

/// `100`, `2.5`, `10k`, `1M`, each with `/s` (the default), `/m` or `/h` behind it.
impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let (number, period) = match text.trim().split_once('/') {
            None => (text.trim(), 1),
            Some((number, "s")) => (number, 1),
            Some((number, "m")) => (number, 60),
            Some((number, "h")) => (number, 3600),
            Some(_) => {
                return Err(RateError(
                    "has an unknown unit of time: /s, /m and /h are known",
                ));
            }
        };
        let (number, factor) = match number.strip_suffix(['k', 'K']) {
            Some(number) => (number, 1_000),
            None => match number.strip_suffix('M') {
                Some(number) => (number, 1_000_000),
                None => (number, 1),
            },
        };
        if number.starts_with('-') {
            return Err(RateError("must be above 0"));
        }
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(RateError("is not a number"));
        }
        if fraction.len() > 9 {
            return Err(RateError("has more than 9 digits behind the point"));
        }
        let hits = digits
            .parse::<u64>()
            .ok()
            .and_then(|n| n.checked_mul(factor));
        let hits = hits.ok_or(RateError("is above 1,000,000,000/s"))?;
        let scale = 10_u64.pow(fraction.len() as u32);
        let period = Duration::from_secs(period * scale);
        Self::new(hits, period).or_else(|error| {
            // A period of 584 years is as long for `1.123456789/h` as for a rate that is slow.
            let lowest = Self::from_fraction(hits.into(), period.as_nanos());
            let fine = error == TOO_SLOW && !fraction.is_empty();
            lowest.ok_or(if fine { TOO_MANY_DIGITS } else { error })
        })
    }
}

/// Why a text or a pair of numbers is no rate; reads well after "the rate".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateError(&'static str);

impl RateError {
    /// What is wrong, without what would be right.
    pub(crate) fn problem(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the rate {}; right would be 100, 2.5, 10k, 600/m",
            self.0
        )
    }
}

impl error::Error for RateError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_rates_or_say_why_not() {
        for (text, due_of_1000, shown) in [
            ("100", "10s", "100/s"),
            ("2.5", "400s", "2.5/s"),
            ("2.5/s", "400s", "2.5/s"),
            ("10k", "100ms", "10000/s"),
            ("0.5k/s", "2s", "500/s"),
            ("1M", "1ms", "1000000/s"),
            ("600/m", "100s", "10/s"),
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
        for (text, why) in [
            ("0", "must be above 0"),
            ("0.0/m", "must be above 0"),
            ("-3", "must be above 0"),
            ("fast", "is not a number"),
            ("", "is not a number"),
            (".", "is not a number"),
            ("1e3", "is not a number"),
            ("nan", "is not a number"),
            ("10/d", "unknown unit of time"),
            ("2G", "is not a number"),
            ("1001M", "above 1,000,000,000/s"),
            ("99999999999999999999", "above 1,000,000,000/s"),
            ("0.0000000001", "more than 9 digits"),
            ("1.123456789/h", "more digits behind the point than"),
        ] {
            let error = text.parse::<Rate>().expect_err(text).to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn hits_before_counts_what_is_due() {
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

    /// Both had overflowed.
    #[test]
    fn what_is_beyond_all_bounds_is_at_them() {
        let slow: Rate = "1/h".parse().expect("a rate");
        assert_eq!(slow.due(u64::MAX), Duration::MAX);
        let fast: Rate = "999999999.999999999".parse().expect("a rate");
        assert_eq!(fast.hits_before(Duration::MAX), u64::MAX);
    }
}
