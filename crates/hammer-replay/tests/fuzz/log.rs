//! Checks that hold for every line of every format, for the fuzzer and for the test.

use hammer_replay::log::{
    AbsoluteTargets, ContainerUnwrapper, EscapedText, LogEntry, LogFormat, LogParser, LoggedRequest,
};
use jiff::tz::TimeZone;

/// Reads a log. The first line of `bytes` names its format, with optional columns after a tab.
///
/// # Panics
///
/// If a documented property does not hold.
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
    let mut unwrapper = ContainerUnwrapper::default();
    for line in lines {
        let Ok(line) = unwrapper.unwrap(line) else {
            continue;
        };
        let line = line.text;
        let mut entry = LogEntry::default();
        let result = parser.read(line, &mut entry);
        // Only directives change the state of a parser, so all other lines read the same again.
        let mut second_entry = LogEntry::default();
        let directive = result.is_err_and(|skip| skip.name() == "directive");
        if !directive {
            assert_eq!(parser.read(line, &mut second_entry), result);
        }
        if result.is_err() {
            continue;
        }
        assert_eq!(entry, second_entry, "{}", line.escape_ascii());
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
        for absolute in [AbsoluteTargets::Skip, AbsoluteTargets::Any] {
            if let Ok(request) = LoggedRequest::from_entry(&entry, &absolute) {
                assert!(!request.method.is_empty() && request.method.is_ascii());
                let target = request.target.raw();
                assert!(target == b"*" || target.starts_with(b"/"));
            }
        }
    }
}

/// Checks that a text is a slice of its line, or the default target, and does not grow when unescaped.
fn assert_part_of(line: &[u8], text: EscapedText<'_>) {
    let (line, part) = (line.as_ptr_range(), text.raw().as_ptr_range());
    let within = line.start <= part.start && part.end <= line.end;
    assert!(within || text.raw() == b"/");
    let mut unescaped = Vec::new();
    text.unescape_into(&mut unescaped);
    assert!(unescaped.len() <= text.raw().len());
}
