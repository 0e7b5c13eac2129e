//! Violations that end a connection.

use hammer_wire::http2::{FlowControlWindows, Http2ConnectionErrorKind, Http2ProtocolState};

use super::frames::{
    ACK, CONTINUATION, DATA, END_HEADERS, GOAWAY, HEADERS, PING, RST_STREAM, SETTINGS, WHOLE,
    WINDOW_UPDATE, frame, number,
};
use super::{ALL_PARTS, Client, OK};

use Http2ConnectionErrorKind as Kind;

/// Violations on a connection with stream 1, and the code of the GOAWAY for them.
fn violations() -> Vec<(&'static str, Vec<u8>, Kind)> {
    let max = 0x7fff_ffff;
    let padded = |kind, flags, payload: &[u8]| frame(kind, 0x08 | flags, 1, payload);
    vec![
        // Section 4.2.
        (
            "a long frame",
            frame(DATA, 0, 1, &[0; 16_385]),
            Kind::FrameSize,
        ),
        // Section 4.3.
        (
            "an invalid block",
            frame(HEADERS, WHOLE, 1, &[0xff; 5]),
            Kind::Compression,
        ),
        (
            "an index of 0",
            frame(HEADERS, WHOLE, 1, &[0x80]),
            Kind::Compression,
        ),
        // Section 5.1 and 5.1.1.
        (
            "HEADERS of an idle stream",
            frame(HEADERS, WHOLE, 3, &[OK]),
            Kind::Protocol,
        ),
        (
            "HEADERS of stream 0",
            frame(HEADERS, WHOLE, 0, &[OK]),
            Kind::Protocol,
        ),
        (
            "HEADERS of an even stream",
            frame(HEADERS, WHOLE, 2, &[OK]),
            Kind::Protocol,
        ),
        (
            "DATA of an idle stream",
            frame(DATA, 0, 3, b"x"),
            Kind::Protocol,
        ),
        (
            "a reset of an idle stream",
            number(RST_STREAM, 3, 0),
            Kind::Protocol,
        ),
        (
            "credit of an idle stream",
            number(WINDOW_UPDATE, 3, 1),
            Kind::Protocol,
        ),
        // Section 6.1 and 6.2.
        ("padding of DATA", padded(DATA, 0, &[2, 0]), Kind::Protocol),
        (
            "padding of HEADERS",
            padded(HEADERS, END_HEADERS, &[9, OK]),
            Kind::Protocol,
        ),
        // Sections 6.3 to 6.10.
        ("a short PRIORITY", frame(2, 0, 1, &[0; 4]), Kind::FrameSize),
        (
            "a short reset",
            frame(RST_STREAM, 0, 1, &[0; 3]),
            Kind::FrameSize,
        ),
        (
            "SETTINGS of a stream",
            frame(SETTINGS, 0, 1, &[]),
            Kind::Protocol,
        ),
        (
            "SETTINGS of 5 bytes",
            frame(SETTINGS, 0, 0, &[0; 5]),
            Kind::FrameSize,
        ),
        (
            "SETTINGS that are acknowledged with content",
            frame(SETTINGS, ACK, 0, &[0; 6]),
            Kind::FrameSize,
        ),
        (
            "push",
            frame(5, END_HEADERS, 1, &[0, 0, 0, 2, OK]),
            Kind::Protocol,
        ),
        ("a short PING", frame(PING, 0, 0, &[0; 7]), Kind::FrameSize),
        (
            "PING of a stream",
            frame(PING, 0, 1, &[0; 8]),
            Kind::Protocol,
        ),
        (
            "a short GOAWAY",
            frame(GOAWAY, 0, 0, &[0; 7]),
            Kind::FrameSize,
        ),
        (
            "GOAWAY of a stream",
            frame(GOAWAY, 0, 1, &[0; 8]),
            Kind::Protocol,
        ),
        (
            "a short WINDOW_UPDATE",
            frame(WINDOW_UPDATE, 0, 0, &[0; 3]),
            Kind::FrameSize,
        ),
        ("credit of 0", number(WINDOW_UPDATE, 0, 0), Kind::Protocol),
        (
            "too much credit",
            number(WINDOW_UPDATE, 0, max),
            Kind::FlowControl,
        ),
        (
            "CONTINUATION alone",
            frame(CONTINUATION, END_HEADERS, 1, &[OK]),
            Kind::Protocol,
        ),
        (
            "CONTINUATION of another stream",
            [
                frame(HEADERS, 0, 1, &[OK]),
                frame(CONTINUATION, END_HEADERS, 3, &[]),
            ]
            .concat(),
            Kind::Protocol,
        ),
        (
            "PING within a block",
            [frame(HEADERS, 0, 1, &[OK]), frame(PING, 0, 0, &[0; 8])].concat(),
            Kind::Protocol,
        ),
        (
            "a flood of PING",
            frame(PING, 0, 0, &[0; 8]).repeat(1001),
            Kind::Flood,
        ),
        (
            "a flood of unknown frames",
            frame(0xee, 0, 0, &[]).repeat(1001),
            Kind::Flood,
        ),
        (
            "a flood of credit",
            number(WINDOW_UPDATE, 0, 1).repeat(1001),
            Kind::Flood,
        ),
    ]
}

#[test]
fn violations_end_the_connection_with_their_code() {
    for (name, bytes, kind) in violations() {
        let mut client = Client::new();
        client.get(ALL_PARTS);
        let error = client.try_receive(&bytes).expect_err(name);
        assert_eq!(error.kind(), kind, "{name}: {error}");
        client.sent();
        client.state.end(Some(error));
        let sent = client.sent();
        let goaway = sent.last().expect("a GOAWAY");
        assert_eq!(goaway.kind, GOAWAY, "{name}");
        assert_eq!(goaway.payload[4..], error.code().0.to_be_bytes(), "{name}");
    }
}

#[test]
fn a_peer_that_does_not_speak_http2_is_recognized_by_its_first_frame() {
    let table: [&[u8]; 3] = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        &frame(SETTINGS, ACK, 0, &[]),
        &frame(HEADERS, WHOLE, 1, &[OK]),
    ];
    for bytes in table {
        let mut state = Http2ProtocolState::new(FlowControlWindows::default());
        let error = state.receive(bytes).expect_err("not HTTP/2");
        assert_eq!(error.kind(), Kind::NotHttp2, "{}", bytes.escape_ascii());
        assert!(!state.settings_received());
    }
}

#[test]
fn data_beyond_the_windows_is_refused() {
    for (stream, connection) in [(10, 65_535), (1 << 20, 65_535)] {
        let windows = FlowControlWindows { stream, connection };
        let mut client = Client {
            state: Http2ProtocolState::new(windows),
            kept: vec![],
        };
        client.receive_settings(&[]);
        client.get(ALL_PARTS);
        client.receive(&frame(HEADERS, END_HEADERS, 1, &[OK]));
        // Each frame takes at most half of the window, and the client gives it back.
        for _ in 0..100 {
            client.receive(&frame(DATA, 0, 1, &[0; 6]));
        }
        assert!(
            client
                .sent()
                .iter()
                .any(|frame| frame.kind == WINDOW_UPDATE)
                || stream > 10
        );
        let data = frame(DATA, 0, 1, &[0; 16_384]).repeat(5);
        let error = client.try_receive(&data);
        // The window of the connection opens again at each half.
        assert_eq!(error.is_err(), stream == 10, "{stream}");
    }
}

/// RFC 9113, section 4.1: frames of unknown kinds are ignored, as are unknown settings.
#[test]
fn unknown_frames_and_settings_are_ignored() {
    let mut client = Client::with_settings(&[(0x7777, 1)]);
    client.receive(&frame(0xee, 0xff, 99, b"anything"));
    client.receive(&frame(2, 0, 7, &[0; 5]));
    assert_eq!(client.sent(), []);
}

/// RFC 9113, section 6.7.
#[test]
fn a_ping_is_answered_with_its_content() {
    let mut client = Client::new();
    client.receive(&frame(PING, 0, 0, b"12345678"));
    client.receive(&frame(PING, ACK, 0, b"87654321"));
    assert_eq!(
        client.sent(),
        [super::frames::raw(PING, ACK, 0, b"12345678")]
    );
}
