//! Random UUIDs, digits, letters and IP addresses.

use rand_xoshiro::rand_core::Rng;

use super::random_choice;
use crate::digits;

pub(crate) const UUID_BYTES: usize = 36;
pub(crate) const IPV4_BYTES: usize = 15;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Letters in about their share of English text, and spaces for words of five letters. There are 64
/// characters, so that six bits select one.
const LETTERS: &[u8; 64] = b"eeeeeeettttaaaaooooiiiinnnnssssrrrhhhlldducmfpgwybvk            ";

/// Appends a version 4 UUID (RFC 9562, section 5.4).
pub(crate) fn random_uuid<R: Rng + ?Sized>(rng: &mut R, to: &mut Vec<u8>) {
    let mut bits = u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64());
    bits = bits & !(0xf << 76) | 4 << 76;
    bits = bits & !(0b11 << 62) | 0b10 << 62;
    let mut text = [b'-'; UUID_BYTES];
    let mut at = 0;
    for byte in bits.to_be_bytes() {
        if matches!(at, 8 | 13 | 18 | 23) {
            at += 1;
        }
        text[at] = HEX[usize::from(byte >> 4)];
        text[at + 1] = HEX[usize::from(byte & 15)];
        at += 2;
    }
    to.extend_from_slice(&text);
}

/// Appends `digits` hexadecimal digits in lower case.
pub(crate) fn random_hex<R: Rng + ?Sized>(rng: &mut R, digits: usize, to: &mut Vec<u8>) {
    let start = to.len();
    to.resize(start + digits, 0);
    for chunk in to[start..].chunks_mut(16) {
        let mut bits = rng.next_u64();
        for digit in chunk {
            *digit = HEX[(bits >> 60) as usize];
            bits <<= 4;
        }
    }
}

/// Appends `bytes` letters and single spaces, without spaces at the ends.
pub(crate) fn random_text<R: Rng + ?Sized>(rng: &mut R, bytes: usize, to: &mut Vec<u8>) {
    let start = to.len();
    to.resize(start + bytes, 0);
    let mut previous = b' ';
    for chunk in to[start..].chunks_mut(10) {
        let mut bits = rng.next_u64();
        for letter in chunk {
            let drawn = LETTERS[(bits >> 58) as usize];
            bits <<= 6;
            *letter = if drawn == b' ' && previous == b' ' {
                b'e'
            } else {
                drawn
            };
            previous = *letter;
        }
    }
    if let Some(last @ b' ') = to[start..].last_mut() {
        *last = b's';
    }
}

/// Appends a public IPv4 address: not private, loopback, link-local, shared or multicast.
pub(crate) fn random_ipv4<R: Rng + ?Sized>(rng: &mut R, to: &mut Vec<u8>) {
    let octets = loop {
        let octets = ((rng.next_u64() >> 32) as u32).to_be_bytes();
        let public = match octets {
            [0 | 10 | 127 | 224.., ..] | [169, 254, ..] | [192, 168, ..] => false,
            [100, second, ..] => !(64..128).contains(&second),
            [172, second, ..] => !(16..32).contains(&second),
            _ => true,
        };
        if public {
            break octets;
        }
    };
    for (index, octet) in octets.into_iter().enumerate() {
        if index > 0 {
            to.push(b'.');
        }
        digits::push_decimal(to, octet.into());
    }
}

/// Appends `form` with a random digit for each `#`, a digit other than 0 for each `^`, and a capital
/// letter for each `$`.
pub(super) fn fill_digits<R: Rng + ?Sized>(rng: &mut R, form: &str, to: &mut Vec<u8>) {
    to.extend(form.bytes().map(|byte| match byte {
        b'#' => *random_choice(rng, b"0123456789"),
        b'^' => *random_choice(rng, b"123456789"),
        b'$' => *random_choice(rng, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        other => other,
    }));
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::SeedableRng;

    use super::*;

    fn drawn(draw: impl Fn(&mut Xoshiro256PlusPlus, &mut Vec<u8>)) -> Vec<String> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let texts = (0..2_000).map(|_| {
            let mut text = vec![];
            draw(&mut rng, &mut text);
            String::from_utf8(text).expect("the text is ASCII")
        });
        texts.collect()
    }

    #[test]
    fn letters_are_lowercase_or_spaces() {
        assert!(LETTERS.iter().all(|c| c.is_ascii_lowercase() || *c == b' '));
    }

    #[test]
    fn each_text_has_its_form() {
        let uuid_form = regex::Regex::new(
            "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
        )
        .expect("the expression is valid");
        let mut uuids = drawn(random_uuid);
        assert!(uuids.iter().all(|uuid| uuid_form.is_match(uuid)));
        uuids.sort();
        uuids.dedup();
        assert_eq!(uuids.len(), 2_000, "all UUIDs differ");

        for bytes in [0, 1, 9, 10, 11, 200] {
            for hex in drawn(|rng, to| random_hex(rng, bytes, to)) {
                assert!(hex.len() == bytes && hex.bytes().all(|c| c.is_ascii_hexdigit()));
            }
            for text in drawn(|rng, to| random_text(rng, bytes, to)) {
                assert_eq!(text.len(), bytes);
                assert!(!text.contains("  ") && text.trim() == text, "{text:?}");
            }
        }
        for ip in drawn(random_ipv4) {
            let ip: Ipv4Addr = ip.parse().expect("the address is valid");
            assert!(
                !ip.is_private() && !ip.is_loopback() && !ip.is_multicast(),
                "{ip}"
            );
        }
    }
}
