//! The request that every hit sends.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Request, Uri};

pub(crate) type Body = Full<Bytes>;

/// Bodies up to this size are copied for each session.
const COPIED_BODY_BYTES: usize = 4096;

#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) method: Method,
    pub(crate) path: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Template {
    pub(crate) fn request(&self) -> Request<Body> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.path.clone();
        *request.headers_mut() = self.headers.clone();
        request
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
        let mut headers = HeaderMap::with_capacity(self.headers.len());
        for (key, value) in &self.headers {
            headers.append(name(key), fresh(value));
        }
        let small = self.body.len() <= COPIED_BODY_BYTES;
        Self {
            method: self.method.clone(),
            path: self
                .path
                .to_string()
                .parse()
                .unwrap_or_else(|_| self.path.clone()),
            headers,
            body: if small {
                Bytes::copy_from_slice(&self.body)
            } else {
                self.body.clone()
            },
        }
    }
}
