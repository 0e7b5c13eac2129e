//! Splitting of a text into bodies, one per line.

use bytes::Bytes;

use crate::{Error, ErrorKind};

/// Splits `text` into its non-empty lines, without line ends.
///
/// The lines share the memory of `text`, so that a large file is in memory once.
///
/// # Errors
///
/// If there is no non-empty line.
pub(crate) fn split_lines(text: &Bytes) -> Result<Vec<Bytes>, Error> {
    let mut lines = Vec::new();
    let mut begin = 0;
    let ends = memchr::memchr_iter(b'\n', text).chain([text.len()]);
    for end in ends {
        let line = &text[begin..end];
        let length = line.strip_suffix(b"\r").unwrap_or(line).len();
        if length > 0 {
            lines.push(text.slice(begin..begin + length));
        }
        begin = end + 1;
    }
    if lines.is_empty() {
        let message = "missing bodies; expected at least one non-empty line";
        return Err(Error::new(ErrorKind::Body, message));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_non_empty_line_is_a_body() {
        let table: [(&str, &[&str]); 7] = [
            ("a", &["a"]),
            ("a\n", &["a"]),
            ("a\nb", &["a", "b"]),
            ("a\r\nb\r\n", &["a", "b"]),
            ("\n\na\n \n\r\nb\n\n", &["a", " ", "b"]),
            ("a\rb\n", &["a\rb"]),
            ("{\"ü\": 1}\n", &["{\"ü\": 1}"]),
        ];
        for (text, expected) in table {
            assert_eq!(
                split_lines(&text.into()).expect("there is a line"),
                expected,
                "{text:?}"
            );
        }
        for text in ["", "\n", "\r\n\r\n"] {
            let error = split_lines(&text.into()).expect_err(text);
            assert!(error.to_string().contains("missing bodies"), "{error}");
        }
    }
}
