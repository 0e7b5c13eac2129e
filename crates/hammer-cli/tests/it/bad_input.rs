use hammer_target::{Knobs, Target};

use crate::command::{output, stderr};

/// What is given behind the URL of a good target, the flag that is named, and what would be right.
const TABLE: &[(&[&str], &str, &str)] = &[
    (&["-r", "0"], "--rate", "must be above 0\n"),
    (&["-r", "-5"], "--rate", "must be above 0\n"),
    (&["--tps", "-5"], "--rate", "must be above 0\n"),
    (
        &["-r", "100..10x0/5m"],
        "--rate",
        "    100..10x0/5m\n         ^",
    ),
    (&["-r", "100..1000/5w"], "--rate", "              ^"),
    (&["-r", "600/m/m"], "--rate", "right would be 100/30s"),
    (
        &["-r", "0..9/1s", "--warmup", "1s"],
        "--warmup",
        "starts at 0",
    ),
    (
        &["-r", "10/5s", "-z", "6s"],
        "--duration",
        "lasts 5s by itself",
    ),
    (
        &["-r", "max", "--arrivals", "poisson"],
        "--arrivals",
        "right would be",
    ),
    (
        &["-r", "max", "--skip-late", "1s"],
        "--skip-late",
        "right would be",
    ),
    (
        &["--arrivals", "odd"],
        "--arrivals",
        "right would be even, poisson",
    ),
    (&["--warmup", "0"], "--warmup", "right would be 30s"),
    (&["--skip-late", "-1s"], "--skip-late", "right would be 30s"),
    (&["--start-at", "noon"], "--start-at", "no time with a date"),
    (
        &["--start-at", "2020-01-01T00:00:00Z"],
        "--start-at",
        "has passed",
    ),
    (
        &["--start-at", "2999-01-01T00:00:00Z"],
        "--start-at",
        "366 days ahead",
    ),
    (&["-r", "fast"], "--rate", "is not a number\n"),
    (&["-z", "0"], "--duration", "right would be 30s"),
    (&["-z", "99999999999y"], "--duration", "366 days"),
    (
        &["--warmup", "18446744073709500000"],
        "--warmup",
        "366 days",
    ),
    (&["-z", "-1s"], "--duration", "right would be 30s"),
    (&["-z", "soon"], "--duration", "right would be 30s"),
    (&["-n", "0"], "--hits", "right would be"),
    (&["-c", "0"], "--max-in-flight", "above 0; right would be"),
    (&["-c", "-1"], "--max-in-flight", "above 0; right would be"),
    (&["-t", "0"], "--timeout", "right would be"),
    (&["--threads", "0"], "--threads", "right would be"),
    (&["-H", "no colon"], "--header", "Name: value"),
    (&["-H", "a b: c"], "--header", "Name: value"),
    (&["-X", "G T"], "--method", "GET or POST"),
    (&["-d", "@/nowhere/body"], "--data", "/nowhere/body"),
    (
        &["--cacert", "/nowhere/ca.pem"],
        "--cacert",
        "/nowhere/ca.pem",
    ),
    (&["-o", "xml"], "--output", "right would be text, json"),
    (&["-o", "hits"], "--output", "hits=hits.csv"),
    (
        &["-o", "json=/nowhere/r.json"],
        "--output",
        "/nowhere/r.json",
    ),
    (
        &["-o", "json", "-o", "text"],
        "--output",
        "something else is written there",
    ),
];

#[test]
fn bad_flags_are_named_and_nothing_is_sent() {
    let target = Target::spawn(Knobs::default()).unwrap();
    let url = target.url();
    for (flags, named, right) in TABLE {
        refused(&[&["http", url.as_str()], *flags].concat(), named, right);
    }
    for (flags, named, right) in [
        (
            ["--headers", "k: v"],
            "--headers",
            "right would be '{\"Name\":\"value\"}'",
        ),
        (["--headers", r#"["k"]"#], "--headers", "right would be"),
        (["--headers", r#"{"a b":"c"}"#], "--headers", "Name: value"),
        (
            ["--payload", "@/nowhere/body"],
            "--payload",
            "/nowhere/body",
        ),
        (["--method", "G T"], "--method", "GET or POST"),
        (["--hammer", "sledge"], "--hammer", "right would be http"),
    ] {
        refused(
            &[&["run", "--endpoint", &url], &flags[..]].concat(),
            named,
            right,
        );
    }
    let counts = target.shutdown().counts;
    assert_eq!((counts.requests, counts.connections), (0, 0));
}

#[test]
fn bad_urls_are_told_what_would_be_right() {
    for (url, right) in [
        ("gopher://127.0.0.1/", "http"),
        ("127.0.0.1:80", "http"),
        ("http://", "http://localhost:8080/"),
        ("http://:80/", "http://localhost:8080/"),
        ("http://a:99999/", "65535"),
    ] {
        refused(&["http", url], "<URL>", right);
        refused(&["run", "--endpoint", url], "--endpoint", right);
    }
    refused(&["run"], "--endpoint", "");
    refused(
        &["run", "--endpoint", "gopher://a/"],
        "--endpoint",
        "unknown scheme 'gopher'",
    );
}

fn refused(args: &[&str], named: &str, right: &str) {
    let output = output(args);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    assert!(message.contains(named), "{args:?} names {named}: {message}");
    assert!(message.contains(right), "{args:?} tells {right}: {message}");
    // Of an object of headers only the wrong one is named.
    let given = args.last().unwrap().replace(r#"{"a b":"c"}"#, "a b");
    assert!(
        message.contains(&given),
        "{args:?} names the value: {message}"
    );
    assert!(output.stdout.is_empty(), "{args:?}");
}
