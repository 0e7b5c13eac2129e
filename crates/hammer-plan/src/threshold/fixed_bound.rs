//! Bounds that are a number with a unit.

use std::ops::Range;

use hammer_core::Rate;
use hammer_diagnostic::{Diagnostic, excerpt};

use super::figure::{HitCategory, ThresholdFigure};
use super::text_slice::quotable;

/// A value with a unit that a figure is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FixedBound {
    value: f64,
    unit: FigureUnit,
}

/// The unit of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FigureUnit {
    Micros,
    Percent,
    Hits,
    PerSecond,
}

impl FigureUnit {
    /// Returns the unit as the report writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Micros => "us",
            Self::Percent => "%",
            Self::Hits => "hits",
            Self::PerSecond => "/s",
        }
    }
}

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

impl FixedBound {
    pub(crate) fn value(self) -> f64 {
        self.value
    }

    pub(crate) fn unit(self) -> FigureUnit {
        self.unit
    }

    /// Parses the text after the operator; `span` is its position in the whole text.
    pub(crate) fn parse(
        text: &str,
        span: Range<usize>,
        figure: &ThresholdFigure,
    ) -> Result<Self, Diagnostic> {
        let example = example_bound(figure);
        // A text that is too long to repeat is answered with the example.
        let error = |problem: String, expected: String| {
            let expected = quotable(text).map_or(example.into(), |_| expected);
            Err(Diagnostic::new(span.clone(), problem).with_expected(expected))
        };
        if text.is_empty() {
            let expected = format!("a bound such as {example}");
            return Err(Diagnostic::new(span, "missing bound").with_expected(expected));
        }
        let digits = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (digits, unit) = text.split_at(digits);
        let unit = unit.trim_start();
        if let Some(number) = text.strip_prefix('-') {
            let expected = if number.is_empty() { example } else { number };
            return error(format!("{} is below 0", excerpt(text)), expected.into());
        }
        let number = digits.parse::<f64>().ok().filter(|n| n.is_finite());
        let Some(number) = number else {
            let problem = format!("{} is not a number", excerpt(text));
            return error(problem, format!("a bound such as {example}"));
        };
        // An exponent or a separator of digits: without the rest, the number would be another one.
        let before_period = unit.split('/').next().unwrap_or_default();
        if before_period.contains(|c: char| c.is_ascii_digit()) {
            let problem = format!("{} is not a number with a unit", excerpt(text));
            return error(problem, format!("a bound such as {example}"));
        }
        // Rates and counts take a factor, as in a rate; times and percentages do not.
        let (factor, unscaled) = match unit.chars().next() {
            Some('k' | 'K') => (1e3, &unit[1..]),
            Some('M') => (1e6, &unit[1..]),
            _ => (1.0, unit),
        };
        let bound = |value: f64, unit| Ok(Self { value, unit });
        let with_unit = |units: &[&str], usual: &str| {
            let meant = UNIT_ALIASES.iter().find(|(alias, _)| *alias == unit);
            let meant = meant.filter(|(_, meant)| units.contains(meant));
            format!("{digits}{}", meant.map_or(usual, |(_, meant)| meant))
        };
        match figure {
            ThresholdFigure::Time(..) => {
                match TIME_UNITS.iter().find(|(known, _)| *known == unit) {
                    // Rounds to whole nanoseconds, as figures are: 1.1 ms is exactly 1,100,000 ns.
                    Some((_, nanos)) => bound((number * nanos).round() / 1e3, FigureUnit::Micros),
                    None => {
                        let units = TIME_UNITS.map(|(unit, _)| unit);
                        error(unit_problem(digits, unit, "time"), with_unit(&units, "ms"))
                    }
                }
            }
            ThresholdFigure::Achieved => match unit {
                "%" => bound(number, FigureUnit::Percent),
                _ if unit.is_empty() && number <= 1.0 && digits.contains('.') => {
                    let percent = number * 100.0;
                    error(unit_problem(digits, "", ""), format!("{percent}%"))
                }
                _ => error(
                    unit_problem(digits, unit, "the achieved rate"),
                    format!("{digits}%"),
                ),
            },
            ThresholdFigure::Rate => {
                match RATE_UNITS.iter().find(|(known, _)| *known == unscaled) {
                    Some((_, seconds)) => bound(number * factor / seconds, FigureUnit::PerSecond),
                    None if unscaled.starts_with('/') => {
                        match format!("{digits}{unit}").parse::<Rate>() {
                            Ok(rate) => bound(rate.as_f64(), FigureUnit::PerSecond),
                            Err(rate_error) => error(
                                unit_problem(digits, unit, "rate"),
                                same_rate(&rate_error).unwrap_or_else(|| with_unit(&["/s"], "/s")),
                            ),
                        }
                    }
                    None => error(unit_problem(digits, unit, "rate"), with_unit(&["/s"], "/s")),
                }
            }
            ThresholdFigure::Count(_) => match unit {
                "%" if number > 100.0 => {
                    error(format!("{} is above 100%", excerpt(text)), "100%".into())
                }
                "%" => bound(number, FigureUnit::Percent),
                "" if number.fract() != 0.0 => error(
                    format!("{} is not a whole number of hits", excerpt(digits)),
                    format!("{digits}%"),
                ),
                "" | "k" | "K" | "M" => bound(number * factor, FigureUnit::Hits),
                _ => error(
                    unit_problem(digits, unit, "hits"),
                    format!("{digits} or {digits}%"),
                ),
            },
        }
    }
}

/// Returns the rate with a unit that the error of a rate such as `1/10s` suggests.
fn same_rate(error: &Diagnostic) -> Option<String> {
    let expected = error.expected()?;
    expected.parse::<Rate>().ok()?;
    Some(expected.into_owned())
}

fn unit_problem(digits: &str, unit: &str, quantity: &str) -> String {
    if unit.is_empty() {
        format!("{} has no unit", excerpt(digits))
    } else {
        format!("{} is not a unit of {quantity}", excerpt(unit))
    }
}

/// Returns an example of a bound for a figure.
pub(crate) fn example_bound(figure: &ThresholdFigure) -> &'static str {
    match figure {
        ThresholdFigure::Time(..) => "250ms",
        ThresholdFigure::Rate => "900/s",
        ThresholdFigure::Achieved => "99%",
        ThresholdFigure::Count(HitCategory::All | HitCategory::Ok) => "1000",
        ThresholdFigure::Count(
            HitCategory::Errors | HitCategory::Rejected | HitCategory::Label(_),
        ) => "0.1%",
        ThresholdFigure::Count(_) => "0",
    }
}
