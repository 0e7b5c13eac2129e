//! Digits of numbers. A number in a template is as common as a literal, and `write!` costs three
//! times as much.

/// The most digits that a `u64` has.
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

/// Appends `number` in decimal, with a sign if it is below 0.
pub(crate) fn push_signed(to: &mut Vec<u8>, number: i64) {
    if number < 0 {
        to.push(b'-');
    }
    push_decimal(to, number.unsigned_abs());
}

/// Appends the last `width` digits of `number`, with zeros in front.
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
    fn numbers_are_as_the_library_writes_them() {
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
}
