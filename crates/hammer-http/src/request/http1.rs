//! A request as the bytes of HTTP/1.1.

use hammer_wire::http1::{BodyFraming, RequestKind, RequestLayout, RequestPart};
use http::Method;
use http::header::{CONTENT_LENGTH, EXPECT, TRANSFER_ENCODING, UPGRADE};

use crate::request::prepared::PreparedRequest;
use crate::request::template::RequestTemplate;

/// Bodies up to this size are sent in one piece with their head.
pub(crate) const MAX_JOINED_BODY_BYTES: usize = 16 * 1024;

/// A request encoded once for all hits, with places for the parts that vary.
#[derive(Debug)]
pub(crate) struct Http1Request {
    pub(crate) layout: RequestLayout,
    pub(crate) kind: RequestKind,
    /// True if the body waits for an interim response of status 100 (RFC 9110, section 10.1.1).
    pub(crate) expects_continue: bool,
    /// The head, and a small body, if no part of the head varies.
    pub(crate) fixed: Vec<u8>,
    /// True if `fixed` has the body.
    pub(crate) joins_body: bool,
}

/// A request of one hit, as its pieces in the order of sending.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OutgoingRequest<'a> {
    pub(crate) kind: RequestKind,
    pub(crate) expects_continue: bool,
    pub(crate) has_body: bool,
    /// The head, with a small body.
    pub(crate) start: &'a [u8],
    /// A large body, and the end of its framing.
    pub(crate) body: [&'a [u8]; 2],
}

impl Http1Request {
    pub(crate) fn new(request: &PreparedRequest, template: Option<&RequestTemplate>) -> Self {
        let head = &request.head;
        let implies_body = [Method::POST, Method::PUT, Method::PATCH].contains(&head.method);
        let framing = if head.headers.contains_key(TRANSFER_ENCODING) {
            BodyFraming::Chunked
        } else if head.headers.contains_key(CONTENT_LENGTH) {
            BodyFraming::GivenLength
        } else if implies_body {
            BodyFraming::Length
        } else {
            BodyFraming::LengthIfAny
        };
        let target = match template.and_then(|template| template.target.as_ref()) {
            Some(_) => RequestPart::Variable,
            None => RequestPart::Fixed(&head.target),
        };
        let mut layout = RequestLayout::new(head.method.as_str(), target, framing);
        let mut varying = template.iter().flat_map(|template| &template.headers);
        let mut next = varying.next();
        for (index, (name, value)) in head.headers.iter().enumerate() {
            let part = match next {
                Some(header) if header.index == index => {
                    next = varying.next();
                    RequestPart::Variable
                }
                _ => RequestPart::Fixed(value.as_bytes()),
            };
            layout.push_field(name.as_str(), part);
        }
        let expects_continue = head
            .headers
            .get(EXPECT)
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let mut encoded = Self {
            layout,
            kind: if head.method == Method::HEAD {
                RequestKind::Head
            } else if head.headers.contains_key(UPGRADE) {
                RequestKind::Upgrade
            } else {
                RequestKind::Plain
            },
            expects_continue,
            fixed: vec![],
            joins_body: request.body.len() <= MAX_JOINED_BODY_BYTES && !expects_continue,
        };
        if encoded.layout.variable_parts() == 0 {
            encoded.encode_fixed(&request.body);
        }
        encoded
    }

    fn encode_fixed(&mut self, body: &[u8]) {
        let out = &mut self.fixed;
        if self.joins_body {
            self.layout.encode([], &[], body, out);
        } else {
            self.layout.encode_head([], &[], body.len(), out);
        }
    }

    /// The request with the same head and body for each hit.
    pub(crate) fn outgoing_fixed<'a>(&'a self, body: &'a [u8]) -> OutgoingRequest<'a> {
        let rest = if self.joins_body {
            [&[][..]; 2]
        } else {
            [body, self.layout.body_end(body.len())]
        };
        OutgoingRequest {
            kind: self.kind,
            expects_continue: self.expects_continue && !body.is_empty(),
            has_body: !body.is_empty(),
            start: &self.fixed,
            body: rest,
        }
    }

    /// The request of one hit, encoded into `out`.
    pub(crate) fn outgoing<'a>(
        &self,
        values: impl IntoIterator<Item = &'a [u8]>,
        more_fields: &[(&str, &[u8])],
        body: &'a [u8],
        out: &'a mut Vec<u8>,
    ) -> OutgoingRequest<'a> {
        out.clear();
        let expects_continue = self.expects_continue && !body.is_empty();
        let rest = if body.len() <= MAX_JOINED_BODY_BYTES && !expects_continue {
            self.layout.encode(values, more_fields, body, out);
            [&[][..]; 2]
        } else {
            self.layout
                .encode_head(values, more_fields, body.len(), out);
            [body, self.layout.body_end(body.len())]
        };
        OutgoingRequest {
            kind: self.kind,
            expects_continue,
            has_body: !body.is_empty(),
            start: out,
            body: rest,
        }
    }
}

impl<'a> OutgoingRequest<'a> {
    /// The size in bytes.
    pub(crate) fn len(&self) -> usize {
        self.start.len() + self.body[0].len() + self.body[1].len()
    }

    /// The pieces that follow the first `written` bytes.
    pub(crate) fn pieces_after(&self, written: usize) -> [&'a [u8]; 3] {
        let mut skip = written;
        [self.start, self.body[0], self.body[1]].map(|piece| {
            let skipped = skip.min(piece.len());
            skip -= skipped;
            &piece[skipped..]
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;
    use http::header::HeaderValue;

    use super::*;

    fn request(
        method: &str,
        headers: &[(&'static str, &'static str)],
        body: &str,
    ) -> PreparedRequest {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let method = method.parse().expect("a method");
        let body = Bytes::copy_from_slice(body.as_bytes());
        PreparedRequest::new(method, Bytes::from_static(b"/a"), map, body)
    }

    /// All bytes of a request.
    fn sent(request: &PreparedRequest) -> String {
        let encoded = request.http1_request(None);
        let outgoing = encoded.outgoing_fixed(&request.body);
        let bytes = outgoing.pieces_after(0).concat();
        assert_eq!(bytes.len(), outgoing.len());
        String::from_utf8(bytes).expect("ASCII")
    }

    #[test]
    fn bodies_are_framed() {
        let table = [
            ("GET", &[][..], "", "GET /a HTTP/1.1\r\n\r\n"),
            (
                "GET",
                &[],
                "hi",
                "GET /a HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi",
            ),
            (
                "POST",
                &[],
                "",
                "POST /a HTTP/1.1\r\ncontent-length: 0\r\n\r\n",
            ),
            (
                "POST",
                &[("content-length", "2"), ("x-a", "b")],
                "hi",
                "POST /a HTTP/1.1\r\ncontent-length: 2\r\nx-a: b\r\n\r\nhi",
            ),
            (
                "POST",
                &[("transfer-encoding", "chunked")],
                "hi",
                "POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
            ),
            (
                "POST",
                &[("transfer-encoding", "chunked")],
                "",
                "POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            ),
        ];
        for (method, headers, body, expected) in table {
            assert_eq!(sent(&request(method, headers, body)), expected);
        }
    }

    #[test]
    fn large_bodies_follow_their_head() {
        let body = "x".repeat(MAX_JOINED_BODY_BYTES + 1);
        for headers in [&[][..], &[("transfer-encoding", "chunked")]] {
            let request = request("POST", headers, &body);
            let whole = sent(&request);
            assert!(whole.contains(&format!("\r\n{body}")), "{headers:?}");
            let outgoing = request.http1_request(None).outgoing_fixed(&request.body);
            assert!(outgoing.start.ends_with(b"\r\n"));
            for written in [
                0,
                1,
                outgoing.start.len(),
                outgoing.len() - 1,
                outgoing.len(),
            ] {
                let rest = outgoing.pieces_after(written).concat();
                assert_eq!(rest, whole.as_bytes()[written..], "{written}");
            }
        }
    }

    #[test]
    fn a_body_that_waits_for_100_is_kept_apart() {
        let headers = &[("expect", "100-continue")];
        for (body, waits) in [("hi", true), ("", false)] {
            let request = request("POST", headers, body);
            let outgoing = request.http1_request(None).outgoing_fixed(&request.body);
            assert_eq!(outgoing.expects_continue, waits);
            assert!(outgoing.start.ends_with(b"\r\n\r\n"));
        }
    }
}
