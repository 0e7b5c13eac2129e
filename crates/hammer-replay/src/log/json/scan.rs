use memchr::memchr2;

/// Goes through a text of JSON, byte by byte, and keeps nothing of it.
#[derive(Debug, Clone)]
pub(crate) struct Scan<'l> {
    bytes: &'l [u8],
    at: usize,
}

/// A value of JSON, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'l> {
    /// What stands between the quotation marks.
    String(&'l [u8]),
    /// A number, `true`, `false` or `null`.
    Bare(&'l [u8]),
    /// An object or an array.
    Nested,
}

/// The text is over too soon, or is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    Cut,
    Malformed,
}

impl<'l> Scan<'l> {
    pub(crate) fn new(bytes: &'l [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next byte that is no blank, which stays where it is.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<u8, Wrong> {
        loop {
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(byte) => return Ok(*byte),
                None => return Err(Wrong::Cut),
            }
        }
    }

    /// Takes `expected`, which has to be next.
    #[inline]
    pub(crate) fn take(&mut self, expected: u8) -> Result<(), Wrong> {
        if self.peek()? != expected {
            return Err(Wrong::Malformed);
        }
        self.at += 1;
        Ok(())
    }

    /// Whether nothing but blanks is left.
    pub(crate) fn is_over(&mut self) -> bool {
        self.peek().is_err()
    }

    /// What stands between the quotation marks of the string that is next.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<&'l [u8], Wrong> {
        self.take(b'"')?;
        let start = self.at;
        loop {
            let rest = &self.bytes[self.at..];
            self.at += memchr2(b'"', b'\\', rest).ok_or(Wrong::Cut)?;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                return Ok(&self.bytes[start..self.at - 1]);
            }
            self.at = (self.at + 2).min(self.bytes.len());
        }
    }

    /// The key that is next, and its colon.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<&'l [u8], Wrong> {
        let key = self.string()?;
        self.take(b':')?;
        Ok(key)
    }

    /// The value that is next; what is in an object or array is stepped over.
    #[inline]
    pub(crate) fn value(&mut self) -> Result<Value<'l>, Wrong> {
        match self.peek()? {
            b'"' => Ok(Value::String(self.string()?)),
            b'{' | b'[' => {
                self.nested()?;
                Ok(Value::Nested)
            }
            _ => Ok(Value::Bare(self.bare()?)),
        }
    }

    /// What follows a value within an object or array: whether there is another.
    #[inline]
    pub(crate) fn more(&mut self, end: u8) -> Result<bool, Wrong> {
        let byte = self.peek()?;
        if byte != b',' && byte != end {
            return Err(Wrong::Malformed);
        }
        self.at += 1;
        Ok(byte == b',')
    }

    #[inline]
    fn bare(&mut self) -> Result<&'l [u8], Wrong> {
        let rest = &self.bytes[self.at..];
        let within = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        match rest.iter().position(|byte| !within(byte)) {
            Some(0) => Err(Wrong::Malformed),
            Some(length) => {
                self.at += length;
                Ok(&rest[..length])
            }
            None => Err(Wrong::Cut),
        }
    }

    /// Steps over an object or array, without a look at more than its strings and brackets.
    fn nested(&mut self) -> Result<(), Wrong> {
        let mut depth = 0_usize;
        loop {
            match *self.bytes.get(self.at).ok_or(Wrong::Cut)? {
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
    use super::{Scan, Value, Wrong};

    #[test]
    fn steps_over_values() {
        let table: &[(&str, Result<Value<'_>, Wrong>)] = &[
            (r#" "a\"b" "#, Ok(Value::String(br#"a\"b"#))),
            ("-1.5e3,", Ok(Value::Bare(b"-1.5e3"))),
            ("null}", Ok(Value::Bare(b"null"))),
            (r#"{"a":["}",{}]}"#, Ok(Value::Nested)),
            (r#"{"a":["#, Err(Wrong::Cut)),
            (r#""a\"#, Err(Wrong::Cut)),
            ("12", Err(Wrong::Cut)),
            ("'a'", Err(Wrong::Malformed)),
            ("", Err(Wrong::Cut)),
        ];
        for (text, expected) in table {
            assert_eq!(Scan::new(text.as_bytes()).value(), *expected, "{text}");
        }
    }
}
