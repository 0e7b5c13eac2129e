//! Requests with bodies: whole, in pieces, with trailers, and the credit that they wait for.

use std::rc::Rc;

use bytes::Bytes;
use hammer_wire::FieldList;
use hammer_wire::http2::{Http2ErrorCode, Http2Exchange, Http2Request, StreamFailure};

use super::frames::{
    self, DATA, END_HEADERS, END_STREAM, HEADERS, RST_STREAM, RawFrame, WHOLE, WINDOW_UPDATE,
    frame, number, raw,
};
use super::{ALL_PARTS, Client, OK, Seen, head, seen};

const HEADER_TABLE_SIZE: u16 = 1;
const INITIAL_WINDOW_SIZE: u16 = 4;
const MAX_FRAME_SIZE: u16 = 5;

fn exchange() -> Rc<Http2Exchange> {
    Rc::new(Http2Exchange::new(ALL_PARTS))
}

fn post(body: &[u8]) -> Http2Request {
    let mut request = Http2Request::new("POST", "http", b"a", b"/");
    request.set_body(Bytes::copy_from_slice(body));
    request
}

fn streamed() -> Http2Request {
    let mut request = Http2Request::new("POST", "http", b"a", b"/");
    request.stream_body();
    request
}

/// The sizes of DATA frames, and the flags of the last one.
fn sizes(sent: &[RawFrame]) -> (Vec<usize>, u8) {
    let mut data = sent.iter().filter(|frame| frame.kind == DATA);
    let sizes = data.clone().map(|frame| frame.payload.len()).collect();
    (sizes, data.next_back().map_or(0, |frame| frame.flags))
}

/// RFC 9113, section 8.8.3, without its trailers: HEADERS without END_STREAM, then DATA with it.
#[test]
fn a_whole_body_follows_its_head() {
    let mut client = Client::new();
    let sent = client.send(&exchange(), &post(b"{binary data}"));
    assert_eq!((sent[0].kind, sent[0].flags), (HEADERS, END_HEADERS));
    assert_eq!(sent[1..], [raw(DATA, END_STREAM, 1, b"{binary data}")]);
    let sent = client.send(&exchange(), &post(b""));
    assert_eq!((sent.len(), sent[0].flags), (1, WHOLE));
}

#[test]
fn a_long_head_and_body_are_split_as_the_peer_allows() {
    let mut client = Client::with_settings(&[(MAX_FRAME_SIZE, 20_000)]);
    let mut request = post(&[7; 50_000]);
    let value = [0xff; 20_001];
    request.push(
        "x-long",
        &value,
        hammer_wire::http2::FieldIndexing::NotIndexed,
    );
    let sent = client.send(&exchange(), &request);
    assert_eq!(
        (sent[0].kind, sent[0].flags, sent[0].payload.len()),
        (HEADERS, 0, 20_000)
    );
    assert_eq!(
        (sent[1].kind, sent[1].flags),
        (frames::CONTINUATION, END_HEADERS)
    );
    assert_eq!(sizes(&sent), (vec![20_000, 20_000, 10_000], END_STREAM));
}

/// A frame had up to 16 MiB, for which other streams waited.
#[test]
fn large_frames_are_not_sent_although_the_peer_allows_them() {
    const WINDOW: u32 = 1 << 30;
    let mut client = Client::with_settings(&[
        (MAX_FRAME_SIZE, (1 << 24) - 1),
        (INITIAL_WINDOW_SIZE, WINDOW),
    ]);
    client.receive(&number(WINDOW_UPDATE, 0, WINDOW));
    let (first, second) = (exchange(), exchange());
    let requests = [
        (&first, post(&[1; 1_000_000])),
        (&second, post(&[2; 100_000])),
    ];
    for (exchange, request) in &requests {
        let sent = client.state.send_request(exchange, request);
        sent.expect("the connection accepts requests");
    }
    let sent = client.sent();
    let (sizes, _) = sizes(&sent);
    assert_eq!(sizes.iter().sum::<usize>(), 1_100_000);
    assert!(sizes.iter().all(|bytes| *bytes <= 64 * 1024), "{sizes:?}");
    let data: Vec<u32> = sent
        .iter()
        .filter(|frame| frame.kind == DATA)
        .map(|frame| frame.stream)
        .collect();
    let turns = data.iter().position(|stream| *stream == 3);
    assert!(turns.is_some_and(|before| before <= 5), "{data:?}");
}

#[test]
fn pieces_are_sent_as_they_come_and_the_end_after_them() {
    let mut client = Client::new();
    let upload = exchange();
    let sent = client.send(&upload, &streamed());
    assert_eq!((sent.len(), sent[0].flags), (1, END_HEADERS));
    for piece in [&b"one"[..], b"two"] {
        client
            .state
            .send_data(&upload, Bytes::copy_from_slice(piece));
        assert_eq!(client.sent(), [raw(DATA, 0, 1, piece)]);
        assert_eq!(seen(&upload), [Seen::NeedsBody]);
    }
    client.state.finish_request(&upload);
    assert_eq!(client.sent(), [raw(DATA, END_STREAM, 1, b"")]);
    // Nothing more can follow.
    client.state.send_data(&upload, Bytes::from_static(b"late"));
    client.state.finish_request(&upload);
    assert_eq!(client.sent(), []);
    client.receive(&frame(HEADERS, WHOLE, 1, &[OK]));
    assert_eq!(seen(&upload), [head(200, &[]), Seen::End]);
    assert!(!upload.upload_cut_short());
}

/// RFC 9113, section 8.1: trailers are a header block with END_STREAM.
#[test]
fn trailers_end_a_request() {
    for piece in [&b""[..], b"body"] {
        let mut client = Client::new();
        let upload = exchange();
        client.send(&upload, &streamed());
        client
            .state
            .send_data(&upload, Bytes::copy_from_slice(piece));
        let mut trailers = FieldList::new();
        trailers.push(b"foo", b"bar");
        client.state.finish_request_with_trailers(&upload, trailers);
        let sent = client.sent();
        let last = sent.last().expect("the trailers");
        // A literal without indexing; "foo" and "bar" are shorter in Huffman code.
        assert_eq!((last.kind, last.flags), (HEADERS, WHOLE));
        assert_eq!(last.payload, b"\x00\x82\x94\xe7\x03bar");
        assert_eq!(sent.len(), 1 + usize::from(!piece.is_empty()));
    }
}

#[test]
fn trailers_wait_for_the_body_before_them() {
    let mut client = Client::with_settings(&[(INITIAL_WINDOW_SIZE, 2)]);
    let upload = exchange();
    client.send(&upload, &streamed());
    client.state.send_data(&upload, Bytes::from_static(b"abc"));
    client
        .state
        .finish_request_with_trailers(&upload, FieldList::new());
    assert_eq!(client.sent(), [raw(DATA, 0, 1, b"ab")]);
    assert_eq!(upload.unsent_bytes(), 1);
    client.receive(&number(WINDOW_UPDATE, 1, 1));
    let sent = client.sent();
    assert_eq!(sent[0], raw(DATA, 0, 1, b"c"));
    assert_eq!((sent[1].kind, sent[1].flags), (HEADERS, WHOLE));
}

/// RFC 9113, section 6.9.2: a window may become negative.
#[test]
fn windows_follow_the_settings_of_the_peer() {
    let mut client = Client::with_settings(&[(INITIAL_WINDOW_SIZE, 10)]);
    let upload = exchange();
    let sent = client.send(&upload, &post(&[7; 30]));
    assert_eq!(sizes(&sent), (vec![10], 0));
    client.receive_settings(&[(INITIAL_WINDOW_SIZE, 4)]);
    // The window is -6 now.
    client.receive(&number(WINDOW_UPDATE, 1, 6));
    assert_eq!(sizes(&client.sent()), (vec![], 0));
    client.receive(&number(WINDOW_UPDATE, 1, 1));
    assert_eq!(sizes(&client.sent()), (vec![1], 0));
    client.receive_settings(&[(INITIAL_WINDOW_SIZE, 100)]);
    assert_eq!(sizes(&client.sent()), (vec![19], END_STREAM));
}

#[test]
fn without_credit_nothing_is_sent_and_late_credit_continues() {
    let mut client = Client::with_settings(&[(INITIAL_WINDOW_SIZE, 0)]);
    let upload = exchange();
    assert_eq!(sizes(&client.send(&upload, &post(b"abc"))), (vec![], 0));
    assert_eq!(seen(&upload), []);
    client.receive(&number(WINDOW_UPDATE, 1, 3));
    assert_eq!(client.sent(), [raw(DATA, END_STREAM, 1, b"abc")]);
}

#[test]
fn the_window_of_the_connection_is_shared_in_turn() {
    let mut client = Client::with_settings(&[(INITIAL_WINDOW_SIZE, 1 << 20)]);
    let (first, second) = (exchange(), exchange());
    let sent = client.send(&first, &post(&[1; 100_000]));
    assert_eq!(sizes(&sent).0.iter().sum::<usize>(), 65_535);
    client.send(&second, &post(&[2; 100_000]));
    client.receive(&number(WINDOW_UPDATE, 0, 32_768));
    let streams: Vec<u32> = client.sent().iter().map(|frame| frame.stream).collect();
    assert_eq!(streams, [1, 3]);
}

/// Such uploads failed as floods.
#[test]
fn credit_in_crumbs_is_accepted() {
    let mut client = Client::with_settings(&[(INITIAL_WINDOW_SIZE, 1 << 30)]);
    client.receive(&number(WINDOW_UPDATE, 0, 1 << 30));
    let upload = exchange();
    client.send(&upload, &post(&[7; 200_000]));
    for _ in 0..200_000 / 100 {
        client.receive(&number(WINDOW_UPDATE, 0, 100));
        client.receive(&number(WINDOW_UPDATE, 1, 100));
    }
    client.receive(&frame(HEADERS, WHOLE, 1, &[OK]));
    assert_eq!(seen(&upload), [head(200, &[]), Seen::End]);
}

/// RFC 9113, section 8.1: a response may precede the end of the request.
#[test]
fn a_response_before_the_end_of_the_upload_counts() {
    let complete = post(&[7; 100_000]);
    for request in [complete, streamed()] {
        let mut client = Client::new();
        let upload = exchange();
        client.send(&upload, &request);
        client.receive(&frame(HEADERS, WHOLE, 1, b"\x08\x03413"));
        // The reset of the peer, or its GOAWAY and end, comes after the answer.
        client.receive(&number(RST_STREAM, 1, 0));
        client.state.end(None);
        assert_eq!(seen(&upload).last(), Some(&Seen::End));
        assert!(upload.upload_cut_short());
        assert_eq!(upload.unsent_bytes(), 0);
        let code = Http2ErrorCode::CANCEL.0.to_be_bytes();
        assert_eq!(client.sent(), [raw(RST_STREAM, 0, 1, &code)]);
    }
}

#[test]
fn credit_for_an_upload_that_was_abandoned_is_ignored() {
    let mut client = Client::with_settings(&[(INITIAL_WINDOW_SIZE, 1)]);
    let (first, second) = (exchange(), exchange());
    client.send(&first, &post(b"abc"));
    client.send(&second, &post(b"def"));
    client.state.cancel(&first);
    client.sent();
    client.receive(&number(WINDOW_UPDATE, 1, 2));
    client.receive(&number(WINDOW_UPDATE, 3, 2));
    assert_eq!(client.sent(), [raw(DATA, END_STREAM, 3, b"ef")]);
}

#[test]
fn an_upload_fails_with_its_stream() {
    let mut client = Client::with_settings(&[(INITIAL_WINDOW_SIZE, 1)]);
    let upload = exchange();
    client.send(&upload, &streamed());
    client.state.send_data(&upload, Bytes::from_static(b"abc"));
    client.receive(&number(RST_STREAM, 1, 8));
    let failure = StreamFailure::Reset(Http2ErrorCode::CANCEL);
    assert_eq!(seen(&upload), [Seen::Failed(failure)]);
    client.sent();
    client.state.send_data(&upload, Bytes::from_static(b"d"));
    client.state.finish_request(&upload);
    client.receive(&number(WINDOW_UPDATE, 1, 9));
    assert_eq!(client.sent(), []);
}

/// RFC 7541, section 4.2: the new size comes at the start of the next block.
#[test]
fn a_header_table_of_size_0_is_followed() {
    let mut client = Client::new();
    let request = |path: &[u8]| {
        let mut request = Http2Request::new("GET", "http", b"example.org", path);
        request.cache();
        request
    };
    let first = client.send(&exchange(), &request(b"/"));
    let second = client.send(&exchange(), &request(b"/"));
    assert!(
        second[0].payload.len() < first[0].payload.len(),
        "the table is used"
    );
    client.receive_settings(&[(HEADER_TABLE_SIZE, 0)]);
    client.sent();
    let third = client.send(&exchange(), &request(b"/"));
    assert_eq!(third[0].payload[0], 0x20);
    let fourth = client.send(&exchange(), &request(b"/"));
    assert_eq!(third[0].payload[1..], fourth[0].payload);
    assert!(
        fourth[0].payload.len() > second[0].payload.len(),
        "the table is not used"
    );
}
