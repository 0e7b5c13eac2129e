//! What is sent with a hit, as fields.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;
use hyper::Method;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use hyper::http::request::Parts;

use super::hpack::{Field, Indexing};

/// How long a request is of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Copy {
    /// It is sent again and again.
    Kept,
    /// So are others, in turn with it.
    OneOfMany,
    /// It is sent once.
    Passing,
}

/// Fields that are others in each request, unless it is sent again and again. Tables are too small for
/// them.
const PASSING: [&str; 6] = [
    ":path",
    "authorization",
    "content-length",
    "cookie",
    "x-amz-content-sha256",
    "x-amz-date",
];

/// The head of a request, as fields, and its body.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// A hash of the fields, so that a connection can tell that it has encoded them already; none if
    /// they are sent once.
    pub(super) key: Option<u64>,
    pub(super) fields: Vec<Field>,
    pub(super) body: Bytes,
    /// Whether its answer has no body: HEAD.
    pub(super) bodiless: bool,
}

impl Request {
    /// The request that `head`, made for HTTP/1.1, is in HTTP/2: `Host` becomes `:authority`, and a
    /// body is announced with its length (RFC 9113, section 8.3.1). Headers that are `varying` are others
    /// in the next one.
    pub(crate) fn new(
        head: &Parts,
        varying: &[HeaderName],
        scheme: &'static str,
        path: Bytes,
        body: Bytes,
        copy: Copy,
    ) -> Self {
        let text = |text: &'static str| Bytes::from_static(text.as_bytes());
        let copied = |text: &str| Bytes::copy_from_slice(text.as_bytes());
        let host = head.headers.get(HOST).map(HeaderValue::as_bytes);
        let mut fields = vec![
            Field::new(text(":method"), copied(head.method.as_str())),
            Field::new(text(":scheme"), text(scheme)),
            Field::new(
                text(":authority"),
                Bytes::copy_from_slice(host.unwrap_or_default()),
            ),
            Field::new(text(":path"), path),
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
        if copy != Copy::Kept {
            let passing = |field: &&mut Field| {
                let mut varying = varying.iter();
                PASSING.iter().any(|name| field.name == *name)
                    || varying.any(|name| field.name == name.as_str())
            };
            let passing = fields.iter_mut().filter(passing);
            passing
                .filter(|field| field.indexing == Indexing::Yes)
                .for_each(|field| field.indexing = Indexing::No);
        }
        Self {
            key: (copy != Copy::Passing).then(|| hash(&fields)),
            fields,
            body,
            bodiless: head.method == Method::HEAD,
        }
    }
}

fn hash(fields: &[Field]) -> u64 {
    let mut hasher = DefaultHasher::new();
    fields.hash(&mut hasher);
    hasher.finish()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Way;
    use crate::{Http, Message, Words};

    #[test]
    fn tables_keep_nothing_of_what_differs() {
        let http = Http::builder("http://127.0.0.1:1/")
            .words(Words::new())
            .header("X-Id", "{{uuid}}")
            .header("X-Same", "same");
        let http = http.build().unwrap();
        let Way::Straight(straight) = &http.way else {
            panic!("it sends one request");
        };
        let template = straight.template.unshared().passing();
        let request = template.http2("http");
        for (name, indexing) in [("x-id", Indexing::No), ("x-same", Indexing::Yes)] {
            let field = request.fields.iter().find(|field| field.name == name);
            assert_eq!(field.map(|field| field.indexing), Some(indexing), "{name}");
        }
    }

    #[test]
    fn a_path_is_the_target_byte_for_byte() {
        let http = Http::builder("http://127.0.0.1:1/").build().unwrap();
        let requests = http.requests();
        for target in [&b"/a?b=1"[..], b"/a?b=\"c\"", b"/a#b", b"/\xff<", b"*"] {
            let message = Message {
                method: "GET",
                target,
                ..Message::default()
            };
            let made = requests.make(&message).unwrap();
            let request = made.template.http2("http");
            let path = request.fields.iter().find(|field| field.name == ":path");
            assert_eq!(path.map(|field| &field.value[..]), Some(target));
        }
    }
}
