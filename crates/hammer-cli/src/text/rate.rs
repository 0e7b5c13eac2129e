//! Rates with their unit.

use super::number::format_decimal;

/// Formats a rate per second, or per minute or hour if it is below 1/s.
pub(crate) fn format_rate(per_second: f64) -> String {
    match per_second {
        n if n >= 1.0 => format!("{}/s", format_decimal(n)),
        n if n * 60.0 >= 1.0 => format!("{}/m", format_decimal(n * 60.0)),
        n => format!("{}/h", format_decimal(n * 3600.0)),
    }
}
