//! A request as HTTP/2 header fields and a body.

use std::hash::{DefaultHasher, Hash, Hasher};

use bytes::Bytes;

use super::hpack::FieldIndexing;
use crate::FieldList;

/// A request: its fields, and its body unless that follows in pieces.
///
/// The fields share one buffer. [`restart`](Self::restart) reuses it for the next request.
///
/// ```
/// use hammer_wire::http2::{FieldIndexing, Http2Request};
///
/// let mut request = Http2Request::new("GET", "https", b"example.org", b"/");
/// request.push("user-agent", b"hammer", FieldIndexing::Indexed);
/// request.cache();
/// ```
#[derive(Debug, Clone)]
pub struct Http2Request {
    fields: FieldList,
    indexing: Vec<FieldIndexing>,
    body: Bytes,
    pub(crate) form: RequestForm,
    /// True if its response has no body: HEAD.
    pub(crate) is_head: bool,
    /// A hash of the fields, by which a connection recognizes a head that it has encoded before.
    cache_key: Option<u64>,
}

/// The form of the rest of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestForm {
    /// The body is complete.
    Complete,
    /// The body follows in pieces.
    Streamed,
    /// A response of status 2xx makes the stream a tunnel (RFC 9113, section 8.5).
    Connect,
    /// A tunnel like that of `Connect`, for the protocol that the request names (RFC 8441).
    ExtendedConnect,
}

impl Default for Http2Request {
    /// Creates a request without any field, to be [restarted](Http2Request::restart).
    fn default() -> Self {
        Self::empty(RequestForm::Complete)
    }
}

impl Http2Request {
    /// Creates a request without a body (RFC 9113, section 8.3.1).
    ///
    /// `authority` is the `Host` of HTTP/1.1, and `path` is the path with its query.
    #[must_use]
    pub fn new(method: &str, scheme: &str, authority: &[u8], path: &[u8]) -> Self {
        let mut request = Self::empty(RequestForm::Complete);
        request.restart(method, scheme, authority, path);
        request
    }

    /// Creates a request for a tunnel to `authority`, a host and a port (RFC 9113, section 8.5).
    ///
    /// After a response of status 2xx, both sides send bytes until each of them ends its direction.
    #[must_use]
    pub fn connect(authority: &[u8]) -> Self {
        let mut request = Self::empty(RequestForm::Connect);
        request.push_indexed(":method", b"CONNECT");
        request.push_indexed(":authority", authority);
        request
    }

    /// Creates a request for a tunnel that speaks `protocol`, such as `websocket` (RFC 8441,
    /// section 4).
    ///
    /// The peer must allow it:
    /// [`allows_extended_connect`](super::Http2ProtocolState::allows_extended_connect).
    #[must_use]
    pub fn extended_connect(protocol: &str, scheme: &str, authority: &[u8], path: &[u8]) -> Self {
        let mut request = Self::empty(RequestForm::ExtendedConnect);
        request.push_indexed(":method", b"CONNECT");
        request.push_indexed(":protocol", protocol.as_bytes());
        request.push_indexed(":scheme", scheme.as_bytes());
        request.push_indexed(":authority", authority);
        request.push_indexed(":path", path);
        request
    }

    fn empty(form: RequestForm) -> Self {
        Self {
            fields: FieldList::new(),
            indexing: Vec::new(),
            body: Bytes::new(),
            form,
            is_head: false,
            cache_key: None,
        }
    }

    /// Begins another request without a body, in the memory of this one.
    pub fn restart(&mut self, method: &str, scheme: &str, authority: &[u8], path: &[u8]) {
        self.fields.clear();
        self.indexing.clear();
        self.body = Bytes::new();
        self.form = RequestForm::Complete;
        self.is_head = method == "HEAD";
        self.cache_key = None;
        self.push_indexed(":method", method.as_bytes());
        self.push_indexed(":scheme", scheme.as_bytes());
        self.push_indexed(":authority", authority);
        self.push_indexed(":path", path);
    }

    fn push_indexed(&mut self, name: &str, value: &[u8]) {
        self.push(name, value, FieldIndexing::Indexed);
    }

    /// Adds a field; its name must be in lower case.
    pub fn push(&mut self, name: &str, value: &[u8], indexing: FieldIndexing) {
        self.fields.push(name.as_bytes(), value);
        self.indexing.push(indexing);
        self.cache_key = None;
    }

    /// Excludes the fields for which `is_varying` returns true from the header tables, because the next
    /// request has other values.
    pub fn exclude_varying(&mut self, is_varying: impl Fn(&[u8]) -> bool) {
        for ((name, _), indexing) in self.fields.iter().zip(&mut self.indexing) {
            if *indexing == FieldIndexing::Indexed && is_varying(name) {
                *indexing = FieldIndexing::NotIndexed;
            }
        }
        self.cache_key = None;
    }

    /// Sets the complete body; adds no `content-length`.
    pub fn set_body(&mut self, body: Bytes) {
        self.body = body;
        self.form = RequestForm::Complete;
    }

    /// Leaves the request open: its body follows in pieces.
    pub fn stream_body(&mut self) {
        self.body = Bytes::new();
        self.form = RequestForm::Streamed;
    }

    /// Lets connections keep the encoded head, because the same head is sent again.
    pub fn cache(&mut self) {
        let mut hasher = DefaultHasher::new();
        (&self.fields, &self.indexing).hash(&mut hasher);
        self.cache_key = Some(hasher.finish());
    }

    /// Iterates over the names, values and indexing of the fields, in the order in which they are sent.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8], FieldIndexing)> {
        let fields = self.fields.iter().zip(&self.indexing);
        fields.map(|((name, value), indexing)| (name, value, *indexing))
    }

    /// The complete body; empty if it follows in pieces.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    pub(crate) fn cache_key(&self) -> Option<u64> {
        self.cache_key
    }

    /// Returns true if the whole body is known.
    pub(crate) fn is_complete(&self) -> bool {
        self.form == RequestForm::Complete
    }

    /// Returns true if nothing follows the head.
    pub(crate) fn ends_with_head(&self) -> bool {
        self.is_complete() && self.body.is_empty()
    }

    /// Returns true if the stream becomes a tunnel once it is accepted.
    pub(crate) fn opens_tunnel(&self) -> bool {
        matches!(
            self.form,
            RequestForm::Connect | RequestForm::ExtendedConnect
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_heads_have_equal_cache_keys() {
        let request = |path: &[u8], indexing| {
            let mut request = Http2Request::new("GET", "http", b"a", path);
            request.push("x-a", b"1", indexing);
            request.cache();
            request.cache_key()
        };
        let key = request(b"/", FieldIndexing::Indexed);
        assert_eq!(request(b"/", FieldIndexing::Indexed), key);
        assert_ne!(request(b"/b", FieldIndexing::Indexed), key);
        assert_ne!(request(b"/", FieldIndexing::NeverIndexed), key);
    }

    #[test]
    fn secrets_stay_secret_if_they_vary() {
        let mut request = Http2Request::new("GET", "http", b"a", b"/");
        request.push("authorization", b"s", FieldIndexing::NeverIndexed);
        request.exclude_varying(|name| [&b":path"[..], b"authorization"].contains(&name));
        let indexing: Vec<_> = request.fields().map(|(_, _, indexing)| indexing).collect();
        let indexed = FieldIndexing::Indexed;
        assert_eq!(
            indexing,
            [
                indexed,
                indexed,
                indexed,
                FieldIndexing::NotIndexed,
                FieldIndexing::NeverIndexed
            ]
        );
    }

    #[test]
    fn a_restarted_request_forgets_the_last_one() {
        let mut request = Http2Request::new("HEAD", "http", b"a", b"/");
        request.push("x-a", b"1", FieldIndexing::Indexed);
        request.set_body(Bytes::from_static(b"x"));
        request.restart("GET", "https", b"b", b"/c");
        let values: Vec<_> = request.fields().map(|(_, value, _)| value).collect();
        assert_eq!(values, [&b"GET"[..], b"https", b"b", b"/c"]);
        assert!(request.ends_with_head() && !request.is_head);
    }
}
