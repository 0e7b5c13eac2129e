//! Units of times in reports.

use crate::number::format_significant;

/// The unit of the times of a table, or of a single time.
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
    /// Selects the unit for times up to `us` microseconds: milliseconds, so that a time is written in the
    /// same way wherever a report has it. From 10 s on, the unit is the second, and below 10 µs, of which
    /// three decimals of a millisecond would leave one digit, the microsecond.
    #[must_use]
    pub fn for_micros(us: f64) -> Self {
        match us {
            us if us < 10.0 => Self::Micros,
            us if us < 1e7 => Self::Millis,
            _ => Self::Seconds,
        }
    }

    /// Selects the unit for CPU times up to `us` microseconds, which are exact to less than a microsecond:
    /// microseconds below 1 ms.
    #[must_use]
    pub fn for_cpu_micros(us: f64) -> Self {
        match us {
            us if us < 1e3 => Self::Micros,
            us => Self::for_micros(us),
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

    /// Formats a number of microseconds in this unit, with its symbol.
    #[must_use]
    pub fn format_with_name(self, us: f64) -> String {
        format!("{} {}", self.format(us), self.name())
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

/// Formats a number of microseconds with the unit that [suits it](TimeUnit::for_micros): `0.920 ms`.
#[must_use]
pub fn format_micros(us: f64) -> String {
    TimeUnit::for_micros(us).format_with_name(us)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A report had 0.920 ms in a table, and 920 µs beside a threshold.
    #[test]
    fn a_time_is_written_as_in_a_table_of_longer_times() {
        for (us, text) in [
            (9.12, "9.12 µs"),
            (10.0, "0.010 ms"),
            (920.0, "0.920 ms"),
            (4_130.0, "4.13 ms"),
            (1.2e6, "1,200 ms"),
            (12e6, "12.0 s"),
        ] {
            assert_eq!(format_micros(us), text);
        }
        assert_eq!(TimeUnit::for_micros(5e6).format(920.0), "0.920");
        let cpu = |us| TimeUnit::for_cpu_micros(us).format_with_name(us);
        assert_eq!([cpu(12.34), cpu(1_500.0)], ["12.3 µs", "1.50 ms"]);
    }
}
