//! Lines of container runtimes, which wrap the lines of a log.

use super::json::{JsonScanner, RawJsonValue};
use super::{EscapeStyle, LinePrefix, SkipReason};
use crate::input::MAX_LINE_BYTES;

/// A line without its wrapper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnwrappedLine<'l> {
    /// The line of the log.
    pub text: &'l [u8],
    /// The time at which the runtime read the line, as written (ISO 8601).
    pub time: Option<&'l [u8]>,
}

/// Removes what container runtimes add to each line of a log. Other lines stay as they are.
///
/// Runtimes split lines of more than 16 KiB. Their parts are joined.
///
/// Sources: Docker, "JSON File logging driver": `{"log":"…\n","stream":"stdout","time":"…"}`;
/// Kubernetes, CRI logging format: `2025-12-31T17:37:40.493035218+01:00 stdout F …`.
#[derive(Debug, Default)]
pub struct ContainerUnwrapper {
    /// The prefix of each line, which is removed first.
    prefix: LinePrefix,
    /// The unfinished lines of standard output and standard error.
    partial: [Vec<u8>; 2],
    /// The stream whose line is in its buffer, complete.
    finished: Option<usize>,
}

/// A wrapped line, with the text as written.
struct WrappedLine<'l> {
    text: &'l [u8],
    escape: EscapeStyle,
    time: &'l [u8],
    is_stderr: bool,
    /// True if more of the same line follows.
    is_partial: bool,
}

impl ContainerUnwrapper {
    /// Makes an unwrapper of lines that have `prefix`.
    pub(crate) fn with_prefix(prefix: LinePrefix) -> Self {
        Self {
            prefix,
            ..Self::default()
        }
    }

    /// Returns the line that `line` wraps, or `line`.
    ///
    /// # Errors
    ///
    /// [`SkipReason::Partial`] if more of the line follows, and [`SkipReason::TooLong`] at the end of
    /// a line that is longer than the limit.
    #[inline]
    pub fn unwrap<'b>(&'b mut self, line: &'b [u8]) -> Result<UnwrappedLine<'b>, SkipReason> {
        if self.prefix != LinePrefix::None
            && let Some((time, text)) = self.prefix.split(line)
        {
            return Ok(UnwrappedLine { text, time });
        }
        match line {
            [b'{', ..] => self.unwrap_with(line, docker_line(line)),
            [_, _, _, _, b'-', _, _, b'-', _, _, b'T', ..] => {
                self.unwrap_with(line, cri_line(line))
            }
            _ => Ok(UnwrappedLine {
                text: line,
                time: None,
            }),
        }
    }

    fn unwrap_with<'b>(
        &'b mut self,
        line: &'b [u8],
        wrapped: Option<WrappedLine<'b>>,
    ) -> Result<UnwrappedLine<'b>, SkipReason> {
        let Some(wrapped) = wrapped else {
            return Ok(UnwrappedLine {
                text: line,
                time: None,
            });
        };
        let stream = usize::from(wrapped.is_stderr);
        if let Some(finished) = self.finished.take() {
            self.partial[finished].clear();
        }
        let partial = &mut self.partial[stream];
        let time = Some(wrapped.time);
        if !wrapped.is_partial && partial.is_empty() && wrapped.escape == EscapeStyle::None {
            let text = wrapped.text;
            return Ok(UnwrappedLine { text, time });
        }
        wrapped.escape.unescape(wrapped.text, partial);
        if wrapped.is_partial {
            // More bytes would not change that the line is too long.
            partial.truncate(MAX_LINE_BYTES + 1);
            return Err(SkipReason::Partial);
        }
        self.finished = Some(stream);
        if partial.len() > MAX_LINE_BYTES {
            return Err(SkipReason::TooLong);
        }
        let text = partial.strip_suffix(b"\n").unwrap_or(partial);
        Ok(UnwrappedLine { text, time })
    }
}

/// Splits a line of Docker's `json-file` driver.
fn docker_line(line: &[u8]) -> Option<WrappedLine<'_>> {
    if !line.starts_with(b"{\"log\":\"") {
        return None;
    }
    let mut scanner = JsonScanner::new(line);
    let (mut text, mut stream, mut time) = (None, None, None);
    scanner.expect(b'{').ok()?;
    loop {
        let key = scanner.key().ok()?;
        match (key, scanner.value().ok()?) {
            (b"log", RawJsonValue::String(value)) => text = Some(value),
            (b"stream", RawJsonValue::String(value)) => stream = Some(value),
            (b"time", RawJsonValue::String(value)) => time = Some(value),
            // Options of the driver add `attrs`.
            (b"attrs", RawJsonValue::Nested) => {}
            _ => return None,
        }
        if !scanner.has_more(b'}').ok()? {
            break;
        }
    }
    let text = text?;
    Some(WrappedLine {
        is_partial: !text.ends_with(b"\\n"),
        text,
        escape: EscapeStyle::Json,
        time: time?,
        is_stderr: stream? == b"stderr",
    })
}

/// Splits a line of the CRI format.
fn cri_line(line: &[u8]) -> Option<WrappedLine<'_>> {
    let (time, rest) = line.split_at(memchr::memchr(b' ', line)?);
    let (is_stderr, rest) = match rest.strip_prefix(b" stdout ") {
        Some(rest) => (false, rest),
        None => (true, rest.strip_prefix(b" stderr ")?),
    };
    let (is_partial, text) = match rest {
        [b'F', b' ', text @ ..] => (false, text),
        [b'P', b' ', text @ ..] => (true, text),
        _ => return None,
    };
    Some(WrappedLine {
        text,
        escape: EscapeStyle::None,
        time,
        is_stderr,
        is_partial,
    })
}

#[cfg(test)]
mod tests {
    use super::{ContainerUnwrapper, MAX_LINE_BYTES, SkipReason};

    #[test]
    fn removes_wrappers_and_joins_parts() {
        type Unwrapped<'l> = Result<(&'l str, Option<&'l str>), SkipReason>;
        let table: &[(&str, Unwrapped<'_>)] = &[
            ("GET /", Ok(("GET /", None))),
            ("{\"log\":{}}", Ok(("{\"log\":{}}", None))),
            (
                "{\"log\":\"a\",\"x\":1}",
                Ok(("{\"log\":\"a\",\"x\":1}", None)),
            ),
            (
                r#"{"log":"\"a\" \u0026\n","stream":"stdout","attrs":{"k":"v"},"time":"T"}"#,
                Ok(("\"a\" &", Some("T"))),
            ),
            (
                r#"{"log":"1","stream":"stdout","time":"T"}"#,
                Err(SkipReason::Partial),
            ),
            (
                r#"{"log":"x\n","stream":"stderr","time":"T"}"#,
                Ok(("x", Some("T"))),
            ),
            (
                r#"{"log":"2\n","stream":"stdout","time":"U"}"#,
                Ok(("12", Some("U"))),
            ),
            (
                "2026-03-01T10:00:00Z stdout F b",
                Ok(("b", Some("2026-03-01T10:00:00Z"))),
            ),
            ("2026-03-01T10:00:00Z stdout P a", Err(SkipReason::Partial)),
            (
                "2026-03-01T10:00:01Z stdout F b",
                Ok(("ab", Some("2026-03-01T10:00:01Z"))),
            ),
            (
                "2026-03-01T10:00:01Z other F b",
                Ok(("2026-03-01T10:00:01Z other F b", None)),
            ),
        ];
        let mut unwrapper = ContainerUnwrapper::default();
        for (line, expected) in table {
            let unwrapped = unwrapper.unwrap(line.as_bytes());
            let text = |bytes| std::str::from_utf8(bytes).expect("UTF-8");
            let unwrapped = unwrapped.map(|it| (text(it.text), it.time.map(text)));
            assert_eq!(unwrapped, *expected, "{line}");
        }
    }

    #[test]
    fn a_joined_line_is_bounded() {
        let mut unwrapper = ContainerUnwrapper::default();
        let part = format!(
            "2026-03-01T10:00:00Z stdout P {}",
            "x".repeat(MAX_LINE_BYTES / 2)
        );
        for _ in 0..5 {
            assert_eq!(unwrapper.unwrap(part.as_bytes()), Err(SkipReason::Partial));
        }
        let last = b"2026-03-01T10:00:00Z stdout F x";
        assert_eq!(unwrapper.unwrap(last), Err(SkipReason::TooLong));
        assert!(unwrapper.unwrap(last).is_ok_and(|line| line.text == b"x"));
    }
}
