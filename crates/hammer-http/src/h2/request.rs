//! What is sent with a hit, as fields.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use hyper::Method;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;

use super::hpack::{Field, Indexing};

/// The head of a request, as fields, and its body.
#[derive(Debug)]
pub(crate) struct Request {
    /// Equal for the same head only, so that a connection can tell that it has encoded it already.
    pub(super) key: u64,
    pub(super) fields: Vec<Field>,
    pub(super) body: Bytes,
    /// Whether its answer has no body: HEAD.
    pub(super) bodiless: bool,
}

impl Request {
    /// The request that `head`, made for HTTP/1.1, is in HTTP/2: `Host` becomes `:authority`, and a
    /// body is announced with its length (RFC 9113, section 8.3.1).
    pub(crate) fn new(head: &Parts, scheme: &'static str, body: Bytes) -> Self {
        static KEYS: AtomicU64 = AtomicU64::new(0);
        let text = |text: &'static str| Bytes::from_static(text.as_bytes());
        let copied = |text: &str| Bytes::copy_from_slice(text.as_bytes());
        let host = head.headers.get(HOST).map(HeaderValue::as_bytes);
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut fields = vec![
            Field::new(text(":method"), copied(head.method.as_str())),
            Field::new(text(":scheme"), text(scheme)),
            Field::new(
                text(":authority"),
                Bytes::copy_from_slice(host.unwrap_or_default()),
            ),
            Field::new(text(":path"), copied(path)),
        ];
        // `Connection: close` is how HTTP/1.1 is told what is done here anyway.
        let sent = |name: &HeaderName| *name != HOST && *name != CONNECTION;
        for (name, value) in head.headers.iter().filter(|(name, _)| sent(name)) {
            let mut field = Field::new(
                copied(name.as_str()),
                Bytes::copy_from_slice(value.as_bytes()),
            );
            if value.is_sensitive() {
                field.indexing = Indexing::Never;
            }
            fields.push(field);
        }
        let expects_body = [Method::POST, Method::PUT, Method::PATCH].contains(&head.method);
        let announced = head.headers.contains_key(CONTENT_LENGTH);
        if (!body.is_empty() || expects_body) && !announced {
            fields.push(Field::new(
                text("content-length"),
                body.len().to_string().into(),
            ));
        }
        Self {
            key: KEYS.fetch_add(1, Ordering::Relaxed),
            fields,
            body,
            bodiless: head.method == Method::HEAD,
        }
    }
}

impl Field {
    fn new(name: Bytes, value: Bytes) -> Self {
        Self {
            name,
            value,
            indexing: Indexing::Yes,
        }
    }
}
