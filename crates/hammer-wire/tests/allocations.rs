//! Common responses are decoded, and requests are encoded, without an allocation.
//!
//! The counting allocator counts for the whole program, so this is the only test of a separate program.

use std::alloc::System;
use std::convert::Infallible;

use hammer_wire::http1::{
    BodyFraming, RequestKind, RequestLayout, RequestPart, ResponseDecoder, ResponseSink,
};
use hammer_wire::{Fields, ResponseHead};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Counts the events of a response.
#[derive(Default)]
struct EventCounter(usize);

impl ResponseSink for EventCounter {
    type Error = Infallible;

    fn interim(&mut self, _: &ResponseHead<'_>) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }

    fn head(&mut self, _: &ResponseHead<'_>) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }

    fn body(&mut self, _: &[u8]) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }

    fn trailers(&mut self, _: &Fields<'_>) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }
}

/// Responses with the number of their events.
const RESPONSES: [(&[u8], usize); 6] = [
    (
        b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\n\r\nok",
        2,
    ),
    (b"HTTP/1.1 204\r\n\r\n", 1),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: 1\r\n\r\n",
        3,
    ),
    (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        2,
    ),
    (b"HTTP/1.0 200 OK\r\nA: 1\r\n 2\r\n\r\nuntil the end", 2),
    (
        b"\r\nHTTP/1.1 200 OK\nConnection: close\nContent-Length: 2, 2\n\nok",
        2,
    ),
];

#[test]
fn does_not_allocate() {
    let mut decoder = ResponseDecoder::new();
    for (response, events) in RESPONSES {
        let mut whole = response.to_vec();
        let mut prefix = response.to_vec();
        let region = Region::new(ALLOCATOR);
        decoder.begin(RequestKind::Plain);
        let mut sink = EventCounter::default();
        assert_eq!(decoder.receive(&mut whole, &mut sink), Ok(response.len()));
        // Nor does an incomplete head.
        decoder.begin(RequestKind::Plain);
        assert!(
            decoder
                .receive(&mut prefix[..12], &mut EventCounter::default())
                .is_ok()
        );
        let change = region.change();
        assert_eq!(
            (sink.0, change.allocations),
            (events, 0),
            "{}",
            response.escape_ascii()
        );
    }

    let mut layout = RequestLayout::new("POST", RequestPart::Variable, BodyFraming::Length);
    layout.push_field("host", RequestPart::Fixed(b"a.example"));
    let mut out = Vec::with_capacity(256);
    let region = Region::new(ALLOCATOR);
    layout.encode([&b"/users/7"[..]], &[("a", b"1")], b"hello", &mut out);
    assert_eq!(region.change().allocations, 0);
    assert!(out.ends_with(b"a: 1\r\ncontent-length: 5\r\n\r\nhello"));
}
