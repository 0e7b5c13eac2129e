/// How a log writes bytes that it can't write as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Escape {
    /// Not at all.
    #[default]
    None,
    /// With backslashes, as nginx does it (`\xHH`) and Apache (`\"`, `\\`, `\n`, `\xhh`). What the two
    /// write can be told apart nowhere and means the same everywhere.
    ///
    /// Sources: nginx, `log_format` in ngx_http_log_module; Apache 2.4, "Format Notes" of
    /// mod_log_config.
    Backslash,
    /// As in a string of JSON, RFC 8259, section 7. What is no such escape stays as it is.
    Json,
    /// `#HH`, as HAProxy does it ("Non-printable characters" in its manual).
    Hash,
    /// A doubled quotation mark stands for one, RFC 4180.
    DoubledQuote,
}

impl Escape {
    /// Appends what `bytes` stand for.
    pub fn undo(self, bytes: &[u8], out: &mut Vec<u8>) {
        let mark = match self {
            Self::None => return out.extend_from_slice(bytes),
            Self::Backslash | Self::Json => b'\\',
            Self::DoubledQuote => b'"',
            Self::Hash => b'#',
        };
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(mark, rest) {
            out.extend_from_slice(&rest[..at]);
            let taken = match self {
                Self::Json => json(&rest[at..], out),
                Self::DoubledQuote => doubled(&rest[at..], out),
                Self::Hash => hash(&rest[at..], out),
                _ => backslash(&rest[at..], out),
            };
            rest = &rest[at + taken..];
        }
        out.extend_from_slice(rest);
    }
}

/// Undoes the escape at the start of `bytes` and tells its length.
fn backslash(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let plain = match bytes.get(1) {
        Some(b'x' | b'X') => match bytes.get(2..4).and_then(hex) {
            Some(byte) => {
                out.push(byte as u8);
                return 4;
            }
            None => return as_it_is(out),
        },
        Some(byte @ (b'"' | b'\\' | b'\'')) => *byte,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'b') => 8,
        Some(b'v') => 11,
        Some(b'f') => 12,
        Some(b'a') => 7,
        _ => return as_it_is(out),
    };
    out.push(plain);
    2
}

fn json(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let plain = match bytes.get(1) {
        Some(b'u') => return unicode(bytes, out),
        Some(byte @ (b'"' | b'\\' | b'/')) => *byte,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'b') => 8,
        Some(b'f') => 12,
        _ => return as_it_is(out),
    };
    out.push(plain);
    2
}

fn unicode(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let unit = |at: usize| {
        let escape = bytes.get(at..at + 6)?;
        escape
            .strip_prefix(b"\\u")
            .filter(|digits| digits.len() == 4)
            .and_then(hex)
    };
    let Some(first) = unit(0) else {
        return as_it_is(out);
    };
    let (code, taken) = match (first, unit(6)) {
        (0xD800..=0xDBFF, Some(second @ 0xDC00..=0xDFFF)) => {
            (0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12)
        }
        _ => (first, 6),
    };
    // Half of a pair is no character.
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    taken
}

fn doubled(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    out.push(b'"');
    if bytes.get(1) == Some(&b'"') { 2 } else { 1 }
}

fn hash(bytes: &[u8], out: &mut Vec<u8>) -> usize {
    let byte = bytes.get(1..3).and_then(hex);
    out.push(byte.map_or(b'#', |byte| byte as u8));
    if byte.is_some() { 3 } else { 1 }
}

fn as_it_is(out: &mut Vec<u8>) -> usize {
    out.push(b'\\');
    1
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        Some(number << 4 | (*digit as char).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use super::Escape;

    #[test]
    fn undoes_what_servers_do() {
        let table: &[(Escape, &[u8], &[u8])] = &[
            (Escape::None, br"/a\x22", br"/a\x22"),
            (Escape::Backslash, br"/a\x22b\xE4", b"/a\"b\xE4"),
            (Escape::Backslash, br#"/a\"b\\c\xe4"#, b"/a\"b\\c\xE4"),
            (
                Escape::Backslash,
                br"\n\t\r\b\v\f\a",
                b"\n\t\r\x08\x0b\x0c\x07",
            ),
            (Escape::Backslash, br"\q\x2\", br"\q\x2\"),
            (Escape::Json, br#"\/a\u0026b\"\\"#, b"/a&b\"\\"),
            (Escape::Json, br"\u00e4\ud83d\ude00", "ä😀".as_bytes()),
            (Escape::Json, br"\ud83d\u12\", "\u{fffd}\\u12\\".as_bytes()),
            (Escape::Hash, b"/a#22b#23#F#zz#", b"/a\"b##F#zz#"),
            (Escape::DoubledQuote, b"a\"\"b\"", b"a\"b\""),
        ];
        for (escape, written, meant) in table {
            let mut out = Vec::new();
            escape.undo(written, &mut out);
            assert_eq!(out, *meant, "{}", written.escape_ascii());
        }
    }
}
