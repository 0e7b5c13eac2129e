//! The Huffman code of HPACK (RFC 7541, section 5.2 and Appendix B).
//!
//! The code is canonical: shorter codes come first, and codes of one length follow the order of
//! their symbols. The lengths therefore determine all codes.

use super::HpackError;

/// The length of each symbol's code in bits, as in Appendix B.
#[rustfmt::skip]
const CODE_LENGTHS: [u8; SYMBOLS] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    30,
];

/// 256 bytes and the end of the string, which is never written.
const SYMBOLS: usize = 257;
const END_OF_STRING: u16 = 256;
const MAX_CODE_BITS: usize = 30;

/// The tables derived from the code lengths.
struct HuffmanCodeTables {
    /// The code of each symbol.
    codes: [u32; SYMBOLS],
    /// Symbols in the order of their codes.
    ordered: [u16; SYMBOLS],
    /// By length: the first longer code, padded with zeros to 32 bits. The limit after the last code
    /// does not fit into 32 bits.
    limits: [u64; MAX_CODE_BITS + 1],
    /// By length: the number of shorter codes minus the first code of this length.
    offsets: [i64; MAX_CODE_BITS + 1],
}

const HUFFMAN_CODE: HuffmanCodeTables = HuffmanCodeTables::new();

impl HuffmanCodeTables {
    const fn new() -> Self {
        let mut code = Self {
            codes: [0; SYMBOLS],
            ordered: [0; SYMBOLS],
            limits: [0; MAX_CODE_BITS + 1],
            offsets: [0; MAX_CODE_BITS + 1],
        };
        let (mut next, mut known, mut length) = (0_u32, 0_usize, 1_usize);
        while length <= MAX_CODE_BITS {
            next <<= 1;
            code.offsets[length] = known as i64 - next as i64;
            let mut symbol = 0;
            while symbol < SYMBOLS {
                if CODE_LENGTHS[symbol] as usize == length {
                    code.codes[symbol] = next;
                    code.ordered[known] = symbol as u16;
                    next += 1;
                    known += 1;
                }
                symbol += 1;
            }
            code.limits[length] = (next as u64) << (32 - length);
            length += 1;
        }
        code
    }
}

/// Returns the encoded size of a text in bytes.
pub(super) fn encoded_len(text: &[u8]) -> usize {
    let bits = |byte: &u8| usize::from(CODE_LENGTHS[usize::from(*byte)]);
    text.iter().map(bits).sum::<usize>().div_ceil(8)
}

/// Adds a text to `out`, encoded.
pub(super) fn encode(text: &[u8], out: &mut Vec<u8>) {
    let (mut pending, mut bits) = (0_u64, 0_u32);
    for byte in text.iter().map(|byte| usize::from(*byte)) {
        let length = u32::from(CODE_LENGTHS[byte]);
        pending = pending << length | u64::from(HUFFMAN_CODE.codes[byte]);
        bits += length;
        while bits >= 8 {
            bits -= 8;
            out.push((pending >> bits) as u8);
        }
    }
    if bits > 0 {
        // The last byte is padded with the start of the end-of-string code, which is all ones.
        out.push((pending << (8 - bits)) as u8 | (0xff >> bits));
    }
}

/// Adds the decoded text to `out`.
///
/// # Errors
///
/// If the text contains the end of the string, or if the padding is not all ones or exceeds 7 bits.
pub(super) fn decode(encoded: &[u8], out: &mut Vec<u8>) -> Result<(), HpackError> {
    let mut bytes = encoded.iter();
    let (mut window, mut bits) = (0_u64, 0_u32);
    loop {
        while bits <= 32 {
            let Some(byte) = bytes.next() else { break };
            window |= u64::from(*byte) << (56 - bits);
            bits += 8;
        }
        // The next 32 bits; missing bits are ones, as padding must be.
        let ones = if bits >= 32 { 0 } else { u64::MAX >> bits };
        let next = (window | ones) >> 32;
        let length = (5..=MAX_CODE_BITS).find(|length| next < HUFFMAN_CODE.limits[*length]);
        let length = length.unwrap_or(MAX_CODE_BITS);
        if length as u32 > bits {
            let padding = bits < 8 && next >> 24 == 0xff;
            return if padding { Ok(()) } else { Err(HpackError) };
        }
        let position = (next >> (32 - length)) as i64 + HUFFMAN_CODE.offsets[length];
        let symbol = HUFFMAN_CODE.ordered[position as usize];
        if symbol == END_OF_STRING {
            return Err(HpackError);
        }
        out.push(symbol as u8);
        window <<= length;
        bits -= length as u32;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(encoded: &[u8]) -> Result<Vec<u8>, HpackError> {
        let mut out = Vec::new();
        decode(encoded, &mut out).map(|()| out)
    }

    #[test]
    fn texts_match_the_examples_of_the_rfc() {
        // RFC 7541, sections C.4 and C.6.
        for (text, encoded) in [
            (
                "www.example.com",
                &b"\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"[..],
            ),
            ("no-cache", b"\xa8\xeb\x10\x64\x9c\xbf"),
            ("custom-value", b"\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf"),
            ("302", b"\x64\x02"),
            ("private", b"\xae\xc3\x77\x1a\x4b"),
            ("", b""),
        ] {
            let mut out = Vec::new();
            encode(text.as_bytes(), &mut out);
            assert_eq!(out, encoded, "{text}");
            assert_eq!(encoded_len(text.as_bytes()), encoded.len(), "{text}");
            assert_eq!(decoded(encoded).as_deref(), Ok(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn invalid_padding_is_refused() {
        for encoded in [
            // "0" is 00000. Padding of zeros, and padding of over 7 bits:
            &[0b0000_0000][..],
            &[0b0000_0111, 0xff],
            &[0xff],
            // The end of the string:
            &[0xff, 0xff, 0xff, 0xff],
            &[0xff, 0xff, 0xff, 0xfc],
        ] {
            assert_eq!(decoded(encoded), Err(HpackError), "{encoded:x?}");
        }
        assert_eq!(decoded(&[0b0000_0111]).as_deref(), Ok(&b"0"[..]));
    }

    proptest! {
        #[test]
        fn encoded_texts_round_trip(text: Vec<u8>) {
            let mut encoded = Vec::new();
            encode(&text, &mut encoded);
            prop_assert_eq!(encoded.len(), encoded_len(&text));
            prop_assert_eq!(decoded(&encoded), Ok(text));
        }

        #[test]
        fn arbitrary_bytes_are_decoded_or_refused(encoded: Vec<u8>) {
            if let Ok(text) = decoded(&encoded) {
                let mut again = Vec::new();
                encode(&text, &mut again);
                prop_assert_eq!(again, encoded);
            }
        }
    }
}
