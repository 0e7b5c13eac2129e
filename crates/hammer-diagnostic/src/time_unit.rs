//! Units of time for tables.

use crate::number::format_significant;

/// The unit of time of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Microseconds.
    Micros,
    /// Milliseconds.
    Millis,
    /// Seconds.
    Seconds,
}

impl TimeUnit {
    /// Selects the unit for times up to `us` microseconds.
    #[must_use]
    pub fn for_micros(us: f64) -> Self {
        match us {
            us if us < 1e3 => Self::Micros,
            us if us < 1e7 => Self::Millis,
            _ => Self::Seconds,
        }
    }

    /// The symbol of the unit: `µs`, `ms` or `s`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Micros => "µs",
            Self::Millis => "ms",
            Self::Seconds => "s",
        }
    }

    /// Formats a number of microseconds in this unit, to three significant digits, without its symbol.
    #[must_use]
    pub fn format(self, us: f64) -> String {
        format_significant(match self {
            Self::Micros => us,
            Self::Millis => us / 1e3,
            Self::Seconds => us / 1e6,
        })
    }
}
