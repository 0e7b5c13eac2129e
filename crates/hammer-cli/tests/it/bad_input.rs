//! Tests of messages about invalid arguments.

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{output, stderr};

/// Invalid arguments after a URL, the flag that the message names, and a part of the message.
const TABLE: &[(&[&str], &str, &str)] = &[
    (&["-r", "0"], "--rate", "must be above 0\n"),
    (&["-r", "-5"], "--rate", "must be above 0\n"),
    (&["--tps", "-5"], "--rate", "must be above 0\n"),
    (
        &["-r", "100..10x0/5m"],
        "--rate",
        "    100..10x0/5m\n         ^",
    ),
    (
        &["-r", "1/10s"],
        "--rate",
        "ambiguous rate\n\n    1/10s\n    ^^^^^ expected 6/m (1 per 10s) or 1/s/10s (1/s for 10s)\n",
    ),
    (&["-r", "100..1000/5w"], "--rate", "              ^"),
    (&["-r", "600/m/m"], "--rate", "expected a duration"),
    (
        &["-r", "0..9/1s", "--warmup", "1s"],
        "--warmup",
        "starts at 0",
    ),
    (
        &["-r", "10/s/5s", "-z", "6s"],
        "--duration",
        "ends after 5s",
    ),
    (
        &["-r", "max", "--arrivals", "poisson"],
        "--arrivals",
        "cannot be combined with the rate max",
    ),
    (
        &["-r", "max", "--skip-late", "1s"],
        "--skip-late",
        "cannot be combined with the rate max",
    ),
    (
        &["--arrivals", "odd"],
        "--arrivals",
        "expected even, poisson",
    ),
    (&["--warmup", "0"], "--warmup", "try 30s"),
    (&["--skip-late", "-1s"], "--skip-late", "try 30s"),
    (
        &["--start-at", "noon"],
        "--start-at",
        "expected a date and time",
    ),
    (
        &["--start-at", "2020-01-01T00:00:00Z"],
        "--start-at",
        "in the future",
    ),
    (
        &["--start-at", "2999-01-01T00:00:00Z"],
        "--start-at",
        "366 days ahead",
    ),
    (&["-r", "fast"], "--rate", "not a number\n"),
    (&["-z", "0"], "--duration", "try 30s"),
    (&["-z", "99999999999y"], "--duration", "366 days"),
    (
        &["--warmup", "18446744073709500000"],
        "--warmup",
        "366 days",
    ),
    (&["-z", "-1s"], "--duration", "try 30s"),
    (&["-z", "soon"], "--duration", "such as 30s"),
    (&["-n", "0"], "--hits", "above 0"),
    (&["-c", "0"], "--max-in-flight", "above 0"),
    (&["-c", "-1"], "--max-in-flight", "above 0"),
    (&["-t", "0"], "--timeout", "longer than 0"),
    (&["--threads", "0"], "--threads", "above 0"),
    (&["-H", "no colon"], "--header", "Name: value"),
    (&["-H", "a b: c"], "--header", "Name: value"),
    (&["-X", "G T"], "--method", "GET or POST"),
    (&["-d", "@/nowhere/body"], "--data", "/nowhere/body"),
    (
        &["--cacert", "/nowhere/ca.pem"],
        "--cacert",
        "/nowhere/ca.pem",
    ),
    (&["-F", "a"], "--form", "name=value, name=@FILE"),
    (&["-F", "a=@/nowhere/file"], "--form", "/nowhere/file"),
    (
        &["--data-lines", "/nowhere/lines"],
        "--data-lines",
        "/nowhere/lines",
    ),
    (
        &["--compress-request", "zip"],
        "--compress-request",
        "gzip, deflate, br or zstd",
    ),
    (
        &["-u", "a:b", "--aws-sigv4", "goog:r:s"],
        "--aws-sigv4",
        "aws:amz:eu-central-1",
    ),
    (&["-b", "a"], "--cookie", "name=value"),
    (&["-L", "--max-redirs", "-1"], "--max-redirs", "such as 10"),
    (
        &["--targets", "/nowhere/targets"],
        "--targets",
        "/nowhere/targets",
    ),
    (
        &["--expect-status", "2x"],
        "--expect-status",
        "200, 3xx or 500-503",
    ),
    (
        &["--expect-header", "a b"],
        "--expect-header",
        "Name: value",
    ),
    (
        &["--expect-body-regex", "("],
        "--expect-body-regex",
        "unclosed group",
    ),
    (&["--expect-json", "a=1"], "--expect-json", "/items/0/id=7"),
    (&["--max-body", "big"], "--max-body", "16MiB"),
    (
        &["--first-byte-timeout", "0"],
        "--first-byte-timeout",
        "try 30s",
    ),
    (&["--connect-to", "a:1:b"], "--connect-to", "HOST1:PORT1"),
    (&["--resolve", "a:127.0.0.1"], "--resolve", "HOST:PORT:ADDR"),
    (
        &["--unix-socket", "/dev/null"],
        "--unix-socket",
        "expected the Unix socket",
    ),
    (
        &["--interface", "192.0.2.1"],
        "--interface",
        "an address of this machine",
    ),
    (&["--connection-hits", "0"], "--connection-hits", "above 0"),
    (
        &["--connection-lifetime", "0"],
        "--connection-lifetime",
        "try 30s",
    ),
    (
        &["--connect-timeout", "-1s"],
        "--connect-timeout",
        "try 30s",
    ),
    (&["--dns-refresh", "soon"], "--dns-refresh", "30s"),
    (&["--proxy", "socks4://a"], "--proxy", "socks5h"),
    (
        &["--proxy-header", "no colon"],
        "--proxy-header",
        "Name: value",
    ),
    (
        &["--proxy-cacert", "/nowhere/ca.pem"],
        "--proxy-cacert",
        "cannot read the CA file",
    ),
    (&["--tls-max", "1.1"], "--tls-max", "expected 1.2"),
    (&["--sni", "127.0.0.1"], "--sni", "try --no-sni"),
    (&["--http", "3"], "--http", "auto, 1.1, 2"),
    (&["--connections", "0"], "--connections", "above 0"),
    (
        &["--h2-stream-window", "2147483648"],
        "--h2-stream-window",
        "1 to 2147483647",
    ),
    (
        &["--h2-connection-window", "1000"],
        "--h2-connection-window",
        "65535",
    ),
    (&["-o", "xml"], "--output", "expected text, json"),
    (&["-o", "hits"], "--output", "hits=hits.csv"),
    (
        &["-o", "json=/nowhere/r.json"],
        "--output",
        "/nowhere/r.json",
    ),
    (
        &["-o", "json", "-o", "text"],
        "invalid value 'text' for '--output",
        "another output goes to stdout, too (try text=PATH)",
    ),
];

#[test]
fn invalid_flags_are_named_and_nothing_is_sent() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    for (flags, named, expected) in TABLE {
        assert_refused(&[&["http", url.as_str()], *flags].concat(), named, expected);
    }
    for (flags, named, expected) in [
        (
            ["--headers", "k: v"],
            "--headers",
            "such as '{\"Name\":\"value\"}'",
        ),
        (["--headers", r#"["k"]"#], "--headers", "a JSON object"),
        (["--headers", r#"{"a b":"c"}"#], "--headers", "Name: value"),
        (
            ["--payload", "@/nowhere/body"],
            "--payload",
            "/nowhere/body",
        ),
        (["--method", "G T"], "--method", "GET or POST"),
        (["--hammer", "sledge"], "--hammer", "expected one of http"),
    ] {
        assert_refused(
            &[&["run", "--endpoint", &url], &flags[..]].concat(),
            named,
            expected,
        );
    }
    let counts = target.shutdown().counts;
    assert_eq!((counts.requests, counts.connections), (0, 0));
}

#[test]
fn conflicting_flags_are_refused() {
    for (flags, part) in [
        (&["--max-redirs", "3"][..], "--location"),
        (&["-u", "name"], "expected USER:PASSWORD"),
        (&["-d", "x", "--json", "{}"], "'--json <TEXT|@FILE>'"),
        (&["--json", "{}", "-F", "a=b"], "cannot be used with"),
        (
            &["--data-lines", "Cargo.toml", "-F", "a=b"],
            "cannot be used with",
        ),
        (
            &["-u", "a:b", "--oauth2-bearer", "c"],
            "cannot be used with",
        ),
        (&["--aws-sigv4", "aws:amz:r:s"], "--user"),
        (&["--target-order", "random"], "--targets"),
        (&["--show-secrets"], "--once"),
        (&["--compress-request", "br"], "compression needs a body"),
        (&["--max-body", "1k"], "no body is inspected"),
        (
            &["-u", "a:b", "-H", "Authorization: c"],
            "cannot be combined with the header Authorization",
        ),
        (
            &["--cookies", "-H", "Cookie: a=b"],
            "the header Cookie cannot be combined",
        ),
        (
            &["-F", "a=b", "-H", "Content-Type: x/y"],
            "the header Content-Type cannot be combined with a form",
        ),
    ] {
        let output = output(&[&["http", "http://127.0.0.1:1/"], flags].concat());
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {message}");
        assert!(message.contains(part), "{flags:?}: {message}");
    }
    let nothing = stderr(&output(&["http", "-r", "1"]));
    assert!(nothing.contains("<URL>"), "{nothing}");
}

#[test]
fn invalid_urls_get_a_suggestion() {
    for (url, expected) in [
        ("gopher://127.0.0.1/", "http"),
        ("127.0.0.1:80", "http"),
        ("http://", "http://localhost:8080/"),
        ("http://:80/", "http://localhost:8080/"),
        ("http://a:99999/", "65535"),
    ] {
        assert_refused(&["http", url], "[URL]", expected);
        assert_refused(&["run", "--endpoint", url], "--endpoint", expected);
    }
    assert_refused(&["run"], "--endpoint", "");
    assert_refused(
        &["run", "--endpoint", "gopher://a/"],
        "--endpoint",
        "unknown scheme 'gopher'",
    );
}

fn assert_refused(args: &[&str], named: &str, expected: &str) {
    let output = output(args);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    assert!(message.contains(named), "{args:?} names {named}: {message}");
    assert!(
        message.contains(expected),
        "{args:?} expected {expected}: {message}"
    );
    // In a JSON object of headers, only the invalid one is named.
    let given = args.last().unwrap().replace(r#"{"a b":"c"}"#, "a b");
    // A value that may be a secret is masked.
    assert!(
        message.contains(&given) || message.contains("invalid value '***'"),
        "{args:?} names the value: {message}"
    );
    assert!(output.stdout.is_empty(), "{args:?}");
}

#[test]
fn messages_contain_no_passwords() {
    for (args, expected) in [
        (&["http", "http://ann:s3cret@a:0/"][..], "ann:***@a:0"),
        (&["http", "ftp://ann:s3cret@a/"], "ftp://ann:***@a/"),
        (
            &["run", "--endpoint", "http://ann:s3cret@a:0/"],
            "ann:***@a:0",
        ),
        (
            &["http", "http://a/", "-x", "ann:s3cret@b:0"],
            "ann:***@b:0",
        ),
        (&["http", "http://a/", "-U", "ann:s3cret%"], "'***'"),
        (
            &["http", "http://a/", "-U", "ann:s3cret"],
            "try --proxy URL",
        ),
    ] {
        let output = output(args);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        assert!(message.contains(expected), "{args:?}: {message}");
        assert!(!message.contains("s3cret"), "{args:?}: {message}");
    }
}

#[test]
fn contradicting_flags_get_a_suggestion() {
    for (url, flags, expected) in [
        (
            "http://a/",
            "--no-keepalive --connection-hits 3",
            "cannot be combined",
        ),
        ("http://a/", "-4 -6", "--ipv6"),
        ("http://127.0.0.1/", "-6", "try without -6"),
        (
            "http://a/",
            "-6 --interface 127.0.0.1",
            "-6 cannot be combined with --interface",
        ),
        (
            "http://a/",
            "-x b --resolve a:80:127.0.0.1",
            "try --connect-to",
        ),
        (
            "http://a/",
            "-x socks5://b --proxy-header A:b",
            "--proxy-header cannot be combined with a SOCKS proxy",
        ),
        (
            "https://a/",
            "--tlsv1.3 --tls-max 1.2",
            "--tlsv1.3 cannot be combined with --tls-max 1.2",
        ),
        ("https://a/", "--key /dev/null", "try --cert FILE"),
        ("http://a/", "--sni b", "try https://"),
        ("http://a/", "--cert /nowhere", "try https://"),
        (
            "https://a/",
            "--cert /nowhere",
            "cannot read the client certificate /nowhere",
        ),
        ("https://a/", "--sni b --no-sni", "--no-sni"),
        ("http://a/", "--connections 8", "try --http 2"),
        (
            "https://a/",
            "-k --http1.1 --h2-stream-window 70000",
            "try --http 2",
        ),
        ("http://a/", "--http 2 -x b", "--proxytunnel"),
        ("https://a/", "-k -H Connection:close", "try --http 1.1"),
        (
            "http://a/",
            "--http 2 -H TE:gzip",
            "with the value \"trailers\"",
        ),
    ] {
        let args: Vec<_> = ["http", url].into_iter().chain(flags.split(' ')).collect();
        let output = output(&args);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        assert!(message.contains(expected), "{args:?}: {message}");
    }
}

/// Regression: the message was "invalid uri character", without the character.
#[test]
fn characters_that_cannot_be_sent_are_shown_with_their_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let targets = folder.path().join("targets.txt");
    std::fs::write(&targets, "GET http://127.0.0.1:9/\n\nGET /a b\n").expect("a written file");
    let targets = targets.to_str().expect("a path in UTF-8");
    let url = "http://127.0.0.1:9/";
    for (flags, shown) in [
        (
            &["http://127.0.0.1:9/?q=a b"][..],
            "the URL cannot be sent: space in the query\n\n    \
             http://127.0.0.1:9/?q=a b\n                           ^ expected %20",
        ),
        (
            &["http://127.0.0.1:9/{{seq}}/a\tb"],
            "the URL cannot be sent: tab in the path\n\n    \
             http://127.0.0.1:9/{{seq}}/a\\tb\n                                ^^ expected %09",
        ),
        (
            &["http://ann:hush@127.0.0.1:9/a b"],
            "the URL cannot be sent: space in the path\n\n    http://ann:***@127.0.0.1:9/a b\n",
        ),
        (
            &[url, "--targets", targets],
            "targets.txt: the URL cannot be sent: space in the path\n\n    /a b\n      ^ expected %20",
        ),
        (
            &[url, "--host", "a\nb"],
            "malformed value of the header host: line break in the value",
        ),
        (
            &[url, "-H", "X-A: b\u{1}c"],
            "malformed value of the header X-A: character U+0001 in the value",
        ),
    ] {
        let output = output(&[&["http", "-n", "1"], flags].concat());
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        let message = stderr(&output);
        assert!(message.contains(shown), "{flags:?}: {message}");
        assert!(!message.contains("hush"), "{message}");
    }
}
