use memchr::memchr2;

/// Goes through a text of JSON, byte by byte, and keeps nothing of it.
#[derive(Debug, Clone)]
pub(crate) struct JsonScanner<'l> {
    bytes: &'l [u8],
    at: usize,
}

/// A value of JSON, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RawJsonValue<'l> {
    /// What stands between the quotation marks.
    String(&'l [u8]),
    /// A number, `true`, `false` or `null`.
    Bare(&'l [u8]),
    /// An object or an array.
    Nested,
}

/// The text is over too soon, or is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonScanError {
    Truncated,
    Malformed,
}

impl<'l> JsonScanner<'l> {
    pub(crate) fn new(bytes: &'l [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next byte that is no blank, which stays where it is.
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

    /// Takes `expected`, which has to be next.
    #[inline]
    pub(crate) fn expect(&mut self, expected: u8) -> Result<(), JsonScanError> {
        if self.peek()? != expected {
            return Err(JsonScanError::Malformed);
        }
        self.at += 1;
        Ok(())
    }

    /// Whether nothing but blanks is left.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.peek().is_err()
    }

    /// What stands between the quotation marks of the string that is next.
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

    /// The key that is next, and its colon.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<&'l [u8], JsonScanError> {
        let key = self.string()?;
        self.expect(b':')?;
        Ok(key)
    }

    /// The value that is next; what is in an object or array is stepped over.
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

    /// What follows a value within an object or array: whether there is another.
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

    /// Steps over an object or array, without a look at more than its strings and brackets.
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
    fn steps_over_values() {
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
