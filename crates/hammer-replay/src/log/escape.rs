//! Escape styles of logs.

/// The escape style of special bytes in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EscapeStyle {
    /// No escapes.
    #[default]
    None,
    /// Backslash escapes of nginx (`\xHH`) and Apache (`\"`, `\\`, `\n`, `\xhh`). The two do not
    /// contradict each other.
    ///
    /// Sources: nginx, `log_format` in ngx_http_log_module; Apache 2.4, "Format Notes" of
    /// mod_log_config.
    Backslash,
    /// Escapes of a JSON string (RFC 8259, section 7). Invalid escapes are kept.
    Json,
    /// `#HH`, the escapes of HAProxy ("Non-printable characters" in its manual).
    Hash,
    /// Doubled quotation marks (RFC 4180).
    DoubledQuote,
}

impl EscapeStyle {
    /// Appends the unescaped `bytes` to `out`.
    pub fn unescape(self, bytes: &[u8], out: &mut Vec<u8>) {
        let mark = match self {
            Self::None => return out.extend_from_slice(bytes),
            Self::Backslash | Self::Json => b'\\',
            Self::DoubledQuote => b'"',
            Self::Hash => b'#',
        };
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(mark, rest) {
            out.extend_from_slice(&rest[..at]);
            let escape_bytes = match self {
                Self::Json => unescape_json(&rest[at..], out),
                Self::DoubledQuote => unescape_doubled(&rest[at..], out),
                Self::Hash => unescape_hash(&rest[at..], out),
                _ => unescape_backslash(&rest[at..], out),
            };
            rest = &rest[at + escape_bytes..];
        }
        out.extend_from_slice(rest);
    }
}

/// Unescapes the escape at the start of `bytes` and returns its length.
fn unescape_backslash(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let plain = match bytes.get(1) {
        Some(b'x' | b'X') => match bytes.get(2..4).and_then(parse_hex) {
            Some(byte) => {
                out.push(byte as u8);
                return 4;
            }
            None => return push_backslash(out),
        },
        Some(byte @ (b'"' | b'\\' | b'\'')) => *byte,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'b') => 8,
        Some(b'v') => 11,
        Some(b'f') => 12,
        Some(b'a') => 7,
        _ => return push_backslash(out),
    };
    out.push(plain);
    2
}

fn unescape_json(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let plain = match bytes.get(1) {
        Some(b'u') => return unescape_unicode(bytes, out),
        Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'b') => 8,
        Some(b'f') => 12,
        _ => return push_backslash(out),
    };
    out.push(plain);
    2
}

fn unescape_unicode(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let unit = |at: usize| {
        let escape = bytes.get(at..at + 6)?;
        escape
            .strip_prefix(b"\\u")
            .filter(|digits| digits.len() == 4)
            .and_then(parse_hex)
    };
    let Some(first) = unit(0) else {
        return push_backslash(out);
    };
    let (code, escape_bytes) = match (first, unit(6)) {
        (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) => {
            (0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12)
        }
        _ => (first, 6),
    };
    // A lone surrogate is not a character.
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    escape_bytes
}

fn unescape_doubled(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    out.push(b'"');
    if bytes.get(1) == Some(&b'"') { 2 } else { 1 }
}

fn unescape_hash(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let byte = bytes.get(1..3).and_then(parse_hex);
    out.push(byte.map_or(b'#', |byte| byte as u8));
    if byte.is_some() { 3 } else { 1 }
}

fn push_backslash(out: &mut Vec<u8>) -> usize {
    out.push(b'\\');
    1
}

fn parse_hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        Some(number << 4 | (*digit as char).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use super::EscapeStyle;

    #[test]
    fn unescapes_each_style() {
        let table: &[(EscapeStyle, &[u8], &[u8])] = &[
            (EscapeStyle::None, br"/a\x22", br"/a\x22"),
            (EscapeStyle::Backslash, br"/a\x22b\xE4", b"/a\"b\xE4"),
            (EscapeStyle::Backslash, br#"/a\"b\\c\xe4"#, b"/a\"b\\c\xE4"),
            (
                EscapeStyle::Backslash,
                br"\n\t\r\b\v\f\a",
                b"\n\t\r\x08\x0b\x0c\x07",
            ),
            (EscapeStyle::Backslash, br"\q\x2\", br"\q\x2\"),
            (EscapeStyle::Json, br#"\/a\u0026b\"\\"#, b"/a&b\"\\"),
            (EscapeStyle::Json, br"\u00e4\ud83d\ude00", "ä😀".as_bytes()),
            (
                EscapeStyle::Json,
                br"\ud83d\u12\",
                "\u{fffd}\\u12\\".as_bytes(),
            ),
            (EscapeStyle::Hash, b"/a#22b#23#F#zz#", b"/a\"b##F#zz#"),
            (EscapeStyle::DoubledQuote, b"a\"\"b\"", b"a\"b\""),
        ];
        for (escape, escaped, expected) in table {
            let mut out = Vec::new();
            escape.unescape(escaped, &mut out);
            assert_eq!(out, *expected, "{}", escaped.escape_ascii());
        }
    }
}
