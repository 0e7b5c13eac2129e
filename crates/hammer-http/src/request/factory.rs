//! Requests that callers build themselves, such as those of a replay.

use std::fmt;

use bytes::Bytes;
use http::Method;
use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use http::uri::PathAndQuery;

use crate::request::header::remove_headers;
use crate::request::prepared::PreparedRequest;
use crate::url::set_path_and_query;
use crate::{Http, RequestHeader};

/// The parts of a request that a hit sends in place of its hammer's own.
#[derive(Debug, Clone, Default)]
pub struct HttpRequestSpec<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// The target in the request line: path and query, sent byte for byte.
    pub target: &'a [u8],
    /// The value of the header `Host`; the hammer's if `None`.
    pub host: Option<&'a str>,
    /// The value of the header `Content-Type`; the hammer's if `None`.
    pub content_type: Option<&'a str>,
    /// Headers that replace the hammer's headers of the same name.
    pub headers: &'a [RequestHeader],
    /// The body.
    pub body: Bytes,
}

/// Creates [`HttpRequest`]s to the target of a hammer's own request, with its headers.
pub struct HttpRequestFactory {
    base: PreparedRequest,
    /// The URL that targets are relative to, if the hammer's workflow needs it.
    base_url: Option<url::Url>,
    /// The part of the URL before the target, for a forwarding proxy.
    proxy_prefix: Box<[u8]>,
    signed: bool,
}

/// A request that [`Http::send`] sends.
pub struct HttpRequest {
    pub(crate) prepared: PreparedRequest,
    pub(crate) url: Option<url::Url>,
}

/// The part of an [`HttpRequestSpec`] that cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpRequestError {
    /// The method is not a token, or is `CONNECT`.
    Method,
    /// The target is neither a path nor `*`, or contains spaces or control characters.
    ///
    /// `*` is also refused for a forwarding proxy, and with signatures any target that is not part of a
    /// valid URL.
    Target,
    /// The host is not a valid header value.
    Host,
    /// The content type is not a valid header value.
    ContentType,
}

impl Http {
    /// Creates a factory for requests to the hammer's first target, to [`send`](Self::send).
    #[must_use]
    pub fn request_factory(&self) -> HttpRequestFactory {
        let first = &self.workflow.targets[0];
        let head = &first.request.head;
        HttpRequestFactory {
            base: first.request.deep_copy(),
            base_url: self.workflow.needs_urls().then(|| first.url.clone()),
            proxy_prefix: head.proxy_prefix().into(),
            signed: self.workflow.signer.is_some(),
        }
    }
}

impl HttpRequestFactory {
    /// Creates a request that shares no memory with any other.
    ///
    /// # Errors
    ///
    /// If a part cannot be sent byte for byte.
    pub fn make(&self, spec: &HttpRequestSpec<'_>) -> Result<HttpRequest, HttpRequestError> {
        let target = self.target(spec.target)?;
        let method = Method::from_bytes(spec.method.as_bytes());
        let method = method.ok().filter(|method| method != Method::CONNECT);
        let mut request = self.base.deep_copy();
        let head = &mut request.head;
        head.method = method.ok_or(HttpRequestError::Method)?;
        head.target = target;
        if let Some(host) = spec.host {
            let host = HeaderValue::from_str(host)
                .ok()
                .filter(|host| !host.is_empty());
            head.headers
                .insert(HOST, host.ok_or(HttpRequestError::Host)?);
        }
        if let Some(content_type) = spec.content_type {
            let value = HeaderValue::from_str(content_type);
            let value = value.map_err(|_| HttpRequestError::ContentType)?;
            head.headers.insert(CONTENT_TYPE, value);
        }
        for header in spec.headers {
            match &header.value {
                Some(value) => drop(head.headers.insert(header.name.clone(), value.clone())),
                None => remove_headers(&mut head.headers, |name| *name == header.name),
            }
        }
        request.body = spec.body.clone();
        let mut url = self.base_url.clone();
        if let Some(url) = &mut url {
            set_path_and_query(url, spec.target);
        }
        Ok(HttpRequest {
            prepared: request,
            url,
        })
    }

    /// The target in the request line.
    fn target(&self, target: &[u8]) -> Result<Bytes, HttpRequestError> {
        // A forwarding proxy gets a full URL, which can only end in a path.
        let has_valid_beginning =
            target.starts_with(b"/") || target == b"*" && self.proxy_prefix.is_empty();
        let is_forbidden = |byte: &u8| *byte <= b' ' || *byte == 0x7f;
        let forbidden = target.iter().position(is_forbidden);
        if !has_valid_beginning || forbidden.is_some() {
            tracing::debug!(forbidden, "a target cannot be sent in a request line");
            return Err(HttpRequestError::Target);
        }
        if self.signed && !is_uri(target) {
            return Err(HttpRequestError::Target);
        }
        Ok(Bytes::from([&self.proxy_prefix, target].concat()))
    }
}

/// Reports whether a URI can have `target` as it is: a signature covers a parsed URI.
fn is_uri(target: &[u8]) -> bool {
    // A fragment is cut off.
    PathAndQuery::try_from(target).is_ok_and(|parsed| parsed.as_str().as_bytes() == target)
}

impl HttpRequestError {
    /// The name of the part, for labels.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Target => "target",
            Self::Host => "host",
            Self::ContentType => "content_type",
        }
    }
}

impl fmt::Display for HttpRequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "the method is not a token, or is CONNECT",
            Self::Target => "the target cannot be sent in a request line",
            Self::Host => "the host cannot be sent in a header",
            Self::ContentType => "the content type cannot be sent in a header",
        })
    }
}

impl std::error::Error for HttpRequestError {}

impl fmt::Debug for HttpRequestFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequestFactory").finish_non_exhaustive()
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.prepared.head.method)
            .field("target", &self.prepared.head.target)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ConfigureNetwork;

    #[test]
    fn targets_are_kept_byte_for_byte() {
        let http = Http::builder("http://127.0.0.1:1/base").build().unwrap();
        let factory = http.request_factory();
        for (target, sendable) in [
            (&b"/"[..], true),
            (b"/a?b=1&&c", true),
            (b"/a/../b//c;x=1?", true),
            (b"/%zz%", true),
            (b"/a?b[]={c}|\\^`'", true),
            (b"/a?b=\"c\"", true),
            (b"/a\"{b}|^", true),
            (b"/a`<>", true),
            ("/ä".as_bytes(), true),
            (b"//other.example/a", true),
            (b"*", true),
            (b"/a b", false),
            (b"/a\tb", false),
            (b"/a\0", false),
            (b"/a#b", true),
            (b"/\xff", true),
            (b"/a\x7f", false),
            (b"/a\r\nb", false),
            (b"", false),
            (b"a", false),
            (b"?a", false),
            (b"http://other.example/", false),
            (b"other.example:443", false),
        ] {
            let spec = HttpRequestSpec {
                method: "GET",
                target,
                ..HttpRequestSpec::default()
            };
            let made = factory.make(&spec);
            let text = String::from_utf8_lossy(target);
            assert_eq!(made.is_ok(), sendable, "{text}");
            if let Ok(request) = made {
                assert_eq!(request.prepared.head.target, target, "{text}");
            }
        }
    }

    /// Regression: the proxy got the URL with a star after the port.
    #[test]
    fn a_star_is_refused_for_a_forwarding_proxy() {
        let http = Http::builder("http://shop.example:80/").proxy("http://127.0.0.1:1");
        let factory = http.build().unwrap().request_factory();
        for (target, sendable) in [(&b"/a"[..], true), (b"*", false)] {
            let spec = HttpRequestSpec {
                method: "GET",
                target,
                ..HttpRequestSpec::default()
            };
            let made = factory.make(&spec).map(drop);
            let expected = if sendable {
                Ok(())
            } else {
                Err(HttpRequestError::Target)
            };
            assert_eq!(made, expected);
        }
    }

    #[test]
    fn invalid_methods_and_hosts_are_refused() {
        let http = Http::builder("http://127.0.0.1:1/").build().unwrap();
        let factory = http.request_factory();
        let made = |method, host| {
            let spec = HttpRequestSpec {
                method,
                target: b"/",
                host,
                ..HttpRequestSpec::default()
            };
            factory.make(&spec).map(|request| {
                let host = request.prepared.headers()[HOST].to_str();
                host.unwrap_or_default().to_owned()
            })
        };
        assert_eq!(made("GET", None).unwrap(), "127.0.0.1:1");
        assert_eq!(made("PURGE", Some("a:2")).unwrap(), "a:2");
        assert_eq!(made("CONNECT", None), Err(HttpRequestError::Method));
        assert_eq!(made("", None), Err(HttpRequestError::Method));
        assert_eq!(made("GET /", None), Err(HttpRequestError::Method));
        assert_eq!(made("GET", Some("a\r\nb: c")), Err(HttpRequestError::Host));
        assert_eq!(made("GET", Some("")), Err(HttpRequestError::Host));
    }
}
