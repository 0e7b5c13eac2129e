//! Counts with thousands separators.

/// Formats a count with thousands separators.
///
/// ```
/// use hammer_diagnostic::format_count;
///
/// assert_eq!(format_count(999), "999");
/// assert_eq!(format_count(12_345), "12,345");
/// ```
#[must_use]
pub fn format_count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::format_count;

    #[test]
    fn digits_are_grouped_by_three() {
        for (number, shown) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(format_count(number), shown);
        }
    }
}
