//! Labels of ticks, as short as possible.

use hammer_diagnostic::format_decimal;

/// Formats a number of milliseconds with the unit that suits it: `200 µs`, `5 ms`, `1.5 s`.
pub(crate) fn format_millis(millis: f64) -> String {
    match millis {
        n if n < 0.9995 && n > 0.0 => format!("{} µs", format_decimal(n * 1e3)),
        n if n < 999.95 => format!("{} ms", format_decimal(n)),
        n => format!("{} s", format_decimal(n / 1e3)),
    }
}

/// Formats a time since the start, in seconds, on an axis whose ticks are `step` seconds apart:
/// `90 s`, `5 min`, `2 h`.
pub(crate) fn format_second(seconds: f64, step: f64) -> String {
    let (unit, name) = match step {
        s if s < 60.0 => (1.0, "s"),
        s if s < 3_600.0 => (60.0, "min"),
        s if s < 86_400.0 => (3_600.0, "h"),
        _ => (86_400.0, "d"),
    };
    format!("{} {name}", format_decimal(seconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_suit_the_number() {
        for (millis, label) in [
            (0.0, "0 ms"),
            (0.2, "200 µs"),
            (1.0, "1 ms"),
            (250.0, "250 ms"),
            (1500.0, "1.5 s"),
            (60_000.0, "60 s"),
        ] {
            assert_eq!(format_millis(millis), label, "{millis}");
        }
    }
}
