//! Answers that have no body, whatever their header lines say.

use super::answer_case::{AnswerCase, ConnectionUse, assert_cases};
use super::gated_server::{GatedServer, Transport};
use crate::scripted_server::OK_RESPONSE;

#[test]
fn a_204_or_304_has_no_body() {
    let case = |rule, status: &'static str, lines: &str| {
        let answer = format!("HTTP/1.1 {status} \r\n{lines}\r\n");
        AnswerCase::new(rule, answer)
            .result(status)
            .body_bytes(0)
            .connection(ConnectionUse::Kept)
    };
    let (none, length, chunks) = (
        "",
        "Content-Length: 5120\r\n",
        "Transfer-Encoding: chunked\r\n",
    );
    let rule = "RFC 9112, 6.3 rule 1: no body";
    // A 204 may not announce a body (RFC 9110, section 8.6), so one that comes late is to be expected.
    let may_be_replaced = ConnectionUse::KeptOrReplaced;
    assert_cases(&[
        case(rule, "204", none),
        case(rule, "204", "Content-Length: 0\r\n"),
        case(rule, "204", length).connection(may_be_replaced),
        case(rule, "204", chunks).connection(may_be_replaced),
        case(rule, "304", none),
        case("RFC 9110, 8.6: the length of the 200", "304", length),
        case("RFC 9112, 6.1: the coding of the 200", "304", chunks),
    ]);
}

#[test]
fn a_205_is_framed_like_others() {
    let case = |lines: &str, body: &str| {
        let answer = format!("HTTP/1.1 205 Reset\r\n{lines}\r\n{body}");
        AnswerCase::new(
            "RFC 9110, 15.3.6: the usual framing of an empty body",
            answer,
        )
        .result("205")
        .body_bytes(0)
    };
    assert_cases(&[
        case("Content-Length: 0\r\n", ""),
        case("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ]);
}

/// RFC 9112, section 6.3 rule 1: HEAD has the head of GET and no body.
#[test]
fn an_answer_to_head_has_no_body() {
    let table = [
        ("200", ""),
        ("200", "Content-Length: 1000000\r\n"),
        ("200", "Transfer-Encoding: chunked\r\n"),
        ("200", "Content-Encoding: gzip\r\nContent-Length: 1000\r\n"),
        ("404", "Content-Length: 9\r\n"),
        ("302", "Location: /\r\nContent-Length: 9\r\n"),
    ];
    for (status, lines) in table {
        let answer = format!("HTTP/1.1 {status} \r\n{lines}\r\n").into_bytes();
        let server = GatedServer::serve(Transport::Clear, move |_, mut peer| {
            peer.send(&answer).then_some(peer)
        });
        let finished = server.run(server.http().method("HEAD"), 3);
        assert_eq!(
            finished.results(),
            [status; 3],
            "{lines:?}: {:?}",
            finished.report.failures
        );
        assert_eq!(
            (server.connections(), finished.count("body_bytes")),
            (1, 0),
            "{lines:?}"
        );
    }
}

/// RFC 9110, section 15.2: the first empty line ends an interim answer.
#[test]
fn an_interim_answer_has_no_body() {
    let case = |lines: &str| {
        let head = format!("HTTP/1.1 103 Early\r\n{lines}\r\n");
        AnswerCase::new(
            "RFC 9112, 6.3 rule 1: no body",
            [head.as_bytes(), OK_RESPONSE].concat(),
        )
    };
    assert_cases(&[
        case("Content-Length: 5\r\n"),
        case("Transfer-Encoding: chunked\r\n"),
        case("Content-Length: x\r\n"),
    ]);
}

/// Inspecting a body that may not be there does not wait for it.
#[test]
fn an_answer_without_a_body_is_inspected_as_empty() {
    for answer in [
        "HTTP/1.1 204 \r\n\r\n",
        "HTTP/1.1 304 \r\nContent-Length: 2\r\n\r\n",
    ] {
        let server = GatedServer::serve_at(Transport::Clear, 1, move |_, mut peer| {
            peer.send(answer.as_bytes()).then_some(peer)
        });
        let finished = server.run(server.http().expect_body("ok"), 3);
        assert_eq!(
            finished.results(),
            ["200", "body_expected", "200"],
            "{answer:?}"
        );
        assert_eq!(server.connections(), 1, "{answer:?}");
    }
}

#[test]
fn the_body_of_an_error_is_read() {
    let cases = ["400", "404", "500", "503"].map(|status| {
        let answer = format!("HTTP/1.1 {status} \r\nContent-Length: 4\r\n\r\nsorr");
        AnswerCase::new("RFC 9110, 15.5: content of errors", answer)
            .result(status)
            .body_bytes(4)
    });
    assert_cases(&cases);
}
