//! Check of the quotes in CSV, which the parser leaves out.

/// The part of a field that the next byte belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum FieldPart {
    #[default]
    Start,
    Unquoted,
    Quoted,
    /// After a quote within quotes: the end of the field, or the first half of a doubled quote.
    AfterQuote,
}

/// Checks the quotes of CSV as RFC 4180, section 2, defines them.
///
/// A quote is the first byte of a field or is within quotes, a quote within quotes is doubled, and
/// nothing follows the closing one. The parser takes quotes anywhere, and drops them.
#[derive(Debug, Default)]
pub(super) struct CsvQuoteCheck {
    part: FieldPart,
    line_feeds: u64,
}

/// A problem with a quote, and its line, from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CsvQuoteError {
    pub(super) line: u64,
    pub(super) problem: &'static str,
}

impl CsvQuoteCheck {
    /// Checks the next bytes of the text.
    pub(super) fn check(&mut self, bytes: &[u8]) -> Result<(), CsvQuoteError> {
        for byte in bytes {
            self.line_feeds += u64::from(*byte == b'\n');
            self.part = match (self.part, byte) {
                (FieldPart::Quoted, b'"') => FieldPart::AfterQuote,
                (FieldPart::Quoted, _) | (FieldPart::Start | FieldPart::AfterQuote, b'"') => {
                    FieldPart::Quoted
                }
                (_, b',' | b'\n' | b'\r') => FieldPart::Start,
                (FieldPart::AfterQuote, _) => {
                    return Err(self.error("text after a closing quote"));
                }
                (FieldPart::Unquoted, b'"') => {
                    return Err(self.error("quote within an unquoted field"));
                }
                (FieldPart::Start | FieldPart::Unquoted, _) => FieldPart::Unquoted,
            };
        }
        Ok(())
    }

    fn error(&self, problem: &'static str) -> CsvQuoteError {
        CsvQuoteError {
            line: self.line_feeds + 1,
            problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_at_the_ends_of_a_field_or_doubled() {
        for text in [
            "a,b\n",
            "\"a\",\"b,c\"\r\n\"\"\n",
            "\"a \"\"b\"\"\"\n",
            "\"a\nb\",c",
            "\"\"\"\"",
        ] {
            assert_eq!(CsvQuoteCheck::default().check(text.as_bytes()), Ok(()));
        }
        for (text, line, problem) in [
            ("1,\"Ad\"a\n", 1, "text after a closing quote"),
            ("\"a\nb\" \n", 2, "text after a closing quote"),
            ("a\n5\" disk\n", 2, "quote within an unquoted field"),
            ("a, \"b\"\n", 1, "quote within an unquoted field"),
        ] {
            let error = CsvQuoteError { line, problem };
            let (first, rest) = text.as_bytes().split_at(2);
            let mut check = CsvQuoteCheck::default();
            let checked = check.check(first).and_then(|()| check.check(rest));
            assert_eq!(checked, Err(error), "{text}");
        }
    }
}
