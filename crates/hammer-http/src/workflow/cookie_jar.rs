//! The cookies of one slot.

use cookie_store::{CookieStore, RawCookie};
use http::HeaderMap;
use http::header::{HeaderValue, SET_COOKIE};
use url::Url;

/// Maximum number of cookies per slot, as many as browsers keep per site.
///
/// Bounds the memory if a target sets a new name with every response.
const MAX_COOKIES: usize = 180;
/// Maximum number of cookies that are taken from one response.
const MAX_COOKIES_PER_RESPONSE: usize = 50;
/// Maximum size of a cookie, in bytes (RFC 6265, section 6.1).
const MAX_COOKIE_BYTES: usize = 4096;

/// Stores the cookies of targets and selects them by domain, path and expiry (RFC 6265).
#[derive(Debug, Default)]
pub(crate) struct CookieJar {
    store: CookieStore,
}

impl CookieJar {
    /// The value of the header `Cookie` for `url`, if any cookie matches.
    ///
    /// Cookies with longer paths come first (RFC 6265, section 5.4), then cookies are sorted by name, so
    /// that the value is deterministic.
    pub(crate) fn cookie_header(&self, url: &Url) -> Option<HeaderValue> {
        let mut cookies = self.store.matches(url);
        if cookies.is_empty() {
            return None;
        }
        cookies.sort_by(|one, other| {
            let length = |cookie: &cookie_store::Cookie<'_>| String::from(&cookie.path).len();
            (length(other), one.name()).cmp(&(length(one), other.name()))
        });
        let pairs: Vec<String> = cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        let mut value = HeaderValue::from_str(&pairs.join("; ")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// Stores the cookies that a response from `url` sets.
    pub(crate) fn store_response(&mut self, headers: &HeaderMap, url: &Url) {
        for value in headers
            .get_all(SET_COOKIE)
            .iter()
            .take(MAX_COOKIES_PER_RESPONSE)
        {
            let Ok(text) = value.to_str() else {
                tracing::debug!("ignored a cookie that is not ASCII");
                continue;
            };
            if text.len() > MAX_COOKIE_BYTES {
                tracing::debug!(bytes = text.len(), "ignored a cookie that is too large");
                continue;
            }
            // A full jar still accepts changes to known names.
            let name = text.split(['=', ';']).next().unwrap_or_default().trim();
            let full = self.store.iter_unexpired().count() >= MAX_COOKIES;
            if full
                && !self
                    .store
                    .iter_unexpired()
                    .any(|cookie| cookie.name() == name)
            {
                tracing::debug!(name, "ignored a cookie, the jar is full");
                continue;
            }
            if let Err(error) = self.store.parse(text, url) {
                tracing::debug!(name, %error, "ignored a cookie");
            }
        }
    }

    /// Adds a cookie for the host of `url` and all paths.
    pub(crate) fn insert(&mut self, name: &str, value: &str, url: &Url) {
        let mut cookie = RawCookie::new(name.to_owned(), value.to_owned());
        cookie.set_path("/");
        // A cookie given for https must not leak to http.
        cookie.set_secure(url.scheme() == "https");
        if let Err(error) = self.store.insert_raw(&cookie, url) {
            tracing::debug!(name, %error, "ignored a cookie");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("the URL is valid")
    }

    fn jar(from: &str, cookies: &[&str]) -> CookieJar {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(
                SET_COOKIE,
                HeaderValue::from_str(cookie).expect("the cookie is ASCII"),
            );
        }
        let mut jar = CookieJar::default();
        jar.store_response(&headers, &url(from));
        jar
    }

    #[test]
    fn cookies_given_for_https_are_not_sent_over_http() {
        let to = |from: &str, to: &str| {
            let mut jar = CookieJar::default();
            jar.insert("i", "1", &url(from));
            jar.cookie_header(&url(to)).is_some()
        };
        assert!(to("https://a.test/x", "https://a.test/y"));
        assert!(to("http://a.test/x", "http://a.test/y"));
        assert!(!to("https://a.test/", "http://a.test/"));
        assert!(!to("http://a.test/", "http://b.test/"));
    }

    #[test]
    fn cookies_are_selected_by_domain_path_and_expiry() {
        let table: [(&str, &[&str], &str, Option<&str>); 17] = [
            ("http://a.test/", &["i=1"], "http://a.test/", Some("i=1")),
            ("http://a.test/", &["i=1"], "http://b.test/", None),
            ("http://a.test/", &["i=1"], "http://c.a.test/", None),
            ("http://a.test/", &["i=1"], "http://a.test:81/", Some("i=1")),
            (
                "http://a.test/",
                &["i=1; Domain=a.test"],
                "http://c.a.test/",
                Some("i=1"),
            ),
            (
                "http://c.a.test/",
                &["i=1; Domain=.a.test"],
                "http://a.test/",
                Some("i=1"),
            ),
            (
                "http://a.test/",
                &["i=1; Domain=b.test"],
                "http://b.test/",
                None,
            ),
            (
                "http://a.test/x/y",
                &["i=1"],
                "http://a.test/x/z",
                Some("i=1"),
            ),
            ("http://a.test/x/y", &["i=1"], "http://a.test/z", None),
            (
                "http://a.test/x/y",
                &["i=1; Path=/"],
                "http://a.test/z",
                Some("i=1"),
            ),
            (
                "http://a.test/",
                &["i=1; Path=/x"],
                "http://a.test/xy",
                None,
            ),
            ("http://a.test/", &["i=1; Secure"], "http://a.test/", None),
            (
                "https://a.test/",
                &["i=1; Secure"],
                "https://a.test/",
                Some("i=1"),
            ),
            (
                "http://a.test/",
                &["i=1; Max-Age=0"],
                "http://a.test/",
                None,
            ),
            (
                "http://a.test/",
                &["i=1", "i=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
                "http://a.test/",
                None,
            ),
            (
                "http://a.test/x/",
                &[
                    "b=1; Path=/",
                    "c=2; Path=/x/",
                    "a=3; Path=/",
                    "d=\"4 5\"; HttpOnly; Path=/",
                ],
                "http://a.test/x/",
                Some("c=2; a=3; b=1; d=\"4 5\""),
            ),
            (
                "http://127.0.0.1:80/",
                &["i=1"],
                "http://127.0.0.1:81/",
                Some("i=1"),
            ),
        ];
        for (from, cookies, to, header) in table {
            let found = jar(from, cookies).cookie_header(&url(to));
            let found = found
                .as_ref()
                .map(|value| value.to_str().expect("the cookie is ASCII"));
            assert_eq!(found, header, "{cookies:?} from {from} to {to}");
        }
    }

    #[test]
    fn malformed_cookies_are_ignored() {
        let large = format!("i={}", "x".repeat(MAX_COOKIE_BYTES));
        let jar = jar("http://a.test/", &["", "=", "x", &large, "i=1"]);
        let header = jar
            .cookie_header(&url("http://a.test/"))
            .expect("one cookie is valid");
        assert_eq!(header, "i=1");
    }

    #[test]
    fn responses_can_replace_given_cookies() {
        let mut jar = CookieJar::default();
        jar.insert("i", "0", &url("http://a.test/x/y"));
        assert_eq!(
            jar.cookie_header(&url("http://a.test/z"))
                .expect("the cookie applies to all paths"),
            "i=0"
        );
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static("i=1; Path=/"));
        jar.store_response(&headers, &url("http://a.test/"));
        assert_eq!(
            jar.cookie_header(&url("http://a.test/z"))
                .expect("the cookie was replaced"),
            "i=1"
        );
    }

    #[test]
    fn the_number_of_cookies_is_bounded() {
        let mut jar = CookieJar::default();
        let from = url("http://a.test/");
        for response in 0..20 {
            let mut headers = HeaderMap::new();
            for cookie in 0..60 {
                let cookie = format!("n{response}x{cookie}=1");
                headers.append(SET_COOKIE, cookie.parse().expect("the cookie is ASCII"));
            }
            jar.store_response(&headers, &from);
        }
        assert_eq!(jar.store.iter_any().count(), MAX_COOKIES);
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static("n0x0=2"));
        jar.store_response(&headers, &from);
        let header = jar.cookie_header(&from).expect("the jar is full");
        assert!(
            header
                .to_str()
                .expect("the cookie is ASCII")
                .contains("n0x0=2;"),
            "{header:?}"
        );
    }
}
