//! The proxies named by environment variables.

use std::env;
use std::ffi::OsString;

/// The variables that name proxies: `SCHEME_proxy` for each scheme of a URL, `all_proxy` for the
/// others, and `no_proxy` for the hosts to reach directly.
///
/// `http_proxy` is read in lower case only, as by curl: in a CGI program, `HTTP_PROXY` is the value
/// of a client's `Proxy` header.
#[derive(Clone, Default)]
pub(crate) struct ProxyEnvironment(Vec<EnvVariable>);

/// A variable and its value.
pub(crate) type EnvVariable = (String, String);

impl ProxyEnvironment {
    /// Reads the environment of this process.
    pub(crate) fn from_process() -> Self {
        let as_text = |(name, value): (OsString, OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self::from_variables(env::vars_os().filter_map(as_text))
    }

    fn from_variables(variables: impl Iterator<Item = EnvVariable>) -> Self {
        let is_proxy_variable = |(name, _): &EnvVariable| {
            let lower = name.to_ascii_lowercase();
            lower.ends_with("_proxy") && name != "HTTP_PROXY"
        };
        Self(variables.filter(is_proxy_variable).collect())
    }

    /// Returns true if any target has a proxy.
    pub(crate) fn has_any_proxy(&self) -> bool {
        let sets_proxy = |(name, value): &EnvVariable| {
            !name.eq_ignore_ascii_case("no_proxy") && !value.is_empty()
        };
        self.0.iter().any(sets_proxy)
    }

    /// Returns the proxy for URLs of this scheme. An empty value means no proxy.
    pub(crate) fn proxy(&self, scheme: &str) -> Option<&EnvVariable> {
        let found = self.value(scheme).or_else(|| self.value("all"));
        found.filter(|(_, value)| !value.is_empty())
    }

    /// Returns the list of hosts to reach without a proxy.
    pub(crate) fn no_proxy(&self) -> Option<&str> {
        self.value("no").map(|(_, value)| value.as_str())
    }

    fn value(&self, prefix: &str) -> Option<&EnvVariable> {
        let lower = format!("{prefix}_proxy");
        let find = |wanted: &str| self.0.iter().find(|(name, _)| name == wanted);
        find(&lower).or_else(|| find(&lower.to_ascii_uppercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_select_the_proxy_of_a_scheme() {
        type EnvVariables = &'static [(&'static str, &'static str)];
        let table: [(EnvVariables, Option<&str>, Option<&str>); 8] = [
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
        let environment = |set: EnvVariables| {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            ProxyEnvironment::from_variables(set.iter().map(owned))
        };
        for (set, http, https) in table {
            let known = environment(set);
            let value = |scheme| known.proxy(scheme).map(|(_, value)| value.as_str());
            assert_eq!((value("http"), value("https")), (http, https), "{set:?}");
            assert_eq!(known.has_any_proxy(), http.or(https).is_some(), "{set:?}");
        }
        assert_eq!(environment(&[("NO_PROXY", "a")]).no_proxy(), Some("a"));
        let mqtt = environment(&[("mqtt_proxy", "a"), ("http_proxy", "b")]);
        assert_eq!(mqtt.proxy("mqtt").map(|(_, value)| &**value), Some("a"));
    }
}
