use std::collections::BTreeMap;
use std::time::Duration;

use hammer_core::{Rate, Report, Run, Schedule};
use hammer_http::{ErrorKind, Http, HttpBuilder, TargetList, TargetOrder};

use crate::scripted_server::{ScriptedServer, response_bytes};
use crate::{BuilderChange, error_chain, run, unused_url};

fn serve() -> ScriptedServer {
    ScriptedServer::replying(|request| match request.path() {
        "/missing" => response_bytes("404 Not Found", &[], b""),
        _ => response_bytes("200 OK", &[], b""),
    })
}

fn build(text: &str, change: impl FnOnce(HttpBuilder) -> HttpBuilder) -> Http {
    let targets: TargetList = text.parse().expect("valid input");
    change(Http::builder_for_targets(targets))
        .build()
        .expect("valid options")
}

/// Counts the requests by path.
fn paths(server: &ScriptedServer) -> BTreeMap<String, u64> {
    let mut paths = BTreeMap::new();
    for head in server.heads() {
        let path = head.split(' ').nth(1).expect("a path").to_owned();
        *paths.entry(path).or_insert(0) += 1;
    }
    paths
}

/// Returns the groups of a report with their ok and rejected hits.
fn groups(report: &Report) -> Vec<(&str, u64, u64)> {
    let groups = report.groups.iter();
    groups
        .map(|group| (&*group.name, group.hits.ok, group.hits.rejected))
        .collect()
}

#[test]
fn targets_take_turns_by_weight() {
    let server = serve();
    let url = server.url();
    let text = format!(
        "GET {url}a\nX-Own: 1\n\n# weight: 2\n# name: second\nDELETE {url}b\n\nGET {url}missing\n"
    );
    let http = build(&text, |http| http.header("X-Own", "0").header("X-All", "2"));
    let report = run(http, 8);
    let heads = server.heads();
    let lines: Vec<_> = heads
        .iter()
        .map(|head| head.split(" HTTP").next().expect("a line"))
        .collect();
    let turn = ["GET /a", "DELETE /b", "DELETE /b", "GET /missing"];
    assert_eq!(lines, [turn, turn].concat());
    assert!(
        heads[0].contains("x-all: 2\r\nx-own: 1\r\n") && !heads[0].contains("x-own: 0"),
        "{}",
        heads[0]
    );
    assert!(
        heads[1].contains("x-own: 0\r\nx-all: 2\r\n"),
        "{}",
        heads[1]
    );
    assert_eq!(
        groups(&report),
        [("GET /a", 2, 0), ("second", 4, 0), ("GET /missing", 0, 2)]
    );
    assert_eq!(server.connections(), 1);
}

#[test]
fn the_seed_decides_the_random_order() {
    let paths_drawn = |seed: u64, threads: usize| {
        let server = serve();
        let url = server.url();
        let text = format!("GET {url}a\n\n# weight: 3\nGET {url}b\n");
        let http = build(&text, |http| http.target_order(TargetOrder::Random));
        let schedule = Schedule::constant(Rate::per_second(2000)).with_hit_count(400);
        let run = Run::new(http, schedule)
            .seed(seed)
            .threads(threads)
            .max_in_flight(8);
        let report = run.execute().expect("a finished run");
        assert_eq!(report.hits.ok, 400, "{:?}", report.failures);
        paths(&server)
    };
    let first = paths_drawn(1, 1);
    assert!(
        (250..350).contains(&first["/b"]),
        "three of four: {first:?}"
    );
    assert_eq!(
        paths_drawn(1, 2),
        first,
        "the number of threads does not matter"
    );
    assert_ne!(paths_drawn(2, 1), first);
}

#[test]
fn each_origin_has_its_own_connection() {
    let servers = [serve(), serve(), serve()];
    let text: String = servers
        .iter()
        .map(|server| format!("GET {}\n", server.url()))
        .collect();
    let report = run(build(&text, |http| http), 9);
    assert_eq!(report.hits.ok, 9, "{:?}", report.failures);
    for server in &servers {
        assert_eq!((server.heads().len(), server.connections()), (3, 1));
        let name = format!("GET {}", server.url());
        assert!(
            groups(&report).contains(&(&*name, 3, 0)),
            "{name}: {:?}",
            report.groups
        );
    }
}

/// A slot keeps sixteen connections. With more origins in turn, each hit opens a new one.
#[test]
fn connections_to_many_origins_are_limited() {
    let servers: Vec<_> = (0..17).map(|_| serve()).collect();
    let text: String = servers
        .iter()
        .map(|server| format!("GET {}\n", server.url()))
        .collect();
    let report = run(build(&text, |http| http), 34);
    assert_eq!(report.hits.ok, 34, "{:?}", report.failures);
    let connections: u64 = servers.iter().map(ScriptedServer::connections).sum();
    assert_eq!(connections, 34);
}

#[test]
fn paths_are_relative_to_the_given_url() {
    let server = serve();
    let targets = "{\"method\":\"POST\",\"url\":\"/x?y\",\"body\":\"aGV5\"}\n";
    let targets: TargetList = targets.parse().expect("valid input");
    let url = server.url().replace("http://", "http://u:p@");
    let http = Http::builder(&format!("{url}ignored")).targets(targets);
    let report = run(http.build().expect("valid options"), 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    let head = &server.heads()[0];
    assert!(head.starts_with("POST /x?y HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: Basic dTpw\r\n"), "{head}");
    assert!(head.contains("content-length: 3\r\n"), "{head}");
}

#[test]
fn targets_of_one_name_are_one_group_and_groups_are_limited() {
    let server = serve();
    let url = server.url();
    let mut text = format!("# name: pair\nGET {url}1\n# name: pair\nGET {url}2\n");
    (0..100).for_each(|index| text.push_str(&format!("GET {url}n{index}\n")));
    let schedule = Schedule::constant(Rate::per_second(2000)).with_hit_count(102);
    let run = Run::new(build(&text, |http| http), schedule)
        .threads(2)
        .max_in_flight(8);
    let report = run.execute().expect("a finished run");
    assert_eq!(groups(&report)[0], ("pair", 2, 0));
    assert!(report.groups.len() <= 50, "{}", report.groups.len());
    let sum: u64 = report.groups.iter().map(|group| group.hits.ok).sum();
    assert_eq!(sum, 102);
}

/// Returns the groups of a report with their scheduled, ok, failed and unsent hits.
fn group_sums(report: &Report) -> Vec<(&str, [u64; 4])> {
    let groups = report.groups.iter().map(|group| {
        let hits = group.hits;
        let sums = [hits.scheduled, hits.ok, hits.failed, hits.unsent];
        (&*group.name, sums)
    });
    groups.collect()
}

/// Regression: hits whose connection was refused were in no group.
#[test]
fn hits_whose_opening_failed_are_in_the_group_of_their_target() {
    let url = unused_url();
    let text = format!("# name: a\nGET {url}1\n# name: b\nGET {url}2\n");
    for (order, expected) in [
        (
            TargetOrder::RoundRobin,
            [("a", [10, 0, 10, 0]), ("b", [10, 0, 10, 0])],
        ),
        // A slot goes on to its next target once it could hit the one before.
        (
            TargetOrder::PerSlot,
            [("a", [20, 0, 20, 0]), ("b", [0, 0, 0, 0])],
        ),
    ] {
        let report = run(build(&text, |http| http.target_order(order)), 20);
        assert_eq!(group_sums(&report), expected, "{order:?}");
    }
    let report = run(
        build(&text, |http| http.target_order(TargetOrder::Random)),
        20,
    );
    let failed = report.groups.iter().map(|group| group.hits.failed);
    assert_eq!(failed.clone().sum::<u64>(), 20, "{:?}", report.groups);
    assert!(failed.min() > Some(0), "{:?}", report.groups);
}

/// Regression: each session opened a connection to the first target, and failed if that was dead.
#[test]
fn a_dead_target_fails_only_its_own_hits() {
    let server = serve();
    let (dead, alive) = (unused_url(), server.url());
    for (first, second) in [(&dead, &alive), (&alive, &dead)] {
        let text = format!("# name: a\nGET {first}\n# name: b\nGET {second}\n");
        let report = run(build(&text, |http| http), 20);
        let (failed, ok) = ([10, 0, 10, 0], [10, 10, 0, 0]);
        let expected = if first == &dead {
            [("a", failed), ("b", ok)]
        } else {
            [("a", ok), ("b", failed)]
        };
        assert_eq!(group_sums(&report), expected);
    }
}

/// Regression: hits that were never started were in no group.
#[test]
fn unsent_hits_are_in_the_group_of_their_target() {
    let server = ScriptedServer::replying(|_| {
        std::thread::sleep(Duration::from_millis(50));
        response_bytes("200 OK", &[], b"")
    });
    let url = server.url();
    let text = format!("# name: a\nGET {url}1\n# name: b\nGET {url}2\n");
    for order in [TargetOrder::RoundRobin, TargetOrder::PerSlot] {
        let schedule = Schedule::constant(Rate::per_second(10_000)).with_hit_count(200);
        let report = Run::new(build(&text, |http| http.target_order(order)), schedule)
            .threads(1)
            .max_in_flight(1)
            .max_backlog(1)
            .execute()
            .expect("a finished run");
        let unsent = report.groups.iter().map(|group| group.hits.unsent);
        assert_eq!(unsent.sum::<u64>(), report.hits.unsent, "{order:?}");
        assert!(report.hits.unsent > 150, "{:?}", report.hits);
        let names: Vec<_> = report.groups.iter().map(|group| &*group.name).collect();
        match order {
            TargetOrder::PerSlot => assert_eq!(names, ["a", "b", "(no group)"]),
            _ => assert!(names == ["a", "b"] && report.groups[0].hits.scheduled == 100),
        }
    }
}

/// Regression: a quote was sent in a path, and refused in a query.
#[test]
fn the_urls_of_targets_are_encoded_as_given_ones() {
    let server = serve();
    let url = server.url();
    let text = format!("GET {url}\"x\"?f={{\"a\":1}}\n\nGET /caf\u{e9}|^?\u{e9}<>`\\\n");
    let targets: TargetList = text.parse().expect("valid input");
    let http = Http::builder(&url).targets(targets);
    let report = run(http.build().expect("valid options"), 2);
    assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
    assert_eq!(
        server.request_lines(),
        [
            "GET /%22x%22?f={%22a%22:1}",
            "GET /caf%C3%A9|^?%C3%A9%3C%3E%60\\"
        ]
    );
}

#[test]
fn invalid_targets_are_refused_with_their_line() {
    let table = [
        (
            "GET http://a/\nGE,T http://b/",
            "line 2 of the text of targets",
            "malformed method",
        ),
        (
            "GET http://a/\n\nGET b",
            "line 3 of the text of targets",
            "has no scheme",
        ),
        (
            "GET http://a/b c",
            "line 1 of the text of targets",
            "the URL cannot be sent: space in the path; expected %20",
        ),
        (
            "GET http://a/ HTTP/1.1",
            "line 1 of the text of targets",
            "space in the path",
        ),
        (
            "{\"method\": \"GET\", \"url\": \"http://a/?b\\u0007\"}",
            "line 1 of the text of targets",
            "character U+0007 in the query; expected %07",
        ),
        ("GET /a", "line 1 of the text of targets", "try a full URL"),
        (
            "CONNECT http://a/",
            "line 1 of the text of targets",
            "opens a tunnel",
        ),
        (
            "GET http://a/\nContent-Length: 3",
            "line 1 of the text of targets",
            "expected 0, the length of the body",
        ),
        (
            "GET http://a/\n\n# note\nGET https://[::g]/",
            "line 4 of the text",
            "invalid IPv6 address",
        ),
    ];
    for (text, location, cause) in table {
        let targets: TargetList = text.parse().expect(text);
        let error = Http::builder_for_targets(targets).build().expect_err(text);
        assert!(error.to_string().starts_with(location), "{text}: {error}");
        let source = error_chain(&error);
        assert!(source.contains(cause), "{text}: {source}");
        assert_eq!(error.kind(), ErrorKind::Targets);
    }
    let table: [(BuilderChange, &str); 3] = [
        (
            |http| http.body("a"),
            "a targets file, which has its own bodies, cannot be combined with data",
        ),
        (
            |http| http.data_lines("a"),
            "a targets file, which has its own bodies, cannot be combined with lines",
        ),
        (
            |http| http.method("PUT"),
            "a targets file, which has its own methods",
        ),
    ];
    for (change, message) in table {
        let targets: TargetList = "GET http://a/".parse().expect("valid input");
        let error = change(Http::builder_for_targets(targets))
            .build()
            .expect_err(message);
        assert!(error.to_string().starts_with(message), "{error}");
    }
}
