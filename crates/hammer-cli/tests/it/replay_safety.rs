//! Refusals and warnings of a replay before it sends anything.

use std::process::Output;

use crate::command::{output, stderr, stdout};
use crate::http::ok;
use crate::replay::{TimelineFixture, row};

/// Runs `hammer replay --dry-run` against this endpoint.
fn dry_run(timeline: &TimelineFixture, endpoint: &str, more: &[&str]) -> Output {
    let args = [
        "replay",
        timeline.path(),
        "--endpoint",
        endpoint,
        "--dry-run",
    ];
    output(&[&args[..], more].concat())
}

#[test]
fn the_production_guard_checks_all_rows_and_spellings_of_a_host() {
    // More hosts than the guard keeps, then the endpoint, in a row that is not selected.
    let names = (0..12_000_u64).map(|n| row(n, &format!(r#""u":"/","h":"h{n}.example""#)));
    let own = row(20_000, r#""u":"/","h":"SHOP.example.:443""#);
    let timeline = TimelineFixture::from_rows(&names.chain([own]).collect::<Vec<_>>());
    for (endpoint, more, code) in [
        ("http://shop.example", &[][..], 2),
        ("http://shop.example:8080", &[], 2),
        ("https://Shop.Example./", &["--only-host", "h7.example"], 2),
        ("http://shop.example", &["--to", "5ms"], 2),
        ("http://shop.example", &["--endpoint-is-production"], 0),
        ("http://staging.example", &[], 0),
    ] {
        let run = dry_run(&timeline, endpoint, more);
        assert_eq!(
            run.status.code(),
            Some(code),
            "{endpoint}: {}",
            stderr(&run)
        );
        let is_reported = stderr(&run).contains("is a host of the log");
        assert_eq!(is_reported, code == 2, "{}", stderr(&run));
        assert!(!stdout(&run).contains("no row has a host"));
    }
    // Rows that are never sent count as well.
    let rows = [
        row(0, r#""u":"/""#),
        row(1, r#""u":"http://shop.example:80/a""#),
    ];
    let timeline = TimelineFixture::from_rows(&rows);
    let rewrite = ["--rewrite", "^http://[^/]*=>"];
    for more in [&[][..], &rewrite] {
        let run = dry_run(&timeline, "http://shop.example", more);
        assert_eq!(run.status.code(), Some(2), "{}", stderr(&run));
    }
    let mapped = TimelineFixture::from_rows(&[row(0, r#""u":"/","h":"[::ffff:127.0.0.1]:80""#)]);
    let run = dry_run(&mapped, "http://127.0.0.1:8080", &[]);
    assert_eq!(run.status.code(), Some(2), "{}", stderr(&run));
    let address = TimelineFixture::from_rows(&[row(0, r#""u":"/","h":"[0:0::1]:80""#)]);
    assert_eq!(
        dry_run(&address, "http://[::1]:8080", &[]).status.code(),
        Some(2)
    );
}

#[test]
fn a_timeline_without_hosts_is_warned_about() {
    let timeline = TimelineFixture::from_rows(&[row(0, r#""u":"/""#), row(1, r#""u":"/","h":"""#)]);
    let expected = "no row has a host";
    let plan = dry_run(&timeline, "http://shop.example", &[]);
    let shown = stdout(&plan).replace("\n              ", " ");
    assert!(shown.contains(expected), "{shown}");
    let allowed = dry_run(
        &timeline,
        "http://shop.example",
        &["--endpoint-is-production"],
    );
    assert!(!stdout(&allowed).contains(expected));

    let server = ok();
    let run = ["replay", timeline.path(), "--endpoint", &server.url];
    let ran = output(&run);
    assert_eq!(
        stderr(&ran).matches(expected).count(),
        1,
        "{}",
        stderr(&ran)
    );
    let quiet = output(&[&run[..], &["-q"]].concat());
    assert!(!stderr(&quiet).contains(expected), "{}", stderr(&quiet));
}

#[test]
fn flags_without_effect_are_refused() {
    let timeline = TimelineFixture::from_rows(&[row(0, r#""u":"/""#)]);
    for (flags, expected) in [
        (
            &["--endpoint", "http://127.0.0.1:9/api"][..],
            "(try http://127.0.0.1:9,",
        ),
        (
            &["--endpoint", "http://127.0.0.1:9/?a"],
            "(try http://127.0.0.1:9,",
        ),
        (&["-H", "Host: other.example"], "(try --host NAME)"),
        (
            &["--amplify", "0"],
            "expected a whole number from 1 to 10000",
        ),
        (
            &["--amplify", "4294967297"],
            "expected a whole number from 1 to 10000",
        ),
        (
            &["--sample", "10%", "--by", "client"],
            "(try a timeline built with",
        ),
        (
            &["--client-header", "X-Client"],
            "(try a timeline built with",
        ),
        (&["--by", "client"], "--sample <PERCENT>"),
        (&["--host", ""], "expected keep, endpoint"),
        (&["--host", "bad host"], "expected keep, endpoint"),
        (&["--host", "a\r\nX: b"], "expected keep, endpoint"),
        (&["--bodies", "bodies.toml"], "--allow-methods <METHOD>"),
        (
            &["-H", "x-c: v", "--client-header", "X-C"],
            "cannot be combined with -H",
        ),
        (&["--client-header", "Host"], "(try X-Client)"),
        (&["--client-header", "a b"], "malformed header name"),
    ] {
        let args = ["replay", timeline.path(), "--dry-run"];
        let endpoint = ["--endpoint", "http://127.0.0.1:9"];
        let endpoint = if flags[0] == "--endpoint" {
            &[][..]
        } else {
            &endpoint
        };
        let run = output(&[&args[..], endpoint, flags].concat());
        assert_eq!(run.status.code(), Some(2), "{flags:?}: {}", stdout(&run));
        assert!(
            stderr(&run).contains(expected),
            "{flags:?}: {}",
            stderr(&run)
        );
    }
}

#[test]
fn rows_without_a_client_are_counted_if_clients_matter() {
    let client = r#""u":"/","h":"a","c":"000000000000002a""#;
    let timeline =
        TimelineFixture::from_rows(&[row(0, client), row(1, r#""u":"/""#), row(2, client)]);
    for flags in [
        &["--sample", "100%", "--by", "client"][..],
        &["--client-header", "X-Client"],
    ] {
        let plan = dry_run(&timeline, "http://127.0.0.1:9", flags);
        assert_eq!(plan.status.code(), Some(0), "{}", stderr(&plan));
        let warning = "1 of 3 rows have no client";
        assert!(stdout(&plan).contains(warning), "{}", stdout(&plan));
    }
}

#[test]
fn a_row_beyond_the_range_of_the_clock_is_named() {
    let last = row(u64::MAX, &format!(r#""u":"/","d":{}"#, u64::MAX));
    let timeline = TimelineFixture::from_rows(&[row(0, r#""u":"/""#), last.clone()]);
    let run = dry_run(&timeline, "http://127.0.0.1:9", &[]);
    assert_eq!(run.status.code(), Some(1));
    assert!(stderr(&run).contains("play row 2 of "), "{}", stderr(&run));
    // Relative to the first row, its time is in range.
    let previous = row(u64::MAX - 5, &format!(r#""u":"/","d":{}"#, u64::MAX));
    let timeline = TimelineFixture::from_rows(&[previous, last]);
    for more in [&[][..], &["--loop", "4294967295"], &["--amplify", "10000"]] {
        let run = dry_run(&timeline, "http://127.0.0.1:9", more);
        assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    }
}
