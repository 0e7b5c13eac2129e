//! Formatting of numbers without `write!`, which takes three times as long.

/// The maximum number of digits of a `u64`.
pub(crate) const MAX_DIGITS: usize = 20;

/// Appends `number` in decimal.
pub(crate) fn push_decimal(to: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; MAX_DIGITS];
    let mut at = MAX_DIGITS;
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    to.extend_from_slice(&digits[at..]);
}

/// Appends `number` in decimal, with a sign if it is negative.
pub(crate) fn push_signed(to: &mut Vec<u8>, number: i64) {
    if number < 0 {
        to.push(b'-');
    }
    push_decimal(to, number.unsigned_abs());
}

/// Appends `number` rounded to this number of decimal places.
///
/// `number` is finite, and has at most 20 digits in total.
pub(crate) fn push_fixed(to: &mut Vec<u8>, number: f64, decimals: u32) {
    let scale = 10_u64.pow(decimals);
    let scaled = (number.abs() * scale as f64).round() as u64;
    if number < 0.0 && scaled > 0 {
        to.push(b'-');
    }
    push_decimal(to, scaled / scale);
    if decimals > 0 {
        to.push(b'.');
        push_padded(to, scaled % scale, decimals as usize);
    }
}

/// Appends the last `width` digits of `number`, padded with zeros.
pub(crate) fn push_padded(to: &mut Vec<u8>, mut number: u64, width: usize) {
    let start = to.len();
    to.resize(start + width, b'0');
    for digit in to[start..].iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_integers_as_std_does() {
        for number in [
            0,
            7,
            10,
            99,
            100,
            1_234_567_890,
            i64::MAX,
            -1,
            -100,
            i64::MIN,
        ] {
            let mut text = vec![];
            push_signed(&mut text, number);
            assert_eq!(text, number.to_string().into_bytes());
        }
        let mut text = vec![];
        push_decimal(&mut text, u64::MAX);
        push_padded(&mut text, 7, 3);
        assert_eq!(text, b"18446744073709551615007");
    }

    #[test]
    fn rounds_to_the_decimal_places() {
        for (number, decimals, expected) in [
            (0.0, 0, "0"),
            (2.5, 0, "3"),
            (-2.4, 0, "-2"),
            (-0.4, 0, "0"),
            (1.005, 1, "1.0"),
            (-0.04, 1, "0.0"),
            (-0.06, 1, "-0.1"),
            (99.996, 2, "100.00"),
            (1e12, 6, "1000000000000.000000"),
        ] {
            let mut text = vec![];
            push_fixed(&mut text, number, decimals);
            assert_eq!(String::from_utf8_lossy(&text), expected, "{number}");
        }
    }
}
