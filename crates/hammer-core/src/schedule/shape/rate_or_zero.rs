//! A rate that can be zero.

use std::fmt;
use std::time::Duration;

use super::fractional_hits::FractionalHits;
use crate::schedule::rate::Rate;

/// A rate that can be zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RateOrZero(Option<Rate>);

impl RateOrZero {
    pub(crate) const ZERO: Self = Self(None);

    pub(crate) fn rate(self) -> Option<Rate> {
        self.0
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0.is_none()
    }

    /// Hits per second.
    pub(crate) fn per_second(self) -> f64 {
        self.0.map_or(0.0, |rate| rate.as_f64())
    }

    /// Hits per nanosecond.
    pub(crate) fn per_nano(self) -> f64 {
        self.0.map_or(0.0, |rate| {
            let (hits, nanos) = rate.as_fraction();
            hits as f64 / nanos as f64
        })
    }

    /// The number of hits in `nanos` nanoseconds.
    pub(crate) fn hits_in(self, nanos: u64) -> FractionalHits {
        self.0.map_or(FractionalHits::ZERO, |rate| {
            let (hits, period) = rate.as_fraction();
            FractionalHits::from_ratio(u128::from(nanos) * u128::from(hits), period)
        })
    }

    /// The nanoseconds until there are `count` hits, exact for whole numbers.
    pub(crate) fn nanos_until(self, count: FractionalHits) -> u64 {
        let Some(rate) = self.0 else { return u64::MAX };
        let (hits, period) = rate.as_fraction();
        let (whole, rest) = count.split();
        let period = u128::from(period);
        let nanos = u128::from(whole) * period + ((u128::from(rest) * period) >> 64);
        u64::try_from(nanos / u128::from(hits)).unwrap_or(u64::MAX)
    }

    /// The rate at step `part` of `parts` from `from` to `to`.
    pub(crate) fn interpolate(from: Self, to: Self, part: u32, parts: u32) -> Self {
        if part == 0 || part == parts {
            return if part == 0 { from } else { to };
        }
        Self::interpolate_exact(from, to, part, parts).unwrap_or_else(|| {
            let share = f64::from(part) / f64::from(parts);
            let middle = from.per_second() + (to.per_second() - from.per_second()) * share;
            let billionths = ((middle * 1e9).round() as u64).max(1);
            Self(Rate::new(billionths, Duration::from_secs(1_000_000_000)).ok())
        })
    }

    /// Calculates (h₀/n₀ · (parts − part) + h₁/n₁ · part) / parts as a fraction, if it is small
    /// enough.
    fn interpolate_exact(from: Self, to: Self, part: u32, parts: u32) -> Option<Self> {
        let fraction = |level: Self| level.0.map_or((0, 1), |rate| rate.as_fraction());
        let ((h0, n0), (h1, n1)) = (fraction(from), fraction(to));
        let product =
            |a: u64, b: u64, c: u32| (u128::from(a) * u128::from(b)).checked_mul(u128::from(c));
        let hits = product(h0, n1, parts - part)?.checked_add(product(h1, n0, part)?)?;
        let nanos = product(n0, n1, parts)?;
        Rate::from_fraction(hits, nanos).map(|rate| Self(Some(rate)))
    }
}

impl From<Rate> for RateOrZero {
    fn from(rate: Rate) -> Self {
        Self(Some(rate))
    }
}

impl RateOrZero {
    /// Returns true if the rate is displayed with a unit of time.
    pub(crate) fn has_unit(self) -> bool {
        self.to_string().contains('/')
    }
}

/// Formats the rate as in an expression; exact for every rate that was parsed from one.
impl fmt::Display for RateOrZero {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BILLION: u128 = 1_000_000_000;
        let Some(rate) = self.0 else {
            return f.write_str("0");
        };
        let (hits, nanos) = rate.as_fraction();
        let (hits, nanos) = (u128::from(hits), u128::from(nanos));
        // Finds a unit of time in which the rate is a whole number of billionths of a hit. The
        // fraction is in lowest terms.
        let whole = [("", 1), ("/m", 60), ("/h", 3600)]
            .into_iter()
            .find_map(|(unit, seconds)| {
                let billionths: u128 = seconds * BILLION * BILLION;
                billionths
                    .is_multiple_of(nanos)
                    .then(|| (billionths / nanos * hits, unit))
            });
        let (billionths, unit) = whole.unwrap_or_else(|| {
            let near = (rate.as_f64() * 1e9).round();
            ((near as u128).max(1), "")
        });
        let (number, rest) = (billionths / BILLION, billionths % BILLION);
        if rest > 0 {
            let digits = format!("{rest:09}");
            return write!(f, "{number}.{}{unit}", digits.trim_end_matches('0'));
        }
        match number {
            n if n % 1_000_000 == 0 => write!(f, "{}M{unit}", n / 1_000_000),
            n if n % 1_000 == 0 && n >= 10_000 => write!(f, "{}k{unit}", n / 1_000),
            n => write!(f, "{n}{unit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_shown_so_that_they_parse_again() {
        for (text, shown) in [
            ("100/s", "100"),
            ("600/m", "10"),
            ("1/h", "1/h"),
            ("7/m", "7/m"),
            ("2.5", "2.5"),
            ("0.000000001", "0.000000001"),
            ("1000", "1000"),
            ("10k", "10k"),
            ("3M", "3M"),
            // An intermediate value once overflowed, which showed another rate.
            ("999999999999.999998/h", "999999999999.999998/h"),
        ] {
            let rate: Rate = text.parse().expect(text);
            assert_eq!(RateOrZero::from(rate).to_string(), shown);
            assert_eq!(shown.parse(), Ok(rate), "{shown}");
        }
    }

    #[test]
    fn interpolated_rates_are_exact() {
        let level = |text: &str| RateOrZero::from(text.parse::<Rate>().expect(text));
        let third = RateOrZero::interpolate(level("100"), level("200"), 1, 3);
        assert_eq!(
            third.hits_in(3_000_000_000),
            FractionalHits::from_whole(400)
        );
        assert_eq!(
            RateOrZero::interpolate(RateOrZero::ZERO, level("9"), 2, 3),
            level("6")
        );
        let extreme =
            RateOrZero::interpolate(level("0.000000007"), level("999999999.999999999"), 1, 255);
        assert!((extreme.per_second() / (1e9 / 255.0) - 1.0).abs() < 1e-9);
    }
}
