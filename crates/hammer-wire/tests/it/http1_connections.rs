//! Several responses on one connection (RFC 9112, section 9).

use std::convert::Infallible;

use hammer_wire::ResponseHead;
use hammer_wire::http1::{ReceiveError, RequestKind, ResponseDecoder, ResponseSink};

use crate::http1_recording::{record, record_with};

#[test]
fn decodes_responses_one_after_the_other() {
    let mut decoder = ResponseDecoder::new();
    assert!(decoder.is_complete() && decoder.is_persistent() && !decoder.has_begun());
    let table = [
        (
            RequestKind::Plain,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        ),
        (
            RequestKind::Head,
            "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n",
        ),
        (
            RequestKind::Plain,
            "HTTP/1.1 103 X\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        ),
        (
            RequestKind::Upgrade,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: 1\r\n\r\n",
        ),
        (
            RequestKind::Plain,
            "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        ),
        (RequestKind::Plain, "HTTP/1.0 200 OK\r\n\r\nuntil the end"),
        (RequestKind::Plain, "HTTP/1.1 200 OK\r\nbroken\r\n\r\n"),
        (
            RequestKind::Plain,
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no",
        ),
    ];
    for (request, bytes) in table {
        for size in [1, 5, bytes.len()] {
            let pieces = || bytes.as_bytes().chunks(size);
            let alone = record(request, pieces());
            assert_eq!(
                record_with(&mut decoder, request, pieces()),
                alone,
                "{bytes:?}"
            );
        }
    }
}

/// Many interim responses, and line breaks between responses, count for one response each.
#[test]
fn counts_anew_for_each_response() {
    let mut decoder = ResponseDecoder::new();
    let response =
        "HTTP/1.1 103 X\r\n\r\n".repeat(60) + &"\r\n".repeat(400) + "HTTP/1.1 204\r\n\r\n";
    for _ in 0..5 {
        let recording = record_with(&mut decoder, RequestKind::Plain, [response.as_bytes()]);
        assert!(recording.complete && recording.persistent);
    }
}

#[test]
fn consumes_nothing_before_a_response_begins() {
    let mut decoder = ResponseDecoder::new();
    let mut stray = *b"HTTP/1.1 408 Request Timeout\r\n\r\n";
    assert_eq!(decoder.receive(&mut stray, &mut HeadOnly), Ok(0));
    assert!(decoder.is_complete() && decoder.receive_end().is_ok());
}

/// Refuses bodies.
#[derive(Debug)]
struct HeadOnly;

impl ResponseSink for HeadOnly {
    type Error = Infallible;

    fn head(&mut self, _: &ResponseHead<'_>) -> Result<(), Infallible> {
        Ok(())
    }

    fn body(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        panic!("a body of {} bytes", bytes.len())
    }
}

/// Refuses the event with this number.
struct Refusal(usize);

impl Refusal {
    fn count(&mut self) -> Result<(), &'static str> {
        let left = self.0.checked_sub(1);
        left.map(|left| self.0 = left).ok_or("refused")
    }
}

impl ResponseSink for Refusal {
    type Error = &'static str;

    fn interim(&mut self, _: &ResponseHead<'_>) -> Result<(), &'static str> {
        self.count()
    }

    fn head(&mut self, _: &ResponseHead<'_>) -> Result<(), &'static str> {
        self.count()
    }

    fn body(&mut self, _: &[u8]) -> Result<(), &'static str> {
        self.count()
    }

    fn trailers(&mut self, _: &hammer_wire::Fields<'_>) -> Result<(), &'static str> {
        self.count()
    }
}

#[test]
fn ends_with_the_error_of_the_sink() {
    let bytes = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                 2\r\nok\r\n0\r\nA: 1\r\n\r\n";
    for event in 0..=4 {
        let mut decoder = ResponseDecoder::new();
        decoder.begin(RequestKind::Plain);
        let received = decoder.receive(&mut bytes.as_bytes().to_vec(), &mut Refusal(event));
        let expected = match event {
            4 => Ok(bytes.len()),
            _ => Err(ReceiveError::Sink("refused")),
        };
        assert_eq!(received, expected);
        assert_eq!(decoder.is_persistent(), event == 4);
    }
}
