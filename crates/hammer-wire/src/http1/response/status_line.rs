//! Status lines (RFC 9112, section 4).

use super::error::{ResponseError, ResponseErrorKind};

/// A status line without its reason phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StatusLine {
    pub(super) is_http10: bool,
    /// From 100 to 999.
    pub(super) status: u16,
}

impl StatusLine {
    /// Parses a line, with or without the carriage return at its end.
    ///
    /// The reason phrase may be missing, and there may be several spaces before and after the status.
    pub(super) fn parse(line: &[u8]) -> Result<Self, ResponseError> {
        let line = line.trim_ascii_end();
        Self::parse_trimmed(line).ok_or_else(|| {
            ResponseError::new(ResponseErrorKind::StatusLine, line)
                .with_expected("HTTP/1.1 or HTTP/1.0, and a status of three digits from 100 on")
        })
    }

    fn parse_trimmed(line: &[u8]) -> Option<Self> {
        let (version, rest) = line.split_first_chunk::<8>()?;
        let is_http10 = match version {
            b"HTTP/1.0" => true,
            b"HTTP/1.1" => false,
            _ => return None,
        };
        let mut rest = rest.strip_prefix(b" ")?;
        while let Some(shorter) = rest.strip_prefix(b" ") {
            rest = shorter;
        }
        let (digits, reason) = rest.split_first_chunk::<3>()?;
        let is_reason = matches!(reason, [] | [b' ', ..]) && !reason.contains(&0);
        if digits[0] == b'0' || !digits.iter().all(u8::is_ascii_digit) || !is_reason {
            return None;
        }
        let status = digits
            .iter()
            .fold(0, |status, digit| status * 10 + u16::from(digit - b'0'));
        Some(Self { is_http10, status })
    }
}

/// Fails as soon as bytes cannot be the beginning of a status line of HTTP/1.
pub(super) fn check_beginning(bytes: &[u8]) -> Result<(), ResponseError> {
    let is_known = bytes
        .iter()
        .zip(b"HTTP/1.")
        .all(|(one, other)| one == other);
    // Records of TLS have the types 20 to 24 and the major version 3 (RFC 8446, section 5.1).
    let kind = match bytes {
        _ if is_known => return Ok(()),
        [20..=24] => return Ok(()),
        [20..=24, 3, ..] => ResponseErrorKind::TlsRecord,
        _ => ResponseErrorKind::NotHttp,
    };
    let line_end = memchr::memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
    Err(ResponseError::new(kind, &bytes[..line_end]))
}

#[cfg(test)]
mod tests {
    use super::{StatusLine, check_beginning};
    use crate::http1::ResponseErrorKind;

    #[test]
    fn parses_lines_with_and_without_a_reason_phrase() {
        let table: [(&str, bool, u16); 10] = [
            ("HTTP/1.1 200 OK", false, 200),
            ("HTTP/1.1 200 OK\r", false, 200),
            ("HTTP/1.0 404 Not Found\r", true, 404),
            // RFC 9112, section 4: the space before an absent reason phrase is required.
            ("HTTP/1.1 204 \r", false, 204),
            // Real servers leave it out.
            ("HTTP/1.1 204\r", false, 204),
            ("HTTP/1.1  200  OK", false, 200),
            ("HTTP/1.1 200 a\tb\u{e9}", false, 200),
            ("HTTP/1.1 100 Continue", false, 100),
            // RFC 9110, section 15: clients accept statuses of unknown classes.
            ("HTTP/1.1 999 ?", false, 999),
            ("HTTP/1.1 200 a\rb", false, 200),
        ];
        for (line, is_http10, status) in table {
            let expected = StatusLine { is_http10, status };
            assert_eq!(StatusLine::parse(line.as_bytes()), Ok(expected), "{line}");
        }
    }

    #[test]
    fn refuses_other_lines() {
        for line in [
            "HTTP/1.1",
            "HTTP/1.1 ",
            "HTTP/1.1 20",
            "HTTP/1.1 2000 OK",
            "HTTP/1.1 20x OK",
            "HTTP/1.1 099 OK",
            "HTTP/1.1 +20 OK",
            "HTTP/1.1 200OK",
            "HTTP/1.1 200\tOK",
            "HTTP/1.1 200\rOK",
            "HTTP/1.1\t200 OK",
            "HTTP/1.1 200 O\0K",
            "HTTP/1.2 200 OK",
            "HTTP/1.10 200 OK",
            "HTTP/1. 200 OK",
        ] {
            let error = StatusLine::parse(line.as_bytes()).expect_err(line);
            assert_eq!(error.kind(), ResponseErrorKind::StatusLine, "{line}");
            assert_eq!(error.excerpt(), line.trim_end().as_bytes());
        }
    }

    #[test]
    fn finds_other_protocols_at_the_first_byte_that_differs() {
        use ResponseErrorKind::{NotHttp, TlsRecord};
        let table: [(&[u8], Option<ResponseErrorKind>); 9] = [
            (b"", None),
            (b"HTT", None),
            (b"HTTP/1.x", None),
            (b"HTTP/2", Some(NotHttp)),
            (b"S", Some(NotHttp)),
            (b"http/1.1 200", Some(NotHttp)),
            // An alert of TLS, whose first byte alone says nothing yet.
            (&[21], None),
            (&[21, 3, 3, 0, 2], Some(TlsRecord)),
            (&[21, 4], Some(NotHttp)),
        ];
        for (bytes, expected) in table {
            let error = check_beginning(bytes).err();
            assert_eq!(error.map(|error| error.kind()), expected, "{bytes:?}");
        }
        let error = check_beginning(b"SSH-2.0-OpenSSH_9.2\r\nx").expect_err("not HTTP");
        assert_eq!(error.excerpt(), b"SSH-2.0-OpenSSH_9.2");
    }
}
