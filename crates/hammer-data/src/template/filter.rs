//! Filters, which encode a value for its context.

/// An encoding of a value for its context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TemplateFilter {
    /// The content of a JSON string (RFC 8259, section 7).
    Json,
    /// Percent-encoding of all but the unreserved characters (RFC 3986, section 2.3).
    Url,
    /// Base64 with padding (RFC 4648, section 4).
    Base64,
}

const HEX: &[u8; 16] = b"0123456789ABCDEF";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl TemplateFilter {
    pub(super) const ALL: [(&'static str, Self); 3] = [
        ("json", Self::Json),
        ("url", Self::Url),
        ("base64", Self::Base64),
    ];

    /// Returns an upper bound of the length of the output for `bytes` bytes of input.
    pub(super) fn max_bytes(self, bytes: usize) -> usize {
        match self {
            Self::Json => bytes.saturating_mul(6),
            Self::Url => bytes.saturating_mul(3),
            Self::Base64 => bytes.div_ceil(3).saturating_mul(4),
        }
    }

    /// Applies the filter to the bytes of `text` from `start` on.
    pub(crate) fn apply(self, text: &mut Vec<u8>, start: usize) {
        match self {
            Self::Json => replace_bytes(text, start, json_width, write_json),
            Self::Url => replace_bytes(text, start, url_width, write_url),
            Self::Base64 => base64(text, start),
        }
    }
}

/// Replaces each byte from `start` on by `width` bytes that `write` fills.
///
/// Works from the end to the start, so that no byte is overwritten before it is read, and no second
/// buffer is needed.
fn replace_bytes(
    text: &mut Vec<u8>,
    start: usize,
    width: fn(u8) -> usize,
    write: fn(u8, &mut [u8]),
) {
    let total: usize = text[start..].iter().map(|byte| width(*byte)).sum();
    let (mut from, mut to) = (text.len(), start + total);
    if from == to {
        return;
    }
    text.resize(to, 0);
    // Where both positions meet, the bytes before them stay as they are.
    while from < to {
        from -= 1;
        let byte = text[from];
        let width = width(byte);
        write(byte, &mut text[to - width..to]);
        to -= width;
    }
}

fn json_width(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        0..0x20 => 6,
        _ => 1,
    }
}

fn write_json(byte: u8, to: &mut [u8]) {
    match (byte, to) {
        (byte, [one]) => *one = byte,
        (byte, [backslash, letter]) => {
            *backslash = b'\\';
            *letter = match byte {
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                other => other,
            };
        }
        (byte, to) => {
            to.copy_from_slice(b"\\u0000");
            to[4] = HEX[usize::from(byte >> 4)];
            to[5] = HEX[usize::from(byte & 15)];
        }
    }
}

fn url_width(byte: u8) -> usize {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => 1,
        _ => 3,
    }
}

fn write_url(byte: u8, to: &mut [u8]) {
    match to {
        [one] => *one = byte,
        to => to.copy_from_slice(&[
            b'%',
            HEX[usize::from(byte >> 4)],
            HEX[usize::from(byte & 15)],
        ]),
    }
}

/// Replaces each group of three bytes by four, from the last group to the first: group `i` is written
/// at `4i`, after all groups that are still to be read.
fn base64(text: &mut Vec<u8>, start: usize) {
    let from = text.len() - start;
    let groups = from.div_ceil(3);
    text.resize(start + groups * 4, 0);
    for group in (0..groups).rev() {
        let length = (from - group * 3).min(3);
        let mut bits = 0_u32;
        for byte in 0..3 {
            let read = if byte < length {
                text[start + group * 3 + byte]
            } else {
                0
            };
            bits = bits << 8 | u32::from(read);
        }
        for digit in 0..4 {
            let sextet = (bits >> (18 - 6 * digit)) & 63;
            text[start + group * 4 + digit] = if digit <= length {
                BASE64[sextet as usize]
            } else {
                b'='
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::TemplateFilter;

    fn applied(filter: TemplateFilter, value: &[u8]) -> Vec<u8> {
        let mut text = b"unchanged \" prefix ".to_vec();
        let start = text.len();
        text.extend_from_slice(value);
        filter.apply(&mut text, start);
        assert_eq!(&text[..start], b"unchanged \" prefix ");
        assert!(text.len() - start <= filter.max_bytes(value.len()));
        text.split_off(start)
    }

    proptest::proptest! {
        #[test]
        fn json_parsers_read_the_value_back(value: String) {
            let mut json = vec![b'"'];
            json.extend(applied(TemplateFilter::Json, value.as_bytes()));
            json.push(b'"');
            let read: String = serde_json::from_slice(&json).expect("the output is a JSON string");
            assert_eq!(read, value);
        }

        #[test]
        fn base64_equals_that_of_the_library(value: Vec<u8>) {
            let expected = base64::engine::general_purpose::STANDARD.encode(&value);
            assert_eq!(applied(TemplateFilter::Base64, &value), expected.as_bytes());
        }

        #[test]
        fn url_keeps_only_unreserved_characters(value: Vec<u8>) {
            let mut expected = String::new();
            for byte in &value {
                let unreserved = byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
                match unreserved {
                    true => expected.push(char::from(*byte)),
                    false => expected.push_str(&format!("%{byte:02X}")),
                }
            }
            assert_eq!(applied(TemplateFilter::Url, &value), expected.as_bytes());
        }
    }
}
