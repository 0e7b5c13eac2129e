//! Parsers of numbers.

/// Parses the digits at the start of `bytes`: the number and its length. Returns `None` without digits
/// and for more than 19 of them.
pub(crate) fn parse_digits(bytes: &[u8]) -> Option<(u64, usize)> {
    let (mut number, mut length) = (0_u64, 0);
    for byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        // 19 digits always fit.
        if length == 19 {
            return None;
        }
        number = number * 10 + u64::from(digit);
        length += 1;
    }
    (length > 0).then_some((number, length))
}

/// Parses the decimal number at the start of `bytes`: its whole part, its fraction in billionths if it
/// has a point, and its length. Further digits are ignored.
pub(crate) fn parse_decimal(bytes: &[u8]) -> Option<(u64, Option<u32>, usize)> {
    let (whole, length) = parse_digits(bytes)?;
    let has_point = bytes
        .get(length)
        .is_some_and(|byte| *byte == b'.' || *byte == b',');
    match parse_fraction(&bytes[length..]).filter(|_| has_point) {
        Some((billionths, fraction_length)) => {
            Some((whole, Some(billionths), length + fraction_length))
        }
        None => Some((whole, None, length)),
    }
}

/// Parses the fraction at the start of `bytes`: billionths, and its length with the point.
pub(crate) fn parse_fraction(bytes: &[u8]) -> Option<(u32, usize)> {
    let (mut billionths, mut length) = (0, 1);
    for byte in bytes.get(1..)? {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        if length <= 9 {
            billionths = billionths * 10 + u32::from(digit);
        }
        length += 1;
    }
    let missing = 10_u32.saturating_sub(u32::try_from(length).ok()?);
    (length > 1).then(|| (billionths * 10_u32.pow(missing), length))
}

#[cfg(test)]
mod tests {
    use super::{parse_decimal, parse_digits};

    #[test]
    fn parses_numbers() {
        assert_eq!(parse_digits(b"042x"), Some((42, 3)));
        assert_eq!(parse_digits(b"x"), None);
        assert_eq!(
            parse_digits(b"9999999999999999999").map(|it| it.1),
            Some(19)
        );
        assert_eq!(parse_digits(b"99999999999999999999"), None);
        type ParsedDecimal = Option<(u64, Option<u32>, usize)>;
        let table: &[(&[u8], ParsedDecimal)] = &[
            (b"1", Some((1, None, 1))),
            (b"1.5 ", Some((1, Some(500_000_000), 3))),
            (b"0.000002701", Some((0, Some(2_701), 11))),
            (b"0.12345678901", Some((0, Some(123_456_789), 13))),
            (b"1.", Some((1, None, 1))),
            (b".5", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_decimal(text), *expected, "{}", text.escape_ascii());
        }
    }
}
