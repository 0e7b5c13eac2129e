//! Tables of messages, and of what they must not repeat.

use super::{Diagnostic, line_column};

#[test]
fn messages_have_one_of_two_forms() {
    let long: Vec<String> = (0..40).map(|n| format!("w{n}")).collect();
    let long = || long.iter().map(String::as_str);
    for (diagnostic, message) in [
        (Diagnostic::new(0..1, "missing rate"), "missing rate"),
        (
            Diagnostic::new(0..1, "missing rate").with_expected("a rate such as 100"),
            "missing rate; expected a rate such as 100",
        ),
        (
            Diagnostic::new(0..1, "the plan is too long").with_hint("try fewer loads"),
            "the plan is too long (try fewer loads)",
        ),
        (
            Diagnostic::expecting(0..1, "a rate such as 100"),
            "expected a rate such as 100",
        ),
        (
            Diagnostic::unknown(0..3, "filter", "ulr", ["json", "url"]),
            "unknown filter 'ulr'; expected 'url'",
        ),
        (
            Diagnostic::unknown(0..3, "filter", "\u{1b}[1m", ["json", "url"]),
            "unknown filter '\\u{1b}[1m'; expected one of json, url",
        ),
        (
            Diagnostic::unknown(0..3, "load", "x", ["checkout"]).within("in a plan"),
            "unknown load 'x' in a plan; expected checkout",
        ),
        (
            Diagnostic::unknown(0..3, "unit", "week", ["s", "m"]).or_expected("s or m"),
            "unknown unit 'week'; expected s or m",
        ),
        (
            Diagnostic::unknown(0..3, "filter", "ulr", ["url"]).or_expected("a filter"),
            "unknown filter 'ulr'; expected 'url'",
        ),
        (
            Diagnostic::unknown(0..3, "figure", "median", ["mean"]).with_nearest("p50"),
            "unknown figure 'median'; expected 'p50'",
        ),
        (
            Diagnostic::new(0..1, "unclosed group").about("regex"),
            "regex: unclosed group",
        ),
        (
            Diagnostic::expecting(0..1, "a rate").about("'rate'"),
            "'rate'; expected a rate",
        ),
    ] {
        assert_eq!(diagnostic.to_string(), message);
    }
    let error = Diagnostic::unknown(0..1, "word", "x", long()).to_string();
    assert!(error.ends_with("w30, w31, …"), "{error}");
    let foreign = ["a\u{1b}[1m".repeat(1_000), "b".repeat(1_000)];
    for word in ["x", &foreign[1]] {
        let known = foreign.iter().map(String::as_str);
        let error = Diagnostic::unknown(0..1, "word", word, known).to_string();
        assert!(error.chars().count() < 300, "{error}");
        assert!(!error.contains(char::is_control), "{error:?}");
    }
}

#[test]
fn the_input_gives_what_was_found_and_the_line() {
    let error = Diagnostic::new(4..5, "not a number");
    assert_eq!((error.found(), error.line_column()), (None, None));
    let error = error.in_input("a\nµb = c");
    assert_eq!(error.found(), Some("b"));
    assert_eq!(error.line_column(), Some((2, 2)));
    let error = error.map_position(|span| span.start + 90..span.end + 90);
    assert_eq!((error.position(), error.found()), (94..95, None));
    assert_eq!(error.line_column(), Some((2, 7)), "the end of the text");
}

#[test]
fn lines_and_columns_count_characters() {
    for (at, place) in [(0, (1, 1)), (2, (2, 1)), (4, (2, 2)), (99, (3, 1))] {
        assert_eq!(line_column("a\nµb = c\n", at), place, "byte {at}");
    }
}

#[test]
fn a_redacted_diagnostic_repeats_nothing_of_the_text() {
    let secret = "hunter2";
    let found = format!("{secret} has no unit");
    for (diagnostic, message) in [
        (
            Diagnostic::new(3..9, found.clone()).with_expected(format!("{secret}ms")),
            "invalid expression at byte 3",
        ),
        (
            Diagnostic::new(3..9, found.clone()).with_hint(format!("try {secret}ms")),
            "invalid expression at byte 3",
        ),
        (
            Diagnostic::new(0..9, "not a number").with_expected("a rate such as 100"),
            "not a number; expected a rate such as 100",
        ),
        (
            Diagnostic::unknown(0..9, "name", secret, ["hunter"]),
            "unknown name; expected 'hunter'",
        ),
        (
            Diagnostic::unknown(0..9, "name", secret, ["a", "b"]),
            "unknown name; expected one of a, b",
        ),
    ] {
        let redacted = diagnostic.in_input(secret).redacted();
        assert_eq!(redacted.to_string(), message);
        assert!(!format!("{redacted:?}").contains(secret), "{redacted:?}");
        assert_eq!((redacted.input(), redacted.found()), (None, None));
    }
}
