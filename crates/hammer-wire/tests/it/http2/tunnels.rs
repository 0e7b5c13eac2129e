//! CONNECT (RFC 9113, section 8.5) and extended CONNECT (RFC 8441).

use std::rc::Rc;

use bytes::Bytes;
use hammer_wire::http2::{
    Http2ErrorCode, Http2Exchange, Http2Request, MalformedPart, StreamFailure,
};

use super::frames::{
    DATA, END_HEADERS, END_STREAM, HEADERS, RST_STREAM, WHOLE, frame, literal, number, raw,
};
use super::{ALL_PARTS, Client, OK, Seen, body, head, seen};

const ENABLE_CONNECT_PROTOCOL: u16 = 8;

fn tunnel(client: &mut Client, request: &Http2Request) -> Rc<Http2Exchange> {
    let exchange = Rc::new(Http2Exchange::new(ALL_PARTS));
    let sent = client.send(&exchange, request);
    assert_eq!(
        (sent.len(), sent[0].flags),
        (1, END_HEADERS),
        "it stays open"
    );
    exchange
}

fn names(request: &Http2Request) -> Vec<String> {
    let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    request.fields().map(|(bytes, ..)| name(bytes)).collect()
}

#[test]
fn the_pseudo_headers_are_those_of_the_rfcs() {
    let connect = Http2Request::connect(b"example.org:443");
    assert_eq!(names(&connect), [":method", ":authority"]);
    // RFC 8441, section 5.1.
    let extended =
        Http2Request::extended_connect("websocket", "https", b"server.example.com", b"/chat");
    let expected = [":method", ":protocol", ":scheme", ":authority", ":path"];
    assert_eq!(names(&extended), expected);
}

/// RFC 8441, section 5.1: a WebSocket over HTTP/2.
#[test]
fn a_tunnel_is_open_in_both_directions_until_both_end_it() {
    let extended = || Http2Request::extended_connect("websocket", "https", b"a", b"/chat");
    for (request, client_ends_first) in [
        (extended(), true),
        (extended(), false),
        (Http2Request::connect(b"a:1"), true),
        (Http2Request::connect(b"a:1"), false),
    ] {
        let mut client = Client::with_settings(&[(ENABLE_CONNECT_PROTOCOL, 1)]);
        let tunnel = tunnel(&mut client, &request);
        // A tunnel has no length, although the response announces one (RFC 9110, section 9.3.6).
        let accepted = [&[OK][..], &literal("content-length", "1")].concat();
        client.receive(&frame(HEADERS, END_HEADERS, 1, &accepted));
        assert_eq!(seen(&tunnel), [head(200, &[("content-length", "1")])]);
        for round in 0..3 {
            client.state.send_data(&tunnel, Bytes::from_static(b"ping"));
            assert_eq!(client.sent(), [raw(DATA, 0, 1, b"ping")], "{round}");
            client.receive(&frame(DATA, 0, 1, b"pong"));
            assert_eq!(seen(&tunnel), [Seen::NeedsBody, body(b"pong")], "{round}");
        }
        if client_ends_first {
            client.state.finish_request(&tunnel);
            assert_eq!(client.sent(), [raw(DATA, END_STREAM, 1, b"")]);
            client.receive(&frame(DATA, 0, 1, b"more"));
            client.receive(&frame(DATA, END_STREAM, 1, b"last"));
            assert_eq!(seen(&tunnel), [body(b"morelast"), Seen::End]);
        } else {
            client.receive(&frame(DATA, END_STREAM, 1, b"last"));
            assert_eq!(seen(&tunnel), [body(b"last"), Seen::End]);
            client.state.send_data(&tunnel, Bytes::from_static(b"more"));
            assert_eq!(client.sent(), [raw(DATA, 0, 1, b"more")]);
            assert!(!client.state.is_idle());
            client.state.finish_request(&tunnel);
            assert_eq!(client.sent(), [raw(DATA, END_STREAM, 1, b"")]);
        }
        assert!(client.state.is_idle());
        assert!(!tunnel.upload_cut_short());
    }
}

/// The end came with the last piece that waits for credit, and must end the stream too.
#[test]
fn a_tunnel_ends_with_its_last_piece() {
    const INITIAL_WINDOW_SIZE: u16 = 4;
    let mut client = Client::with_settings(&[(INITIAL_WINDOW_SIZE, 1)]);
    let tunnel = tunnel(&mut client, &Http2Request::connect(b"a:1"));
    client.receive(&frame(HEADERS, WHOLE, 1, &[OK]));
    assert_eq!(seen(&tunnel), [head(200, &[]), Seen::End]);
    client.state.send_data(&tunnel, Bytes::from_static(b"ab"));
    client.state.finish_request(&tunnel);
    assert_eq!(client.sent(), [raw(DATA, 0, 1, b"a")]);
    client.receive(&number(super::frames::WINDOW_UPDATE, 1, 1));
    assert_eq!(client.sent(), [raw(DATA, END_STREAM, 1, b"b")]);
    assert!(client.state.is_idle());
}

#[test]
fn a_refused_tunnel_is_a_response() {
    let mut client = Client::new();
    let tunnel = tunnel(&mut client, &Http2Request::connect(b"a:1"));
    client.receive(&frame(HEADERS, END_HEADERS, 1, b"\x08\x03407"));
    client.receive(&frame(DATA, END_STREAM, 1, b"who?"));
    assert_eq!(seen(&tunnel), [head(407, &[]), body(b"who?"), Seen::End]);
    let code = Http2ErrorCode::CANCEL.0.to_be_bytes();
    assert_eq!(client.sent(), [raw(RST_STREAM, 0, 1, &code)]);
    assert!(client.state.is_idle());
}

/// RFC 9113, section 8.5: only DATA and control frames.
#[test]
fn frames_that_a_tunnel_cannot_have_reset_it() {
    for second in [
        frame(HEADERS, WHOLE, 1, &literal("foo", "bar")),
        [frame(DATA, END_STREAM, 1, b""), frame(DATA, 0, 1, b"x")].concat(),
    ] {
        let mut client = Client::new();
        let tunnel = tunnel(&mut client, &Http2Request::connect(b"a:1"));
        client.receive(&frame(HEADERS, END_HEADERS, 1, &[OK]));
        client.receive(&second);
        let events = seen(&tunnel);
        let Some(Seen::Failed(StreamFailure::Malformed(response))) = events.last() else {
            panic!("{events:?}");
        };
        assert_eq!(response.part, MalformedPart::Message);
        assert_eq!(client.sent()[0].kind, RST_STREAM);
    }
}

#[test]
fn a_reset_ends_a_tunnel() {
    let mut client = Client::new();
    let tunnel = tunnel(&mut client, &Http2Request::connect(b"a:1"));
    client.receive(&frame(HEADERS, END_HEADERS, 1, &[OK]));
    client.receive(&number(RST_STREAM, 1, Http2ErrorCode::CONNECT_ERROR.0));
    let failure = StreamFailure::Reset(Http2ErrorCode::CONNECT_ERROR);
    assert_eq!(seen(&tunnel), [Seen::Failed(failure)]);
}

/// RFC 8441, section 3: the client must have received SETTINGS_ENABLE_CONNECT_PROTOCOL.
#[test]
fn extended_connect_needs_the_setting_of_the_peer() {
    let request = Http2Request::extended_connect("websocket", "https", b"a", b"/");
    let mut client = Client::new();
    let exchange = Rc::new(Http2Exchange::new(ALL_PARTS));
    let refused = client.state.send_request(&exchange, &request);
    assert_eq!(refused, Err(StreamFailure::ExtendedConnectNotAllowed));
    assert_eq!(client.sent(), []);
    client.receive_settings(&[(ENABLE_CONNECT_PROTOCOL, 1)]);
    assert!(client.state.allows_extended_connect());
    assert_eq!(client.state.send_request(&exchange, &request), Ok(()));
}
