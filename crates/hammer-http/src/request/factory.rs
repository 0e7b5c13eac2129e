//! Requests that callers build themselves, such as those of a replay.

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderValue};
use http::{Method, Uri};

use crate::hammer::HitMode;
use crate::request::prepared::PreparedRequest;
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
    proxy_prefix: String,
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
        let (request, url, signed) = match &self.mode {
            HitMode::SingleRequest(single) => (&single.request, None, false),
            HitMode::Workflow(workflow) => {
                let first = &workflow.targets[0];
                let signed = workflow.signer.is_some();
                (&first.request, Some(first.url.clone()), signed)
            }
        };
        let uri = &request.head.uri;
        let proxy_prefix = match (uri.scheme_str(), uri.authority()) {
            (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
            _ => String::new(),
        };
        HttpRequestFactory {
            base: request.deep_copy(),
            base_url: url,
            proxy_prefix,
            signed,
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
        let (uri, target) = self.target(spec.target)?;
        let method = Method::from_bytes(spec.method.as_bytes());
        let method = method.ok().filter(|method| method != Method::CONNECT);
        let mut request = self.base.deep_copy();
        let head = &mut request.head;
        head.method = method.ok_or(HttpRequestError::Method)?;
        head.uri = uri;
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
                None => drop(head.headers.remove(&header.name)),
            }
        }
        request.body = spec.body.clone();
        request.target = target;
        let path = std::str::from_utf8(spec.target).ok();
        let url = self.base_url.as_ref().zip(path);
        Ok(HttpRequest {
            prepared: request,
            url: url.and_then(|(url, path)| url.join(path).ok()),
        })
    }

    /// The target as a URI, with the raw bytes if the URI would change them.
    fn target(&self, target: &[u8]) -> Result<(Uri, Option<Bytes>), HttpRequestError> {
        // A forwarding proxy gets a full URL, which can only end in a path.
        let has_valid_beginning =
            target.starts_with(b"/") || target == b"*" && self.proxy_prefix.is_empty();
        let is_forbidden = |byte: &u8| *byte <= b' ' || *byte == 0x7f;
        let forbidden = target.iter().position(is_forbidden);
        if !has_valid_beginning || forbidden.is_some() {
            tracing::debug!(forbidden, "a target cannot be sent in a request line");
            return Err(HttpRequestError::Target);
        }
        if let Some(uri) = self.uri(target) {
            return Ok((uri, None));
        }
        if self.signed {
            return Err(HttpRequestError::Target);
        }
        let placeholder = self.uri(b"/").ok_or(HttpRequestError::Target)?;
        Ok((placeholder, Some(Bytes::copy_from_slice(target))))
    }

    fn uri(&self, target: &[u8]) -> Option<Uri> {
        let full = Bytes::from([self.proxy_prefix.as_bytes(), target].concat());
        let uri = Uri::from_maybe_shared(full).ok()?;
        // Two leading slashes could be parsed as a host, and a fragment is cut off.
        let parsed = uri
            .path_and_query()
            .map(|parsed| parsed.as_str().as_bytes());
        let has_authority = self.proxy_prefix.is_empty() && uri.authority().is_some();
        (parsed == Some(target) && !has_authority).then_some(uri)
    }
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
            .field("uri", &self.prepared.head.uri)
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
                let uri = request.prepared.head.uri.to_string();
                let parsed = request.prepared.target.as_deref();
                assert_eq!(parsed.unwrap_or(uri.as_bytes()), target);
                assert_eq!(request.prepared.head.uri.authority(), None, "{text}");
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
