//! A request that is ready to be sent.

use std::sync::OnceLock;

use bytes::Bytes;
use hammer_wire::http2::Http2Request;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Method};

use crate::request::http1::Http1Request;
use crate::request::http2::{Http2RequestParts, RequestReuse};
use crate::request::template::RequestTemplate;

/// Bodies up to this size are copied.
const MAX_COPIED_BODY_BYTES: usize = 4096;

/// The request line and the headers of a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestHead {
    pub(crate) method: Method,
    /// The target in the request line, byte for byte: path and query, or the whole URL for a forwarding
    /// proxy.
    pub(crate) target: Bytes,
    pub(crate) headers: HeaderMap,
}

/// A complete request with its head and body.
#[derive(Debug)]
pub(crate) struct PreparedRequest {
    pub(crate) head: RequestHead,
    pub(crate) body: Bytes,
    /// Headers that vary from hit to hit.
    pub(crate) dynamic_headers: Vec<HeaderName>,
    http1_request: OnceLock<Http1Request>,
    http2_reuse: RequestReuse,
    http2_request: OnceLock<Http2Request>,
}

impl RequestHead {
    /// The path and query of the target.
    pub(crate) fn path_and_query(&self) -> &[u8] {
        let target = &self.target;
        if target.starts_with(b"/") {
            return target;
        }
        // The whole URL, for a forwarding proxy.
        let authority = memchr::memmem::find(target, b"://").map_or(0, |scheme| scheme + 3);
        let path = memchr::memchr2(b'/', b'?', &target[authority..]);
        path.map_or(b"/", |path| &target[authority + path..])
    }

    /// The part of the target before the path, if it is a whole URL.
    pub(crate) fn proxy_prefix(&self) -> &[u8] {
        let prefix = self.target.strip_suffix(self.path_and_query());
        prefix.unwrap_or_default()
    }
}

impl PreparedRequest {
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    pub(crate) fn new(method: Method, target: Bytes, headers: HeaderMap, body: Bytes) -> Self {
        let head = RequestHead {
            method,
            target,
            headers,
        };
        Self {
            head,
            body,
            dynamic_headers: vec![],
            http1_request: OnceLock::new(),
            http2_reuse: RequestReuse::SingleUse,
            http2_request: OnceLock::new(),
        }
    }

    /// The request encoded for HTTP/1.1, with places for the parts of `template`.
    pub(crate) fn http1_request(&self, template: Option<&RequestTemplate>) -> &Http1Request {
        let encode = || Http1Request::new(self, template);
        self.http1_request.get_or_init(encode)
    }

    /// The request encoded for HTTP/2, once until it changes.
    pub(crate) fn http2_request(&self, scheme: &'static str) -> &Http2Request {
        self.http2_request.get_or_init(|| {
            let mut encoded = Http2Request::default();
            let headers = || {
                let headers = self.head.headers.iter();
                headers.map(|(name, value)| (name, value.as_bytes(), value.is_sensitive()))
            };
            self.http2_parts(scheme).write_to(headers, &mut encoded);
            encoded
        })
    }

    /// The request in parts, to be encoded for HTTP/2.
    pub(crate) fn http2_parts(&self, scheme: &'static str) -> Http2RequestParts<'_> {
        Http2RequestParts {
            head: &self.head,
            scheme,
            // Of all targets, only `*` has no path.
            path: match &*self.head.target {
                b"*" => b"*",
                _ => self.head.path_and_query(),
            },
            cookies: &[],
            body: self.body.clone(),
            varying: &self.dynamic_headers,
            reuse: self.http2_reuse,
        }
    }

    /// Drops the cached encodings, since the request is about to change.
    pub(crate) fn forget_encodings(&mut self) {
        self.http1_request = OnceLock::new();
        self.http2_request = OnceLock::new();
    }

    /// Marks the request as one of `count` that are sent in rotation.
    pub(crate) fn in_rotation_of(mut self, count: usize) -> Self {
        if count > 1 {
            self.http2_reuse = RequestReuse::Rotated;
        }
        self
    }

    /// Copies the request so that it shares no memory with this one.
    ///
    /// A clone would share reference counters, and threads that send hits would contend for their cache
    /// lines with every header.
    pub(crate) fn deep_copy(&self) -> Self {
        let copy_value = |value: &HeaderValue| -> HeaderValue {
            let copied = HeaderValue::from_bytes(value.as_bytes());
            copied.map_or_else(
                |_| value.clone(),
                |mut copy| {
                    copy.set_sensitive(value.is_sensitive());
                    copy
                },
            )
        };
        let copy_name = |name: &HeaderName| {
            HeaderName::from_bytes(name.as_str().as_bytes()).unwrap_or_else(|_| name.clone())
        };
        let mut headers = HeaderMap::with_capacity(self.head.headers.len());
        for (key, value) in &self.head.headers {
            headers.append(copy_name(key), copy_value(value));
        }
        let target = Bytes::copy_from_slice(&self.head.target);
        let body = copy_body(&self.body);
        let mut copy = Self::new(self.head.method.clone(), target, headers, body);
        copy.dynamic_headers = self.dynamic_headers.clone();
        copy.http2_reuse = RequestReuse::Repeated;
        copy
    }
}

impl Clone for PreparedRequest {
    /// Clones the request without its cached encodings, since a clone is made to be changed.
    fn clone(&self) -> Self {
        Self {
            head: self.head.clone(),
            body: self.body.clone(),
            dynamic_headers: self.dynamic_headers.clone(),
            http1_request: OnceLock::new(),
            http2_reuse: RequestReuse::SingleUse,
            http2_request: OnceLock::new(),
        }
    }
}

/// Copies `body` to its own memory, unless it is large.
pub(crate) fn copy_body(body: &Bytes) -> Bytes {
    if body.len() <= MAX_COPIED_BODY_BYTES {
        Bytes::copy_from_slice(body)
    } else {
        body.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_split_before_its_path() {
        let table = [
            ("/a?b", "", "/a?b"),
            ("/", "", "/"),
            ("*", "", "/"),
            ("//a/b", "", "//a/b"),
            ("http://a:80/b?c=://d/e", "http://a:80", "/b?c=://d/e"),
            ("http://a?b", "http://a", "?b"),
        ];
        for (target, prefix, path) in table {
            let head = RequestHead {
                method: Method::GET,
                target: Bytes::from_static(target.as_bytes()),
                headers: HeaderMap::new(),
            };
            assert_eq!(head.path_and_query(), path.as_bytes(), "{target}");
            assert_eq!(head.proxy_prefix(), prefix.as_bytes(), "{target}");
        }
    }
}
