//! Requests that hits bring along.

use std::fmt;

use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Uri};

use crate::http::Way;
use crate::template::Template;
use crate::{Header, Http};

/// What a hit sends in place of its hammer's own request, in parts.
#[derive(Debug, Clone, Default)]
pub struct Message<'a> {
    /// The method, such as `GET`.
    pub method: &'a str,
    /// What the request line asks for: path and query, byte for byte.
    pub target: &'a [u8],
    /// The value of the header `Host`; that of the hammer unless set.
    pub host: Option<&'a str>,
    /// The value of the header `Content-Type`; that of the hammer unless set.
    pub content_type: Option<&'a str>,
    /// Headers of its own, in place of those of the hammer that have the same name.
    pub headers: &'a [Header],
    /// The body.
    pub body: Bytes,
}

/// Makes [`Request`]s that go where a hammer's own request goes, with its headers.
pub struct Requests {
    base: Template,
    /// Where its paths are, if a request is sent in several steps that have to know.
    url: Option<url::Url>,
    /// What stands before a target for a proxy that reads the request.
    before_target: String,
    signed: bool,
}

/// A request that [`Http::send`] sends.
pub struct Request {
    pub(crate) template: Template,
    pub(crate) url: Option<url::Url>,
}

/// Why a message can't be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsendable {
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
    pub fn requests(&self) -> Requests {
        let (template, url, signed) = match &self.way {
            Way::Straight(straight) => (&straight.template, None, false),
            Way::Journey(journey) => {
                let first = &journey.targets[0];
                let signed = journey.signer.is_some();
                (&first.template, Some(first.url.clone()), signed)
            }
        };
        let uri = &template.head.uri;
        let before_target = match (uri.scheme_str(), uri.authority()) {
            (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
            _ => String::new(),
        };
        Requests {
            base: template.unshared(),
            url,
            before_target,
            signed,
        }
    }
}

impl Requests {
    /// A request of its own, which shares no memory with any other.
    ///
    /// # Errors
    ///
    /// If HTTP, or the library that writes it, can't express it byte for byte.
    pub fn make(&self, message: &Message<'_>) -> Result<Request, Unsendable> {
        let (uri, target) = self.target(message.target)?;
        let method = Method::from_bytes(message.method.as_bytes());
        let method = method.ok().filter(|method| method != Method::CONNECT);
        let mut template = self.base.unshared();
        let head = &mut template.head;
        head.method = method.ok_or(Unsendable::Method)?;
        head.uri = uri;
        if let Some(host) = message.host {
            let host = HeaderValue::from_str(host)
                .ok()
                .filter(|host| !host.is_empty());
            head.headers.insert(HOST, host.ok_or(Unsendable::Host)?);
        }
        if let Some(content_type) = message.content_type {
            let value = HeaderValue::from_str(content_type);
            let value = value.map_err(|_| Unsendable::ContentType)?;
            head.headers.insert(CONTENT_TYPE, value);
        }
        for header in message.headers {
            match &header.value {
                Some(value) => drop(head.headers.insert(header.name.clone(), value.clone())),
                None => drop(head.headers.remove(&header.name)),
            }
        }
        template.body = message.body.clone();
        template.target = target;
        let path = std::str::from_utf8(message.target).ok();
        let url = self.url.as_ref().zip(path);
        Ok(Request {
            template,
            url: url.and_then(|(url, path)| url.join(path).ok()),
        })
    }

    /// A target as the library has it, or, if that would change it, the target itself.
    fn target(&self, target: &[u8]) -> Result<(Uri, Option<Bytes>), Unsendable> {
        // Behind the place that a proxy is told there is room for a path alone.
        let begins = target.starts_with(b"/") || target == b"*" && self.before_target.is_empty();
        let ends = |byte: &u8| *byte <= b' ' || *byte == 0x7f;
        if !begins || target.iter().any(ends) {
            return Err(Unsendable::Target);
        }
        if let Some(uri) = self.uri(target) {
            return Ok((uri, None));
        }
        if self.signed {
            return Err(Unsendable::Target);
        }
        let placeholder = self.uri(b"/").ok_or(Unsendable::Target)?;
        Ok((placeholder, Some(Bytes::copy_from_slice(target))))
    }

    fn uri(&self, target: &[u8]) -> Option<Uri> {
        let whole = Bytes::from([self.before_target.as_bytes(), target].concat());
        let uri = Uri::from_maybe_shared(whole).ok()?;
        // What begins with two slashes might name a host, and what is behind a # is cut off.
        let kept = uri.path_and_query().map(|kept| kept.as_str().as_bytes());
        let elsewhere = self.before_target.is_empty() && uri.authority().is_some();
        (kept == Some(target) && !elsewhere).then_some(uri)
    }
}

impl Unsendable {
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

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "the method is none, or CONNECT",
            Self::Target => "the target can't stand in a request line",
            Self::Host => "the host can't stand in a header",
            Self::ContentType => "the type of the body can't stand in a header",
        })
    }
}

impl std::error::Error for Unsendable {}

impl fmt::Debug for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requests").finish_non_exhaustive()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.template.head.method)
            .field("uri", &self.template.head.uri)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Networking;

    #[test]
    fn what_can_stand_in_a_request_line_is_kept_byte_for_byte() {
        let http = Http::builder("http://127.0.0.1:1/base").build().unwrap();
        let requests = http.requests();
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
            let message = Message {
                method: "GET",
                target,
                ..Message::default()
            };
            let made = requests.make(&message);
            let what = String::from_utf8_lossy(target);
            assert_eq!(made.is_ok(), sendable, "{what}");
            if let Ok(request) = made {
                let uri = request.template.head.uri.to_string();
                let kept = request.template.target.as_deref();
                assert_eq!(kept.unwrap_or(uri.as_bytes()), target);
                assert_eq!(request.template.head.uri.authority(), None, "{what}");
            }
        }
    }

    /// It went out as the place with a star behind the port.
    #[test]
    fn a_star_is_not_for_a_proxy_that_reads_the_request() {
        let http = Http::builder("http://shop.example:80/").proxy("http://127.0.0.1:1");
        let requests = http.build().unwrap().requests();
        for (target, sendable) in [(&b"/a"[..], true), (b"*", false)] {
            let message = Message {
                method: "GET",
                target,
                ..Message::default()
            };
            let made = requests.make(&message).map(drop);
            let expected = if sendable {
                Ok(())
            } else {
                Err(Unsendable::Target)
            };
            assert_eq!(made, expected);
        }
    }

    #[test]
    fn what_is_no_method_and_no_host_is_told() {
        let http = Http::builder("http://127.0.0.1:1/").build().unwrap();
        let requests = http.requests();
        let made = |method, host| {
            let message = Message {
                method,
                target: b"/",
                host,
                ..Message::default()
            };
            requests.make(&message).map(|request| {
                let host = request.template.headers()[HOST].to_str();
                host.unwrap_or_default().to_owned()
            })
        };
        assert_eq!(made("GET", None).unwrap(), "127.0.0.1:1");
        assert_eq!(made("PURGE", Some("a:2")).unwrap(), "a:2");
        assert_eq!(made("CONNECT", None), Err(Unsendable::Method));
        assert_eq!(made("", None), Err(Unsendable::Method));
        assert_eq!(made("GET /", None), Err(Unsendable::Method));
        assert_eq!(made("GET", Some("a\r\nb: c")), Err(Unsendable::Host));
        assert_eq!(made("GET", Some("")), Err(Unsendable::Host));
    }
}
