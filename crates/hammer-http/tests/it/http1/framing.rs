//! The length of a body: by Content-Length, by chunks, and by the end of the connection.

use super::answer_case::{
    AnswerCase, ConnectionEnd, ConnectionUse, assert_cases, assert_cases_with,
};
use super::gated_server::TRANSPORTS;

const LAST_CHUNKS: &str = "2\r\nok\r\n0\r\n\r\n";

/// An answer of 200 with these lines and then these bytes.
fn answer(lines: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{lines}\r\n{body}").into_bytes()
}

fn chunked(body: &str) -> Vec<u8> {
    answer("Transfer-Encoding: chunked\r\n", body)
}

#[test]
fn lengths_are_read() {
    let case = |rule, lines, body| AnswerCase::new(rule, answer(lines, body));
    let equal = "RFC 9112, 6.3 rule 5: equal lengths are one";
    let overrides = "RFC 9112, 6.3 rule 3: Transfer-Encoding overrides Content-Length";
    let length = "RFC 9112, 6.3 rule 6: the length of the body";
    assert_cases(&[
        case(length, "Content-Length: 2\r\n", "ok"),
        case(length, "Content-Length: 0\r\n", "").body_bytes(0),
        case(
            "RFC 9110, 8.6: leading zeros",
            "Content-Length: 0002\r\n",
            "ok",
        ),
        case(equal, "Content-Length: 2\r\nContent-Length: 2\r\n", "ok"),
        case(equal, "Content-Length: 2, 2\r\n", "ok"),
        // The two together are suspicious, so a client may close the connection (section 6.1).
        case(
            overrides,
            "Content-Length: 99\r\nTransfer-Encoding: chunked\r\n",
            LAST_CHUNKS,
        )
        .connection(ConnectionUse::KeptOrReplaced),
        case(
            overrides,
            "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
            LAST_CHUNKS,
        )
        .connection(ConnectionUse::KeptOrReplaced),
    ]);
}

#[test]
fn a_length_that_is_not_one_number_is_malformed() {
    let case = |rule, lines| AnswerCase::failing(rule, answer(lines, "ok"), "malformed_length");
    let differ = "RFC 9112, 6.3 rule 5: different lengths";
    let digits = "RFC 9110, 8.6: digits alone";
    assert_cases(&[
        case(differ, "Content-Length: 2\r\nContent-Length: 3\r\n"),
        case(differ, "Content-Length: 2, 3\r\n"),
        case(digits, "Content-Length: x\r\n"),
        case(digits, "Content-Length: -1\r\n"),
        case(digits, "Content-Length: +2\r\n"),
        case(digits, "Content-Length: 2x\r\n"),
        case(digits, "Content-Length: 2 2\r\n"),
        case(digits, "Content-Length: 0x2\r\n"),
        case(digits, "Content-Length: 2.0\r\n"),
        case(digits, "Content-Length:\r\n"),
        case(
            "RFC 9110, 8.6: no overflow",
            "Content-Length: 18446744073709551616\r\n",
        ),
        case(
            "RFC 9110, 8.6: no overflow",
            "Content-Length: 99999999999999999999999999\r\n",
        ),
    ]);
}

#[test]
fn chunks_are_read() {
    let case = |rule, body| AnswerCase::new(rule, chunked(body));
    let (extensions, size) = ("RFC 9112, 7.1.1: extensions", "RFC 9112, 7.1: sizes in hex");
    assert_cases(&[
        case("RFC 9112, 7.1: chunks", LAST_CHUNKS),
        case("RFC 9112, 7.1: only the last", "0\r\n\r\n").body_bytes(0),
        case(size, "0000002\r\nok\r\n000\r\n\r\n"),
        case(size, "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n").body_bytes(20),
        case(extensions, "2;a=b\r\nok\r\n0;last\r\n\r\n"),
        case(extensions, "2;a=\"b;c\";d\r\nok\r\n0\r\n\r\n"),
        case(
            "RFC 9112, 7.1.1: blanks, as old servers send",
            "2 ; a = b\r\nok\r\n0\r\n\r\n",
        ),
        case(
            "curl: sizes filled up with blanks",
            "2   \r\nok\r\n0   \r\n\r\n",
        ),
        // Chunks that look like the end of the body, or like another answer.
        case(
            "RFC 9112, 7.1: data is opaque",
            "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
        )
        .body_bytes(7),
    ]);
}

#[test]
fn trailers_are_read_and_change_nothing() {
    let case = |rule, trailers: &str| {
        AnswerCase::new(rule, chunked(&format!("2\r\nok\r\n0\r\n{trailers}\r\n")))
    };
    assert_cases(&[
        case("RFC 9112, 7.1.2: trailers", "X-Sum: 8\r\nX-More: a:b\r\n"),
        case("RFC 9112, 5.2: a folded trailer", "X-Sum: a\r\n b\r\n"),
        case("RFC 9112, 7.1.2: an empty value", "X-Sum:\r\n"),
        case(
            "RFC 9110, 6.5.1: framing and routing may not be in trailers",
            "Content-Length: 99\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n",
        ),
    ]);
}

#[test]
fn each_transfer_coding_has_its_framing() {
    let case = |rule, lines, body| AnswerCase::new(rule, answer(lines, body));
    let last = "RFC 9112, 6.3 rule 4: chunked is the final coding";
    let not_last = "RFC 9112, 6.3 rule 4: without chunked, the body ends with the connection";
    assert_cases(&[
        case(
            "RFC 9112, 7: codings in any case",
            "transfer-encoding: Chunked\r\n",
            LAST_CHUNKS,
        ),
        case(last, "Transfer-Encoding: gzip, chunked\r\n", LAST_CHUNKS),
        case(
            last,
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
            LAST_CHUNKS,
        ),
        case(last, "Transfer-Encoding:\r\n chunked\r\n", LAST_CHUNKS),
        case(not_last, "Transfer-Encoding: gzip\r\n", "ok").end(ConnectionEnd::Close),
        case(
            not_last,
            "Transfer-Encoding: identity\r\nContent-Length: 2\r\n",
            "ok",
        )
        .end(ConnectionEnd::Close),
    ]);
}

#[test]
fn broken_chunks_have_a_name_of_their_own() {
    let case = |rule, body| AnswerCase::failing(rule, chunked(body), "malformed_chunk");
    let size = "RFC 9112, 7.1: a size of hex digits";
    assert_cases(&[
        case(size, "xyz\r\nok\r\n0\r\n\r\n"),
        case(size, "\r\nok\r\n0\r\n\r\n"),
        case(size, ";a=b\r\nok\r\n0\r\n\r\n"),
        case(size, "-1\r\nok\r\n0\r\n\r\n"),
        case(size, "+2\r\nok\r\n0\r\n\r\n"),
        case(size, "0x2\r\nok\r\n0\r\n\r\n"),
        case(size, "2g\r\nok\r\n0\r\n\r\n"),
        case(size, "2 2\r\nok\r\n0\r\n\r\n"),
        case(
            "RFC 9112, 7.1: no overflow",
            "10000000000000000\r\nok\r\n0\r\n\r\n",
        ),
        case(
            "RFC 9112, 7.1: no overflow",
            "fffffffffffffffff\r\nok\r\n0\r\n\r\n",
        ),
        case(
            "RFC 9112, 7.1: CRLF after the data",
            "2\r\nokay\r\n0\r\n\r\n",
        ),
        case("RFC 9112, 7.1: CRLF after the data", "2\r\nok0\r\n\r\n"),
        case(
            "RFC 9112, 7.1: a chunk after a chunk",
            "2\r\nok\r\nHTTP/1.1 200 OK\r\n\r\n",
        ),
    ]);
}

/// RFC 9112, section 6.3 rule 8: without a length, the end of the connection ends the body.
#[test]
fn an_answer_without_a_length_ends_with_its_connection() {
    let rule = "RFC 9112, 6.3 rule 8: without a length";
    let closing = |bytes: &str| AnswerCase::new(rule, bytes).end(ConnectionEnd::Close);
    let cases = [
        closing("HTTP/1.1 200 OK\r\n\r\nok"),
        closing("HTTP/1.1 200 OK\r\n\r\n").body_bytes(0),
        closing("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\nok"),
        closing("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok"),
        closing("HTTP/1.0 200 OK\r\n\r\nok"),
        closing("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nok"),
    ];
    for transport in TRANSPORTS {
        assert_cases_with(&cases, transport, |http| http);
    }
}

/// RFC 9112, section 9.3: HTTP/1.0 keeps a connection only if both sides say so.
#[test]
fn a_connection_of_http_1_0_is_kept_only_if_asked() {
    let case = |rule, lines, connection| {
        let answer = format!("HTTP/1.0 200 OK\r\n{lines}Content-Length: 2\r\n\r\nok");
        AnswerCase::new(rule, answer).connection(connection)
    };
    let (kept, replaced) = (ConnectionUse::Kept, ConnectionUse::Replaced);
    let rule = "RFC 9112, 9.3: persistence";
    assert_cases(&[
        case(rule, "", replaced),
        case(rule, "Connection: close\r\n", replaced),
        case(rule, "Connection: keep-alive\r\n", kept),
        case(
            rule,
            "Connection: Keep-Alive\r\nKeep-Alive: timeout=5\r\n",
            kept,
        ),
        case(rule, "Connection: keep-alive, close\r\n", replaced),
    ]);
}

/// A client processes a message like this and then closes the connection (RFC 9112, section 6.1).
#[test]
fn transfer_encoding_in_http_1_0_costs_the_connection() {
    let answer = format!(
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n{LAST_CHUNKS}"
    );
    let case = AnswerCase::new("RFC 9112, 6.1: faulty framing, decoded by curl", answer);
    assert_cases(&[
        case.clone().connection(ConnectionUse::Replaced),
        case.end(ConnectionEnd::Close),
    ]);
}
