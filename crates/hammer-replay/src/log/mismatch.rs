//! A line that does not match a format, and how far it matches.

use std::fmt;

use hammer_diagnostic::printable;
use jiff::tz::TimeZone;

use super::{LogEntry, LogFormat, LogParser, SkipReason};

/// Maximum number of characters to show of a line.
const MAX_CHARS: usize = 96;
/// Characters to show before the place where a long line ceases to match.
const CHARS_BEFORE: usize = 64;

/// A line that does not match a format, up to where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatMismatch {
    /// The number of the line in its log, from 1.
    pub line_number: u64,
    format: Option<String>,
    line: String,
    /// The number of characters that match.
    matching_chars: usize,
    missing_key: Option<String>,
    /// True if the line matches but for its time.
    lacks_time: bool,
}

impl FormatMismatch {
    /// Describes `line`, which does not match `format`.
    #[must_use]
    pub fn new(line_number: u64, line: &[u8], format: &LogFormat) -> Self {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut parser = LogParser::pedantic(format, TimeZone::UTC);
        let matching_bytes = parser.matching_bytes(line);
        let chars = |bytes| printable(&String::from_utf8_lossy(bytes)).chars().count();
        Self {
            line_number,
            format: Some(format.name().to_owned()),
            line: printable(&String::from_utf8_lossy(line)).into_owned(),
            matching_chars: chars(&line[..matching_bytes]),
            missing_key: parser.missing_key(line),
            lacks_time: parser.read(line, &mut LogEntry::default()) == Err(SkipReason::NoTime),
        }
    }

    /// Describes `line`, which does not match any format. `nearest` is named if a fourth of the line matches.
    #[must_use]
    pub(super) fn with_nearest(line_number: u64, line: &[u8], nearest: &LogFormat) -> Self {
        let mismatch = Self::new(line_number, line, nearest);
        if mismatch.lacks_time || mismatch.matching_chars * 4 >= mismatch.line.chars().count() {
            return mismatch;
        }
        Self {
            format: None,
            matching_chars: 0,
            missing_key: None,
            ..mismatch
        }
    }
}

/// Writes a sentence, the line, and a mark below the place where it ceases to match.
impl fmt::Display for FormatMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line_number,
            format,
            ..
        } = self;
        let matching = self.matching_chars;
        let format = format.as_deref().unwrap_or("any known format");
        if self.lacks_time {
            write!(f, "line {line_number} has no valid time:")?;
        } else if let Some(key) = &self.missing_key {
            write!(
                f,
                "line {line_number} has no key '{key}', which {format} requires:"
            )?;
        } else if matching == 0 {
            write!(f, "line {line_number} does not match {format}:")?;
        } else {
            let column = matching + 1;
            write!(
                f,
                "line {line_number} matches {format} up to column {column}:"
            )?;
        }
        let matching = if self.lacks_time { 0 } else { matching };
        let skipped = match matching.checked_sub(CHARS_BEFORE) {
            Some(skipped) if self.line.chars().count() > MAX_CHARS => skipped,
            _ => 0,
        };
        let shown = self.line.chars().skip(skipped).take(MAX_CHARS);
        let start = if skipped > 0 { "…" } else { "" };
        let is_cut = self.line.chars().count() > skipped + MAX_CHARS;
        let end = if is_cut { "…" } else { "" };
        write!(f, "\n  {start}{}{end}", shown.collect::<String>())?;
        if self.missing_key.is_none() && matching > 0 {
            let width = matching - skipped + start.chars().count();
            write!(f, "\n  {:width$}^", "")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{FormatMismatch, LogFormat};

    fn shown(format: &str, line: &str) -> String {
        let format = LogFormat::parse(format, None).expect(format);
        FormatMismatch::new(7, line.as_bytes(), &format).to_string()
    }

    #[test]
    fn shows_the_line_up_to_where_it_matches() {
        assert_eq!(
            shown(
                "combined",
                "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] GET / 200"
            ),
            "line 7 matches combined up to column 44:\n  \
             192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] GET / 200\n  \
             \u{20}                                          ^"
        );
        assert_eq!(
            shown(
                "caddy",
                r#"{"ts":1,"request":{"method":"GET"},"status":200}"#
            ),
            "line 7 has no key 'request.uri', which caddy requires:\n  \
             {\"ts\":1,\"request\":{\"method\":\"GET\"},\"status\":200}"
        );
        assert_eq!(
            shown("iis", "no\u{7}log"),
            "line 7 does not match iis:\n  no\\u{7}log"
        );
    }

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        let line = format!(
            "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /{} HTTP/1.1\" x",
            "a".repeat(300)
        );
        let shown = shown("combined", &line);
        let lines: Vec<_> = shown.lines().collect();
        assert!(
            lines[1].starts_with("  …aaaa") && lines[1].ends_with("\" x"),
            "{shown}"
        );
        let at = lines[2].chars().count() - 1;
        assert_eq!(lines[1].chars().nth(at), Some('x'), "{shown}");
    }
}
