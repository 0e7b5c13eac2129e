//! Heads of answers: what is read, and what is refused under which name.

use hammer_http::ExchangeRecorder;

use super::answer_case::{
    AnswerCase, ConnectionEnd, ConnectionUse, assert_cases, assert_cases_with,
};
use super::gated_server::{GatedServer, TRANSPORTS, Transport};

/// The bound of the header lines of an answer: names, values and four bytes for each line.
const MAX_LINES_BYTES: usize = 64 * 1024;
/// The bound of the number of header lines of an answer.
const MAX_LINES: usize = 256;
/// The bytes that a line adds to its name and value.
const LINE_BYTES: usize = 4;

/// An answer of 200 with these lines and the body `ok`.
fn answer(lines: &[u8]) -> Vec<u8> {
    let (start, end) = ("HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n\r\nok");
    [start.as_bytes(), lines, end.as_bytes()].concat()
}

/// An answer of 200 whose lines have this number of bytes, as the bound counts them.
fn answer_of_size(bytes: usize) -> Vec<u8> {
    let length = "Content-Length".len() + 1 + LINE_BYTES;
    let value = vec![b'v'; bytes - length - "X".len() - LINE_BYTES];
    answer(&[b"X: ", &value[..], b"\r\n"].concat())
}

#[test]
fn odd_heads_are_read() {
    let name = |name, answer: &[u8]| AnswerCase::new(name, answer);
    assert_cases(&[
        name(
            "RFC 9112, 5.2: obs-fold is a space",
            &answer(b"X-A: a\r\n  b\r\n\tc\r\n"),
        ),
        name(
            "RFC 9112, 5.2: a fold after an empty line",
            &answer(b"X-A:\r\n b\r\n"),
        ),
        name(
            "RFC 9112, 5.2: a fold is a space, so the length is 2",
            b"HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\nok",
        ),
        name(
            "RFC 9112, 5.1: a blank before the colon is removed",
            &answer(b"Server : x\r\n"),
        ),
        name(
            "RFC 9112, 5.1: a tab is a blank",
            &answer(b"Server\t: x\r\n"),
        ),
        name(
            "RFC 9112, 5.1: without its blank, this is the length",
            b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
        ),
        name(
            "RFC 9112, 2.2: a bare LF ends a line",
            b"HTTP/1.1 200 OK\nServer: c\nContent-Length: 2\n\nok",
        ),
        name(
            "RFC 9112, 2.2: bare LF among CRLF",
            b"HTTP/1.1 200 OK\r\nServer: c\nContent-Length: 2\r\n\nok",
        ),
        name(
            "RFC 9110, 5.5: obs-text in a value",
            &answer(b"X-Name: M\xfcller\r\n"),
        ),
        name(
            "RFC 9112, 4: obs-text in a reason",
            b"HTTP/1.1 200 Tr\xe8s bien\r\nContent-Length: 2\r\n\r\nok",
        ),
        name(
            "RFC 9112, 4: an empty reason",
            b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
        ),
        name(
            "curl: no space after the status",
            b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
        ),
        name(
            "curl: no space, and a bare LF",
            b"HTTP/1.1 200\nContent-Length: 2\n\nok",
        ),
        name(
            "RFC 9112, 4: any whitespace separates",
            b"HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nok",
        ),
        name("RFC 9112, 5: no blank after a colon", &answer(b"X-A:b\r\n")),
        name(
            "RFC 9112, 5: blanks on both sides of a value",
            b"HTTP/1.1 200 OK\r\nContent-Length: \t 2 \t\r\n\r\nok",
        ),
        name("RFC 9112, 5: an empty value", &answer(b"X-A:\r\nX-B: \r\n")),
        name(
            "RFC 9110, 5.6.2: all characters of a token",
            &answer(b"!#$%&'*+-.^_`|~9: a\r\n"),
        ),
        name(
            "RFC 9110, 5.1: names in any case",
            b"HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh: 2\r\n\r\nok",
        ),
        name(
            "RFC 9110, 15: a status out of range is a 5xx",
            b"HTTP/1.1 600 Odd\r\nContent-Length: 2\r\n\r\nok",
        )
        .result("600"),
    ]);
}

/// The values of a header, as a recorder shows them.
fn recorded(answer: Vec<u8>, name: &str) -> Vec<Vec<u8>> {
    let server = GatedServer::serve(Transport::Clear, move |_, mut peer| {
        peer.send(&answer).then_some(peer)
    });
    let recorder = ExchangeRecorder::new();
    let finished = server.run(server.http().record(recorder.clone()), 1);
    assert_eq!(finished.results(), ["200"]);
    let exchanges = recorder.take_exchanges();
    let response = exchanges[0].response.as_ref().expect("a response");
    let headers = response.headers.iter();
    let of_name = headers.filter(|(other, _)| other.eq_ignore_ascii_case(name));
    of_name.map(|(_, value)| value.clone()).collect()
}

/// RFC 9112, section 5.2: each fold is replaced by one or more spaces.
#[test]
fn a_folded_value_is_one_value() {
    let values = recorded(answer(b"X-A: a\r\n  b\r\n\tc\r\nX-B: d\r\n"), "x-a");
    let joined = values.concat();
    let words: Vec<_> = joined.split(u8::is_ascii_whitespace).collect();
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    assert_eq!((values.len(), words), (1, vec![&b"a"[..], b"b", b"c"]));
    assert!(
        !joined.iter().any(|byte| b"\r\n".contains(byte)),
        "{}",
        joined.escape_ascii()
    );
}

/// RFC 9110, section 5.5: octets above 127 are opaque.
#[test]
fn bytes_of_values_stay_as_they_are() {
    assert_eq!(
        recorded(answer(b"X-A: M\xfcller \r\n"), "x-a"),
        [b"M\xfcller"]
    );
    assert_eq!(recorded(answer(b"X-A : b\r\n"), "x-a"), [b"b"]);
}

/// RFC 9112, section 2: a message is a stream of octets; TCP may cut it anywhere.
#[test]
fn a_head_may_arrive_byte_by_byte() {
    let bytes = b"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\nHTTP/1.1 200 \r\nX-A : b\r\n c\r\n\
                  Transfer-Encoding: chunked\r\n\r\n1;a=\"b\"\r\no\r\n01\r\nk\r\n0\r\nX-B: c\r\n\r\n";
    let server = GatedServer::serve(Transport::Clear, move |_, mut peer| {
        bytes.iter().all(|byte| peer.send(&[*byte])).then_some(peer)
    });
    let finished = server.run(server.http(), 3);
    assert_eq!(
        finished.results(),
        ["200", "200", "200"],
        "{:?}",
        finished.report.failures
    );
    assert_eq!((server.connections(), finished.count("body_bytes")), (1, 6));
}

#[test]
fn the_number_of_lines_has_a_bound() {
    // Content-Length is one of them.
    let of = |lines: usize| answer(&b"X-A: b\r\n".repeat(lines - 1));
    assert_cases(&[
        AnswerCase::new("100 lines", of(100)),
        AnswerCase::new("101 lines, more than hyper reads", of(101)),
        AnswerCase::new("the most that is read", of(MAX_LINES)),
        AnswerCase::failing("one line more", of(MAX_LINES + 1), "answer_head_too_large"),
        AnswerCase::failing("far more", of(20 * MAX_LINES), "answer_head_too_large"),
    ]);
}

/// A fresh connection took a head that a reused one refused, since the bound was that of a buffer.
#[test]
fn the_size_of_a_head_has_one_bound_on_all_connections() {
    let of_kib = |kib: usize| answer_of_size(kib * 1024);
    let many_lines = answer(&[b"X: ", &[b'v'; 315][..], b"\r\n"].concat().repeat(200));
    let too_large = "answer_head_too_large";
    let cases = [
        AnswerCase::new("63 KiB", of_kib(63)),
        AnswerCase::new("the most that is read", answer_of_size(MAX_LINES_BYTES)),
        AnswerCase::failing(
            "one byte more",
            answer_of_size(MAX_LINES_BYTES + 1),
            too_large,
        ),
        AnswerCase::failing("70 KiB", of_kib(70), too_large),
        AnswerCase::failing("100 KiB", of_kib(100), too_large),
        AnswerCase::failing("1 MiB", of_kib(1024), too_large),
        AnswerCase::new("200 lines of 320 bytes", many_lines),
    ];
    for transport in TRANSPORTS {
        assert_cases_with(&cases, transport, |http| http);
    }
    assert_cases_with(&cases, Transport::Clear, |http| {
        http.expect_header("Content-Length".parse().expect("valid input"))
    });
}

/// Each one was `malformed_answer`, whose advice was right for none but these.
#[test]
fn other_protocols_are_not_http() {
    let not_http = |what, answer: &[u8]| AnswerCase::failing(what, answer, "not_http");
    let answers = [
        not_http("RFC 4253, 4.2: SSH", b"SSH-2.0-OpenSSH_9.9\r\n"),
        not_http("RFC 5321, 4.2: SMTP", b"220 mail.test ESMTP\r\n"),
        not_http("RFC 8446, 6: a TLS alert", b"\x15\x03\x01\x00\x02\x02\x0a"),
        not_http(
            "RFC 9113, 4.1: SETTINGS of HTTP/2",
            b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64",
        ),
        not_http(
            "RFC 9112, 2.3: another version",
            b"HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
        ),
        not_http("HTTP/0.9: a body alone", b"<html>hello</html>\r\n"),
        not_http("another name", b"ICY 200 OK\r\n\r\n"),
    ];
    assert_cases(&answers);
    // Servers like these usually close the connection at once.
    assert_cases(&answers.map(|case| case.end(ConnectionEnd::Close)));
}

#[test]
fn broken_status_lines_are_malformed_answers() {
    let broken = |line: &[u8]| {
        let answer = [line, b"\r\nContent-Length: 2\r\n\r\nok"].concat();
        AnswerCase::failing(
            "RFC 9112, 4: three digits, then a reason",
            answer,
            "malformed_answer",
        )
    };
    assert_cases(&[
        broken(b"HTTP/1.1 2x0 OK"),
        broken(b"HTTP/1.1 abc OK"),
        broken(b"HTTP/1.1 20 OK"),
        broken(b"HTTP/1.1 2000 OK"),
        broken(b"HTTP/1.1 -20 OK"),
        broken(b"HTTP/1.1 OK"),
        broken(b"HTTP/1.1 200 O\0K"),
    ]);
}

#[test]
fn broken_header_lines_have_a_name_of_their_own() {
    let broken = |rule, line: &[u8]| {
        let answer = answer(&[line, b"\r\n"].concat());
        AnswerCase::failing(rule, answer, "malformed_answer_header")
    };
    assert_cases(&[
        broken("RFC 9112, 5: a colon after the name", b"no colon"),
        broken("RFC 9112, 5: a colon after the name", b"nocolon"),
        broken("RFC 9110, 5.5: no NUL in a value", b"X-A: a\0b"),
        broken("RFC 9110, 5.1: no NUL in a name", b"X\0A: b"),
        broken("RFC 9110, 5.1: a name is a token", b"X(A): b"),
        broken("RFC 9110, 5.1: a name is a token", b"X A: b"),
        broken("RFC 9110, 5.1: a name is a token", b"X-\xfc: b"),
        broken("RFC 9110, 5.1: a name is not empty", b": b"),
        // Of an interim answer, too.
        AnswerCase::failing(
            "RFC 9112, 5: a colon after the name",
            b"HTTP/1.1 103 Early\r\nno colon\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "malformed_answer_header",
        ),
    ]);
}

/// RFC 9112, section 9.6: the last answer of a connection says so; its case does not matter.
#[test]
fn the_option_close_is_found_in_every_spelling() {
    let case = |line: &[u8], connection| {
        AnswerCase::new("RFC 9110, 7.6.1: a list of options", answer(line)).connection(connection)
    };
    let (kept, replaced) = (ConnectionUse::Kept, ConnectionUse::Replaced);
    assert_cases(&[
        case(b"Connection: close\r\n", replaced),
        case(b"connection: CLOSE\r\n", replaced),
        case(b"Connection: upgrade , close\r\n", replaced),
        case(b"Connection: keep-alive\r\nConnection: close\r\n", replaced),
        case(b"Connection:\r\n close\r\n", replaced),
        case(b"Connection : close\r\n", replaced),
        case(b"Connection: keep-alive\r\n", kept),
        case(b"Connection: closed\r\n", kept),
        case(b"X-Connection: close\r\n", kept),
        case(b"Connection: upgrade\r\n", kept),
    ]);
}
