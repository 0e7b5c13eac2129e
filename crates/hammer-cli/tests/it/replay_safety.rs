//! What a replay refuses, and what it warns of, before it sends anything.

use std::process::Output;

use crate::command::{output, stderr, stdout};
use crate::http::ok;
use crate::replay::{TimelineFixture, row};

/// A replay against a name that is nobody's.
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
fn the_guard_of_production_looks_at_every_row_however_its_host_is_written() {
    // More names than anybody keeps, then the one that counts, in a row that is not even wanted.
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
        let told = stderr(&run).contains("it is the log's own host");
        assert_eq!(told, code == 2, "{}", stderr(&run));
        assert!(!stdout(&run).contains("no row names its host"));
    }
    // What is never sent tells where the rows are from, too.
    let elsewhere = [
        row(0, r#""u":"/""#),
        row(1, r#""u":"http://shop.example:80/a""#),
    ];
    let elsewhere = TimelineFixture::from_rows(&elsewhere);
    let rewrite = ["--rewrite", "^http://[^/]*=>"];
    for more in [&[][..], &rewrite] {
        let run = dry_run(&elsewhere, "http://shop.example", more);
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
fn a_timeline_without_hosts_blinds_the_guard_and_that_is_told() {
    let timeline = TimelineFixture::from_rows(&[row(0, r#""u":"/""#), row(1, r#""u":"/","h":"""#)]);
    let told = "no row names its host";
    let plan = dry_run(&timeline, "http://shop.example", &[]);
    let shown = stdout(&plan).replace("\n              ", " ");
    assert!(shown.contains(told), "{shown}");
    let meant = dry_run(
        &timeline,
        "http://shop.example",
        &["--endpoint-is-production"],
    );
    assert!(!stdout(&meant).contains(told));

    let server = ok();
    let run = ["replay", timeline.path(), "--endpoint", &server.url];
    let ran = output(&run);
    assert_eq!(stderr(&ran).matches(told).count(), 1, "{}", stderr(&ran));
    let quiet = output(&[&run[..], &["-q"]].concat());
    assert!(!stderr(&quiet).contains(told), "{}", stderr(&quiet));
}

#[test]
fn what_would_be_ignored_is_refused() {
    let timeline = TimelineFixture::from_rows(&[row(0, r#""u":"/""#)]);
    for (flags, told) in [
        (
            &["--endpoint", "http://127.0.0.1:9/api"][..],
            "right would be http://127.0.0.1:9,",
        ),
        (
            &["--endpoint", "http://127.0.0.1:9/?a"],
            "right would be http://127.0.0.1:9,",
        ),
        (&["-H", "Host: other.example"], "right would be --host NAME"),
        (&["--amplify", "0"], "is no whole number from 1 to 10000"),
        (
            &["--amplify", "4294967297"],
            "is no whole number from 1 to 10000",
        ),
        (
            &["--sample", "10%", "--by", "client"],
            "right would be a timeline that was built",
        ),
        (
            &["--client-header", "X-Client"],
            "right would be a timeline that was built",
        ),
        (&["--by", "client"], "--sample <PERCENT>"),
        (&["--host", ""], "is no host; right would be keep"),
        (&["--host", "bad host"], "is no host; right would be keep"),
        (&["--host", "a\r\nX: b"], "is no host; right would be keep"),
        (&["--bodies", "bodies.toml"], "--allow-methods <METHOD>"),
        (
            &["-H", "x-c: v", "--client-header", "X-C"],
            "right would be one of them",
        ),
        (&["--client-header", "Host"], "right would be X-Client"),
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
        assert!(stderr(&run).contains(told), "{flags:?}: {}", stderr(&run));
    }
}

#[test]
fn rows_without_a_client_are_counted_where_clients_matter() {
    let client = r#""u":"/","h":"a","c":"000000000000002a""#;
    let timeline =
        TimelineFixture::from_rows(&[row(0, client), row(1, r#""u":"/""#), row(2, client)]);
    for flags in [
        &["--sample", "100%", "--by", "client"][..],
        &["--client-header", "X-Client"],
    ] {
        let plan = dry_run(&timeline, "http://127.0.0.1:9", flags);
        assert_eq!(plan.status.code(), Some(0), "{}", stderr(&plan));
        let told = "1 of 3 rows do not say which client";
        assert!(stdout(&plan).contains(told), "{}", stdout(&plan));
    }
}

#[test]
fn a_row_that_no_clock_reaches_is_named() {
    let far = row(u64::MAX, &format!(r#""u":"/","d":{}"#, u64::MAX));
    let timeline = TimelineFixture::from_rows(&[row(0, r#""u":"/""#), far.clone()]);
    let run = dry_run(&timeline, "http://127.0.0.1:9", &[]);
    assert_eq!(run.status.code(), Some(1));
    assert!(stderr(&run).contains("play row 2 of "), "{}", stderr(&run));
    // Near its own start nothing of it is too large.
    let near = row(u64::MAX - 5, &format!(r#""u":"/","d":{}"#, u64::MAX));
    let timeline = TimelineFixture::from_rows(&[near, far]);
    for more in [&[][..], &["--loop", "4294967295"], &["--amplify", "10000"]] {
        let run = dry_run(&timeline, "http://127.0.0.1:9", more);
        assert_eq!(run.status.code(), Some(0), "{}", stderr(&run));
    }
}
