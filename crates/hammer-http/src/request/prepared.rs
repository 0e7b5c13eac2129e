//! A request that is ready to be sent.

use std::borrow::Cow;
use std::sync::OnceLock;

use bytes::Bytes;
use hammer_wire::http2::Http2Request;
use http::header::{HeaderName, HeaderValue};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Uri};
use http_body_util::Full;

use crate::connection::http2::{RequestReuse, to_http2_request};

pub(crate) type HyperRequestBody = Full<Bytes>;

/// Bodies up to this size are copied.
const MAX_COPIED_BODY_BYTES: usize = 4096;

/// A complete request with its head and body.
#[derive(Debug)]
pub(crate) struct PreparedRequest {
    pub(crate) head: Parts,
    pub(crate) body: Bytes,
    /// The raw target, if it is not a valid URI; the path in `head` is then `/`.
    pub(crate) target: Option<Bytes>,
    /// Headers that vary from hit to hit.
    pub(crate) dynamic_headers: Vec<HeaderName>,
    http2_reuse: RequestReuse,
    http2_request: OnceLock<Http2Request>,
}

impl PreparedRequest {
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    pub(crate) fn new(method: Method, path: Uri, headers: HeaderMap, body: Bytes) -> Self {
        let (mut head, ()) = Request::new(()).into_parts();
        head.method = method;
        head.uri = path;
        head.headers = headers;
        Self {
            head,
            body,
            target: None,
            dynamic_headers: vec![],
            http2_reuse: RequestReuse::SingleUse,
            http2_request: OnceLock::new(),
        }
    }

    /// The request encoded for HTTP/2; encoded only once if it is sent repeatedly and never changes.
    pub(crate) fn to_http2(&self, scheme: &'static str) -> Cow<'_, Http2Request> {
        let encode = || {
            let path = match &self.target {
                Some(target) => target.clone(),
                None => self.path(),
            };
            let (head, body) = (&self.head, self.body.clone());
            to_http2_request(
                head,
                &self.dynamic_headers,
                scheme,
                &path,
                body,
                self.http2_reuse,
            )
        };
        match self.http2_reuse {
            RequestReuse::SingleUse => Cow::Owned(encode()),
            RequestReuse::Repeated | RequestReuse::Rotated => {
                Cow::Borrowed(self.http2_request.get_or_init(encode))
            }
        }
    }

    /// Marks the request as changed before each time it is sent.
    pub(crate) fn for_single_use(mut self) -> Self {
        self.http2_reuse = RequestReuse::SingleUse;
        self
    }

    fn path(&self) -> Bytes {
        let path = self.head.uri.path_and_query();
        Bytes::copy_from_slice(path.map_or(b"/", |path| path.as_str().as_bytes()))
    }

    /// Marks the request as one of `count` that are sent in rotation.
    pub(crate) fn in_rotation_of(mut self, count: usize) -> Self {
        if count > 1 {
            self.http2_reuse = RequestReuse::Rotated;
        }
        self
    }

    pub(crate) fn to_hyper(&self) -> Request<HyperRequestBody> {
        Request::from_parts(self.head.clone(), Full::new(self.body.clone()))
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
        let path = self.head.uri.to_string();
        let path = path.parse().unwrap_or_else(|_| self.head.uri.clone());
        let body = copy_body(&self.body);
        let mut copy = Self::new(self.head.method.clone(), path, headers, body);
        copy.target = self.target.clone();
        copy.dynamic_headers = self.dynamic_headers.clone();
        copy.http2_reuse = RequestReuse::Repeated;
        copy
    }
}

impl Clone for PreparedRequest {
    /// Clones the request without the cached HTTP/2 encoding, since a clone is made to be changed.
    fn clone(&self) -> Self {
        Self {
            head: self.head.clone(),
            body: self.body.clone(),
            target: self.target.clone(),
            dynamic_headers: self.dynamic_headers.clone(),
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
