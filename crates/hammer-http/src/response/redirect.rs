//! The request that follows a redirect: its URL and method, and what it may carry.

use hammer_core::Failure;
use http::header::{HeaderMap, LOCATION};
use http::{Method, StatusCode};
use url::Url;

use crate::failures;
use crate::url::mask_url;

/// The next request of a redirected hit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RedirectedRequest {
    pub(crate) url: Url,
    pub(crate) method: Method,
    /// True if the body is sent again.
    pub(crate) keeps_body: bool,
    /// True if scheme, host and port stay the same, so that secrets may be sent.
    pub(crate) same_origin: bool,
}

impl RedirectedRequest {
    /// The target of a redirect in response to a request to `from`.
    ///
    /// Returns `None` if the response is not a redirect or has no location. The method changes as in
    /// browsers and curl: `POST` becomes `GET` after 301 and 302, every method but `HEAD` does after 303,
    /// and 307 and 308 repeat the request (RFC 9110, section 15.4).
    ///
    /// # Errors
    ///
    /// If the location is not an http or https URL.
    pub(crate) fn from_response(
        status: StatusCode,
        headers: &HeaderMap,
        from: &Url,
        method: &Method,
    ) -> Result<Option<Self>, Failure> {
        let unchanged = match status.as_u16() {
            301 | 302 => *method != Method::POST,
            303 => *method == Method::GET || *method == Method::HEAD,
            307 | 308 => true,
            _ => return Ok(None),
        };
        let Some(location) = headers.get(LOCATION) else {
            return Ok(None);
        };
        let text = str::from_utf8(location.as_bytes()).map_err(|_| failures::MALFORMED_REDIRECT)?;
        let mut url = from.join(text.trim()).map_err(|error| {
            tracing::debug!(location = mask_url(text), %error, "malformed location of a redirect");
            failures::MALFORMED_REDIRECT
        })?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            tracing::debug!(
                location = mask_url(text),
                "the location of a redirect is not an HTTP URL"
            );
            return Err(failures::MALFORMED_REDIRECT);
        }
        url.set_fragment(None);
        Ok(Some(Self {
            same_origin: url.origin() == from.origin(),
            url,
            method: if unchanged {
                method.clone()
            } else {
                Method::GET
            },
            keeps_body: unchanged,
        }))
    }
}

#[cfg(test)]
mod tests {
    use http::header::HeaderValue;

    use super::*;

    fn redirect(
        status: u16,
        location: &str,
        method: &str,
    ) -> Result<Option<RedirectedRequest>, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(
            LOCATION,
            HeaderValue::from_bytes(location.as_bytes())
                .expect("the location is a valid header value"),
        );
        let from = "http://u:p@a.test:81/b/c?d#e"
            .parse()
            .expect("the URL is valid");
        let method = method.parse().expect("the method is valid");
        let status = StatusCode::from_u16(status).expect("the status is valid");
        RedirectedRequest::from_response(status, &headers, &from, &method)
    }

    #[test]
    fn the_status_decides_on_method_and_body() {
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
            let found = redirect(status, "/x", before).expect("the location is valid");
            let found = found.expect("the response is a redirect");
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

    /// Relative references are resolved as RFC 3986 says.
    #[test]
    fn locations_are_resolved() {
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
        for (location, url, same_origin) in table {
            let found = redirect(302, location, "GET").expect("the location is valid");
            let found = found.expect("the response is a redirect");
            assert_eq!(
                (found.url.as_str(), found.same_origin),
                (url, same_origin),
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
        let from = "http://a.test/".parse().expect("the URL is valid");
        let none = RedirectedRequest::from_response(
            StatusCode::FOUND,
            &HeaderMap::new(),
            &from,
            &Method::GET,
        );
        assert_eq!(none, Ok(None));
    }
}
