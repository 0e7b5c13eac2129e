//! Each connection ends in exactly one way: all that were opened add up, however a hit fails.

use std::time::Duration;

use hammer_core::{Rate, Report, Run, Schedule};
use hammer_data::TemplateScope;
use hammer_http::{ConfigureNetwork, Http, TargetList};

use super::gated_server::{GatedServer, Request, Transport};
use super::peer::Peer;
use crate::run;
use crate::scripted_server::{OK_RESPONSE, ScriptedServer};

/// The time limit of hits that get no answer. All others have to get theirs within it.
const LIMIT: Duration = Duration::from_millis(700);

/// The numbers of connections that were opened, closed by the target, dropped and retired.
fn connection_counts(report: &Report) -> [u64; 4] {
    ["opened", "closed_by_target", "dropped", "retired"].map(|name| {
        let counter = format!("connections_{name}");
        report.counts.get(&*counter).copied().unwrap_or(0)
    })
}

/// Never answers requests 1 and 3.
fn without_every_second(request: &Request, peer: Peer) -> Option<Peer> {
    if request.number.is_multiple_of(2) {
        request.accept(peer)
    } else {
        Some(peer)
    }
}

fn targets(text: &str) -> TargetList {
    text.parse().expect("valid input")
}

/// The connection was kept by the exchange, and lost with the session of the hit.
#[test]
fn a_407_of_a_forward_proxy_costs_its_connection() {
    let server = GatedServer::serve(Transport::Clear, |request, mut peer| {
        if request.number.is_multiple_of(2) {
            return request.accept(peer);
        }
        peer.send(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
        Some(peer)
    });
    let finished = server.run(Http::builder("http://a.test/").proxy(server.url()), 5);
    let refused = "proxy_auth_required";
    assert_eq!(finished.results(), ["200", refused, "200", refused, "200"]);
    assert_eq!(finished.connection_counts(), [3, 0, 2, 0]);
    assert_eq!(server.connections(), 3);
}

/// Regression: each hit without its value dropped the connection that was open for it.
#[test]
fn a_missing_value_costs_no_connection() {
    let server = ScriptedServer::answering(OK_RESPONSE);
    let text = format!("GET {0}a\n\nGET {0}b\nX-A: {{{{word}}}}\n", server.url());
    let http = Http::builder_for_targets(targets(&text))
        .template_scope(TemplateScope::new())
        .capture("word", "header:x-none".parse().expect("valid input"));
    let report = run(http.build().expect("valid options"), 5);
    assert_eq!((report.hits.ok, report.failures["value_missing"]), (3, 2));
    assert_eq!(connection_counts(&report), [1, 0, 0, 0]);
    assert_eq!(server.connections(), 1);
}

/// The failure of a hit to one origin costs the connections of its slot to all others.
#[test]
fn a_failure_at_one_origin_costs_the_connections_to_others() {
    let accepting = ScriptedServer::answering(OK_RESPONSE);
    let closing = ScriptedServer::answering_once(b"");
    let text = format!("GET {}\n\nGET {}\n", accepting.url(), closing.url());
    let http = Http::builder_for_targets(targets(&text)).build();
    let report = run(http.expect("valid options"), 5);
    assert_eq!((report.hits.ok, report.failures["closed_early"]), (3, 2));
    assert_eq!(connection_counts(&report), [5, 2, 2, 0]);
    assert_eq!((accepting.connections(), closing.connections()), (3, 2));
}

/// A slot keeps connections to 16 origins, the most recently used ones.
#[test]
fn connections_to_more_than_sixteen_origins_are_dropped() {
    const ORIGINS: usize = 18;
    let servers: Vec<_> = (0..ORIGINS)
        .map(|_| ScriptedServer::answering(OK_RESPONSE))
        .collect();
    let lines = servers
        .iter()
        .map(|server| format!("GET {}\n", server.url()));
    let http = Http::builder_for_targets(targets(&lines.collect::<String>())).build();
    let hits = 2 * ORIGINS as u64;
    let report = run(http.expect("valid options"), hits);
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    // 16 are open at the end, and none was open when its origin's turn came again.
    assert_eq!(connection_counts(&report), [hits, 0, hits - 16, 0]);
}

#[test]
fn hits_that_time_out_cost_their_connections() {
    let server = GatedServer::serve(Transport::Clear, without_every_second);
    let finished = server.run_within(server.http(), 5, Duration::ZERO, LIMIT);
    let late = "timed out";
    assert_eq!(finished.results(), ["200", late, "200", late, "200"]);
    assert_eq!(finished.connection_counts(), [3, 0, 2, 0]);
    let server = GatedServer::serve(Transport::Clear, without_every_second);
    let finished = server.run(server.http().first_byte_timeout(LIMIT), 5);
    let late = "first_byte_timeout";
    assert_eq!(finished.results(), ["200", late, "200", late, "200"]);
    assert_eq!(finished.connection_counts(), [3, 0, 2, 0]);
}

/// Without keep-alive, only the connections of complete hits end as planned.
#[test]
fn failures_without_keep_alive_are_counted() {
    let server = GatedServer::serve(Transport::Clear, |request, mut peer| {
        match request.number {
            0 | 4 => return request.accept(peer),
            // No answer in time, and one that is malformed.
            1 => return Some(peer),
            2 => peer.send(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
            _ => {
                peer.close();
                return None;
            }
        };
        Some(peer)
    });
    let http = server.http().keepalive(false);
    let finished = server.run_within(http, 5, Duration::ZERO, LIMIT);
    let expected = [
        "200",
        "timed out",
        "malformed_answer_header",
        "closed_early",
        "200",
    ];
    assert_eq!(finished.results(), expected);
    assert_eq!(finished.connection_counts(), [5, 1, 2, 0]);
    assert_eq!(server.connections(), 5);
}

/// The hits of a warm-up do not count, but the connections that they open and lose do, or neither.
#[test]
fn connections_of_a_warm_up_add_up() {
    let server = ScriptedServer::answering_once(b"");
    let http = Http::builder(&server.url()).build();
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(4);
    let run = Run::new(http.expect("valid options"), schedule)
        .warmup(Duration::from_millis(100))
        .threads(1)
        .max_in_flight(1);
    let report = run.execute().expect("a finished run");
    let [opened, closed_by_target, dropped, retired] = connection_counts(&report);
    assert_eq!((closed_by_target, dropped, retired), (opened, 0, 0));
}
