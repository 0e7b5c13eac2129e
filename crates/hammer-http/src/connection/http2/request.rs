//! Converts requests to HTTP/2.

use bytes::Bytes;
use hammer_wire::http2::{FieldIndexing, Http2Request};
use http::Method;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue};

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

/// Converts an HTTP/1.1 head: `Host` becomes `:authority` (RFC 9113, section 8.3.1), and a body gets a
/// `content-length`.
///
/// Headers named in `varying` differ in the next request, so they are not indexed.
pub(crate) fn to_http2_request(
    head: &RequestHead,
    varying: &[HeaderName],
    scheme: &'static str,
    body: Bytes,
    reuse: RequestReuse,
) -> Http2Request {
    // Of all targets, only `*` has no path.
    let path = match &*head.target {
        b"*" => b"*",
        _ => head.path_and_query(),
    };
    let host = head.headers.get(HOST).map(HeaderValue::as_bytes);
    let authority = host.unwrap_or_default();
    let mut request = Http2Request::new(head.method.as_str(), scheme, authority, path);
    // HTTP/2 forbids `Connection`; the client closes a connection without it.
    let is_sent = |name: &HeaderName| *name != HOST && *name != CONNECTION;
    for (name, value) in head.headers.iter().filter(|(name, _)| is_sent(name)) {
        let indexing = if value.is_sensitive() {
            FieldIndexing::NeverIndexed
        } else {
            FieldIndexing::Indexed
        };
        request.push(name.as_str(), value.as_bytes(), indexing);
    }
    let expects_body = [Method::POST, Method::PUT, Method::PATCH].contains(&head.method);
    let announced = head.headers.contains_key(CONTENT_LENGTH);
    if (!body.is_empty() || expects_body) && !announced {
        let length = HeaderValue::from(body.len());
        request.push("content-length", length.as_bytes(), FieldIndexing::Indexed);
    }
    if reuse != RequestReuse::Repeated {
        request.exclude_varying(|name| {
            let mut varying = varying.iter().map(HeaderName::as_str);
            PER_REQUEST_FIELDS
                .iter()
                .any(|field| name == field.as_bytes())
                || varying.any(|field| name == field.as_bytes())
        });
    }
    request.set_body(body);
    if reuse != RequestReuse::SingleUse {
        request.cache();
    }
    request
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
