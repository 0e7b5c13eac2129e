//! Time to encode a request and to decode its response, which every hit does.

use std::convert::Infallible;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hammer_wire::ResponseHead;
use hammer_wire::http1::{
    BodyFraming, RequestKind, RequestLayout, RequestPart, ResponseDecoder, ResponseSink,
};

/// Counts the bytes of a body.
#[derive(Default)]
struct BodyCounter {
    status: u16,
    body_bytes: usize,
}

impl ResponseSink for BodyCounter {
    type Error = Infallible;

    fn head(&mut self, head: &ResponseHead<'_>) -> Result<(), Infallible> {
        self.status = head.status;
        Ok(())
    }

    fn body(&mut self, bytes: &[u8]) -> Result<(), Infallible> {
        self.body_bytes += bytes.len();
        Ok(())
    }
}

/// A response of 150 bytes with four fields.
const SHORT: &[u8] = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 03 Jun 2024 10:15:30 GMT\r\n\
    Content-Type: text/plain\r\nContent-Length: 22\r\n\r\nHello, world of loads!";

/// A response with eight fields.
const LONG: &[u8] = b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Mon, 03 Jun 2024 10:15:30 GMT\r\n\
    Content-Type: text/html\r\nContent-Length: 15\r\nLast-Modified: Tue, 28 May 2024 08:00:00 GMT\r\n\
    Connection: keep-alive\r\nETag: \"66558f00-f\"\r\nAccept-Ranges: bytes\r\n\r\n<h1>Hello!</h1>";

/// A response in chunks.
const CHUNKS: &[u8] = b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 03 Jun 2024 10:15:30 GMT\r\n\
    Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n16\r\nHello, world of loads!\r\n0\r\n\r\n";

fn decode(c: &mut Criterion) {
    for (name, response) in [
        ("decode/4 fields, length", SHORT),
        ("decode/8 fields, length", LONG),
        ("decode/4 fields, chunks", CHUNKS),
    ] {
        let mut bytes = response.to_vec();
        let mut decoder = ResponseDecoder::new();
        c.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut sink = BodyCounter::default();
                decoder.begin(RequestKind::Plain);
                let consumed = decoder.receive(black_box(&mut bytes), &mut sink);
                assert!(consumed == Ok(response.len()) && decoder.is_persistent());
                sink.body_bytes
            });
        });
    }
}

fn encode(c: &mut Criterion) {
    let mut fixed = RequestLayout::new("GET", RequestPart::Fixed(b"/"), BodyFraming::LengthIfAny);
    fixed.push_field("host", RequestPart::Fixed(b"127.0.0.1:8080"));
    fixed.push_field("user-agent", RequestPart::Fixed(b"hammer/0.1.0"));
    fixed.push_field("accept", RequestPart::Fixed(b"*/*"));
    let mut variable = RequestLayout::new("POST", RequestPart::Variable, BodyFraming::Length);
    variable.push_field("host", RequestPart::Fixed(b"127.0.0.1:8080"));
    variable.push_field("user-agent", RequestPart::Fixed(b"hammer/0.1.0"));
    variable.push_field("authorization", RequestPart::Variable);
    variable.push_field("content-type", RequestPart::Fixed(b"application/json"));
    variable.push_field("x-request-id", RequestPart::Variable);
    let values: [&[u8]; 3] = [b"/users/1234567", b"Bearer abcdefghijkl", b"00112233445566"];
    let mut out = Vec::with_capacity(1024);
    c.bench_function("encode/fixed", |bencher| {
        bencher.iter(|| {
            out.clear();
            fixed.encode(black_box([]), &[], &[], &mut out);
            out.len()
        });
    });
    c.bench_function("encode/3 variable parts and a body", |bencher| {
        bencher.iter(|| {
            out.clear();
            variable.encode(black_box(values), &[], b"{\"message\":\"hi!\"}", &mut out);
            out.len()
        });
    });
}

criterion_group!(benches, decode, encode);
criterion_main!(benches);
