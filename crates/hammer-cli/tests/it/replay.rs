//! Tests of `hammer replay` and `hammer timeline show`.

use std::fs;
use std::path::PathBuf;

use crate::command::{hammer, output, report, stderr, stdout};
use crate::http::{RecordingServer, ok};

pub(crate) const HEADER: &str = r#"{"schema":"hammer.timeline/1","epoch":"2026-11-24T09:00:00Z"}"#;

/// A timeline in a temporary folder.
pub(crate) struct TimelineFixture {
    pub(crate) folder: tempfile::TempDir,
    path: PathBuf,
}

impl TimelineFixture {
    pub(crate) fn from_rows(rows: &[String]) -> Self {
        let trailer = format!(r#"{{"rows":{}}}"#, rows.len());
        Self::from_text(&[HEADER, &rows.join("\n"), &trailer].join("\n"))
    }

    pub(crate) fn from_text(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        fs::write(&path, text).unwrap();
        Self { folder, path }
    }

    pub(crate) fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

pub(crate) fn row(t_us: u64, rest: &str) -> String {
    format!(r#"{{"t":{t_us},{rest}}}"#)
}

/// The request line and host of each request, sorted because threads send in any order.
fn request_lines(server: &RecordingServer) -> Vec<String> {
    let lines = server.requests().into_iter().map(|request| {
        let line = request.lines().next().unwrap_or_default().to_owned();
        let host = request.lines().find_map(|line| line.strip_prefix("host: "));
        format!("{line} at {}", host.unwrap_or_default())
    });
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    lines
}

#[test]
fn every_row_is_sent_once_and_unchanged() {
    let targets = [
        "/",
        "/a?b=1&&c=%zz",
        "/a/../b//c;x",
        "//other.example/x",
        "/\u{e4}",
        "/a{b}|^\\\\",
        "/?a[]=%5B",
    ];
    let rows: Vec<_> = (0..4_000_u64)
        .map(|n| {
            let target = format!("{}#{n}", targets[n as usize % targets.len()]).replace('#', "~");
            let method = ["GET", "HEAD", "OPTIONS"][n as usize % 3];
            // 2,000 per second, with bursts of five.
            let t = if n % 40 < 5 { n / 40 * 20_000 } else { n * 500 };
            (
                t,
                format!(r#""m":"{method}","u":"{target}","h":"h{}.example""#, n % 2),
                method,
                target,
            )
        })
        .collect();
    let mut sorted = rows.clone();
    sorted.sort_by_key(|(t, ..)| *t);
    let lines: Vec<_> = sorted.iter().map(|(t, rest, ..)| row(*t, rest)).collect();
    let timeline = TimelineFixture::from_rows(&lines);
    let server = ok();
    let report = report(&[
        "replay",
        timeline.path(),
        "--endpoint",
        &server.url,
        "--threads",
        "2",
    ]);
    assert_eq!(report["hits"]["ok"], 4_000, "{}", report["failures"]);
    let mut expected: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(n, (_, _, method, target))| {
            let target = target.replace("\\\\", "\\");
            format!("{method} {target} HTTP/1.1 at h{}.example", n % 2)
        })
        .collect();
    expected.sort();
    assert_eq!(request_lines(&server), expected);
    assert_eq!(report["arrivals"], "timeline");
    assert_eq!(report["replay"]["planned"], 4_000);
    assert_eq!(report["replay"]["sent"], 4_000);
}

#[test]
fn only_allowed_rows_are_sent_and_only_to_the_endpoint() {
    let timeline = TimelineFixture::from_rows(&[
        row(0, r#""u":"/a","h":"log.example","s":200,"d":900"#),
        row(1, r#""u":"http://third.example/x""#),
        row(2, r#""u":"/cart","m":"POST","q":5"#),
        row(3, r#""u":"/other","m":"POST""#),
        row(4, r#""u":"/gone","m":"DELETE""#),
        row(5, r#""u":"/b c","s":400"#),
        row(6, r#""u64":"L/8=""#),
    ]);
    let sent = |more: &[&str]| {
        let server = ok();
        let report = report(
            &[
                &["replay", timeline.path(), "--endpoint", &server.url],
                more,
            ]
            .concat(),
        );
        (server.requests(), report["replay"].clone())
    };
    let (requests, replay) = sent(&[]);
    assert_eq!(requests.len(), 2);
    let begins = "GET /a HTTP/1.1\r\nhost: log.example\r\n";
    assert!(requests.iter().any(|request| request.starts_with(begins)));
    let skipped = &replay["skipped"];
    assert_eq!(skipped["not_of_the_endpoint"], 1);
    assert_eq!(skipped["method_not_allowed"], 3);
    assert_eq!(skipped["unsendable_target"], 1);
    assert_eq!(
        (&replay["planned"], &replay["sent"]),
        (&7.into(), &2.into())
    );
    assert_eq!(replay["statuses"]["200"]["200"], 1);
    assert_eq!(replay["routes"][0]["route"], "GET /a");
    assert_eq!(replay["routes"][0]["logged_us"]["max"], 900.0);

    let bodies = timeline.folder.path().join("bodies.toml");
    fs::write(&bodies, "[[body]]\npath = '/cart'\nlength = 'logged'\n").unwrap();
    let allow = [
        "--allow-methods",
        "POST",
        "--bodies",
        bodies.to_str().unwrap(),
    ];
    let more = ["--host", "given.example", "-H", "X-Replay: yes", "-n", "9"];
    let (requests, replay) = sent(&[&allow[..], &more[..]].concat());
    assert_eq!(replay["skipped"]["no_body_rule"], 1);
    let post = requests
        .iter()
        .find(|request| request.starts_with("POST /cart "))
        .unwrap();
    assert!(post.contains("\r\nhost: given.example\r\n") && post.contains("\r\nx-replay: yes\r\n"));
    assert!(post.ends_with("\r\n\r\nxxxxx"), "{post}");

    let own = output(&[
        "replay",
        timeline.path(),
        "--endpoint",
        "http://LOG.example/",
        "--dry-run",
    ]);
    assert_eq!(own.status.code(), Some(2));
    assert!(
        stderr(&own).contains("--endpoint-is-production"),
        "{}",
        stderr(&own)
    );
    let allowed = ["--endpoint-is-production", "--dry-run"];
    let own = [
        "replay",
        timeline.path(),
        "--endpoint",
        "http://log.example/",
    ];
    let allowed = output(&[&own[..], &allowed[..]].concat());
    assert_eq!(allowed.status.code(), Some(0), "{}", stderr(&allowed));
    assert!(stdout(&allowed).contains("2 hits"), "{}", stdout(&allowed));
}

#[test]
fn rows_are_selected_and_repeated() {
    let rows: Vec<_> = (0..100_u64)
        .map(|n| {
            row(
                n * 10_000,
                &format!(
                    r#""u":"/{}","s":{},"m":"{}","h":"{}.example","c":"{:016x}""#,
                    n % 10,
                    200 + n % 2,
                    if n % 4 == 0 { "HEAD" } else { "GET" },
                    if n % 5 == 0 { "b" } else { "a" },
                    n % 7
                ),
            )
        })
        .collect();
    let timeline = TimelineFixture::from_rows(&rows);
    for (flags, hits) in [
        (&["--window", "0..100ms"][..], 10),
        (&["--from", "950ms", "--speed", "10"][..], 5),
        (&["--to", "2026-11-24T09:00:00.02Z"][..], 2),
        (&["--only-path", "^/3$", "--speed", "50"][..], 10),
        (&["--only-status", "201", "--speed", "50"][..], 50),
        (&["--only-method", "HEAD", "--speed", "50"][..], 25),
        (&["--only-host", "B.example", "--speed", "50"][..], 20),
        (&["--loop", "3", "--amplify", "2", "--speed", "50"][..], 600),
        (&["--loop", "100ms", "--speed", "50"][..], 500),
        (&["-n", "7", "--speed", "50"][..], 7),
        (&["-z", "10ms", "--speed", "50"][..], 50),
        (
            &["--sample", "40%", "--by", "client", "--speed", "50"][..],
            71,
        ),
        (&["--sample", "40%", "--speed", "50"][..], 33),
        (&["--skip-idle", "100us", "-z", "5ms"][..], 50),
    ] {
        let server = ok();
        let args = [
            &["replay", timeline.path(), "--endpoint", &server.url],
            flags,
        ]
        .concat();
        let report = report(&args);
        assert_eq!(report["hits"]["scheduled"], hits, "{flags:?}");
        assert_eq!(server.requests().len(), hits, "{flags:?}");
    }
    let server = ok();
    let args = ["replay", timeline.path(), "--endpoint", &server.url];
    let rewrite = [
        "--rewrite",
        "^/=>/v2/",
        "--rewrite",
        "3$=>three",
        "-z",
        "50ms",
    ];
    report(&[&args[..], &rewrite].concat());
    let lines = request_lines(&server).into_iter();
    let paths: Vec<_> = lines
        .filter_map(|line| Some(line.split(' ').nth(1)?.to_owned()))
        .collect();
    let expected = ["/v2/1", "/v2/2", "/v2/three", "/v2/0", "/v2/4"];
    assert_eq!(paths, expected);
    let nothing = ["--only-path", "none"];
    let args = [
        "replay",
        timeline.path(),
        "--endpoint",
        "http://127.0.0.1:9",
    ];
    let nothing = output(&[&args[..], &nothing[..]].concat());
    assert_eq!(nothing.status.code(), Some(1));
    assert!(
        stderr(&nothing).contains("no row can be sent"),
        "{}",
        stderr(&nothing)
    );
}

#[test]
fn a_log_is_replayed_like_a_timeline() {
    let line = |second: u32, target: &str| {
        format!(
            "192.0.2.7 - - [24/Nov/2026:09:00:0{second} +0000] \"GET {target} HTTP/1.1\" 200 5\n"
        )
    };
    let log =
        TimelineFixture::from_text(&(line(0, "/one") + &line(0, "/two") + &line(1, "/three")));
    let server = ok();
    let report = report(&[
        "replay",
        log.path(),
        "--endpoint",
        &server.url,
        "--speed",
        "10",
    ]);
    assert_eq!(report["hits"]["ok"], 3);
    let lines = request_lines(&server);
    assert!(lines[0].starts_with("GET /one "), "{lines:?}");
}

#[test]
fn invalid_timelines_are_reported_and_nothing_is_sent() {
    let good = [
        HEADER,
        &row(5, r#""u":"/""#),
        &row(7, r#""u":"/""#),
        r#"{"rows":2}"#,
    ]
    .join("\n");
    for (what, text, expected) in [
        (
            "cut",
            good.replace("{\"rows\":2}", ""),
            "t.jsonl:4: expected a trailer",
        ),
        (
            "unsorted",
            good.replace("\"t\":7", "\"t\":3"),
            "t.jsonl:3: rows are not sorted",
        ),
        (
            "newer",
            good.replace("timeline/1", "timeline/9"),
            "t.jsonl:1: expected version 1 or older, found 9",
        ),
        (
            "a missing row",
            good.replace("\"rows\":2", "\"rows\":3"),
            "t.jsonl:4: expected 3 rows, found 2",
        ),
        (
            "an invalid row",
            good.replace("\"t\":7", "\"t\":-7"),
            "t.jsonl:3: malformed row",
        ),
        ("empty", String::new(), "t.jsonl:1: the file is empty"),
        (
            "binary",
            "\0\u{1}\u{2}\n\0".into(),
            "t.jsonl:1: not a timeline",
        ),
    ] {
        let timeline = TimelineFixture::from_text(&text);
        let server = ok();
        let played = output(&["replay", timeline.path(), "--endpoint", &server.url]);
        assert_eq!(played.status.code(), Some(1), "{what}");
        assert!(
            stderr(&played).contains(expected),
            "{what}: {}",
            stderr(&played)
        );
        assert!(server.requests().is_empty(), "{what}");
        let shown = output(&["timeline", "show", timeline.path()]);
        assert_eq!(shown.status.code(), Some(1), "{what}");
        assert!(
            stderr(&shown).contains(expected),
            "{what}: {}",
            stderr(&shown)
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let played = output(&["replay", path, "--endpoint", "http://127.0.0.1:9"]);
    assert!(
        stderr(&played).contains("expected a file, found a directory"),
        "{}",
        stderr(&played)
    );
}

#[test]
fn a_timeline_is_shown_with_chart_and_statistics() {
    let rows: Vec<_> = (0..1_000_u64)
        .map(|n| {
            row(
                n * 5_000,
                r#""u":"/","s":404,"d":250000,"m":"PUT","r":"/{x}""#,
            )
        })
        .collect();
    let timeline = TimelineFixture::from_rows(&rows);
    let shown = stdout(&output(&["timeline", "show", timeline.path()]));
    for part in [
        "1,000 rows in 5 s   200/s on average   200/s at the peak   20 in the busiest 100 ms",
        "200/s │█████",
        "methods       PUT: 1,000",
        "statuses      404: 1,000",
        "in flight     50 hits on average, 50 in the busiest second",
        "1,000  PUT /{x}",
    ] {
        assert!(shown.contains(part), "{part}:\n{shown}");
    }
    let dry = hammer(&[
        "replay",
        timeline.path(),
        "--endpoint",
        "http://127.0.0.1:9",
        "--dry-run",
    ]);
    let dry = { dry }.output().unwrap();
    assert!(
        stderr(&dry).contains("1,000 method not allowed"),
        "{}",
        stderr(&dry)
    );
}
