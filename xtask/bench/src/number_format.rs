//! Formats numbers for people.

/// At most four significant digits, and grouped thousands: `0.123`, `12.35`, `94,100`.
pub(crate) fn format_number(number: f64) -> String {
    let size = number.abs();
    if !number.is_finite() {
        return "-".to_owned();
    }
    let decimals = match size {
        _ if size < 0.000_05 => 0,
        _ if size < 9.9995 => 3,
        _ if size < 99.995 => 2,
        _ if size < 999.95 => 1,
        _ => {
            // Digits after the fourth are noise.
            let step = 10_f64.powf(size.log10().floor() - 3.0).round().max(1.0);
            let whole = group_thousands(((size / step).round() * step) as u64);
            return if number < 0.0 {
                format!("-{whole}")
            } else {
                whole
            };
        }
    };
    format!("{number:.decimals$}")
}

/// `1234567` as `1,234,567`.
pub(crate) fn group_thousands(whole: u64) -> String {
    let digits = whole.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_four_significant_digits() {
        for (number, text) in [
            (0.0, "0"),
            (0.12345, "0.123"),
            (-0.5, "-0.500"),
            (1.23456, "1.235"),
            (9.9999, "10.00"),
            (12.3456, "12.35"),
            (123.456, "123.5"),
            (999.97, "1,000"),
            (1234.4, "1,234"),
            (94_103.5, "94,100"),
            (-94_103.5, "-94,100"),
            (2_123_456.0, "2,123,000"),
            (f64::NAN, "-"),
        ] {
            assert_eq!(format_number(number), text, "{number}");
        }
        assert_eq!(group_thousands(0), "0");
        assert_eq!(group_thousands(999), "999");
        assert_eq!(group_thousands(1_234_567), "1,234,567");
    }
}
