//! Parses durations such as `387.00us`, `1.23ms`, `1.48s` and `2.05m`.

/// The duration in microseconds; `None` if it cannot be parsed.
pub(super) fn parse_micros(text: &str) -> Option<f64> {
    let digits = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(digits);
    let per_unit = match unit {
        "us" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        "m" => 60e6,
        "h" => 3600e6,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * per_unit)
}

#[cfg(test)]
mod tests {
    use super::parse_micros;

    #[test]
    fn parses_all_units() {
        for (text, us) in [
            ("387.00us", Some(387.0)),
            ("1.23ms", Some(1230.0)),
            ("1.5s", Some(1_500_000.0)),
            ("2m", Some(120_000_000.0)),
            ("1h", Some(3_600_000_000.0)),
            ("12", None),
            ("ms", None),
            ("12parsecs", None),
        ] {
            assert_eq!(parse_micros(text), us, "{text}");
        }
    }
}
