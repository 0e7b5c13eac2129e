//! Compares the dry run of a replay with the requests that it sends.

use std::collections::BTreeSet;

use crate::command::{output, report, stderr, stdout};
use crate::http::ok;
use crate::replay::{TimelineFixture, row};

/// A timeline with two clients, in which two of three rows have an allowed method.
fn timeline() -> TimelineFixture {
    let rows: Vec<_> = (0..90_u64)
        .map(|n| {
            let method = if n % 3 == 1 { "POST" } else { "GET" };
            let rest = format!(r#""u":"/{n}","h":"a","m":"{method}","c":"{:016x}""#, n % 2);
            row(n * 1_000, &rest)
        })
        .collect();
    TimelineFixture::from_rows(&rows)
}

#[test]
fn the_dry_run_matches_the_requests_for_all_limits() {
    let timeline = timeline();
    for (flags, hits, skipped) in [
        (&[][..], 60, 30),
        (&["-n", "7"], 7, 3),
        (&["-n", "60"], 60, 30),
        (&["-z", "10ms"], 7, 3),
        (&["--loop", "3"], 180, 90),
        (&["--loop", "3", "-n", "65"], 65, 32),
        (&["--loop", "100ms"], 67, 33),
        (&["--loop", "100ms", "-z", "50ms"], 33, 17),
        (&["--loop", "2", "--amplify", "2", "-n", "125"], 125, 62),
        (&["--amplify", "3", "-n", "7"], 7, 3),
        (
            &["--window", "0..50ms", "--loop", "2", "-z", "70ms"],
            46,
            24,
        ),
    ] {
        let server = ok();
        let base = ["replay", timeline.path(), "--endpoint", &server.url];
        let args = [&base[..], flags].concat();
        let plan = output(&[&args[..], &["--dry-run"]].concat());
        let shown = stdout(&plan);
        let total = shown
            .lines()
            .find(|line| line.starts_with("total"))
            .unwrap();
        let planned = total.split_whitespace().nth(1).unwrap();
        let report = report(&args);
        let replay = &report["replay"];
        let sum = |key: &str| -> u64 {
            let seconds = replay["seconds"].as_array().unwrap();
            seconds
                .iter()
                .map(|slice| slice[key].as_u64().unwrap())
                .sum()
        };
        assert_eq!(server.requests().len(), hits, "{flags:?}");
        assert_eq!(planned, hits.to_string(), "{flags:?}: {}", stderr(&plan));
        assert_eq!(report["hits"]["scheduled"], hits, "{flags:?}");
        assert_eq!(replay["sent"], hits, "{flags:?}");
        assert_eq!(replay["planned"], hits + skipped, "{flags:?}");
        assert_eq!(
            replay["skipped"]["method_not_allowed"], skipped,
            "{flags:?}"
        );
        assert_eq!(sum("planned"), (hits + skipped) as u64, "{flags:?}");
        assert_eq!(sum("sent"), hits as u64, "{flags:?}");
        assert_eq!(sum("skipped"), skipped as u64, "{flags:?}");
    }
}

#[test]
fn the_dry_run_shows_settings_and_needs_like_that_of_any_load() {
    let timeline = timeline();
    let url = "http://127.0.0.1:1";
    let args = ["replay", timeline.path(), "--endpoint", url, "--dry-run"];
    let plain = stdout(&output(&args));
    assert!(!plain.contains("\nsettings"), "{plain}");
    assert!(plain.contains("\nneeds         up to "), "{plain}");
    let skip_late = stdout(&output(&[&args[..], &["--skip-late", "5ms"]].concat()));
    let line = "\nsettings      unsent if more than 5 ms late\n";
    assert!(skip_late.contains(line), "{skip_late}");
}

#[test]
fn copies_of_a_row_have_different_clients() {
    let timeline = timeline();
    let server = ok();
    report(&[
        "replay",
        timeline.path(),
        "--endpoint",
        &server.url,
        "--amplify",
        "3",
        "--client-header",
        "X-Client",
    ]);
    let requests = server.requests();
    let client = |request: &str| {
        let header = request
            .lines()
            .find_map(|line| line.strip_prefix("x-client: "));
        header.expect("each request has the header").to_owned()
    };
    let all: BTreeSet<_> = requests.iter().map(|request| client(request)).collect();
    assert_eq!((requests.len(), all.len()), (180, 6));
    // They include the clients of the timeline.
    assert!(all.contains("0000000000000000") && all.contains("0000000000000001"));
    for path in ["/0", "/2"] {
        let line = format!("GET {path} HTTP");
        let own = requests.iter().filter(|request| request.starts_with(&line));
        let own: BTreeSet<_> = own.map(|request| client(request)).collect();
        assert_eq!(own.len(), 3, "{path}");
    }
}
