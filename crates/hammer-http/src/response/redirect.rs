//! The request that follows a redirect: its URL and method, and what it may carry.

use hammer_core::Failure;
use hammer_wire::Fields;
use http::{Method, StatusCode};
use url::{Position, Url};

use super::reference::{ResolvedReference, resolve};
use crate::failures;
use crate::mask_url;
use crate::url::{HttpUrl, LOWER_CASE_HEX, encode_where};

/// The next request of a redirected hit.
#[derive(Debug)]
pub(crate) struct RedirectedRequest {
    /// The URL, for cookies and for the next redirect.
    pub(crate) url: Url,
    /// The URL as it is sent.
    pub(crate) target: HttpUrl,
    pub(crate) method: Method,
    /// True if the body is sent again.
    pub(crate) keeps_body: bool,
    /// True if scheme, host and port stay the same, so that secrets may be sent.
    pub(crate) same_origin: bool,
}

impl RedirectedRequest {
    /// The target of a redirect in response to a request to `from`.
    ///
    /// Returns `None` if the response is not a redirect, or if its first location is missing or empty. The
    /// method changes as in browsers and curl: `POST` becomes `GET` after 301 and 302, every method but
    /// `HEAD` does after 303, and 307 and 308 repeat the request (RFC 9110, section 15.4).
    ///
    /// # Errors
    ///
    /// If the location is not an http or https URL.
    pub(crate) fn from_response(
        status: StatusCode,
        headers: &Fields<'_>,
        from: &Url,
        method: &Method,
    ) -> Result<Option<Self>, Failure> {
        let unchanged = match status.as_u16() {
            301 | 302 => *method != Method::POST,
            303 => *method == Method::GET || *method == Method::HEAD,
            307 | 308 => true,
            _ => return Ok(None),
        };
        let location = headers.values("location").next();
        let location = location.unwrap_or_default().trim_ascii();
        if location.is_empty() {
            return Ok(None);
        }
        let (url, target) = parse_location(location, from).ok_or_else(|| {
            let location = mask_url(&String::from_utf8_lossy(location));
            tracing::debug!(location, "the location of a redirect is not an HTTP URL");
            failures::MALFORMED_REDIRECT
        })?;
        Ok(Some(Self {
            same_origin: url.origin() == from.origin(),
            url,
            target,
            method: if unchanged {
                method.clone()
            } else {
                Method::GET
            },
            keeps_body: unchanged,
        }))
    }
}

/// Parses a location, relative to the URL of the request.
///
/// Spaces within it and non-ASCII bytes are percent-encoded as in curl, whatever their charset. Other
/// characters are treated as in a given URL.
fn parse_location(location: &[u8], from: &Url) -> Option<(Url, HttpUrl)> {
    if location.iter().any(u8::is_ascii_control) {
        return None;
    }
    let mut encoded = location.to_vec();
    encode_where(&mut encoded, 0, LOWER_CASE_HEX, |byte| {
        byte == b' ' || !byte.is_ascii()
    });
    let encoded = String::from_utf8(encoded).ok()?;
    let ResolvedReference { origin, target } = resolve(from, &encoded)?;
    // International host names become ASCII.
    let origin: Url = origin.parse().ok()?;
    if !matches!(origin.scheme(), "http" | "https") || !origin.has_host() {
        return None;
    }
    let text = format!("{}{target}", &origin[..Position::BeforePath]);
    Some((text.parse().ok()?, HttpUrl::parse(&text).ok()?))
}

#[cfg(test)]
mod tests {
    use hammer_wire::FieldList;
    use proptest::prelude::*;

    use super::*;

    /// The answer to a request to one URL.
    fn redirect(
        status: u16,
        locations: &[&[u8]],
        method: &str,
    ) -> Result<Option<RedirectedRequest>, Failure> {
        let headers: FieldList = locations.iter().map(|value| ("location", value)).collect();
        let from = "http://u:p@a.test:81/b/c?d#e"
            .parse()
            .expect("the URL is valid");
        let method = method.parse().expect("the method is valid");
        let status = StatusCode::from_u16(status).expect("the status is valid");
        RedirectedRequest::from_response(status, &Fields::from_list(&headers), &from, &method)
    }

    fn redirected(location: &[u8]) -> RedirectedRequest {
        let found = redirect(302, &[location], "GET").expect("the location is valid");
        found.expect("the response is a redirect")
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
            let found = redirect(status, &[b"/x"], before).expect("the location is valid");
            let found = found.expect("the response is a redirect");
            assert_eq!(
                (found.method.as_str(), found.keeps_body),
                (after, with_body),
                "{status} {before}"
            );
        }
        for status in [200, 201, 300, 304, 305, 306, 399, 404] {
            let found = redirect(status, &[b"/x"], "GET").expect("no redirect");
            assert!(found.is_none(), "{status}");
        }
    }

    /// The URL of each location, and whether it has the origin of the request.
    #[test]
    fn locations_are_resolved() {
        let table: [(&str, &str, bool); 15] = [
            ("/x?y", "http://u:p@a.test:81/x?y", true),
            ("x", "http://u:p@a.test:81/b/x", true),
            ("../x", "http://u:p@a.test:81/x", true),
            ("?x", "http://u:p@a.test:81/b/c?x", true),
            ("#x", "http://u:p@a.test:81/b/c?d", true),
            (" \t/x \t", "http://u:p@a.test:81/x", true),
            ("http://a.test:81/#x", "http://a.test:81/", true),
            ("HTTP://A.test:81/x", "http://a.test:81/x", true),
            ("http://a.test/", "http://a.test/", false),
            ("https://a.test:81/", "https://a.test:81/", false),
            ("//b.test/x", "http://b.test/x", false),
            ("http://b.test", "http://b.test/", false),
            ("http://v:q@b.test/", "http://v:q@b.test/", false),
            (
                "http://\u{fc}.test/\u{e4} b",
                "http://xn--tda.test/%c3%a4%20b",
                false,
            ),
            ("http://[::1]:80/x", "http://[::1]/x", false),
        ];
        for (location, url, same_origin) in table {
            let found = redirected(location.as_bytes());
            assert_eq!(
                (found.url.as_str(), found.same_origin),
                (url, same_origin),
                "{location}"
            );
        }
        let found = redirected(b"http://v:q@b.test/x");
        assert!(found.target.authorization.is_some());
        assert_eq!(found.target.authority, "b.test");
    }

    /// Regression: a location outside ASCII was malformed, unless it was UTF-8.
    #[test]
    fn targets_are_sent_as_by_curl() {
        let table: [(&[u8], &str); 9] = [
            (b"/again/caf\xe9", "/again/caf%e9"),
            ("/caf\u{e9}?\u{e9}".as_bytes(), "/caf%c3%a9?%c3%a9"),
            (b"/a b?c d", "/a%20b?c%20d"),
            (b"/%e9/%zz/%", "/%e9/%zz/%"),
            (b"/{a|b}^\\?{a|b}^\\", "/{a|b}^\\?{a|b}^\\"),
            (b"/\"<>`?\"<>`", "/%22%3C%3E%60?%22%3C%3E%60"),
            (b"//a.test:81//x//y", "//x//y"),
            (b"/a//b", "/a//b"),
            (b"http://a.test:81", "/"),
        ];
        for (location, target) in table {
            let found = redirected(location);
            let shown = String::from_utf8_lossy(location);
            assert_eq!(found.target.path_and_query.to_string(), target, "{shown}");
        }
    }

    #[test]
    fn locations_that_are_not_http_urls_are_malformed() {
        for location in [
            &b"http://"[..],
            b"http:",
            b"http:x",
            b"http:/x",
            b"http:///x",
            b"ftp://a.test/",
            b"file:///etc/passwd",
            b"javascript:x",
            b"mailto:x@a.test",
            b"http://a b/",
            b"http://\xe9/",
            b"http://a\\b/",
            b"//:80",
            b"//",
            b"http://a:99999/",
            b"http://a:0/",
            b"/a\tb",
            b"http://a\t.test/",
        ] {
            let found = redirect(302, &[location], "GET").expect_err("a malformed location");
            let shown = String::from_utf8_lossy(location);
            assert_eq!(found, failures::MALFORMED_REDIRECT, "{shown}");
        }
    }

    /// Regression: an empty location was followed to the same URL until there were too many.
    #[test]
    fn the_first_location_counts_and_must_not_be_empty() {
        for locations in [&[][..], &[&b""[..]], &[b" \t "], &[b"", b"/x"]] {
            let found = redirect(302, locations, "GET").expect("no malformed location");
            assert!(found.is_none(), "{locations:?}");
        }
        let found = redirect(302, &[b"/x", b"/y", b"ftp://a/"], "GET").expect("a location");
        assert_eq!(found.expect("a redirect").url.path(), "/x");
    }

    proptest! {
        /// Any bytes make a URL that can be sent, or a failure.
        #[test]
        fn any_location_can_be_sent_or_is_malformed(
            bytes in prop::collection::vec(any::<u8>(), 0..20),
            text in r"(https?:)?/{0,3}[a-z\u{e9}.:@/?#%\\\[\]{} -]{0,30}",
        ) {
            let from = "http://a.test/b/c?d".parse().expect("the URL is valid");
            for location in [text.as_bytes(), &bytes, &[text.as_bytes(), &bytes].concat()] {
                let Some((url, target)) = parse_location(location, &from) else {
                    continue;
                };
                let sent = target.path_and_query.to_string();
                prop_assert!(sent.starts_with('/'));
                prop_assert!(sent.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert_eq!(target.tls, url.scheme() == "https");
                prop_assert_eq!(Some(target.port), url.port_or_known_default());
                prop_assert_eq!(target.host.to_string(), url.host_str().unwrap_or_default());
            }
        }
    }

    #[test]
    fn a_location_may_be_as_long_as_a_head() {
        let longest = [&b"/"[..], &vec![b'x'; 65_500]].concat();
        assert_eq!(redirected(&longest).url.path().len(), longest.len());
        // Percent-encoding makes it longer than a URL can be.
        let too_long = [&b"/"[..], &vec![0xe9; 65_500]].concat();
        let found = redirect(302, &[&too_long], "GET").expect_err("a malformed location");
        assert_eq!(found, failures::MALFORMED_REDIRECT);
    }
}
