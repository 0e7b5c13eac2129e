//! Properties of every sequence of bytes that a server may send over HTTP/2. Shared by the fuzzer and
//! the test next to it.

use std::rc::Rc;

use bytes::Bytes;
use hammer_wire::http2::{
    FlowControlWindows, Http2ConnectionError, Http2Event, Http2Exchange, Http2ProtocolState,
    Http2Request, ResponseInterest, StreamFailure,
};
use hammer_wire::{MAX_HEAD_BYTES, MAX_HEADERS};

/// More than the first window of a connection.
const UPLOAD_BYTES: usize = 100_000;
const FIRST_WINDOW: u64 = 65_535;
const PREFACE_BYTES: usize = 24;
const HEADER_BYTES: usize = 9;

/// The results of the exchanges on a connection, and the bytes that the client sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConnectionOutcome {
    exchanges: Vec<ExchangeOutcome>,
    sent: Vec<u8>,
    consumed: usize,
}

#[derive(Debug, PartialEq, Eq)]
struct ExchangeOutcome {
    status: Option<u16>,
    fields: usize,
    trailers: usize,
    body: Vec<u8>,
    body_bytes: u64,
    end: Result<(), StreamFailure>,
}

/// Reads `bytes` as a client that has sent several requests.
///
/// # Panics
///
/// If a property does not hold.
pub(crate) fn check(bytes: &[u8]) {
    let whole = run(bytes, usize::MAX);
    for size in [1, 7] {
        assert_eq!(run(bytes, size), whole, "in pieces of {size}");
    }
}

/// Reads `bytes` in pieces of this size, and checks all that is known of the outcome.
pub(crate) fn run(bytes: &[u8], piece: usize) -> Result<ConnectionOutcome, Http2ConnectionError> {
    let mut state = Http2ProtocolState::new(FlowControlWindows {
        stream: 5_000,
        connection: 65_535,
    });
    let exchanges = send_requests(&mut state);
    let (mut kept, mut consumed) = (vec![], 0);
    let mut failed = None;
    for piece in bytes.chunks(piece.min(bytes.len()).max(1)) {
        kept.extend_from_slice(piece);
        match state.receive(&kept) {
            Ok(length) => drop(kept.drain(..length)),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    consumed += bytes.len() - kept.len();
    let mut sent = vec![];
    while !state.output().is_empty() {
        sent.extend_from_slice(state.output());
        state.record_written(state.output().len());
    }
    state.end(failed);
    sent.extend_from_slice(state.output());
    check_sent(&sent, bytes);
    assert!(state.is_idle() && state.refuses_requests());
    let exchanges: Vec<_> = exchanges.iter().map(|exchange| outcome(exchange)).collect();
    for exchange in &exchanges {
        assert!(exchange.body_bytes <= bytes.len() as u64);
    }
    match failed {
        None => Ok(ConnectionOutcome {
            exchanges,
            sent,
            consumed,
        }),
        Some(error) => Err(error),
    }
}

/// Sends requests on the streams 1 to 9: without a body, with one, in pieces, for a tunnel, and one
/// whose response is not wanted.
fn send_requests(state: &mut Http2ProtocolState) -> Vec<Rc<Http2Exchange>> {
    let all = ResponseInterest {
        headers: true,
        body: true,
        trailers: true,
    };
    let mut upload = Http2Request::new("POST", "http", b"a", b"/");
    upload.set_body(Bytes::from(vec![b'x'; UPLOAD_BYTES]));
    let mut pieces = Http2Request::new("POST", "http", b"a", b"/");
    pieces.stream_body();
    let requests = [
        (Http2Request::new("GET", "http", b"a", b"/"), all),
        (upload, all),
        (pieces, all),
        (Http2Request::connect(b"a:1"), all),
        (
            Http2Request::new("HEAD", "http", b"a", b"/"),
            ResponseInterest::default(),
        ),
    ];
    let send = |(request, interest): (Http2Request, ResponseInterest)| {
        let exchange = Rc::new(Http2Exchange::new(interest));
        let sent = state.send_request(&exchange, &request);
        sent.expect("a new connection has streams");
        exchange
    };
    let exchanges: Vec<_> = requests.into_iter().map(send).collect();
    for exchange in &exchanges[2..=3] {
        state.send_data(exchange, Bytes::from_static(b"piece"));
    }
    state.finish_request(&exchanges[2]);
    exchanges
}

/// Takes all events of an exchange on a connection that has ended.
fn outcome(exchange: &Http2Exchange) -> ExchangeOutcome {
    let mut outcome = ExchangeOutcome {
        status: None,
        fields: exchange.read_fields(|fields| fields.len()),
        trailers: exchange.read_trailers(|fields| fields.len()),
        body: vec![],
        body_bytes: exchange.body_bytes(),
        end: Ok(()),
    };
    assert!(outcome.fields <= MAX_HEADERS && outcome.trailers <= MAX_HEADERS);
    exchange.read_fields(|fields| {
        let bytes = fields.iter().map(|(name, value)| name.len() + value.len());
        assert!(bytes.sum::<usize>() <= MAX_HEAD_BYTES);
    });
    loop {
        match exchange.next_event() {
            Ok(Some(Http2Event::Head(status))) => {
                assert!(outcome.status.is_none() && (200..1000).contains(&status));
                outcome.status = Some(status);
            }
            Ok(Some(Http2Event::Body)) => {
                let taken = exchange.drain_body(|bytes| {
                    outcome.body.extend_from_slice(bytes);
                    Ok::<(), ()>(())
                });
                assert_eq!(taken, Ok(()));
            }
            Ok(Some(Http2Event::Trailers)) => assert!(outcome.trailers > 0),
            Ok(Some(Http2Event::End)) => break,
            Ok(Some(_)) => {}
            Ok(None) => panic!("the connection has ended, but the exchange waits"),
            Err(failure) => {
                outcome.end = Err(failure);
                break;
            }
        }
    }
    assert!(outcome.body.len() as u64 <= outcome.body_bytes);
    outcome
}

/// Checks that the client sends whole frames, and no more data than the peer gave credit for.
fn check_sent(sent: &[u8], received: &[u8]) {
    let mut data_bytes = 0;
    for (kind, stream, payload) in frames(&sent[PREFACE_BYTES..]) {
        assert!(kind <= 9 && (stream == 0 || stream % 2 == 1));
        if kind == 0 {
            data_bytes += payload.len() as u64;
        }
    }
    let credit = |(kind, stream, payload): (u8, u32, &[u8])| match payload {
        [a, b, c, d] if kind == 8 && stream == 0 => u32::from_be_bytes([*a & 0x7f, *b, *c, *d]),
        _ => 0,
    };
    let credit: u64 = frames(received).map(|frame| u64::from(credit(frame))).sum();
    assert!(
        data_bytes <= FIRST_WINDOW + credit,
        "{data_bytes} bytes of data"
    );
}

/// The kinds, streams and payloads of all complete frames.
fn frames(mut bytes: &[u8]) -> impl Iterator<Item = (u8, u32, &[u8])> {
    std::iter::from_fn(move || {
        let (header, rest) = bytes.split_first_chunk::<HEADER_BYTES>()?;
        let [a, b, c, kind, _, stream @ ..] = *header;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        let (payload, rest) = rest.split_at_checked(length)?;
        bytes = rest;
        Some((kind, u32::from_be_bytes(stream) & 0x7fff_ffff, payload))
    })
}
