//! Units of durations and epoch times in logs.

use super::number::parse_decimal;

/// The unit of a duration or an epoch time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LogTimeUnit {
    #[default]
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl LogTimeUnit {
    const fn nanos(self) -> u128 {
        match self {
            Self::Seconds => 1_000_000_000,
            Self::Millis => 1_000_000,
            Self::Micros => 1_000,
            Self::Nanos => 1,
        }
    }

    /// Returns the unit with this name.
    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"s" => Self::Seconds,
            b"ms" => Self::Millis,
            // With the micro sign, and with the Greek letter mu.
            b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => Self::Micros,
            b"ns" => Self::Nanos,
            _ => return None,
        })
    }

    /// Converts a number of this unit to microseconds, rounded down.
    pub(crate) fn to_micros(self, whole: u64, billionths: u32) -> u64 {
        let nanos = u128::from(whole) * self.nanos()
            + u128::from(billionths) * self.nanos() / 1_000_000_000;
        u64::try_from(nanos / 1_000).unwrap_or(u64::MAX)
    }
}

/// Parses a duration to microseconds: a number of `unit`, or of the unit that follows it.
pub(crate) fn parse_duration_us(text: &[u8], unit: LogTimeUnit) -> Option<u64> {
    let (whole, billionths, length) = parse_decimal(text)?;
    let unit = match &text[length..] {
        b"" => unit,
        name => LogTimeUnit::from_name(name)?,
    };
    Some(unit.to_micros(whole, billionths.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::{LogTimeUnit, parse_duration_us};

    #[test]
    fn parses_durations() {
        for (text, unit, micros) in [
            ("0.113", LogTimeUnit::Seconds, Some(113_000)),
            ("283", LogTimeUnit::Millis, Some(283_000)),
            ("357313", LogTimeUnit::Nanos, Some(357)),
            ("0.000002701", LogTimeUnit::Seconds, Some(2)),
            ("1.5ms", LogTimeUnit::Seconds, Some(1_500)),
            ("12µs", LogTimeUnit::Seconds, Some(12)),
            ("0.0123s", LogTimeUnit::Millis, Some(12_300)),
            ("-", LogTimeUnit::Seconds, None),
            ("-1", LogTimeUnit::Seconds, None),
            ("1 h", LogTimeUnit::Seconds, None),
        ] {
            assert_eq!(parse_duration_us(text.as_bytes(), unit), micros, "{text}");
        }
    }
}
