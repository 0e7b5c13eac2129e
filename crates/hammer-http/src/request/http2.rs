//! Converts requests to HTTP/2.

use bytes::Bytes;
use hammer_wire::http2::{FieldIndexing, Http2Request};
use hammer_wire::{MAX_DIGITS, format_number};
use http::Method;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName};

use crate::request::prepared::RequestHead;

/// The reuse of a request, which decides what is cached and indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestReuse {
    /// One request is sent for all hits.
    Repeated,
    /// Several requests are sent in turn.
    Rotated,
    /// The request is sent once.
    SingleUse,
}

/// Fields that usually differ between requests, and would only fill the header tables.
const PER_REQUEST_FIELDS: [&str; 6] = [
    ":path",
    "authorization",
    "content-length",
    "cookie",
    "x-amz-content-sha256",
    "x-amz-date",
];

/// The parts of a request, in the terms of HTTP/1.1.
pub(crate) struct Http2RequestParts<'a> {
    pub(crate) head: &'a RequestHead,
    pub(crate) scheme: &'static str,
    pub(crate) path: &'a [u8],
    /// The value of the header `Cookie`, in addition to the headers; empty if there is no such header.
    pub(crate) cookies: &'a [u8],
    pub(crate) body: Bytes,
    /// Headers that differ in the next request, so they are not indexed.
    pub(crate) varying: &'a [HeaderName],
    pub(crate) reuse: RequestReuse,
}

impl Http2RequestParts<'_> {
    /// Writes the request to `request`, in the memory of the one before.
    ///
    /// `headers` returns the headers of the head with their values and true for secrets. `Host` becomes
    /// `:authority` (RFC 9113, section 8.3.1), and a body gets a `content-length`.
    pub(crate) fn write_to<'h, I>(self, headers: impl Fn() -> I, request: &mut Http2Request)
    where
        I: Iterator<Item = (&'h HeaderName, &'h [u8], bool)>,
    {
        let method = &self.head.method;
        let host = headers().find(|(name, ..)| **name == HOST);
        let authority = host.map_or(&[][..], |(_, value, _)| value);
        request.restart(method.as_str(), self.scheme, authority, self.path);
        // HTTP/2 forbids `Connection`; the client closes a connection without it.
        let is_sent = |name: &HeaderName| *name != HOST && *name != CONNECTION;
        for (name, value, is_secret) in headers().filter(|(name, ..)| is_sent(name)) {
            let indexing = if is_secret {
                FieldIndexing::NeverIndexed
            } else {
                FieldIndexing::Indexed
            };
            request.push(name.as_str(), value, indexing);
        }
        if !self.cookies.is_empty() {
            request.push("cookie", self.cookies, FieldIndexing::NeverIndexed);
        }
        let body_bytes = self.body.len();
        let expects_body = [Method::POST, Method::PUT, Method::PATCH].contains(method);
        let announced = self.head.headers.contains_key(CONTENT_LENGTH);
        if (body_bytes > 0 || expects_body) && !announced {
            let mut digits = [0; MAX_DIGITS];
            let length = format_number::<10>(body_bytes, &mut digits);
            request.push("content-length", length, FieldIndexing::Indexed);
        }
        if self.reuse != RequestReuse::Repeated {
            request.exclude_varying(|name| {
                let mut varying = self.varying.iter().map(HeaderName::as_str);
                PER_REQUEST_FIELDS
                    .iter()
                    .any(|field| name == field.as_bytes())
                    || varying.any(|field| name == field.as_bytes())
            });
        }
        request.set_body(self.body);
        if self.reuse != RequestReuse::SingleUse {
            request.cache();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Http, HttpRequestSpec, TemplateScope};

    #[test]
    fn varying_fields_are_not_indexed() {
        let http = Http::builder("http://127.0.0.1:1/")
            .template_scope(TemplateScope::new())
            .header("X-Id", "{{uuid}}")
            .header("X-Same", "same");
        let http = http.build().unwrap();
        let request = http.workflow.targets[0].request.clone();
        let request = request.http2_request("http");
        for (name, indexing) in [
            ("x-id", FieldIndexing::NotIndexed),
            ("x-same", FieldIndexing::Indexed),
        ] {
            let mut fields = request.fields();
            let field = fields.find(|(other, ..)| *other == name.as_bytes());
            let found = field.map(|(_, _, indexing)| indexing);
            assert_eq!(found, Some(indexing), "{name}");
        }
    }

    #[test]
    fn the_path_is_sent_byte_for_byte() {
        let http = Http::builder("http://127.0.0.1:1/").build().unwrap();
        let requests = http.request_factory();
        for target in [&b"/a?b=1"[..], b"/a?b=\"c\"", b"/a#b", b"/\xff<", b"*"] {
            let spec = HttpRequestSpec {
                method: "GET",
                target,
                ..HttpRequestSpec::default()
            };
            let made = requests.make(&spec).unwrap();
            let request = made.prepared.http2_request("http");
            let path = request.fields().find(|(name, ..)| *name == b":path");
            assert_eq!(path.map(|(_, value, _)| value), Some(target));
        }
    }
}
