//! The request that every hit sends.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Request, Uri};

use crate::h2;

pub(crate) type Body = Full<Bytes>;

/// Bodies up to this size are copied for each session.
const COPIED_BODY_BYTES: usize = 4096;

#[derive(Debug)]
pub(crate) struct Template {
    head: Parts,
    body: Bytes,
}

impl Template {
    pub(crate) fn new(method: Method, path: Uri, headers: HeaderMap, body: Bytes) -> Self {
        let (mut head, ()) = Request::new(()).into_parts();
        head.method = method;
        head.uri = path;
        head.headers = headers;
        Self { head, body }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// What is sent over HTTP/2, sharing no memory with this.
    pub(crate) fn http2(&self, scheme: &'static str) -> h2::Request {
        let Self { head, body } = self.unshared();
        h2::Request::new(&head, scheme, body)
    }

    pub(crate) fn request(&self) -> Request<Body> {
        Request::from_parts(self.head.clone(), Full::new(self.body.clone()))
    }

    /// A copy that shares no memory with this one.
    ///
    /// A clone would share the counters of references, and then two threads that send hits would
    /// pull the same cache line back and forth with every header.
    pub(crate) fn unshared(&self) -> Self {
        let fresh = |value: &HeaderValue| -> HeaderValue {
            let copied = HeaderValue::from_bytes(value.as_bytes());
            copied.map_or_else(
                |_| value.clone(),
                |mut copy| {
                    copy.set_sensitive(value.is_sensitive());
                    copy
                },
            )
        };
        let name = |name: &HeaderName| {
            HeaderName::from_bytes(name.as_str().as_bytes()).unwrap_or_else(|_| name.clone())
        };
        let mut headers = HeaderMap::with_capacity(self.head.headers.len());
        for (key, value) in &self.head.headers {
            headers.append(name(key), fresh(value));
        }
        let path = self.head.uri.to_string();
        let path = path.parse().unwrap_or_else(|_| self.head.uri.clone());
        let body = if self.body.len() <= COPIED_BODY_BYTES {
            Bytes::copy_from_slice(&self.body)
        } else {
            self.body.clone()
        };
        Self::new(self.head.method.clone(), path, headers, body)
    }
}
