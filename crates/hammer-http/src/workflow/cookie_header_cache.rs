//! A cache of the `Cookie` headers that a jar has sent.

use std::time::SystemTime;

use cookie_store::{Cookie, CookieExpiration, CookiePath, CookieStore};
use url::Url;

/// Maximum number of cached headers per jar; enough for the targets of most runs.
const MAX_HEADERS: usize = 8;

/// Headers, each for all URLs that get the same cookies of a jar.
///
/// The jar clears it with each change.
#[derive(Debug, Default)]
pub(super) struct CookieHeaderCache {
    headers: Vec<CachedCookieHeader>,
    /// The header to replace next, if there are too many.
    oldest: usize,
}

/// A header, and the URLs that it is for.
#[derive(Debug)]
struct CachedCookieHeader {
    /// True for https, to which more cookies may be sent.
    tls: bool,
    host: String,
    /// The paths of all cookies for the host, and whether they match the path of the URL.
    cookie_paths: Vec<(CookiePath, bool)>,
    /// The time at which the first of the cookies expires, if any does.
    valid_until: Option<SystemTime>,
    /// The value; empty if no cookie matches.
    value: Vec<u8>,
}

impl CookieHeaderCache {
    /// Forgets all headers.
    pub(super) fn clear(&mut self) {
        self.headers.clear();
        self.oldest = 0;
    }

    /// Finds the header for `url`. Allocates nothing, and reads the clock only if a cookie can expire.
    pub(super) fn find(&self, url: &Url, now: impl Fn() -> SystemTime) -> Option<usize> {
        self.headers.iter().position(|header| {
            header.is_for(url) && header.valid_until.is_none_or(|until| now() < until)
        })
    }

    /// The header at an index, or `None` if no cookie matches.
    pub(super) fn value(&self, index: usize) -> Option<&[u8]> {
        let value = &self.headers.get(index)?.value[..];
        (!value.is_empty()).then_some(value)
    }

    /// Adds the header for `url`, and returns its index.
    pub(super) fn add(&mut self, store: &CookieStore, url: &Url, now: SystemTime) -> usize {
        let header = CachedCookieHeader::new(store, url, now);
        if self.headers.len() < MAX_HEADERS {
            self.headers.push(header);
            return self.headers.len() - 1;
        }
        let index = self.oldest;
        self.oldest = (index + 1) % MAX_HEADERS;
        self.headers[index] = header;
        index
    }
}

impl CachedCookieHeader {
    /// Selects the cookies for `url`.
    ///
    /// Cookies with longer paths come first (RFC 6265, section 5.4), then cookies are sorted by name, so
    /// that the value is deterministic.
    fn new(store: &CookieStore, url: &Url, now: SystemTime) -> Self {
        let for_host =
            |cookie: &&Cookie<'_>| cookie.domain.matches(url) && !expires_by(cookie, now);
        let mut cookie_paths: Vec<(CookiePath, bool)> = vec![];
        let mut cookies = vec![];
        for cookie in store.iter_any().filter(for_host) {
            if !cookie_paths.iter().any(|(path, _)| *path == cookie.path) {
                cookie_paths.push((cookie.path.clone(), cookie.path.matches(url)));
            }
            if cookie.matches(url) {
                cookies.push(cookie);
            }
        }
        cookies.sort_by(|one, other| {
            (other.path.len(), one.name()).cmp(&(one.path.len(), other.name()))
        });
        let mut value = vec![];
        for cookie in &cookies {
            let separator = if value.is_empty() { "" } else { "; " };
            for part in [separator, cookie.name(), "=", cookie.value()] {
                value.extend_from_slice(part.as_bytes());
            }
        }
        Self {
            tls: is_tls(url),
            host: url.host_str().unwrap_or_default().to_owned(),
            cookie_paths,
            valid_until: cookies.iter().filter_map(|cookie| expiry(cookie)).min(),
            value,
        }
    }

    /// Reports whether the cookies for `url` are those of this header, if none has expired.
    fn is_for(&self, url: &Url) -> bool {
        let matches_paths = || {
            let mut paths = self.cookie_paths.iter();
            paths.all(|(path, matched)| path.matches(url) == *matched)
        };
        self.tls == is_tls(url) && url.host_str() == Some(&*self.host) && matches_paths()
    }
}

/// Reports whether a cookie has expired at the given time.
pub(super) fn expires_by(cookie: &Cookie<'_>, now: SystemTime) -> bool {
    expiry(cookie).is_some_and(|at| at <= now)
}

/// The time at which a cookie expires, if it does not last for the session.
fn expiry(cookie: &Cookie<'_>) -> Option<SystemTime> {
    match cookie.expires {
        CookieExpiration::AtUtc(at) => Some(at.into()),
        CookieExpiration::SessionEnd => None,
    }
}

fn is_tls(url: &Url) -> bool {
    url.scheme() == "https"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tries each header that was made for the first URL on the second one.
    #[test]
    fn a_header_is_used_for_urls_that_the_cookies_cannot_distinguish() {
        const HOME: &str = "http://a.test/";
        const CART: &str = "http://a.test/cart/1";
        let table: [(&[&str], &str, &str, bool); 16] = [
            (&["i=1; Path=/"], HOME, HOME, true),
            (&["i=1; Path=/"], HOME, CART, true),
            (&["i=1; Path=/"], HOME, "http://a.test/?q", true),
            (&["i=1; Path=/"], HOME, "http://a.test:81/x", true),
            (&["i=1; Path=/"], HOME, "https://a.test/", false),
            (&["i=1; Path=/"], HOME, "http://b.test/", false),
            (&["i=1; Path=/"], HOME, "http://c.a.test/", false),
            (&["i=1; Path=/cart"], HOME, CART, false),
            (&["i=1; Path=/cart"], CART, HOME, false),
            (&["i=1; Path=/cart"], CART, "http://a.test/cart?x", true),
            (&["i=1; Path=/cart"], HOME, "http://a.test/cartoon", true),
            (&["i=1; Path=/cart/1"], "http://a.test/cart", CART, false),
            (
                &["i=1; Path=/", "j=2; Path=/cart"],
                HOME,
                "http://a.test/x",
                true,
            ),
            (&["i=1; Path=/", "j=2; Path=/cart"], HOME, CART, false),
            (&["i=1; Path=/cart; Domain=b.test"], HOME, CART, true),
            (&[], HOME, CART, true),
        ];
        for (cookies, first, second, is_used) in table {
            let url = |text: &str| -> Url { text.parse().expect("the URL is valid") };
            let mut store = CookieStore::default();
            for cookie in cookies {
                let _ = store.parse(cookie, &url(HOME));
            }
            let now = SystemTime::now();
            let mut cache = CookieHeaderCache::default();
            assert_eq!(cache.find(&url(first), || now), None);
            let index = cache.add(&store, &url(first), now);
            assert_eq!(cache.find(&url(first), || now), Some(index));
            let found = cache.find(&url(second), || now).is_some();
            assert_eq!(found, is_used, "{cookies:?} {first} {second}");
            let mut fresh = CookieHeaderCache::default();
            let fresh_index = fresh.add(&store, &url(second), now);
            if is_used {
                assert_eq!(cache.value(index), fresh.value(fresh_index), "{cookies:?}");
            }
        }
    }

    #[test]
    fn the_oldest_header_is_replaced_first() {
        let url = |number: usize| -> Url {
            let text = format!("http://h{number}.test/");
            text.parse().expect("the URL is valid")
        };
        let now = SystemTime::now();
        let (mut cache, store) = (CookieHeaderCache::default(), CookieStore::default());
        for number in 0..MAX_HEADERS + 2 {
            cache.add(&store, &url(number), now);
        }
        let found = |number: &usize| cache.find(&url(*number), || now).is_some();
        let missing: Vec<usize> = (0..MAX_HEADERS + 2)
            .filter(|number| !found(number))
            .collect();
        assert_eq!(missing, [0, 1]);
        assert_eq!(cache.headers.len(), MAX_HEADERS);
        cache.clear();
        assert_eq!(cache.find(&url(5), || now), None);
    }
}
