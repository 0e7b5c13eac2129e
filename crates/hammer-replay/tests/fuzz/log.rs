//! What has to be true of every line of every format. The fuzzer calls it, and the test beside it.

use hammer_replay::log::{EscapedText, LogEntry, LogFormat, LogParser, LoggedRequest};
use jiff::tz::TimeZone;

/// The first line of `bytes` names a format, with its columns behind a tabulator; the others are a log.
///
/// # Panics
///
/// If something is not as documented.
pub(crate) fn check(bytes: &[u8]) {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let Ok(first) = std::str::from_utf8(first) else {
        return;
    };
    let (name, columns) = match first.split_once('\t') {
        Some((name, columns)) => (name, Some(columns)),
        None => (first, None),
    };
    let Ok(format) = LogFormat::parse(name, columns) else {
        return;
    };
    let mut parser = LogParser::new(&format, TimeZone::UTC);
    for line in lines {
        let mut entry = LogEntry::default();
        let read = parser.read(line, &mut entry);
        // What it keeps of earlier lines is where columns are, which only these may change.
        let mut again = LogEntry::default();
        let directive = read.is_err_and(|skip| skip.name() == "directive");
        if !directive {
            assert_eq!(parser.read(line, &mut again), read);
        }
        if read.is_err() {
            continue;
        }
        assert_eq!(entry, again, "{}", line.escape_ascii());
        let texts = [
            entry.request,
            entry.method,
            entry.target,
            entry.query,
            entry.url,
            entry.host,
            entry.client,
            entry.route,
        ];
        for text in texts.into_iter().flatten() {
            assert_part_of(line, text);
        }
        if let Ok(asked) = LoggedRequest::from_entry(&entry) {
            assert!(!asked.method.is_empty() && asked.method.is_ascii());
            let target = asked.target.raw();
            assert!(target == b"*" || target.starts_with(b"/"));
        }
    }
}

/// A text is a part of its line, or nobody's, and stands for no more than it is.
fn assert_part_of(line: &[u8], text: EscapedText<'_>) {
    let (line, part) = (line.as_ptr_range(), text.raw().as_ptr_range());
    let within = line.start <= part.start && part.end <= line.end;
    assert!(within || text.raw() == b"/");
    let mut meant = Vec::new();
    text.unescape_into(&mut meant);
    assert!(meant.len() <= text.raw().len());
}
