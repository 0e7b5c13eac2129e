//! Numbers as digits.

/// Maximum number of digits of a number, in base 10 or above.
pub const MAX_DIGITS: usize = 20;

/// Writes a number in a base from 10 to 16, in lower case, to the end of `digits`; returns its digits.
///
/// The formatter of the standard library takes several times as long.
///
/// ```
/// let mut digits = [0; hammer_wire::MAX_DIGITS];
/// assert_eq!(hammer_wire::format_number::<10>(1023, &mut digits), b"1023");
/// assert_eq!(hammer_wire::format_number::<16>(1023, &mut digits), b"3ff");
/// ```
pub fn format_number<const BASE: usize>(mut number: usize, digits: &mut [u8; MAX_DIGITS]) -> &[u8] {
    const { assert!(BASE >= 10 && BASE <= 16) };
    let mut begin = digits.len();
    loop {
        begin -= 1;
        digits[begin] = b"0123456789abcdef"[number % BASE];
        number /= BASE;
        if number == 0 {
            return &digits[begin..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DIGITS, format_number};

    #[test]
    fn numbers_are_written_in_full() {
        let mut digits = [0; MAX_DIGITS];
        for number in [0, 1, 9, 10, 15, 16, 255, 256, 65_535, usize::MAX] {
            let decimal = format_number::<10>(number, &mut digits);
            assert_eq!(decimal, number.to_string().as_bytes());
            let hexadecimal = format_number::<16>(number, &mut digits);
            assert_eq!(hexadecimal, format!("{number:x}").as_bytes());
        }
    }
}
