//! Numbers as people read them, with their units.

use crate::count::format_count;

/// Formats three significant digits and at most three decimals: `0.112`, `2.31`, `11.3`, `1,130`.
#[must_use]
pub fn format_significant(number: f64) -> String {
    match number {
        n if n < 0.9995 => format!("{n:.3}"),
        n if n < 9.995 => format!("{n:.2}"),
        n if n < 99.95 => format!("{n:.1}"),
        n if n < 999.5 => format!("{n:.0}"),
        // The histograms have three significant digits.
        n => {
            let step = 10_f64.powf(n.log10().floor() - 2.0).round();
            format_count(((n / step).round() * step) as u64)
        }
    }
}

/// Formats four significant digits without trailing zeros, and all digits from 1,000 on: `999.6`,
/// `2.5`, `12,345`.
#[must_use]
pub fn format_decimal(number: f64) -> String {
    let decimals = match number {
        n if n < 10.0 => 3,
        n if n < 100.0 => 2,
        n if n < 999.95 => 1,
        n => return format_count(n.round() as u64),
    };
    let text = format!("{number:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Formats a time span with its unit: `2.5 s`, `1,200 s`; below 1 ms in µs.
#[must_use]
pub fn format_seconds(seconds: f64) -> String {
    match seconds {
        n if n > 0.0 && n < 1e-3 => format!("{} µs", format_decimal(n * 1e6)),
        n => format!("{} s", format_decimal(n)),
    }
}

/// Formats a number with a noun: `1 row`, `2 rows`.
#[must_use]
pub fn format_counted(number: u64, noun: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{} {noun}{s}", format_count(number))
}

/// Formats a percentage with enough digits to differ from 0 and 100: `0.02`, `99.9996`, `50`.
#[must_use]
pub fn format_percent(share: f64) -> String {
    let least = share.min((100.0 - share).abs());
    let decimals = match least {
        n if n <= 0.0 => 0,
        // Two significant digits.
        n => (1.0 - n.log10().floor()).clamp(1.0, 12.0) as usize,
    };
    let text = format!("{share:.decimals$}");
    if decimals == 0 {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Formats a size with a decimal unit: `0 B`, `2.10 MB`.
#[must_use]
pub fn format_bytes(bytes: u64) -> String {
    let mut size = bytes as f64;
    let mut units = ["kB", "MB", "GB", "TB"].iter();
    let mut unit = "B";
    while size >= 999.5 {
        let Some(next) = units.next() else { break };
        unit = next;
        size /= 1000.0;
    }
    if unit == "B" {
        format!("{bytes} B")
    } else {
        format!("{} {unit}", format_significant(size))
    }
}

/// Formats a rate per second, or per minute or hour if it is below 1/s.
#[must_use]
pub fn format_rate(per_second: f64) -> String {
    match per_second {
        n if n >= 1.0 => format!("{}/s", format_decimal(n)),
        n if n * 60.0 >= 1.0 => format!("{}/m", format_decimal(n * 60.0)),
        n => format!("{}/h", format_decimal(n * 3600.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_differ_from_0_and_100() {
        for (share, shown) in [
            (0.0, "0"),
            (100.0, "100"),
            (50.0, "50"),
            (20.0, "20"),
            (99.9, "99.9"),
            (99.9996, "99.9996"),
            (0.02, "0.02"),
            (0.000_123_4, "0.00012"),
            (33.333_333, "33.3"),
            (100.25, "100.25"),
            (1e-20, "0"),
        ] {
            assert_eq!(format_percent(share), shown);
        }
    }

    #[test]
    fn numbers_are_rounded_and_grouped() {
        for (number, shown) in [
            (0.0, "0.000"),
            (0.1124, "0.112"),
            (0.9996, "1.00"),
            (2.314, "2.31"),
            (9.996, "10.0"),
            (11.32, "11.3"),
            (113.2, "113"),
            (1_134.0, "1,130"),
            (99_960.0, "100,000"),
        ] {
            assert_eq!(format_significant(number), shown, "{number}");
        }
        for (number, shown) in [
            (0.5, "0.5"),
            (2.5, "2.5"),
            (10.0, "10"),
            (100.0, "100"),
            (999.63, "999.6"),
            (999.97, "1,000"),
            (12_345.2, "12,345"),
        ] {
            assert_eq!(format_decimal(number), shown, "{number}");
        }
        for (seconds, shown) in [
            (0.0, "0 s"),
            (1e-6, "1 µs"),
            (0.000_25, "250 µs"),
            (0.001, "0.001 s"),
            (2.5, "2.5 s"),
        ] {
            assert_eq!(format_seconds(seconds), shown);
        }
        for (number, words) in [(0, "0 rows"), (1, "1 row"), (1_000, "1,000 rows")] {
            assert_eq!(format_counted(number, "row"), words);
        }
        for (bytes, shown) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (999_600, "1.00 MB"),
            (2_100_000, "2.10 MB"),
        ] {
            assert_eq!(format_bytes(bytes), shown, "{bytes}");
        }
    }
}
