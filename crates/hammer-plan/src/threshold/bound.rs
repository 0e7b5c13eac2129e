use std::ops::Range;

use super::ThresholdError;
use super::figure::{Counted, Figure};

/// What a figure is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bound {
    value: f64,
    unit: Unit,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Micros,
    Percent,
    Hits,
    PerSecond,
}

impl Unit {
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
const TIMES: [(&str, f64); 8] = [
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
const PERIODS: [(&str, f64); 4] = [("", 1.0), ("/s", 1.0), ("/m", 60.0), ("/h", 3600.0)];
/// What people write for a unit.
const MEANT: [(&str, &str); 13] = [
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

impl Bound {
    pub(crate) fn value(self) -> f64 {
        self.value
    }

    pub(crate) fn unit(self) -> Unit {
        self.unit
    }

    /// Reads what stands behind the operator, at `place` of the whole text.
    pub(crate) fn parse(
        text: &str,
        place: Range<usize>,
        figure: &Figure,
    ) -> Result<Self, ThresholdError> {
        let example = example(figure);
        let wrong = |wrong: String, right: String| ThresholdError::new(place.clone(), wrong, right);
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
        let unit_of = |word: &str| MEANT.iter().find(|(meant, _)| *meant == word);
        let right = |units: &[&str], usual: &str| {
            let meant = unit_of(unit).filter(|(_, right)| units.contains(right));
            format!("{digits}{}", meant.map_or(usual, |(_, right)| right))
        };
        match figure {
            Figure::Time(..) => match TIMES.iter().find(|(known, _)| *known == unit) {
                // Whole nanoseconds, as figures are: 1.1 ms are 1,100,000 ns and no more.
                Some((_, nanos)) => bound((number * nanos).round() / 1e3, Unit::Micros),
                None => {
                    let units = TIMES.map(|(unit, _)| unit);
                    Err(wrong(no_unit(digits, unit, "time"), right(&units, "ms")))
                }
            },
            Figure::Achieved => match unit {
                "%" => bound(number, Unit::Percent),
                _ if unit.is_empty() && number <= 1.0 && digits.contains('.') => {
                    let percent = number * 100.0;
                    Err(wrong(
                        format!("{digits} has no unit"),
                        format!("{percent}%"),
                    ))
                }
                _ => Err(wrong(no_unit(digits, unit, "share"), format!("{digits}%"))),
            },
            Figure::Rate => match PERIODS.iter().find(|(known, _)| *known == unscaled) {
                Some((_, seconds)) => bound(number * factor / seconds, Unit::PerSecond),
                None => Err(wrong(no_unit(digits, unit, "rate"), right(&["/s"], "/s"))),
            },
            Figure::Count(_) => match unit {
                "%" if number > 100.0 => Err(wrong(
                    format!("{text} of all hits is more than all"),
                    "100%".into(),
                )),
                "%" => bound(number, Unit::Percent),
                "" if number.fract() != 0.0 => Err(wrong(
                    format!("{digits} is no whole number of hits"),
                    format!("{digits}%"),
                )),
                "" | "k" | "K" | "M" => bound(number * factor, Unit::Hits),
                _ => Err(wrong(
                    no_unit(digits, unit, "number of hits"),
                    format!("{digits} or {}", right(&["%"], "%")),
                )),
            },
        }
    }
}

fn no_unit(digits: &str, unit: &str, of: &str) -> String {
    if unit.is_empty() {
        format!("{digits} has no unit")
    } else {
        format!("'{unit}' is no unit of a {of}")
    }
}

/// A bound that fits.
pub(crate) fn example(figure: &Figure) -> &'static str {
    match figure {
        Figure::Time(..) => "250ms",
        Figure::Rate => "900/s",
        Figure::Achieved => "99%",
        Figure::Count(Counted::All | Counted::Ok) => "1000",
        Figure::Count(Counted::Errors | Counted::Rejected | Counted::Label(_)) => "0.1%",
        Figure::Count(_) => "0",
    }
}
