//! Interim answers (status 1xx), with and without a request that expects one.

use hammer_http::HttpBuilder;

use super::answer_case::{
    AnswerCase, ConnectionEnd, ConnectionUse, assert_cases, assert_cases_with, has_right_advice,
};
use super::gated_server::{GatedServer, Request, TRANSPORTS, Transport};
use super::peer::Peer;
use crate::scripted_server::OK_RESPONSE;

/// The most interim answers before a final one.
const MAX_INTERIM: usize = 100;
const BODY: &str = "a body that the target may not want";

fn before_ok(interim: &[u8]) -> Vec<u8> {
    [interim, OK_RESPONSE].concat()
}

#[test]
fn interim_answers_are_skipped() {
    let case = |rule, interim: &[u8]| AnswerCase::new(rule, before_ok(interim));
    let unasked = "RFC 9110, 15.2: unsolicited 1xx";
    let cases = [
        case(unasked, b"HTTP/1.1 100 Continue\r\n\r\n"),
        case(unasked, b"HTTP/1.1 102 Processing\r\n\r\n"),
        case(
            "RFC 8297, 2: 103",
            b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n",
        ),
        case(
            "RFC 9110, 15: an unknown 1xx is a 100",
            b"HTTP/1.1 199 Odd\r\n\r\n",
        ),
        case("RFC 9112, 4: no reason", b"HTTP/1.1 103\r\n\r\n"),
        case("RFC 9112, 2.2: bare LF", b"HTTP/1.1 103 E\nLink: </a>\n\n"),
        case(
            "RFC 9112, 5.2: a fold",
            b"HTTP/1.1 103 E\r\nLink: </a>,\r\n </b>\r\n\r\n",
        ),
        case(
            "RFC 9110, 15.2: several",
            b"HTTP/1.1 100 \r\n\r\nHTTP/1.1 102 \r\n\r\nHTTP/1.1 103 \r\n\r\n",
        ),
    ];
    for transport in TRANSPORTS {
        assert_cases_with(&cases, transport, |http| http);
    }
}

#[test]
fn the_number_of_interim_answers_has_a_bound() {
    let too_many = "too_many_interim_answers";
    let interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
    let of = |number| before_ok(&interim.repeat(number));
    let mixed = b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 102 P\r\n\r\n".repeat(MAX_INTERIM / 2);
    assert_cases(&[
        AnswerCase::new("the most that are read", of(MAX_INTERIM)),
        AnswerCase::new("of any status", before_ok(&mixed)),
        AnswerCase::failing("one more", of(MAX_INTERIM + 1), too_many),
        AnswerCase::failing("far more", of(100 * MAX_INTERIM), too_many),
        // It is too late for a final answer, whether or not one comes.
        AnswerCase::failing("no final answer", interim.repeat(MAX_INTERIM + 1), too_many),
    ]);
}

/// Each answer has its own count.
#[test]
fn many_interim_answers_to_each_hit_are_accepted() {
    let answer = before_ok(&b"HTTP/1.1 103 E\r\n\r\n".repeat(MAX_INTERIM));
    let server = GatedServer::serve(Transport::Clear, move |_, mut peer| {
        peer.send(&answer).then_some(peer)
    });
    let finished = server.run(server.http(), 3);
    assert_eq!(
        finished.results(),
        ["200"; 3],
        "{:?}",
        finished.report.failures
    );
    assert_eq!(server.connections(), 1);
}

/// RFC 9110, section 15.2.2: the server switches only if the request asked for it.
#[test]
fn an_unsolicited_101_is_a_failure() {
    let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n";
    let rule = "RFC 9110, 15.2.2: an unsolicited upgrade";
    let case = |answer: &str| AnswerCase::failing(rule, answer, "unexpected_upgrade");
    let early = format!("HTTP/1.1 103 Early\r\n\r\n{switch}");
    assert_cases(&[
        case(switch),
        case("HTTP/1.1 101 \r\n\r\n"),
        case(&format!("{switch}noise of the other protocol")),
        case(&format!(
            "{switch}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        )),
        case(&early),
        case(switch).end(ConnectionEnd::Close),
    ]);
}

/// The connection speaks another protocol after it, so the next hit needs another connection.
#[test]
fn a_101_that_was_asked_for_is_ok_and_the_last_answer_of_its_connection() {
    let case = AnswerCase::new(
        "RFC 9110, 7.8: an upgrade that the request asked for",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\nnoise",
    )
    .result("101")
    .body_bytes(0)
    .connection(ConnectionUse::Replaced);
    assert_cases_with(&[case], Transport::Clear, |http| {
        http.header("Connection", "upgrade")
            .header("Upgrade", "foo")
    });
}

/// Answers a request with `Expect` as `interim` says, and other requests with 200.
fn expecting_server(
    interim: impl Fn(&Request, Peer) -> Option<Peer> + Send + Sync + 'static,
) -> GatedServer {
    GatedServer::serve(Transport::Clear, move |request, peer| {
        assert_eq!(request.header("expect"), Some("100-continue"));
        interim(request, peer)
    })
}

fn expecting(http: HttpBuilder) -> HttpBuilder {
    http.method("POST")
        .header("Expect", "100-continue")
        .body(BODY)
}

/// RFC 9110, section 10.1.1: the server sends 100, or reads the content without it.
#[test]
fn a_body_is_sent_after_100_and_without() {
    let with: fn(&Request, Peer) -> Option<Peer> = |request, mut peer| {
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n");
        request.accept(peer)
    };
    let without: fn(&Request, Peer) -> Option<Peer> = Request::accept;
    let after_the_body: fn(&Request, Peer) -> Option<Peer> = |request, mut peer| {
        let read = peer.skip(request.content_length());
        let sent = peer.send(&before_ok(b"HTTP/1.1 100 Continue\r\n\r\n"));
        (read && sent).then_some(peer)
    };
    for script in [with, without, after_the_body] {
        let server = expecting_server(script);
        let finished = server.run(expecting(server.http()), 3);
        assert_eq!(
            finished.results(),
            ["200"; 3],
            "{:?}",
            finished.report.failures
        );
        assert_eq!(server.connections(), 1);
    }
}

/// RFC 9110, section 10.1.1: a final answer in place of 100 counts, and the hit is not sent again.
#[test]
fn a_final_answer_in_place_of_100_counts() {
    for status in ["200", "401", "413", "417"] {
        for end in [
            ConnectionEnd::StaysOpen,
            ConnectionEnd::Close,
            ConnectionEnd::Reset,
        ] {
            let server = expecting_server(move |request, mut peer| {
                if request.number != 1 {
                    peer.send(b"HTTP/1.1 100 Continue\r\n\r\n");
                    return request.accept(peer);
                }
                peer.send(format!("HTTP/1.1 {status} \r\nContent-Length: 0\r\n\r\n").as_bytes());
                request.gate.wait_for_end_of(request.number + 1);
                let length = request.content_length();
                match end {
                    // The next request may follow only after the whole body (RFC 9112, section 9.3).
                    ConnectionEnd::StaysOpen => {
                        request.gate.allow(request.number + 2);
                        peer.skip(length).then_some(peer)
                    }
                    end => end.apply(peer),
                }
            });
            let finished = server.run(expecting(server.http()), 4);
            let failures = &finished.report.failures;
            let expected = ["200", status, "200", "200"];
            assert_eq!(finished.results(), expected, "{end:?}: {failures:?}");
        }
    }
}

/// RFC 9110, section 15.5.18: a 417 to a request that expected nothing is an answer like others.
#[test]
fn a_417_that_answers_no_expectation_is_rejected() {
    let answer = "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n";
    let case = AnswerCase::new("RFC 9110, 15.5.18: 417", answer);
    assert_cases(&[case.result("417").body_bytes(0)]);
}

#[test]
fn failures_of_interim_answers_have_advice() {
    let interim = b"HTTP/1.1 103 E\r\n\r\n";
    for (answer, name) in [
        (interim.repeat(MAX_INTERIM + 1), "too_many_interim_answers"),
        (b"HTTP/1.1 101 S\r\n\r\n".to_vec(), "unexpected_upgrade"),
    ] {
        let server = GatedServer::serve(Transport::Clear, move |_, mut peer| {
            peer.send(&answer).then_some(peer)
        });
        let finished = server.run(server.http(), 2);
        assert_eq!(finished.results(), [name; 2]);
        assert!(
            has_right_advice(&finished.report, name),
            "{:?}",
            finished.report.advice
        );
    }
}
