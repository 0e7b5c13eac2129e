//! Streams: their number, their waiting exchanges, GOAWAY and the end of a connection.

use std::rc::Rc;

use hammer_wire::http2::{Http2ErrorCode, Http2Exchange, StreamFailure};

use super::frames::{DATA, END_HEADERS, HEADERS, RST_STREAM, WHOLE, frame, goaway, raw};
use super::{ALL_PARTS, Client, OK, Seen, get, head, seen};

const MAX_CONCURRENT_STREAMS: u16 = 3;

fn queued(client: &mut Client) -> Rc<Http2Exchange> {
    let exchange = Rc::new(Http2Exchange::new(ALL_PARTS));
    client.state.enqueue(&exchange);
    exchange
}

fn answer(client: &mut Client, stream: u32) {
    client.receive(&frame(HEADERS, WHOLE, stream, &[OK]));
}

#[test]
fn exchanges_wait_for_a_stream_in_order() {
    let mut client = Client::with_settings(&[(MAX_CONCURRENT_STREAMS, 1)]);
    client.get(ALL_PARTS);
    assert!(!client.state.has_room());
    let unqueued = Rc::new(Http2Exchange::new(ALL_PARTS));
    let sent = client.state.send_request(&unqueued, &get());
    assert_eq!(sent, Err(StreamFailure::Unsent), "no stream is free");
    let (second, third) = (queued(&mut client), queued(&mut client));
    assert_eq!((seen(&second), seen(&third)), (vec![], vec![]));
    answer(&mut client, 1);
    assert_eq!((seen(&second), seen(&third)), (vec![Seen::Granted], vec![]));
    client.send(&second, &get());
    answer(&mut client, 3);
    assert_eq!(seen(&second), [head(200, &[]), Seen::End]);
    assert_eq!(seen(&third), [Seen::Granted]);
    // A grant that is not used goes to the next exchange.
    let fourth = queued(&mut client);
    client.state.cancel(&third);
    assert_eq!(seen(&fourth), [Seen::Granted]);
}

#[test]
fn a_peer_without_streams_may_allow_some_later() {
    let mut client = Client::with_settings(&[(MAX_CONCURRENT_STREAMS, 0)]);
    assert!(!client.state.has_room());
    let waiting = queued(&mut client);
    assert_eq!(seen(&waiting), []);
    client.receive_settings(&[(MAX_CONCURRENT_STREAMS, 1)]);
    assert_eq!(seen(&waiting), [Seen::Granted]);
}

/// RFC 9113, section 5.1.2: streams above a lower limit stay, and no further ones are opened.
#[test]
fn a_lower_limit_takes_back_the_streams_that_are_not_used() {
    let mut client = Client::with_settings(&[(MAX_CONCURRENT_STREAMS, 2)]);
    let (first, second) = (client.get(ALL_PARTS), client.get(ALL_PARTS));
    let (third, fourth) = (queued(&mut client), queued(&mut client));
    answer(&mut client, 1);
    assert_eq!(seen(&first).last(), Some(&Seen::End));
    assert_eq!(seen(&third), [Seen::Granted]);
    client.receive_settings(&[(MAX_CONCURRENT_STREAMS, 1)]);
    assert_eq!((seen(&third), seen(&fourth)), (vec![], vec![]));
    answer(&mut client, 3);
    assert_eq!(seen(&second).last(), Some(&Seen::End));
    assert_eq!((seen(&third), seen(&fourth)), (vec![Seen::Granted], vec![]));
}

/// RFC 9113, section 6.8: streams above the last one were not processed.
#[test]
fn a_goaway_refuses_the_streams_above_its_last() {
    let mut client = Client::with_settings(&[(MAX_CONCURRENT_STREAMS, 3)]);
    let exchanges: Vec<_> = (0..3).map(|_| client.get(ALL_PARTS)).collect();
    let waiting = queued(&mut client);
    client.receive(&goaway(3, 0));
    assert!(client.state.refuses_requests());
    assert_eq!(seen(&exchanges[2]), [Seen::Failed(StreamFailure::Refused)]);
    assert_eq!(seen(&waiting), [Seen::Failed(StreamFailure::Unsent)]);
    answer(&mut client, 1);
    assert_eq!(seen(&exchanges[0]), [head(200, &[]), Seen::End]);
    // The last one gets no answer before the connection ends.
    client.state.end(None);
    let failure = StreamFailure::GoneAway(Http2ErrorCode::NO_ERROR);
    assert_eq!(seen(&exchanges[1]), [Seen::Failed(failure)]);
}

#[test]
fn an_end_names_its_reason() {
    let no_content = frame(RST_STREAM, 0, 1, &[]);
    let table: [(&[u8], StreamFailure); 3] = [
        (&[], StreamFailure::ConnectionLost),
        (
            &goaway(1, 11),
            StreamFailure::GoneAway(Http2ErrorCode::ENHANCE_YOUR_CALM),
        ),
        (&goaway(0, 0), StreamFailure::Refused),
    ];
    for (received, failure) in table {
        let mut client = Client::new();
        let exchange = client.get(ALL_PARTS);
        client.receive(received);
        client.state.end(None);
        assert_eq!(seen(&exchange), [Seen::Failed(failure)]);
    }
    let mut client = Client::new();
    let exchange = client.get(ALL_PARTS);
    let error = client
        .try_receive(&no_content)
        .expect_err("an invalid frame");
    client.state.end(Some(error));
    assert_eq!(
        seen(&exchange),
        [Seen::Failed(StreamFailure::ConnectionError(error))]
    );
    let code = Http2ErrorCode::FRAME_SIZE_ERROR.0.to_be_bytes();
    let payload = [&[0; 4], &code[..]].concat();
    assert_eq!(client.sent(), [raw(super::frames::GOAWAY, 0, 0, &payload)]);
}

#[test]
fn requests_of_which_no_byte_was_written_are_unsent() {
    let mut client = Client::new();
    let written = client.get(ALL_PARTS);
    let unwritten = Rc::new(Http2Exchange::new(ALL_PARTS));
    let sent = client.state.send_request(&unwritten, &get());
    assert_eq!(sent, Ok(()));
    client.state.end(None);
    assert_eq!(
        seen(&written),
        [Seen::Failed(StreamFailure::ConnectionLost)]
    );
    assert_eq!(seen(&unwritten), [Seen::Failed(StreamFailure::Unsent)]);
    let again = client.state.send_request(&unwritten, &get());
    assert_eq!(again, Err(StreamFailure::Unsent));
}

#[test]
fn late_frames_of_a_canceled_stream_are_ignored() {
    let mut client = Client::new();
    let exchange = client.get(ALL_PARTS);
    client.state.cancel(&exchange);
    let code = Http2ErrorCode::CANCEL.0.to_be_bytes();
    assert_eq!(client.sent(), [raw(RST_STREAM, 0, 1, &code)]);
    // The field `a: b` enters the table.
    client.receive(&frame(HEADERS, END_HEADERS, 1, b"\x88\x40\x01a\x01b"));
    client.receive(&frame(DATA, 0, 1, b"late"));
    client.receive(&frame(HEADERS, WHOLE, 1, &[OK]));
    assert_eq!((seen(&exchange), client.sent()), (vec![], vec![]));
    assert!(client.state.is_idle());
    let next = client.get(ALL_PARTS);
    client.receive(&frame(HEADERS, WHOLE, 3, &[OK, 0xbe]));
    assert_eq!(seen(&next), [head(200, &[("a", "b")]), Seen::End]);
}

#[test]
fn late_frames_of_many_canceled_streams_are_accepted() {
    let mut client = Client::new();
    for number in 0..500 {
        let exchange = client.get(ALL_PARTS);
        client.state.cancel(&exchange);
        let stream = 2 * number + 1;
        client.receive(&frame(HEADERS, END_HEADERS, stream, &[OK]));
        client.receive(&frame(HEADERS, WHOLE, stream, &[OK]));
        client.receive(&frame(RST_STREAM, 0, stream, &[0; 4]));
    }
}
