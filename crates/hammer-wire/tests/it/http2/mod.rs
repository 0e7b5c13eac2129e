//! HTTP/2: bytes of a peer, the events that they cause, and the frames that the client sends.

mod frames;
mod limits;
mod responses;
mod streams;
mod tunnels;
mod uploads;
mod violations;

use std::rc::Rc;

use hammer_wire::FieldList;
use hammer_wire::http2::{
    FlowControlWindows, Http2ConnectionError, Http2Event, Http2Exchange, Http2ProtocolState,
    Http2Request, ResponseInterest, StreamFailure,
};

use self::frames::{RawFrame, SETTINGS, frame};

/// `:status: 200` as an index of the static table.
const OK: u8 = 0x88;

const ALL_PARTS: ResponseInterest = ResponseInterest {
    headers: true,
    body: true,
    trailers: true,
};

/// An event with its content, or the failure.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    Granted,
    Head(u16, Vec<(String, String)>),
    Body(Vec<u8>),
    NeedsBody,
    Trailers(Vec<(String, String)>),
    End,
    Failed(StreamFailure),
}

fn head(status: u16, fields: &[(&str, &str)]) -> Seen {
    Seen::Head(status, pairs(fields))
}

fn body(bytes: &[u8]) -> Seen {
    Seen::Body(bytes.to_vec())
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    fields.iter().map(pair).collect()
}

fn texts(fields: &FieldList) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    fields
        .iter()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// A client whose peer is the test.
struct Client {
    state: Http2ProtocolState,
    /// Received bytes of an incomplete frame.
    kept: Vec<u8>,
}

impl Client {
    /// A client that has exchanged settings with a peer that has these.
    fn with_settings(settings: &[(u16, u32)]) -> Self {
        let mut client = Self {
            state: Http2ProtocolState::new(FlowControlWindows::default()),
            kept: vec![],
        };
        client.receive_settings(settings);
        client.sent();
        client
    }

    fn new() -> Self {
        Self::with_settings(&[])
    }

    fn receive_settings(&mut self, settings: &[(u16, u32)]) {
        let setting =
            |(name, value): &(u16, u32)| [&name.to_be_bytes()[..], &value.to_be_bytes()].concat();
        let payload: Vec<u8> = settings.iter().flat_map(setting).collect();
        self.receive(&frame(SETTINGS, 0, 0, &payload));
    }

    fn try_receive(&mut self, bytes: &[u8]) -> Result<(), Http2ConnectionError> {
        self.kept.extend_from_slice(bytes);
        let consumed = self.state.receive(&self.kept)?;
        self.kept.drain(..consumed);
        Ok(())
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.try_receive(bytes).expect("valid frames");
    }

    /// Takes the frames that the client has sent since the last call.
    fn sent(&mut self) -> Vec<RawFrame> {
        let mut bytes = vec![];
        // Bodies are added as the output is written.
        while !self.state.output().is_empty() {
            bytes.extend_from_slice(self.state.output());
            self.state.record_written(self.state.output().len());
        }
        frames::parse(&bytes)
    }

    /// Sends a request, and takes the frames of it.
    fn send(&mut self, exchange: &Rc<Http2Exchange>, request: &Http2Request) -> Vec<RawFrame> {
        let sent = self.state.send_request(exchange, request);
        sent.expect("the connection accepts requests");
        self.sent()
    }

    /// Sends a GET for `interest` on the next stream.
    fn get(&mut self, interest: ResponseInterest) -> Rc<Http2Exchange> {
        let exchange = Rc::new(Http2Exchange::new(interest));
        self.send(&exchange, &get());
        exchange
    }
}

fn get() -> Http2Request {
    Http2Request::new("GET", "http", b"a", b"/")
}

/// Takes all events so far.
fn seen(exchange: &Http2Exchange) -> Vec<Seen> {
    let mut all = vec![];
    loop {
        let event = match exchange.next_event() {
            Ok(None) => return all,
            Ok(Some(event)) => event,
            Err(failure) => {
                all.push(Seen::Failed(failure));
                return all;
            }
        };
        all.push(match event {
            Http2Event::StreamGranted => Seen::Granted,
            Http2Event::Head(status) => Seen::Head(status, exchange.read_fields(texts)),
            Http2Event::Body => {
                let mut content = vec![];
                let taken = exchange.drain_body(|bytes| {
                    content.extend_from_slice(bytes);
                    Ok::<(), ()>(())
                });
                taken.expect("no error");
                Seen::Body(content)
            }
            Http2Event::NeedsBody => Seen::NeedsBody,
            Http2Event::Trailers => Seen::Trailers(exchange.read_trailers(texts)),
            Http2Event::End => Seen::End,
            _ => panic!("unknown event {event:?}"),
        });
        if matches!(all.last(), Some(Seen::End | Seen::Granted)) {
            return all;
        }
    }
}
