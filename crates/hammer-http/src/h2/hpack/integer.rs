//! Integers of variable length (RFC 7541, section 5.1).

use super::HpackError;

/// Reads an integer whose first byte has `prefix` bits for it; tells it and how many bytes it took.
///
/// # Errors
///
/// If it ends before it is whole, or is larger than anything that is asked for here.
pub(super) fn read(bytes: &[u8], prefix: u32) -> Result<(usize, usize), HpackError> {
    let most = (1_usize << prefix) - 1;
    let first = usize::from(*bytes.first().ok_or(HpackError)?) & most;
    if first < most {
        return Ok((first, 1));
    }
    let mut value = most;
    // Four more bytes make 28 bits: more than any length or size that would not be refused later.
    for (at, byte) in bytes.iter().enumerate().skip(1).take(4) {
        value += usize::from(byte & 0x7f) << (7 * (at - 1));
        if byte & 0x80 == 0 {
            return Ok((value, at + 1));
        }
    }
    Err(HpackError)
}

/// Writes an integer, its first byte together with the `flags` that stand before the prefix.
pub(super) fn write(out: &mut Vec<u8>, flags: u8, prefix: u32, value: usize) {
    let most = (1_usize << prefix) - 1;
    if value < most {
        out.push(flags | value as u8);
        return;
    }
    out.push(flags | most as u8);
    let mut rest = value - most;
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
    fn the_examples_of_the_rfc() {
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
    fn cut_short_or_endless_is_malformed() {
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
