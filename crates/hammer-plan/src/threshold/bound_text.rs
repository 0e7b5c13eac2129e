//! Number and unit of a bound, for each kind of figure.

use hammer_core::Rate;
use hammer_diagnostic::{Diagnostic, excerpt};

use super::fixed_bound::{FigureUnit, FixedBound};

/// Units of time, with their length in nanoseconds.
const TIME_UNITS: [(&str, f64); 8] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 6e10),
    ("h", 3.6e12),
];
/// Units of a rate, with their period in seconds.
const RATE_UNITS: [(&str, f64); 4] = [("", 1.0), ("/s", 1.0), ("/m", 60.0), ("/h", 3600.0)];
/// Common misspellings of units, with the unit that was meant.
const UNIT_ALIASES: [(&str, &str); 13] = [
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("msec", "ms"),
    ("millis", "ms"),
    ("milliseconds", "ms"),
    ("usec", "us"),
    ("micros", "us"),
    ("min", "m"),
    ("minutes", "m"),
    ("percent", "%"),
    ("rps", "/s"),
];

/// The problem of a bound, with the text that was expected.
pub(super) struct BoundProblem {
    pub(super) problem: String,
    pub(super) expected: String,
}

impl BoundProblem {
    fn new(problem: String, expected: impl Into<String>) -> Self {
        let expected = expected.into();
        Self { problem, expected }
    }
}

/// The parts of the text of a bound.
pub(super) struct BoundText<'a> {
    text: &'a str,
    digits: &'a str,
    number: f64,
    /// The text after the number, such as `ms` or `k/s`.
    unit: &'a str,
}

impl<'a> BoundText<'a> {
    /// Splits a text that is not empty into number and unit.
    pub(super) fn split(text: &'a str, example: &str) -> Result<Self, BoundProblem> {
        if let Some(number) = text.strip_prefix('-') {
            let expected = if number.is_empty() { example } else { number };
            let problem = format!("{} is below 0", excerpt(text));
            return Err(BoundProblem::new(problem, expected));
        }
        let digits = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (digits, unit) = text.split_at(digits);
        let unit = unit.trim_start();
        let not = |what: &str| {
            let problem = format!("{} is not a number{what}", excerpt(text));
            BoundProblem::new(problem, format!("a bound such as {example}"))
        };
        let number = digits.parse::<f64>().ok().filter(|n| n.is_finite());
        let number = number.ok_or_else(|| not(""))?;
        // An exponent or a separator of digits: without the rest, the number would be another one.
        let before_period = unit.split('/').next().unwrap_or_default();
        if before_period.contains(|c: char| c.is_ascii_digit()) {
            return Err(not(" with a unit"));
        }
        Ok(Self {
            text,
            digits,
            number,
            unit,
        })
    }

    /// The bound of a time.
    pub(super) fn time(&self) -> Result<FixedBound, BoundProblem> {
        let known = TIME_UNITS.iter().find(|(known, _)| *known == self.unit);
        let Some((_, nanos)) = known else {
            let units = TIME_UNITS.map(|(unit, _)| unit);
            return Err(self.unit_problem("time", self.with_unit(&units, "ms")));
        };
        // Rounds to whole nanoseconds, as figures are: 1.1 ms is exactly 1,100,000 ns.
        let micros = (self.number * nanos).round() / 1e3;
        Ok(FixedBound::new(micros, FigureUnit::Micros))
    }

    /// The bound of the achieved share of the requested rate.
    pub(super) fn achieved(&self) -> Result<FixedBound, BoundProblem> {
        let is_share = self.unit.is_empty() && self.number <= 1.0 && self.digits.contains('.');
        match self.unit {
            "%" => Ok(FixedBound::new(self.number, FigureUnit::Percent)),
            _ if is_share => {
                Err(self.unit_problem("the achieved rate", format!("{}%", self.number * 100.0)))
            }
            _ => Err(self.unit_problem("the achieved rate", format!("{}%", self.digits))),
        }
    }

    /// The bound of a rate.
    pub(super) fn rate(&self) -> Result<FixedBound, BoundProblem> {
        let (factor, unscaled) = self.factor();
        let per_second = |rate: f64| Ok(FixedBound::new(rate, FigureUnit::PerSecond));
        if let Some((_, seconds)) = RATE_UNITS.iter().find(|(known, _)| *known == unscaled) {
            return per_second(self.number * factor / seconds);
        }
        let suggested = if unscaled.starts_with('/') {
            match format!("{}{}", self.digits, self.unit).parse::<Rate>() {
                Ok(rate) => return per_second(rate.as_f64()),
                Err(error) => same_rate(&error),
            }
        } else {
            None
        };
        let suggested = suggested.unwrap_or_else(|| self.with_unit(&["/s"], "/s"));
        Err(self.unit_problem("rate", suggested))
    }

    /// The bound of a number or a share of hits.
    pub(super) fn count(&self) -> Result<FixedBound, BoundProblem> {
        let (digits, number) = (self.digits, self.number);
        match self.unit {
            "%" if number > 100.0 => {
                let problem = format!("{} is above 100%", excerpt(self.text));
                Err(BoundProblem::new(problem, "100%"))
            }
            "%" => Ok(FixedBound::new(number, FigureUnit::Percent)),
            "" if number.fract() != 0.0 => {
                let problem = format!("{} is not a whole number of hits", excerpt(digits));
                Err(BoundProblem::new(problem, format!("{digits}%")))
            }
            "" | "k" | "K" | "M" => {
                let hits = number * self.factor().0;
                Ok(FixedBound::new(hits, FigureUnit::Hits))
            }
            _ => Err(self.unit_problem("hits", format!("{digits} or {digits}%"))),
        }
    }

    /// The factor of the unit, and the unit without it.
    ///
    /// Rates and counts take a factor, as in a rate; times and percentages do not.
    fn factor(&self) -> (f64, &'a str) {
        match self.unit.chars().next() {
            Some('k' | 'K') => (1e3, &self.unit[1..]),
            Some('M') => (1e6, &self.unit[1..]),
            _ => (1.0, self.unit),
        }
    }

    /// The number with the unit of `units` that was probably meant, or else with the `usual` one.
    fn with_unit(&self, units: &[&str], usual: &str) -> String {
        let meant = UNIT_ALIASES.iter().find(|(alias, _)| *alias == self.unit);
        let meant = meant.filter(|(_, meant)| units.contains(meant));
        format!("{}{}", self.digits, meant.map_or(usual, |(_, meant)| meant))
    }

    /// The problem of a unit that is missing, or not one of this quantity.
    fn unit_problem(&self, quantity: &str, expected: String) -> BoundProblem {
        let problem = if self.unit.is_empty() {
            format!("{} has no unit", excerpt(self.digits))
        } else {
            format!("{} is not a unit of {quantity}", excerpt(self.unit))
        };
        BoundProblem::new(problem, expected)
    }
}

/// Returns the rate with a unit that the error of a rate such as `1/10s` suggests.
fn same_rate(error: &Diagnostic) -> Option<String> {
    let expected = error.expected()?;
    expected.parse::<Rate>().ok()?;
    Some(expected.into_owned())
}
