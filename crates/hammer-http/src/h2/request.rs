//! A request as HTTP/2 header fields and a body.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use http::Method;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue};

use super::hpack::{FieldIndexing, HeaderField};
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

/// The head of a request, as fields, and its body.
#[derive(Debug, Clone)]
pub(crate) struct Http2Request {
    /// A hash of the fields, by which a connection recognizes a head that it has encoded before, or
    /// `None` if the request is sent once.
    pub(super) cache_key: Option<u64>,
    pub(super) fields: Vec<HeaderField>,
    pub(super) body: Bytes,
    /// True if its response has no body: HEAD.
    pub(super) bodiless: bool,
}

impl Http2Request {
    /// Converts an HTTP/1.1 head: `Host` becomes `:authority` (RFC 9113, section 8.3.1), and a body
    /// gets a `content-length`.
    ///
    /// Headers named in `varying` differ in the next request, so they are not indexed.
    pub(crate) fn new(
        head: &RequestHead,
        varying: &[HeaderName],
        scheme: &'static str,
        body: Bytes,
        reuse: RequestReuse,
    ) -> Self {
        let text = |text: &'static str| Bytes::from_static(text.as_bytes());
        let copy = |text: &str| Bytes::copy_from_slice(text.as_bytes());
        // Of all targets, only `*` has no path.
        let path = match &*head.target {
            b"*" => head.target.clone(),
            _ => Bytes::copy_from_slice(head.path_and_query()),
        };
        let host = head.headers.get(HOST).map(HeaderValue::as_bytes);
        let mut fields = vec![
            HeaderField::new(text(":method"), copy(head.method.as_str())),
            HeaderField::new(text(":scheme"), text(scheme)),
            HeaderField::new(
                text(":authority"),
                Bytes::copy_from_slice(host.unwrap_or_default()),
            ),
            HeaderField::new(text(":path"), path),
        ];
        // HTTP/2 forbids `Connection`; the client closes a connection without it.
        let is_sent = |name: &HeaderName| *name != HOST && *name != CONNECTION;
        for (name, value) in head.headers.iter().filter(|(name, _)| is_sent(name)) {
            let mut field = HeaderField::new(
                copy(name.as_str()),
                Bytes::copy_from_slice(value.as_bytes()),
            );
            if value.is_sensitive() {
                field.indexing = FieldIndexing::NeverIndexed;
            }
            fields.push(field);
        }
        let expects_body = [Method::POST, Method::PUT, Method::PATCH].contains(&head.method);
        let announced = head.headers.contains_key(CONTENT_LENGTH);
        if (!body.is_empty() || expects_body) && !announced {
            fields.push(HeaderField::new(
                text("content-length"),
                body.len().to_string().into(),
            ));
        }
        if reuse != RequestReuse::Repeated {
            let is_varying = |field: &&mut HeaderField| {
                let mut varying = varying.iter();
                PER_REQUEST_FIELDS.iter().any(|name| field.name == *name)
                    || varying.any(|name| field.name == name.as_str())
            };
            fields
                .iter_mut()
                .filter(is_varying)
                .filter(|field| field.indexing == FieldIndexing::Indexed)
                .for_each(|field| field.indexing = FieldIndexing::NotIndexed);
        }
        Self {
            cache_key: (reuse != RequestReuse::SingleUse).then(|| hash(&fields)),
            fields,
            body,
            bodiless: head.method == Method::HEAD,
        }
    }
}

fn hash(fields: &[HeaderField]) -> u64 {
    let mut hasher = DefaultHasher::new();
    fields.hash(&mut hasher);
    hasher.finish()
}

impl HeaderField {
    fn new(name: Bytes, value: Bytes) -> Self {
        Self {
            name,
            value,
            indexing: FieldIndexing::Indexed,
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
            let field = request.fields.iter().find(|field| field.name == name);
            assert_eq!(field.map(|field| field.indexing), Some(indexing), "{name}");
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
            let path = request.fields.iter().find(|field| field.name == ":path");
            assert_eq!(path.map(|field| &field.value[..]), Some(target));
        }
    }
}
