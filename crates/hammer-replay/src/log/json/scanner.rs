//! Scanner of JSON text that allocates nothing.

use memchr::memchr2;

/// Scans a JSON text and returns slices of it.
#[derive(Debug, Clone)]
pub(crate) struct JsonScanner<'l> {
    bytes: &'l [u8],
    at: usize,
}

/// A JSON value as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RawJsonValue<'l> {
    /// The text between the quotation marks, still escaped.
    String(&'l [u8]),
    /// A number, `true`, `false` or `null`.
    Bare(&'l [u8]),
    /// An object or an array.
    Nested,
}

/// The reason that a text could not be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonScanError {
    Truncated,
    Malformed,
}

impl<'l> JsonScanner<'l> {
    pub(crate) fn new(bytes: &'l [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Returns the bytes that are not consumed yet.
    pub(crate) fn rest(&self) -> &'l [u8] {
        &self.bytes[self.at..]
    }

    /// Skips white space and returns the next byte without consuming it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<u8, JsonScanError> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(byte) => return Ok(*byte),
                None => return Err(JsonScanError::Truncated),
            }
        }
    }

    /// Consumes the next byte, which must be `expected`.
    #[inline]
    pub(crate) fn expect(&mut self, expected: u8) -> Result<(), JsonScanError> {
        if self.peek()? != expected {
            return Err(JsonScanError::Malformed);
        }
        self.at += 1;
        Ok(())
    }

    /// Returns true if only white space is left.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.peek().is_err()
    }

    /// Consumes the next string and returns the text between its quotation marks.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<&'l [u8], JsonScanError> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            let rest = &self.bytes[self.at..];
            self.at += memchr2(b'"', b'\\', rest).ok_or(JsonScanError::Truncated)?;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                return Ok(&self.bytes[start..self.at - 1]);
            }
            self.at = (self.at + 2).min(self.bytes.len());
        }
    }

    /// Consumes the next key and its colon.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<&'l [u8], JsonScanError> {
        let key = self.string()?;
        self.expect(b':')?;
        Ok(key)
    }

    /// Consumes the next value. The content of an object or array is skipped.
    #[inline]
    pub(crate) fn value(&mut self) -> Result<RawJsonValue<'l>, JsonScanError> {
        match self.peek()? {
            b'"' => Ok(RawJsonValue::String(self.string()?)),
            b'{' | b'[' => {
                self.skip_nested()?;
                Ok(RawJsonValue::Nested)
            }
            _ => Ok(RawJsonValue::Bare(self.bare_value()?)),
        }
    }

    /// Consumes the comma or `end` after a value, and returns true if it was a comma.
    #[inline]
    pub(crate) fn has_more(&mut self, end: u8) -> Result<bool, JsonScanError> {
        let byte = self.peek()?;
        if byte != b',' && byte != end {
            return Err(JsonScanError::Malformed);
        }
        self.at += 1;
        Ok(byte == b',')
    }

    #[inline]
    fn bare_value(&mut self) -> Result<&'l [u8], JsonScanError> {
        let rest = &self.bytes[self.at..];
        let within = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        match rest.iter().position(|byte| !within(byte)) {
            Some(0) => Err(JsonScanError::Malformed),
            Some(length) => {
                self.at += length;
                Ok(&rest[..length])
            }
            None => Err(JsonScanError::Truncated),
        }
    }

    /// Skips an object or array; only its strings and brackets are checked.
    fn skip_nested(&mut self) -> Result<(), JsonScanError> {
        let mut depth = 0_usize;
        loop {
            match *self.bytes.get(self.at).ok_or(JsonScanError::Truncated)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonScanError, JsonScanner, RawJsonValue};

    #[test]
    fn scans_values_and_skips_nested_ones() {
        let table: &[(&str, Result<RawJsonValue<'_>, JsonScanError>)] = &[
            (r#" "a\"b" "#, Ok(RawJsonValue::String(br#"a\"b"#))),
            ("-1.5e3,", Ok(RawJsonValue::Bare(b"-1.5e3"))),
            ("null}", Ok(RawJsonValue::Bare(b"null"))),
            (r#"{"a":["}",{}]}"#, Ok(RawJsonValue::Nested)),
            (r#"{"a":["#, Err(JsonScanError::Truncated)),
            (r#""a\"#, Err(JsonScanError::Truncated)),
            ("12", Err(JsonScanError::Truncated)),
            ("'a'", Err(JsonScanError::Malformed)),
            ("", Err(JsonScanError::Truncated)),
        ];
        for (text, expected) in table {
            assert_eq!(
                JsonScanner::new(text.as_bytes()).value(),
                *expected,
                "{text}"
            );
        }
    }
}
