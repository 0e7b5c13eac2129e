use std::ops::Range;

use super::ThresholdError;
use super::figure::{HitCategory, ThresholdFigure};

/// What a figure is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ThresholdBound {
    value: f64,
    unit: FigureUnit,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FigureUnit {
    Micros,
    Percent,
    Hits,
    PerSecond,
}

impl FigureUnit {
    /// As the report writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Micros => "us",
            Self::Percent => "%",
            Self::Hits => "hits",
            Self::PerSecond => "/s",
        }
    }
}

/// Units of time, in nanoseconds.
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
/// Units of a rate, in seconds.
const RATE_UNITS: [(&str, f64); 4] = [("", 1.0), ("/s", 1.0), ("/m", 60.0), ("/h", 3600.0)];
/// What people write for a unit.
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

impl ThresholdBound {
    pub(crate) fn value(self) -> f64 {
        self.value
    }

    pub(crate) fn unit(self) -> FigureUnit {
        self.unit
    }

    /// Reads what stands behind the operator, at `place` of the whole text.
    pub(crate) fn parse(
        text: &str,
        span: Range<usize>,
        figure: &ThresholdFigure,
    ) -> Result<Self, ThresholdError> {
        let example = example_bound(figure);
        let wrong = |wrong: String, right: String| ThresholdError::new(span.clone(), wrong, right);
        if text.is_empty() {
            let missing = "there is nothing to compare with";
            return Err(wrong(missing.into(), example.into()));
        }
        let digits = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (digits, unit) = text.split_at(digits);
        let unit = unit.trim_start();
        if let Some(number) = text.strip_prefix('-') {
            let right = if number.is_empty() { example } else { number };
            return Err(wrong(format!("{text} is below 0"), right.into()));
        }
        let number = digits.parse::<f64>().ok().filter(|n| n.is_finite());
        let Some(number) = number else {
            return Err(wrong(format!("'{text}' is no number"), example.into()));
        };
        // As rates are written elsewhere; times and shares have no such factor.
        let (factor, unscaled) = match unit.chars().next() {
            Some('k' | 'K') => (1e3, &unit[1..]),
            Some('M') => (1e6, &unit[1..]),
            _ => (1.0, unit),
        };
        let bound = |value: f64, unit| Ok(Self { value, unit });
        let unit_of = |word: &str| UNIT_ALIASES.iter().find(|(meant, _)| *meant == word);
        let right = |units: &[&str], usual: &str| {
            let meant = unit_of(unit).filter(|(_, right)| units.contains(right));
            format!("{digits}{}", meant.map_or(usual, |(_, right)| right))
        };
        match figure {
            ThresholdFigure::Time(..) => {
                match TIME_UNITS.iter().find(|(known, _)| *known == unit) {
                    // Whole nanoseconds, as figures are: 1.1 ms are 1,100,000 ns and no more.
                    Some((_, nanos)) => bound((number * nanos).round() / 1e3, FigureUnit::Micros),
                    None => {
                        let units = TIME_UNITS.map(|(unit, _)| unit);
                        Err(wrong(unit_error(digits, unit, "time"), right(&units, "ms")))
                    }
                }
            }
            ThresholdFigure::Achieved => match unit {
                "%" => bound(number, FigureUnit::Percent),
                _ if unit.is_empty() && number <= 1.0 && digits.contains('.') => {
                    let percent = number * 100.0;
                    Err(wrong(
                        format!("{digits} has no unit"),
                        format!("{percent}%"),
                    ))
                }
                _ => Err(wrong(
                    unit_error(digits, unit, "share"),
                    format!("{digits}%"),
                )),
            },
            ThresholdFigure::Rate => {
                match RATE_UNITS.iter().find(|(known, _)| *known == unscaled) {
                    Some((_, seconds)) => bound(number * factor / seconds, FigureUnit::PerSecond),
                    None => Err(wrong(
                        unit_error(digits, unit, "rate"),
                        right(&["/s"], "/s"),
                    )),
                }
            }
            ThresholdFigure::Count(_) => match unit {
                "%" if number > 100.0 => Err(wrong(
                    format!("{text} of all hits is more than all"),
                    "100%".into(),
                )),
                "%" => bound(number, FigureUnit::Percent),
                "" if number.fract() != 0.0 => Err(wrong(
                    format!("{digits} is no whole number of hits"),
                    format!("{digits}%"),
                )),
                "" | "k" | "K" | "M" => bound(number * factor, FigureUnit::Hits),
                _ => Err(wrong(
                    unit_error(digits, unit, "number of hits"),
                    format!("{digits} or {}", right(&["%"], "%")),
                )),
            },
        }
    }
}

fn unit_error(digits: &str, unit: &str, of: &str) -> String {
    if unit.is_empty() {
        format!("{digits} has no unit")
    } else {
        format!("'{unit}' is no unit of a {of}")
    }
}

/// A bound that fits.
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
