//! Integers of variable length (RFC 7541, section 5.1).

use super::HpackError;

/// Reads an integer that has `prefix` bits in its first byte; returns it and the number of bytes read.
///
/// # Errors
///
/// If the integer is incomplete or exceeds 28 bits beyond the prefix.
pub(super) fn read(bytes: &[u8], prefix: u32) -> Result<(usize, usize), HpackError> {
    let max_prefix = (1_usize << prefix) - 1;
    let first = usize::from(*bytes.first().ok_or(HpackError)?) & max_prefix;
    if first < max_prefix {
        return Ok((first, 1));
    }
    let mut value = max_prefix;
    // Four more bytes are 28 bits, more than any length or size that is accepted.
    for (index, byte) in bytes.iter().enumerate().skip(1).take(4) {
        value += usize::from(byte & 0x7f) << (7 * (index - 1));
        if byte & 0x80 == 0 {
            return Ok((value, index + 1));
        }
    }
    Err(HpackError)
}

/// Writes an integer with `flags` before the prefix of its first byte.
pub(super) fn write(out: &mut Vec<u8>, flags: u8, prefix: u32, value: usize) {
    let max_prefix = (1_usize << prefix) - 1;
    if value < max_prefix {
        out.push(flags | value as u8);
        return;
    }
    out.push(flags | max_prefix as u8);
    let mut rest = value - max_prefix;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_match_the_examples_of_the_rfc() {
        // RFC 7541, sections C.1.1 to C.1.3.
        for (value, prefix, bytes) in [
            (10, 5, &[0x0a][..]),
            (1337, 5, &[0x1f, 0x9a, 0x0a]),
            (42, 8, &[0x2a]),
            (31, 5, &[0x1f, 0x00]),
            (127, 7, &[0x7f, 0x00]),
        ] {
            let mut out = Vec::new();
            write(&mut out, 0, prefix, value);
            assert_eq!(out, bytes, "{value}");
            assert_eq!(read(bytes, prefix), Ok((value, bytes.len())), "{value}");
        }
    }

    #[test]
    fn incomplete_or_endless_integers_are_refused() {
        for bytes in [
            &[][..],
            &[0x1f],
            &[0x1f, 0x80],
            &[0x1f, 0x80, 0x80, 0x80, 0x80, 0x01],
            &[
                0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
            ],
        ] {
            assert_eq!(read(bytes, 5), Err(HpackError), "{bytes:?}");
        }
    }
}
