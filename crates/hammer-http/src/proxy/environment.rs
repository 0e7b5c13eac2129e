//! What the usual environment variables say of proxies.

use std::env;

/// Proxies by the scheme of a target's URL, and the hosts that go without.
///
/// `http_proxy` counts in lower case only, as with curl: in a CGI program the upper-case one is what
/// a client has sent as the header `Proxy`.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    http: Option<Named>,
    https: Option<Named>,
    pub(crate) no_proxy: Option<String>,
}

/// A variable and its value.
pub(crate) type Named = (&'static str, String);

impl Environment {
    /// That of this process.
    pub(crate) fn of_process() -> Self {
        Self::of(|name| env::var(name).ok())
    }

    fn of(variable: impl Fn(&'static str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            let named = |name: &&'static str| variable(name).map(|value| (*name, value));
            names.iter().find_map(named)
        };
        // An empty value says that there is to be none.
        let set = |named: Option<Named>| named.filter(|(_, value)| !value.is_empty());
        Self {
            http: set(first(&["http_proxy", "all_proxy", "ALL_PROXY"])),
            https: set(first(&[
                "https_proxy",
                "HTTPS_PROXY",
                "all_proxy",
                "ALL_PROXY",
            ])),
            no_proxy: first(&["no_proxy", "NO_PROXY"]).map(|(_, value)| value),
        }
    }

    /// Whether there is a proxy for any target.
    pub(crate) fn names_any(&self) -> bool {
        self.http.is_some() || self.https.is_some()
    }

    /// The proxy for a target over TLS, or for one in clear.
    pub(crate) fn proxy(&self, tls: bool) -> Option<&Named> {
        if tls {
            self.https.as_ref()
        } else {
            self.http.as_ref()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_variables() {
        type Set = &'static [(&'static str, &'static str)];
        let table: [(Set, Option<&str>, Option<&str>); 8] = [
            (&[], None, None),
            (&[("http_proxy", "a")], Some("a"), None),
            (&[("HTTP_PROXY", "a")], None, None),
            (
                &[("https_proxy", "a"), ("HTTPS_PROXY", "b")],
                None,
                Some("a"),
            ),
            (&[("HTTPS_PROXY", "b")], None, Some("b")),
            (&[("ALL_PROXY", "c")], Some("c"), Some("c")),
            (
                &[("all_proxy", "c"), ("http_proxy", "a")],
                Some("a"),
                Some("c"),
            ),
            (&[("all_proxy", "c"), ("http_proxy", "")], None, Some("c")),
        ];
        for (set, http, https) in table {
            let lookup = |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let environment = Environment::of(lookup);
            let value = |tls| environment.proxy(tls).map(|(_, value)| value.as_str());
            assert_eq!((value(false), value(true)), (http, https), "{set:?}");
        }
        let both = Environment::of(|name| (name == "NO_PROXY").then(|| "a".to_owned()));
        assert_eq!(both.no_proxy.as_deref(), Some("a"));
    }
}
