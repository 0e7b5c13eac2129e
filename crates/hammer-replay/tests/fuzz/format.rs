//! Checks that hold for every format text, for the fuzzer and for the test.

use hammer_replay::log::{LogEntry, LogFormat, LogParser};
use jiff::tz::TimeZone;

/// Lines to read with a format: valid ones and nearly valid ones.
const LINES: [&str; 6] = [
    "192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200 1 \"-\" \"-\"",
    "[01/Mar/2026:10:00:00 +0000] \"GET /a HTTP/1.1\" 200",
    "1772359200.125 \"/a\" 0.1, 0.2 : 0.3 . \"x\"",
    "{\"t\":\"2026-03-01T10:00:00.125Z\",\"u\":\"/a\"}",
    "\\\"\"\\",
    "",
];

/// Parses `text` as a format and as columns, and reads lines with the result.
///
/// # Panics
///
/// If a documented property does not hold.
pub(crate) fn check(text: &str) {
    let formats = [
        LogFormat::parse(text, None),
        LogFormat::parse("csv", Some(text)),
        LogFormat::parse("json", Some(text)),
    ];
    for format in formats {
        match format {
            Ok(format) => {
                assert!(!format.name().is_empty());
                let mut parser = LogParser::new(&format, TimeZone::UTC);
                for line in LINES {
                    for end in 0..=line.len() {
                        let line = line.as_bytes().get(..end).unwrap_or_default();
                        let _ = parser.read(line, &mut LogEntry::default());
                    }
                }
            }
            Err(error) => {
                assert!(error.found().is_some(), "{error:?}");
                let message = error.to_string();
                let length = message.chars().count();
                assert!((1..=1_000).contains(&length), "{message}");
                assert!(!message.contains(char::is_control), "{message:?}");
            }
        }
    }
}
