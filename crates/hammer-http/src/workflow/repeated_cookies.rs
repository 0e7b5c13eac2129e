//! The cookies that a jar stored last as they were received, so that it recognizes repeated ones.

use url::Url;

/// Maximum number of remembered cookies per jar; enough for what most targets set with each response.
const MAX_COOKIES: usize = 16;

/// Values of `Set-Cookie` that change nothing if the same target sends them again.
///
/// Many targets repeat the cookie of a session in each response. A value with an expiry is not
/// remembered, since each repetition may renew it.
#[derive(Debug, Default)]
pub(super) struct RepeatedCookies {
    cookies: Vec<ReceivedCookie>,
    /// The cookie to replace next, if there are too many.
    oldest: usize,
}

/// A value of `Set-Cookie`, and the part of the URL that it depends on.
#[derive(Debug)]
struct ReceivedCookie {
    value: String,
    /// True for https.
    tls: bool,
    host: String,
    /// The path of the URL up to its last slash, unless the value has its own path (RFC 6265, section
    /// 5.1.4).
    directory: Option<String>,
}

impl RepeatedCookies {
    /// Forgets all cookies.
    pub(super) fn clear(&mut self) {
        self.cookies.clear();
        self.oldest = 0;
    }

    /// Reports whether the jar has stored this value from `url`, and has not changed a cookie of that name
    /// since. Allocates nothing.
    pub(super) fn contains(&self, value: &[u8], url: &Url) -> bool {
        let mut cookies = self.cookies.iter();
        cookies.any(|cookie| cookie.value.as_bytes() == value && cookie.is_from(url))
    }

    /// Notes that the jar has stored a value from `url`.
    pub(super) fn add(&mut self, value: &str, url: &Url) {
        let name = cookie_name(value);
        let is_other = |cookie: &ReceivedCookie| cookie_name(&cookie.value) != name;
        self.cookies.retain(is_other);
        let Some(cookie) = ReceivedCookie::without_expiry(value, url) else {
            return;
        };
        if self.cookies.len() < MAX_COOKIES {
            self.cookies.push(cookie);
            return;
        }
        self.cookies[self.oldest] = cookie;
        self.oldest = (self.oldest + 1) % MAX_COOKIES;
    }
}

impl ReceivedCookie {
    fn without_expiry(value: &str, url: &Url) -> Option<Self> {
        let mut has_path = false;
        let mut has_default_path = false;
        for attribute in value.split(';').skip(1) {
            let (name, attribute) = attribute.split_once('=').unwrap_or((attribute, ""));
            let name = name.trim();
            if name.eq_ignore_ascii_case("Max-Age") || name.eq_ignore_ascii_case("Expires") {
                return None;
            }
            if name.eq_ignore_ascii_case("Path") {
                has_path = true;
                has_default_path |= !attribute.trim().starts_with('/');
            }
        }
        Some(Self {
            value: value.to_owned(),
            tls: is_tls(url),
            host: url.host_str().unwrap_or_default().to_owned(),
            directory: (!has_path || has_default_path).then(|| directory(url).to_owned()),
        })
    }

    fn is_from(&self, url: &Url) -> bool {
        let same_directory = |path: &String| path == directory(url);
        self.tls == is_tls(url)
            && url.host_str() == Some(&*self.host)
            && self.directory.as_ref().is_none_or(same_directory)
    }
}

/// The name in a value of `Set-Cookie`.
pub(super) fn cookie_name(value: &str) -> &str {
    value.split(['=', ';']).next().unwrap_or_default().trim()
}

fn directory(url: &Url) -> &str {
    let path = url.path();
    &path[..path.rfind('/').unwrap_or(0)]
}

fn is_tls(url: &Url) -> bool {
    url.scheme() == "https"
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "http://a.test/x/y";

    fn url(text: &str) -> Url {
        text.parse().expect("the URL is valid")
    }

    #[test]
    fn a_repetition_is_recognized_where_it_means_the_same() {
        let table = [
            ("i=1", HOME, true),
            ("i=1", "http://a.test/x/z?q", true),
            ("i=1", "http://a.test:81/x/y", true),
            ("i=1", "http://a.test/z", false),
            ("i=1", "http://b.test/x/y", false),
            ("i=1", "https://a.test/x/y", false),
            ("i=1; Path=/", "http://a.test/z", true),
            ("i=1; path = /x; Secure", "http://a.test/z", true),
            ("i=1; Path=x", "http://a.test/z", false),
            ("i=1; Path=/; Path", "http://a.test/z", false),
            ("i=1; Path=/", "http://b.test/", false),
            ("i=1; Max-Age=60", HOME, false),
            ("i=1; max-age", HOME, false),
            ("i=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT", HOME, false),
            ("i=max-age; HttpOnly; SameSite=Lax", HOME, true),
        ];
        for (value, second, is_repeated) in table {
            let mut cookies = RepeatedCookies::default();
            assert!(!cookies.contains(value.as_bytes(), &url(HOME)));
            cookies.add(value, &url(HOME));
            let found = cookies.contains(value.as_bytes(), &url(second));
            assert_eq!(found, is_repeated, "{value} from {second}");
        }
    }

    #[test]
    fn changes_are_not_repetitions() {
        let mut cookies = RepeatedCookies::default();
        let home = url(HOME);
        cookies.add("i=1", &home);
        cookies.add("j=1", &home);
        for (value, is_known) in [(&b"i=1"[..], true), (b"j=1", true), (b"i=2", false)] {
            assert_eq!(cookies.contains(value, &home), is_known);
        }
        cookies.add("i=; Max-Age=0", &home);
        assert!(!cookies.contains(b"i=1", &home));
        assert!(cookies.contains(b"j=1", &home));
        cookies.clear();
        assert!(!cookies.contains(b"j=1", &home));
    }

    #[test]
    fn the_number_of_remembered_cookies_is_bounded() {
        let mut cookies = RepeatedCookies::default();
        let value = |number: usize| format!("n{number}=1");
        for number in 0..MAX_COOKIES + 2 {
            cookies.add(&value(number), &url(HOME));
        }
        let found = |number: &usize| cookies.contains(value(*number).as_bytes(), &url(HOME));
        let missing: Vec<usize> = (0..MAX_COOKIES + 2)
            .filter(|number| !found(number))
            .collect();
        assert_eq!(missing, [0, 1]);
    }
}
