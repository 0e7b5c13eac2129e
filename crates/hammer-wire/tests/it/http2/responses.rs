//! Responses: heads, bodies, trailers and interim responses.

use std::rc::Rc;

use hammer_wire::http2::{
    Http2ErrorCode, Http2Exchange, Http2Request, MalformedPart, ResponseInterest, StreamFailure,
};

use super::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, RST_STREAM, WHOLE, frame, literal,
    number, raw,
};
use super::{ALL_PARTS, Client, OK, Seen, body, get, head, seen};

/// The messages of the first stream, which is given to `answer` in pieces of several sizes.
fn events_of(answer: &[u8]) -> Vec<Seen> {
    let mut all: Vec<Vec<Seen>> = vec![];
    for size in [1, 3, 10, usize::MAX] {
        let mut client = Client::new();
        let exchange = client.get(ALL_PARTS);
        let pieces = answer.chunks(size.min(answer.len()));
        pieces.for_each(|piece| client.receive(piece));
        all.push(seen(&exchange));
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
    all.remove(0)
}

/// RFC 9113, sections 8.8.2, 8.8.4 and 8.8.5.
#[test]
fn the_examples_of_the_rfc_are_read() {
    // :status = 304, with the etag "xyzzy" and an expires.
    let date = "Thu, 23 Jan 2025 12:34:56 GMT";
    let not_modified = [
        &[0x8b][..],
        &literal("etag", "\"xyzzy\""),
        &literal("expires", date),
    ];
    let answer = frame(HEADERS, WHOLE, 1, &not_modified.concat());
    let fields = [("etag", "\"xyzzy\""), ("expires", date)];
    assert_eq!(events_of(&answer), [head(304, &fields), Seen::End]);

    let image = [
        &[OK][..],
        &literal("content-type", "image/jpeg"),
        &literal("content-length", "123"),
    ];
    let answer = [
        frame(HEADERS, END_HEADERS, 1, &image.concat()),
        frame(DATA, END_STREAM, 1, &[7; 123]),
    ];
    let fields = [("content-type", "image/jpeg"), ("content-length", "123")];
    let expected = [head(200, &fields), body(&[7; 123]), Seen::End];
    assert_eq!(events_of(&answer.concat()), expected);

    // :status = 100, then a response with the trailer `foo: bar`.
    let interim = frame(HEADERS, END_HEADERS, 1, b"\x08\x03100");
    let image = [
        &[OK][..],
        &literal("content-type", "image/jpeg"),
        &literal("trailer", "Foo"),
    ];
    let answer = [
        interim,
        frame(HEADERS, END_HEADERS, 1, &image.concat()),
        frame(DATA, 0, 1, b"image"),
        frame(HEADERS, WHOLE, 1, &literal("foo", "bar")),
    ];
    let fields = [("content-type", "image/jpeg"), ("trailer", "Foo")];
    let trailers = Seen::Trailers(vec![("foo".into(), "bar".into())]);
    let expected = [head(200, &fields), body(b"image"), trailers, Seen::End];
    assert_eq!(events_of(&answer.concat()), expected);
}

#[test]
fn trailers_alone_follow_a_head_without_a_body() {
    // As gRPC answers a call that fails: RFC 9113, section 8.1.
    let answer = [
        frame(HEADERS, END_HEADERS, 1, &[OK]),
        frame(HEADERS, END_STREAM, 1, &literal("grpc-status", "1")),
        frame(CONTINUATION, END_HEADERS, 1, &literal("grpc-message", "x")),
    ];
    let trailers = [("grpc-status", "1"), ("grpc-message", "x")];
    let expected = [
        head(200, &[]),
        Seen::Trailers(super::pairs(&trailers)),
        Seen::End,
    ];
    assert_eq!(events_of(&answer.concat()), expected);
}

#[test]
fn parts_that_are_not_wanted_are_left_out() {
    let mut client = Client::new();
    let exchange = client.get(ResponseInterest::default());
    client.receive(&frame(
        HEADERS,
        END_HEADERS,
        1,
        &[&[OK][..], &literal("a", "b")].concat(),
    ));
    client.receive(&frame(DATA, 0, 1, b"body"));
    client.receive(&frame(HEADERS, WHOLE, 1, &literal("foo", "bar")));
    assert_eq!(seen(&exchange), [head(200, &[]), Seen::End]);
    assert_eq!(exchange.body_bytes(), 4);
}

#[test]
fn an_exchange_is_reused_without_traces_of_the_last_response() {
    let mut client = Client::new();
    let exchange = client.get(ALL_PARTS);
    client.receive(&frame(
        HEADERS,
        END_HEADERS,
        1,
        &[&[OK][..], &literal("a", "b")].concat(),
    ));
    client.receive(&frame(DATA, 0, 1, b"body"));
    client.receive(&frame(HEADERS, WHOLE, 1, &literal("foo", "bar")));
    client.send(&exchange, &get());
    assert_eq!(seen(&exchange), []);
    client.receive(&frame(HEADERS, WHOLE, 3, &[0x8d]));
    assert_eq!(seen(&exchange), [head(404, &[]), Seen::End]);
    assert_eq!(exchange.body_bytes(), 0);
}

/// The streams of malformed responses are reset; RFC 9113, section 8.1.1.
#[test]
fn malformed_responses_name_the_part_that_breaks_a_rule() {
    let length = |text: &str| literal("content-length", text);
    let with = |fields: &[u8]| frame(HEADERS, WHOLE, 1, &[&[OK][..], fields].concat());
    let head = |block: &[u8]| frame(HEADERS, END_HEADERS, 1, block);
    let announced = |text: &str| head(&[&[OK][..], &length(text)].concat());
    let data = |bytes| frame(DATA, END_STREAM, 1, bytes);
    let table = [
        (
            "no :status",
            frame(HEADERS, WHOLE, 1, &literal("a", "b")),
            MalformedPart::Message,
        ),
        (
            "letters in :status",
            frame(HEADERS, WHOLE, 1, b"\x08\x0320x"),
            MalformedPart::Message,
        ),
        ("two :status", with(&[OK]), MalformedPart::Message),
        (
            "a late :status",
            frame(HEADERS, WHOLE, 1, &[&literal("a", "b")[..], &[OK]].concat()),
            MalformedPart::Message,
        ),
        (":path", with(&[0x84]), MalformedPart::Message),
        (
            "an interim end",
            frame(HEADERS, WHOLE, 1, b"\x08\x03100"),
            MalformedPart::Message,
        ),
        ("a body first", data(b"x"), MalformedPart::Message),
        (
            "a long body",
            [announced("1"), data(b"xy")].concat(),
            MalformedPart::Message,
        ),
        (
            "a short body",
            [announced("3"), data(b"xy")].concat(),
            MalformedPart::Message,
        ),
        ("no body", with(&length("3")), MalformedPart::Message),
        (
            "a head in a body",
            [head(&[OK]), head(&[OK])].concat(),
            MalformedPart::Message,
        ),
        (
            ":status in trailers",
            [head(&[OK]), frame(HEADERS, WHOLE, 1, &[OK])].concat(),
            MalformedPart::Message,
        ),
        ("upper case", with(&literal("A", "b")), MalformedPart::Field),
        (
            "a blank in a name",
            with(&literal("a b", "c")),
            MalformedPart::Field,
        ),
        ("no name", with(&literal("", "c")), MalformedPart::Field),
        ("NUL", with(&literal("a", "b\0")), MalformedPart::Field),
        (
            "a line break",
            with(&literal("a", "b\r\nc: d")),
            MalformedPart::Field,
        ),
        (
            "a bad trailer",
            [head(&[OK]), frame(HEADERS, WHOLE, 1, &literal("A", "b"))].concat(),
            MalformedPart::Field,
        ),
        ("an empty length", with(&length("")), MalformedPart::Length),
        (
            "a negative length",
            with(&length("-1")),
            MalformedPart::Length,
        ),
        (
            "two lengths",
            with(&[length("0"), length("1")].concat()),
            MalformedPart::Length,
        ),
        (
            "a length of 2^64",
            with(&length("18446744073709551616")),
            MalformedPart::Length,
        ),
    ];
    for (name, answer, part) in table {
        let mut client = Client::new();
        let exchange = client.get(ALL_PARTS);
        client.receive(&answer);
        let events = seen(&exchange);
        let Some(Seen::Failed(StreamFailure::Malformed(response))) = events.last() else {
            panic!("{name}: {events:?}");
        };
        assert_eq!(response.part, part, "{name}: {}", response.rule);
        assert!(!response.rule.is_empty());
        let reset = number(RST_STREAM, 1, Http2ErrorCode::PROTOCOL_ERROR.0);
        assert_eq!(client.sent(), super::frames::parse(&reset), "{name}");
        // The connection still works.
        let next = client.get(ALL_PARTS);
        client.receive(&frame(HEADERS, WHOLE, 3, &[OK]));
        assert_eq!(seen(&next).last(), Some(&Seen::End), "{name}");
    }
}

#[test]
fn a_length_without_a_body_is_accepted_where_there_is_no_body() {
    let announced = literal("content-length", "5");
    let post = || Http2Request::new("POST", "http", b"a", b"/");
    let head_request = || Http2Request::new("HEAD", "http", b"a", b"/");
    let table: [(&str, Http2Request, &[u8], bool); 5] = [
        ("HEAD", head_request(), &[OK], true),
        ("304", get(), &[0x8b], true),
        ("204", get(), &[0x89], true),
        ("200", get(), &[OK], false),
        ("POST", post(), &[OK], false),
    ];
    for (name, request, status, accepted) in table {
        let mut client = Client::new();
        let exchange = Rc::new(Http2Exchange::new(ALL_PARTS));
        client.send(&exchange, &request);
        client.receive(&frame(
            HEADERS,
            WHOLE,
            1,
            &[status, &announced[..]].concat(),
        ));
        let events = seen(&exchange);
        assert_eq!(
            events.last() == Some(&Seen::End),
            accepted,
            "{name}: {events:?}"
        );
    }
}

/// RFC 9113, section 8.6: HTTP/2 has no 101.
#[test]
fn an_upgrade_is_refused() {
    let mut client = Client::new();
    let exchange = client.get(ALL_PARTS);
    client.receive(&frame(HEADERS, END_HEADERS, 1, b"\x08\x03101"));
    assert_eq!(
        seen(&exchange),
        [Seen::Failed(StreamFailure::UnexpectedUpgrade)]
    );
    let code = Http2ErrorCode::PROTOCOL_ERROR.0.to_be_bytes();
    assert_eq!(client.sent(), [raw(RST_STREAM, 0, 1, &code)]);
}

#[test]
fn a_reset_after_the_whole_response_changes_nothing() {
    let mut client = Client::new();
    let exchange = client.get(ALL_PARTS);
    client.receive(&frame(HEADERS, END_HEADERS, 1, &[OK]));
    client.receive(&frame(DATA, END_STREAM, 1, b"ok"));
    for code in [0, 8, 11] {
        client.receive(&number(RST_STREAM, 1, code));
    }
    assert_eq!(seen(&exchange), [head(200, &[]), body(b"ok"), Seen::End]);
    assert_eq!(client.sent(), []);
}

#[test]
fn a_reset_within_a_response_has_its_code() {
    for (code, failure) in [
        (7, StreamFailure::Refused),
        (0, StreamFailure::Reset(Http2ErrorCode::NO_ERROR)),
        (2, StreamFailure::Reset(Http2ErrorCode::INTERNAL_ERROR)),
        (999, StreamFailure::Reset(Http2ErrorCode(999))),
    ] {
        let mut client = Client::new();
        let exchange = client.get(ALL_PARTS);
        client.receive(&number(RST_STREAM, 1, code));
        assert_eq!(seen(&exchange), [Seen::Failed(failure)]);
        assert!(client.state.is_idle());
    }
}
