//! Where an answer sends a hit, and with what.

use hammer_core::Failure;
use hyper::header::{HeaderMap, LOCATION};
use hyper::{Method, StatusCode};
use url::Url;

use crate::failures;
use crate::url::mask_url;

/// What is to be sent next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RedirectTarget {
    pub(crate) url: Url,
    pub(crate) method: Method,
    /// Whether the body goes along.
    pub(crate) keeps_body: bool,
    /// Whether it goes to the same scheme, host and port, and so may know the secrets.
    pub(crate) same_origin: bool,
}

impl RedirectTarget {
    /// Where the answer with this head sends a hit that went to `from`; none if it is a redirect
    /// that says no place, or no redirect.
    ///
    /// As browsers and curl do it: `POST` becomes `GET` after 301 and 302, all but `HEAD` do after
    /// 303, and 307 and 308 keep what was sent (RFC 9110, section 15.4).
    ///
    /// # Errors
    ///
    /// If the place is no URL, or not one of HTTP.
    pub(crate) fn from_response(
        status: StatusCode,
        headers: &HeaderMap,
        from: &Url,
        method: &Method,
    ) -> Result<Option<Self>, Failure> {
        let kept = match status.as_u16() {
            301 | 302 => *method != Method::POST,
            303 => *method == Method::GET || *method == Method::HEAD,
            307 | 308 => true,
            _ => return Ok(None),
        };
        let Some(location) = headers.get(LOCATION) else {
            return Ok(None);
        };
        let text = str::from_utf8(location.as_bytes()).map_err(|_| failures::MALFORMED_REDIRECT)?;
        let mut to = from.join(text.trim()).map_err(|error| {
            tracing::debug!(location = mask_url(text), %error, "no place to be sent to");
            failures::MALFORMED_REDIRECT
        })?;
        if !matches!(to.scheme(), "http" | "https") || to.host_str().is_none() {
            tracing::debug!(location = mask_url(text), "no place for HTTP");
            return Err(failures::MALFORMED_REDIRECT);
        }
        to.set_fragment(None);
        Ok(Some(Self {
            same_origin: to.origin() == from.origin(),
            url: to,
            method: if kept { method.clone() } else { Method::GET },
            keeps_body: kept,
        }))
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    fn redirect(
        status: u16,
        location: &str,
        method: &str,
    ) -> Result<Option<RedirectTarget>, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(
            LOCATION,
            HeaderValue::from_bytes(location.as_bytes()).expect("is a value"),
        );
        let from = "http://u:p@a.test:81/b/c?d#e".parse().expect("is a URL");
        let method = method.parse().expect("is a method");
        let status = StatusCode::from_u16(status).expect("is a status");
        RedirectTarget::from_response(status, &headers, &from, &method)
    }

    #[test]
    fn methods_and_bodies() {
        let table = [
            (301, "GET", "GET", true),
            (301, "POST", "GET", false),
            (301, "PUT", "PUT", true),
            (302, "POST", "GET", false),
            (302, "HEAD", "HEAD", true),
            (302, "DELETE", "DELETE", true),
            (303, "POST", "GET", false),
            (303, "PUT", "GET", false),
            (303, "HEAD", "HEAD", true),
            (307, "POST", "POST", true),
            (308, "PATCH", "PATCH", true),
        ];
        for (status, before, after, with_body) in table {
            let found = redirect(status, "/x", before).expect("is well formed");
            let found = found.expect("is a redirect");
            assert_eq!(
                (found.method.as_str(), found.keeps_body),
                (after, with_body),
                "{status} {before}"
            );
        }
        for status in [200, 201, 300, 304, 305, 306, 399, 404] {
            assert_eq!(redirect(status, "/x", "GET"), Ok(None), "{status}");
        }
    }

    /// References are resolved as RFC 3986 says.
    #[test]
    fn places() {
        let table = [
            ("/x?y", "http://u:p@a.test:81/x?y", true),
            ("x", "http://u:p@a.test:81/b/x", true),
            ("../x", "http://u:p@a.test:81/x", true),
            ("?x", "http://u:p@a.test:81/b/c?x", true),
            ("", "http://u:p@a.test:81/b/c?d", true),
            (" /x ", "http://u:p@a.test:81/x", true),
            ("http://a.test:81/#x", "http://a.test:81/", true),
            ("HTTP://A.test:81/x", "http://a.test:81/x", true),
            ("http://a.test/", "http://a.test/", false),
            ("https://a.test:81/", "https://a.test:81/", false),
            ("//b.test/x", "http://b.test/x", false),
            ("http://b.test", "http://b.test/", false),
            ("http://ü.test/ä b", "http://xn--tda.test/%C3%A4%20b", false),
        ];
        for (location, to, same_origin) in table {
            let found = redirect(302, location, "GET").expect("is well formed");
            let found = found.expect("is a redirect");
            assert_eq!(
                (found.url.as_str(), found.same_origin),
                (to, same_origin),
                "{location}"
            );
        }
        for location in [
            "http://",
            "ftp://a.test/",
            "file:///etc/passwd",
            "javascript:x",
            "http://a b/",
            "//:80",
        ] {
            assert_eq!(
                redirect(302, location, "GET"),
                Err(failures::MALFORMED_REDIRECT),
                "{location}"
            );
        }
        let from = "http://a.test/".parse().expect("is a URL");
        let none = RedirectTarget::from_response(
            StatusCode::FOUND,
            &HeaderMap::new(),
            &from,
            &Method::GET,
        );
        assert_eq!(none, Ok(None));
    }
}
