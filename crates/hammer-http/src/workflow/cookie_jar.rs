//! The cookies of one slot.

use std::time::SystemTime;

use cookie_store::{CookieStore, RawCookie};
use url::Url;

use super::cookie_header_cache::{CookieHeaderCache, expires_by};
use super::repeated_cookies::{RepeatedCookies, cookie_name};

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
    cache: CookieHeaderCache,
    repeated: RepeatedCookies,
}

impl CookieJar {
    /// The value of the header `Cookie` for `url`, if any cookie matches.
    ///
    /// While the cookies stay the same, this allocates nothing: the value is that of the last URL for which
    /// the same cookies were due.
    pub(crate) fn cookie_header(&mut self, url: &Url) -> Option<&[u8]> {
        self.cookie_header_at(url, SystemTime::now)
    }

    fn cookie_header_at(&mut self, url: &Url, now: impl Fn() -> SystemTime) -> Option<&[u8]> {
        self.store.iter_any().next()?;
        let index = self.cache.find(url, &now);
        let index = index.unwrap_or_else(|| self.cache.add(&self.store, url, now()));
        self.cache.value(index)
    }

    /// Stores the cookies that a response from `url` sets: the values of its headers `Set-Cookie`.
    ///
    /// If they repeat those of an earlier response, this changes and allocates nothing.
    pub(crate) fn store_response<'h>(
        &mut self,
        set_cookies: impl Iterator<Item = &'h [u8]>,
        url: &Url,
    ) {
        for value in set_cookies.take(MAX_COOKIES_PER_RESPONSE) {
            if !self.repeated.contains(value, url) {
                self.store_cookie(value, url);
            }
        }
    }

    fn store_cookie(&mut self, value: &[u8], url: &Url) {
        let Some(text) = str::from_utf8(value).ok().filter(|text| is_sendable(text)) else {
            tracing::debug!("ignored a cookie with control characters, or that is not UTF-8");
            return;
        };
        if text.len() > MAX_COOKIE_BYTES {
            tracing::debug!(bytes = text.len(), "ignored a cookie that is too large");
            return;
        }
        // A full jar still accepts changes to known names.
        let name = cookie_name(text);
        if self.is_full() && !self.store.iter_any().any(|cookie| cookie.name() == name) {
            tracing::debug!(name, "ignored a cookie, the jar is full");
            return;
        }
        match self.store.parse(text, url) {
            Ok(_) => {
                self.cache.clear();
                self.repeated.add(text, url);
            }
            Err(error) => tracing::debug!(name, %error, "ignored a cookie"),
        }
    }

    /// Reports whether the jar has no room, after the removal of expired cookies.
    fn is_full(&mut self) -> bool {
        if self.store.iter_any().count() < MAX_COOKIES {
            return false;
        }
        let now = SystemTime::now();
        let expired = self.store.iter_any().filter(|one| expires_by(one, now));
        let expired: Vec<[String; 3]> = expired
            .map(|one| [(&one.domain).into(), (&one.path).into(), one.name().into()])
            .collect();
        for [domain, path, name] in &expired {
            self.store.remove(domain, path, name);
        }
        expired.is_empty()
    }

    /// Adds a cookie for the host of `url` and all paths.
    pub(crate) fn insert(&mut self, name: &str, value: &str, url: &Url) {
        if !is_sendable(value) {
            tracing::debug!(name, "ignored a cookie with control characters");
            return;
        }
        let mut cookie = RawCookie::new(name.to_owned(), value.to_owned());
        cookie.set_path("/");
        // A cookie given for https must not leak to http.
        cookie.set_secure(url.scheme() == "https");
        match self.store.insert_raw(&cookie, url) {
            Ok(_) => {
                self.cache.clear();
                self.repeated.clear();
            }
            Err(error) => tracing::debug!(name, %error, "ignored a cookie"),
        }
    }
}

/// Reports whether a header can contain `text`: control characters except tabs are refused, as by RFC
/// 6265bis, section 5.6.
fn is_sendable(text: &str) -> bool {
    let is_refused = |byte: u8| byte.is_ascii_control() && byte != b'\t';
    !text.bytes().any(is_refused)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("the URL is valid")
    }

    fn jar(from: &str, cookies: &[&str]) -> CookieJar {
        let mut jar = CookieJar::default();
        store(&mut jar, from, cookies);
        jar
    }

    fn store(jar: &mut CookieJar, from: &str, cookies: &[&str]) {
        jar.store_response(cookies.iter().map(|cookie| cookie.as_bytes()), &url(from));
    }

    fn header(jar: &mut CookieJar, to: &str) -> Option<String> {
        let value = jar.cookie_header(&url(to))?;
        Some(str::from_utf8(value).expect("cookies are UTF-8").to_owned())
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
            let mut jar = jar(from, cookies);
            for turn in ["fresh", "cached"] {
                let found = super::tests::header(&mut jar, to);
                assert_eq!(
                    found.as_deref(),
                    header,
                    "{turn} {cookies:?} from {from} to {to}"
                );
            }
        }
    }

    #[test]
    fn malformed_cookies_are_ignored() {
        let large = format!("i={}", "x".repeat(MAX_COOKIE_BYTES));
        let mut jar = jar("http://a.test/", &["", "=", "x", "j=\u{7}", &large, "i=1"]);
        jar.store_response([&b"k=\xe9"[..]].into_iter(), &url("http://a.test/"));
        jar.insert("l", "a\nb", &url("http://a.test/"));
        assert_eq!(header(&mut jar, "http://a.test/").as_deref(), Some("i=1"));
        store(&mut jar, "http://a.test/", &["i=\u{e9}"]);
        assert_eq!(
            header(&mut jar, "http://a.test/").as_deref(),
            Some("i=\u{e9}")
        );
    }

    #[test]
    fn responses_can_replace_given_cookies() {
        let mut jar = CookieJar::default();
        jar.insert("i", "0", &url("http://a.test/x/y"));
        assert_eq!(header(&mut jar, "http://a.test/z").as_deref(), Some("i=0"));
        store(&mut jar, "http://a.test/", &["i=1; Path=/"]);
        assert_eq!(header(&mut jar, "http://a.test/z").as_deref(), Some("i=1"));
    }

    #[test]
    fn the_number_of_cookies_is_bounded() {
        let mut jar = CookieJar::default();
        for response in 0..20 {
            let cookies: Vec<String> = (0..60).map(|n| format!("n{response}x{n}=1")).collect();
            let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
            store(&mut jar, "http://a.test/", &cookies);
        }
        assert_eq!(jar.store.iter_any().count(), MAX_COOKIES);
        store(&mut jar, "http://a.test/", &["n0x0=2"]);
        let header = header(&mut jar, "http://a.test/").expect("the jar is full");
        assert!(header.contains("n0x0=2;"), "{header:?}");
    }

    /// Regression: expired cookies stayed in the jar, which grew with every new name.
    #[test]
    fn expired_cookies_make_room() {
        let mut jar = CookieJar::default();
        for number in 0..3 * MAX_COOKIES {
            let name = format!("n{number}");
            store(
                &mut jar,
                "http://a.test/",
                &[&format!("{name}=1"), &format!("{name}=; Max-Age=0")],
            );
            assert!(jar.store.iter_any().count() <= MAX_COOKIES, "{number}");
        }
        store(&mut jar, "http://a.test/", &["last=1"]);
        assert_eq!(
            header(&mut jar, "http://a.test/").as_deref(),
            Some("last=1")
        );
    }

    #[test]
    fn cookies_are_sent_until_they_expire() {
        let (to, now) = (url("http://a.test/"), SystemTime::now());
        let mut jar = jar(
            "http://a.test/",
            &[
                "a=1",
                "b=2; Max-Age=1000",
                "c=3; Max-Age=2000",
                "d=4; Path=/x; Max-Age=500",
            ],
        );
        let after = |seconds| move || now + Duration::from_secs(seconds);
        for (seconds, sent, is_cached) in [
            (0, "a=1; b=2; c=3", false),
            (600, "a=1; b=2; c=3", true),
            (990, "a=1; b=2; c=3", true),
            (1100, "a=1; c=3", false),
            (1900, "a=1; c=3", true),
            (2100, "a=1", false),
            (1 << 30, "a=1", true),
        ] {
            let cached = jar.cache.find(&to, after(seconds)).is_some();
            assert_eq!(cached, is_cached, "{seconds}");
            let found = jar.cookie_header_at(&to, after(seconds));
            assert_eq!(found, Some(sent.as_bytes()), "{seconds}");
        }
    }

    /// The clock is not read for cookies that last as long as the session, nor without cookies.
    #[test]
    fn a_cached_header_needs_no_clock() {
        let to = url("http://a.test/");
        let mut jar = jar("http://a.test/x/y", &["a=1; Path=/", "b=2; Max-Age=9"]);
        let no_clock = || -> SystemTime { panic!("the clock was read") };
        let mut empty = CookieJar::default();
        assert_eq!(empty.cookie_header_at(&to, no_clock), None);
        assert_eq!(jar.cookie_header(&to), Some(&b"a=1"[..]));
        let first = jar.cookie_header_at(&to, no_clock).map(<[u8]>::as_ptr);
        let other = url("http://a.test/z?q");
        assert_eq!(
            jar.cookie_header_at(&other, no_clock).map(<[u8]>::as_ptr),
            first
        );
    }

    /// Regression: each `Set-Cookie` dropped the cached header, also if it changed nothing.
    #[test]
    fn repeated_cookies_change_nothing() {
        let to = url("http://a.test/");
        for (cookies, is_kept) in [
            (["a=1", "b=2; Path=/"], true),
            (["a=1", "b=2; Max-Age=9"], false),
        ] {
            let mut jar = jar(to.as_str(), &cookies);
            for _ in 0..2 {
                assert_eq!(header(&mut jar, to.as_str()).as_deref(), Some("a=1; b=2"));
                store(&mut jar, to.as_str(), &cookies);
                let is_cached = jar.cache.find(&to, SystemTime::now).is_some();
                assert_eq!(is_cached, is_kept, "{cookies:?}");
            }
        }
    }

    /// A cookie that was replaced or removed since is stored again.
    #[test]
    fn a_cookie_can_come_back() {
        let to = "http://a.test/";
        let mut jar = CookieJar::default();
        for (set, sent) in [
            ("a=1", Some("a=1")),
            ("a=2", Some("a=2")),
            ("a=1", Some("a=1")),
            ("a=; Max-Age=0", None),
            ("a=1", Some("a=1")),
            ("a=2; Path=/x", Some("a=1")),
            ("a=1", Some("a=1")),
        ] {
            store(&mut jar, to, &[set]);
            assert_eq!(header(&mut jar, to).as_deref(), sent, "{set}");
        }
        jar.insert("a", "3", &url(to));
        store(&mut jar, to, &["a=1"]);
        assert_eq!(header(&mut jar, to).as_deref(), Some("a=1"));
    }

    #[test]
    fn a_change_of_the_cookies_is_seen_at_once() {
        let to = "http://a.test/";
        let mut jar = CookieJar::default();
        for (set, sent) in [
            ("a=1", Some("a=1")),
            ("a=2", Some("a=2")),
            ("b=1", Some("a=2; b=1")),
            ("nothing", Some("a=2; b=1")),
            ("b=; Max-Age=0", Some("a=2")),
            ("a=; Max-Age=0", None),
            ("c=1", Some("c=1")),
        ] {
            store(&mut jar, to, &[set]);
            for turn in ["fresh", "cached"] {
                assert_eq!(header(&mut jar, to).as_deref(), sent, "{turn} {set}");
            }
        }
        jar.insert("d", "1", &url(to));
        assert_eq!(header(&mut jar, to).as_deref(), Some("c=1; d=1"));
        let cached = || url("http://a.test/");
        store(&mut jar, to, &[]);
        store(&mut jar, to, &["malformed"]);
        assert!(jar.cache.find(&cached(), SystemTime::now).is_some());
    }
}
