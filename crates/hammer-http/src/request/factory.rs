//! Requests that hits bring along.

use std::fmt;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Uri};

use crate::http::HitMode;
use crate::request::prepared::PreparedRequest;
use crate::{Http, RequestHeader};

/// What a hit sends in place of its hammer's own request, in parts.
#[derive(Debug, Clone, Default)]
pub struct HttpRequestSpec<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// What the request line asks for: path and query, byte for byte.
    pub target: &'a [u8],
    /// The value of the header `Host`; that of the hammer unless set.
    pub host: Option<&'a str>,
    /// The value of the header `Content-Type`; that of the hammer unless set.
    pub content_type: Option<&'a str>,
    /// Headers of its own, in place of those of the hammer that have the same name.
    pub headers: &'a [RequestHeader],
    /// The body.
    pub body: Bytes,
}

/// Makes [`Request`]s that go where a hammer's own request goes, with its headers.
pub struct HttpRequestFactory {
    base: PreparedRequest,
    /// Where its paths are, if a request is sent in several steps that have to know.
    base_url: Option<url::Url>,
    /// What stands before a target for a proxy that reads the request.
    proxy_prefix: String,
    signed: bool,
}

/// A request that [`Http::send`] sends.
pub struct HttpRequest {
    pub(crate) prepared: PreparedRequest,
    pub(crate) url: Option<url::Url>,
}

/// Why a message can't be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpRequestError {
    /// The method is no token, or `CONNECT`, which is no hit.
    Method,
    /// The target does not begin with `/` and is not `*`, which a proxy that reads it can't be told, or
    /// has blanks or control characters in it, which would end it. With signed requests also if a URL can't have it, since no signature can be
    /// made of it.
    Target,
    /// The host is no header value.
    Host,
    /// The type of the body is no header value.
    ContentType,
}

impl Http {
    /// What makes requests for hits that bring their own, to the hammer's (first) target.
    #[must_use]
    pub fn request_factory(&self) -> HttpRequestFactory {
        let (template, url, signed) = match &self.mode {
            HitMode::Simple(straight) => (&straight.request, None, false),
            HitMode::Pipeline(journey) => {
                let first = &journey.targets[0];
                let signed = journey.signer.is_some();
                (&first.request, Some(first.url.clone()), signed)
            }
        };
        let uri = &template.head.uri;
        let before_target = match (uri.scheme_str(), uri.authority()) {
            (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
            _ => String::new(),
        };
        HttpRequestFactory {
            base: template.deep_copy(),
            base_url: url,
            proxy_prefix: before_target,
            signed,
        }
    }
}

impl HttpRequestFactory {
    /// A request of its own, which shares no memory with any other.
    ///
    /// # Errors
    ///
    /// If HTTP, or the library that writes it, can't express it byte for byte.
    pub fn make(&self, spec: &HttpRequestSpec<'_>) -> Result<HttpRequest, HttpRequestError> {
        let (uri, target) = self.target(spec.target)?;
        let method = Method::from_bytes(spec.method.as_bytes());
        let method = method.ok().filter(|method| method != Method::CONNECT);
        let mut template = self.base.deep_copy();
        let head = &mut template.head;
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
        template.body = spec.body.clone();
        template.target = target;
        let path = std::str::from_utf8(spec.target).ok();
        let url = self.base_url.as_ref().zip(path);
        Ok(HttpRequest {
            prepared: template,
            url: url.and_then(|(url, path)| url.join(path).ok()),
        })
    }

    /// A target as the library has it, or, if that would change it, the target itself.
    fn target(&self, target: &[u8]) -> Result<(Uri, Option<Bytes>), HttpRequestError> {
        // Behind the place that a proxy is told there is room for a path alone.
        let begins = target.starts_with(b"/") || target == b"*" && self.proxy_prefix.is_empty();
        let ends = |byte: &u8| *byte <= b' ' || *byte == 0x7f;
        if !begins || target.iter().any(ends) {
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
        let whole = Bytes::from([self.proxy_prefix.as_bytes(), target].concat());
        let uri = Uri::from_maybe_shared(whole).ok()?;
        // What begins with two slashes might name a host, and what is behind a # is cut off.
        let kept = uri.path_and_query().map(|kept| kept.as_str().as_bytes());
        let elsewhere = self.proxy_prefix.is_empty() && uri.authority().is_some();
        (kept == Some(target) && !elsewhere).then_some(uri)
    }
}

impl HttpRequestError {
    /// It in one word.
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
            Self::Method => "the method is none, or CONNECT",
            Self::Target => "the target can't stand in a request line",
            Self::Host => "the host can't stand in a header",
            Self::ContentType => "the type of the body can't stand in a header",
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
        f.debug_struct("Request")
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
    fn what_can_stand_in_a_request_line_is_kept_byte_for_byte() {
        let http = Http::builder("http://127.0.0.1:1/base").build().unwrap();
        let requests = http.request_factory();
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
            let message = HttpRequestSpec {
                method: "GET",
                target,
                ..HttpRequestSpec::default()
            };
            let made = requests.make(&message);
            let what = String::from_utf8_lossy(target);
            assert_eq!(made.is_ok(), sendable, "{what}");
            if let Ok(request) = made {
                let uri = request.prepared.head.uri.to_string();
                let kept = request.prepared.target.as_deref();
                assert_eq!(kept.unwrap_or(uri.as_bytes()), target);
                assert_eq!(request.prepared.head.uri.authority(), None, "{what}");
            }
        }
    }

    /// It went out as the place with a star behind the port.
    #[test]
    fn a_star_is_not_for_a_proxy_that_reads_the_request() {
        let http = Http::builder("http://shop.example:80/").proxy("http://127.0.0.1:1");
        let requests = http.build().unwrap().request_factory();
        for (target, sendable) in [(&b"/a"[..], true), (b"*", false)] {
            let message = HttpRequestSpec {
                method: "GET",
                target,
                ..HttpRequestSpec::default()
            };
            let made = requests.make(&message).map(drop);
            let expected = if sendable {
                Ok(())
            } else {
                Err(HttpRequestError::Target)
            };
            assert_eq!(made, expected);
        }
    }

    #[test]
    fn what_is_no_method_and_no_host_is_told() {
        let http = Http::builder("http://127.0.0.1:1/").build().unwrap();
        let requests = http.request_factory();
        let made = |method, host| {
            let message = HttpRequestSpec {
                method,
                target: b"/",
                host,
                ..HttpRequestSpec::default()
            };
            requests.make(&message).map(|request| {
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
