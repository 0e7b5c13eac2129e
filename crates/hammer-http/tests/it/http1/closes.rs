//! Connections that the target closes or resets, in each state of an answer.

use std::time::Duration;

use super::answer_case::{
    AnswerCase, ConnectionEnd, assert_cases_with, assert_nothing_wrong, has_right_advice,
};
use super::gated_server::{FinishedHits, GatedServer, TRANSPORTS, Transport};
use crate::scripted_server::OK_RESPONSE;

/// The ways in which a target ends a connection.
const ENDS: [ConnectionEnd; 3] = [
    ConnectionEnd::Close,
    ConnectionEnd::CloseWithoutNotify,
    ConnectionEnd::Reset,
];
/// A pause after which a connection counts as idle, which begins at 100 ms.
const IDLE: Duration = Duration::from_millis(150);

/// The states in which an answer is cut off, with its bytes so far.
const CUT_OFF: [(&str, &str); 19] = [
    ("before the first byte", ""),
    ("in the status line", "HTTP/1.1 2"),
    ("after the status line", "HTTP/1.1 200 OK\r\n"),
    ("in a header line", "HTTP/1.1 200 OK\r\nContent-Le"),
    (
        "before the empty line",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
    ),
    ("in an interim answer", "HTTP/1.1 103 Early\r\nLink: <"),
    ("after an interim answer", "HTTP/1.1 100 Continue\r\n\r\n"),
    (
        "before a body by length",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
    ),
    (
        "in a body by length",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
    ),
    (
        "before the first chunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ),
    (
        "in the size of a chunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5",
    ),
    (
        "in an extension",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b",
    ),
    (
        "in a chunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ),
    (
        "at the end of a chunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello",
    ),
    (
        "between chunks",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    ),
    (
        "in the last chunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0",
    ),
    (
        "before trailers",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    ),
    (
        "in a trailer",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: b",
    ),
    (
        "after a trailer",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: b\r\n",
    ),
];

/// The name of a hit whose answer was cut off in this way.
fn cut_off_by(end: ConnectionEnd) -> &'static str {
    match end {
        ConnectionEnd::Reset => "connection_reset",
        _ => "closed_early",
    }
}

/// RFC 9112, section 8: an answer is incomplete without the rest of its head or of its framing.
#[test]
fn an_answer_that_is_cut_off_is_a_failure() {
    for transport in TRANSPORTS {
        for end in ENDS {
            let case =
                |(state, answer)| AnswerCase::failing(state, answer, cut_off_by(end)).end(end);
            assert_cases_with(&CUT_OFF.map(case), transport, |http| http);
        }
    }
}

#[test]
fn a_complete_answer_counts_however_the_connection_ends() {
    let rule = "RFC 9112, 8 and 9.8: complete by its own framing";
    let answers: [(&[u8], u64); 4] = [
        (OK_RESPONSE, 2),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 0),
        (
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
            2,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            2,
        ),
    ];
    for transport in TRANSPORTS {
        for end in ENDS {
            let case = |(answer, bytes)| AnswerCase::new(rule, answer).body_bytes(bytes).end(end);
            assert_cases_with(&answers.map(case), transport, |http| http);
        }
    }
}

/// The body may have been cut off by somebody on the way, which TLS would otherwise notice.
#[test]
fn a_body_that_ends_with_the_connection_needs_the_end_of_tls() {
    let rule = "RFC 9112, 8: complete unless the connection indicates an error";
    let answers = [
        "HTTP/1.1 200 OK\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok",
        "HTTP/1.0 200 OK\r\n\r\nok",
    ];
    for transport in TRANSPORTS {
        for end in ENDS {
            let result = match (transport, end) {
                (_, ConnectionEnd::Reset) => "connection_reset",
                (Transport::Tls12 | Transport::Tls13, ConnectionEnd::CloseWithoutNotify) => {
                    "tls_no_close_notify"
                }
                _ => "200",
            };
            let case = |answer: &str| AnswerCase::new(rule, answer).end(end).result(result);
            assert_cases_with(&answers.map(case), transport, |http| http);
        }
    }
}

/// A server that ends the connection of hit 1 after `answer`, when that hit's request has arrived.
fn end_after(transport: Transport, answer: &'static str, end: ConnectionEnd) -> GatedServer {
    let case = AnswerCase::new("", answer).end(end);
    GatedServer::serve_at(transport, 1, move |_, peer| case.play(peer))
}

fn check(finished: &FinishedHits, result: &str, what: &str) -> Option<String> {
    let expected = ["200", result, "200", "200"];
    let found = finished.results();
    (found != expected).then(|| format!("{what}: expected {expected:?}, found {found:?}"))
}

/// It had the name of a crash, and advice that the target may be overloaded.
#[test]
fn an_idle_connection_that_closes_as_a_hit_is_sent_has_a_name_of_its_own() {
    let mut wrong = Vec::new();
    for transport in TRANSPORTS {
        for end in ENDS {
            let server = end_after(transport, "", end);
            let finished = server.run_with_pauses(server.http(), 4, IDLE);
            wrong.extend(check(
                &finished,
                "idle_close",
                &format!("{transport:?} {end:?}"),
            ));
            let advice = finished.report.advice.get("idle_close");
            let advised = advice.is_some_and(|advice| advice.contains("`connection_lifetime`"));
            if !advised || !has_right_advice(&finished.report, "idle_close") {
                wrong.push(format!("{transport:?} {end:?}: {advice:?}"));
            }
        }
    }
    assert_nothing_wrong(&wrong);
}

/// A byte of an answer shows that the target had not given up on the connection.
#[test]
fn an_idle_connection_that_closes_in_an_answer_was_cut_off() {
    let mut wrong = Vec::new();
    for (state, answer) in CUT_OFF
        .into_iter()
        .filter(|(_, answer)| !answer.is_empty())
        .step_by(4)
    {
        for end in ENDS {
            let server = end_after(Transport::Clear, answer, end);
            let finished = server.run_with_pauses(server.http(), 4, IDLE);
            wrong.extend(check(
                &finished,
                cut_off_by(end),
                &format!("{state} {end:?}"),
            ));
        }
    }
    assert_nothing_wrong(&wrong);
}

/// RFC 9112, section 9.5: a client watches for a closed connection before it sends on it.
#[test]
fn a_connection_that_closes_between_hits_is_replaced() {
    let mut wrong = Vec::new();
    for transport in TRANSPORTS {
        for end in ENDS {
            for pause in [Duration::ZERO, IDLE] {
                let server = GatedServer::serve_at(transport, 1, move |request, peer| {
                    let peer = request.accept(peer)?;
                    request.gate.wait_for_end_of(request.number + 1);
                    end.apply(peer)
                });
                let finished = server.run_with_pauses(server.http(), 4, pause);
                let what = format!("{transport:?} {end:?} {pause:?}");
                wrong.extend(check(&finished, "200", &what));
                let closed = finished.count("connections_closed_by_target");
                if (server.connections(), closed) != (2, 1) {
                    let connections = server.connections();
                    wrong.push(format!(
                        "{what}: {connections} connections, {closed} closed"
                    ));
                }
            }
        }
    }
    assert_nothing_wrong(&wrong);
}

/// The hammer asks for the end of each connection, so that neither side closed it unasked.
#[test]
fn without_keep_alive_no_connection_counts_as_lost() {
    for transport in TRANSPORTS {
        for end in [
            ConnectionEnd::StaysOpen,
            ConnectionEnd::Close,
            ConnectionEnd::CloseWithoutNotify,
        ] {
            let server = GatedServer::serve(transport, move |request, peer| {
                let peer = request.accept(peer)?;
                end.apply(peer)
            });
            let finished = server.run(server.http().keepalive(false), 3);
            let failures = &finished.report.failures;
            assert_eq!(
                finished.results(),
                ["200"; 3],
                "{transport:?} {end:?}: {failures:?}"
            );
            let counts = ["opened", "reused", "dropped", "closed_by_target"]
                .map(|name| finished.count(&format!("connections_{name}")));
            assert_eq!(counts, [3, 0, 0, 0], "{transport:?} {end:?}");
            assert_eq!(server.connections(), 3);
        }
    }
}
