//! Tests of parsing targets files.

use std::fs;

use super::*;

/// Expected method, URL, headers, body, weight and name of a target.
type ExpectedTargetEntry<'a> = (
    &'a str,
    &'a str,
    &'a [&'a str],
    &'a [u8],
    u32,
    Option<&'a str>,
);

fn check(text: &str, expected: &[ExpectedTargetEntry<'_>]) {
    let targets: TargetList = text
        .parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(targets.len(), expected.len(), "{text}");
    for (entry, (method, url, headers, body, weight, name)) in targets.entries.iter().zip(expected)
    {
        let headers: Vec<RequestHeader> = headers
            .iter()
            .map(|line| line.parse().expect("the header is valid"))
            .collect();
        assert_eq!((&*entry.method, &*entry.url), (*method, *url), "{text}");
        assert_eq!(entry.headers, headers, "{text}");
        assert_eq!(entry.body, *body, "{text}");
        assert_eq!(
            (entry.weight, entry.name.as_deref()),
            (*weight, *name),
            "{text}"
        );
    }
}

/// Modeled on the examples of vegeta's manual.
#[test]
fn targets_are_parsed_from_http_requests() {
    check(
        "GET http://a/b?c=d",
        &[("GET", "http://a/b?c=d", &[], b"", 1, None)],
    );
    check(
        "GET http://a/\nDELETE http://u:p@b:81/c\n\nHEAD\thttp://d/\n",
        &[
            ("GET", "http://a/", &[], b"", 1, None),
            ("DELETE", "http://u:p@b:81/c", &[], b"", 1, None),
            ("HEAD", "http://d/", &[], b"", 1, None),
        ],
    );
    check(
        "# all of them\r\n\r\nGET http://a/\r\nX-A: 1\r\n  X-B:2\r\nX-B: 3\r\n# a comment\r\nX-C;\r\n\r\nGET /b\r\n",
        &[
            (
                "GET",
                "http://a/",
                &["X-A: 1", "X-B: 2", "X-B: 3", "X-C;"],
                b"",
                1,
                None,
            ),
            ("GET", "/b", &[], b"", 1, None),
        ],
    );
    check(
        "# weight: 3\n# name: the first: a\nGET http://a/\n#weight:2\n\n# note: none\nPURGE http://b/\nGET /c",
        &[
            ("GET", "http://a/", &[], b"", 3, Some("the first: a")),
            ("PURGE", "http://b/", &[], b"", 2, None),
            ("GET", "/c", &[], b"", 1, None),
        ],
    );
}

#[test]
fn targets_are_parsed_from_json_lines() {
    check(
        "{\"method\":\"GET\",\"url\":\"http://a/\"}\n\n# more\n  {\"method\":\"POST\",\"url\":\"http://b/\",\
         \"body\":\"aGV5\",\"header\":{\"X-A\":[\"1\",\"2\"],\"X-B\":\"3\"},\"weight\":7,\"name\":\"n\"}\n",
        &[
            ("GET", "http://a/", &[], b"", 1, None),
            (
                "POST",
                "http://b/",
                &["X-A: 1", "X-A: 2", "X-B: 3"],
                b"hey",
                7,
                Some("n"),
            ),
        ],
    );
    check(
        r#"{"url":"http://a/","method":"GET","body":null,"header":null}"#,
        &[("GET", "http://a/", &[], b"", 1, None)],
    );
}

#[test]
fn body_files_are_next_to_the_targets_file() {
    let folder = tempfile::tempdir().expect("a temporary folder can be created");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("the folder is writable");
        path
    };
    let body = file("body.json", "{\"a\": 1}\n");
    let text = format!(
        "POST http://a/\n@body.json\nX-A: 1\n\nPUT http://b/\n@{}\n",
        body.display()
    );
    let targets = TargetList::read(file("targets.txt", &text)).expect("the file is valid");
    assert_eq!(targets.entries[0].body, "{\"a\": 1}\n");
    assert_eq!(targets.entries[0].headers.len(), 1);
    assert_eq!(targets.entries[1].body, "{\"a\": 1}\n");
    let error = TargetList::read(file("wrong.txt", "\nPOST http://a/\n@none.json\n"));
    let error = error.expect_err("there is no such file").to_string();
    assert!(error.starts_with("line 3 of "), "{error}");
    assert!(
        error.contains("wrong.txt: failed to read the body file \"none.json\""),
        "{error}"
    );
    let error = TargetList::read("/no/such/file").expect_err("there is no such file");
    assert!(
        error
            .to_string()
            .contains("failed to read the targets file /no/such/file"),
        "{error}"
    );
}

#[test]
fn malformed_lines_are_not_repeated_since_they_may_be_secrets() {
    let text = "GET http://a/\ns3cret";
    let error = text
        .parse::<TargetList>()
        .expect_err("the line has no colon");
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[test]
fn errors_name_the_line_and_what_was_expected() {
    let table = [
        ("", "no targets in the text of targets; expected"),
        (
            "# nothing\n\n",
            "no targets in the text of targets; expected",
        ),
        (
            "http://a/",
            "line 1 of the text of targets: unexpected line before a target",
        ),
        (
            "GET http://a/\n\nX-A: b",
            "line 3 of the text of targets: unexpected line before a target",
        ),
        (
            "GET http://a/\nX-A",
            "line 2 of the text of targets: malformed line; expected",
        ),
        (
            "GET http://a/\nÜ: b",
            "expected \"METHOD URL\", \"Name: value\"",
        ),
        (
            "# weight: 0\nGET http://a/",
            "line 1 of the text of targets: invalid weight \"0\"",
        ),
        (
            "# weight: 1.5\nGET http://a/",
            "whole number from 1 to 1000000",
        ),
        (
            "GET http://a/\n# weight: 2",
            "line 2 of the text of targets: missing target after",
        ),
        ("{", "line 1 of the text of targets: malformed target: EOF"),
        ("{\"method\":\"GET\"}", "missing field 'url' at column 16"),
        (
            "{\"method\":\"GET\",\"url\":1}",
            "expected a string at column 23",
        ),
        (
            "{\"url\":\"http://a/\",\"methods\":\"GET\"}",
            "unknown field 'methods'",
        ),
        (
            "{\"url\":\"\",\"method\":\"\"} x",
            "trailing characters at column 24",
        ),
        (
            "{\"url\":\"\",\"method\":\"\"}\nGET http://a/",
            "line 2 of the text of targets",
        ),
        (
            "{\"url\":\"\",\"method\":\"\",\"body\":\"a b\"}",
            "the body is not valid base64",
        ),
        (
            "{\"url\":\"\",\"method\":\"\",\"weight\":-1}",
            "invalid weight \"-1\"; expected a whole number",
        ),
        (
            "{\"url\":\"\",\"method\":\"\",\"header\":{\"X Y\":[\"\"]}}",
            "malformed header name \"X Y\"",
        ),
    ];
    for (text, fragment) in table {
        let error = text.parse::<TargetList>().expect_err(text);
        assert!(error.to_string().contains(fragment), "{text}: {error}");
        assert_eq!(error.kind(), ErrorKind::Targets);
    }
}

#[test]
fn orders_are_parsed_by_name() {
    assert_eq!(
        "turn".parse::<TargetOrder>().expect("the order is known"),
        TargetOrder::RoundRobin
    );
    assert_eq!(
        "random".parse::<TargetOrder>().expect("the order is known"),
        TargetOrder::Random
    );
    assert_eq!(
        "slot".parse::<TargetOrder>().expect("the order is known"),
        TargetOrder::PerSlot
    );
    let error = "shuffle"
        .parse::<TargetOrder>()
        .expect_err("the order is unknown");
    assert!(
        error.to_string().contains("turn, random or slot"),
        "{error}"
    );
}

/// Regression: the message was that of the system, without the line.
#[test]
fn a_file_that_is_not_utf8_is_refused_with_its_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("targets.txt");
    fs::write(&path, b"GET /a\n\nGET /caf\xe9\n").expect("a written file");
    let error = TargetList::read(&path).expect_err("a Latin-1 file");
    let message = error.to_string();
    assert!(message.starts_with("line 3 of "), "{message}");
    let end = "targets.txt: expected UTF-8, found byte 0xE9 (try %E9 in a URL)";
    assert!(message.ends_with(end), "{message}");
}

/// Regression: `# weigth: 3` was taken for a comment, and the target had the weight 1.
#[test]
fn comments_that_look_like_misspelled_directives_are_warnings() {
    for (comment, warning) in [
        (
            "# weigth: 3",
            Some("unknown key \"weigth\" in a comment, did you mean \"# weight:\"?"),
        ),
        (
            "#Weight: 3",
            Some("unknown key \"Weight\" in a comment, did you mean \"# weight:\"?"),
        ),
        (
            "# group: a",
            Some("unknown key \"group\" in a comment, expected \"# weight:\""),
        ),
        ("# weight: 3", None),
        ("# name: a", None),
        ("# name:", None),
        ("# the cart", None),
        ("# Note: a comment", None),
        ("# as of today: a comment", None),
        ("# http://127.0.0.1/", None),
        ("# 10:30", None),
        ("#", None),
    ] {
        let text = format!("\n{comment}\nGET http://127.0.0.1/\n");
        let targets: TargetList = text.parse().expect(comment);
        match (targets.warnings(), warning) {
            ([], None) => {}
            ([found], Some(warning)) => {
                assert!(
                    found.starts_with("line 2 of the text of targets: "),
                    "{found}"
                );
                assert!(found.contains(warning), "{comment}: {found}");
            }
            (found, _) => panic!("{comment}: {found:?}"),
        }
    }
}
