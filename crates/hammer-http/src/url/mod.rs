//! Parsing and checking of target URLs.

mod characters;

use std::borrow::Cow;

use bytes::Bytes;
use hammer_net::{PeerEndpoint, UrlHost, basic_authorization, split_host_port};
use http::Uri;
use http::header::HeaderValue;
use http::uri::PathAndQuery;

pub(crate) use self::characters::{
    LOWER_CASE_HEX, character_name, check_characters, encode_where, percent_encode,
};
use crate::{Error, mask_url};
use hammer_diagnostic::shortened;

/// Maximum size of path and query, in bytes: that of [`Uri`].
const MAX_TARGET_BYTES: usize = u16::MAX as usize - 1;

#[derive(Debug)]
pub(crate) struct HttpUrl {
    pub(crate) tls: bool,
    pub(crate) host: UrlHost,
    pub(crate) port: u16,
    /// The target in the request line: path and query.
    pub(crate) path_and_query: Uri,
    /// The value of the `Host` header.
    pub(crate) authority: HeaderValue,
    pub(crate) authorization: Option<HeaderValue>,
}

impl HttpUrl {
    /// Parses a URL. Path and query are percent-encoded as [`percent_encode`] says.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        // Messages show the URL without its secrets.
        let url = &*mask_url(text);
        check_characters(text, &[]).map_err(Error::url_characters)?;
        let (scheme, rest) = text.split_once("://").ok_or_else(|| {
            Error::url(format!(
                "the URL {url:?} has no scheme (try http://{url} or https://{url})",
                url = shortened(url)
            ))
        })?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => {
                let message = format!(
                    "unknown scheme {scheme:?} in {url:?}; expected http or https",
                    scheme = shortened(scheme),
                    url = shortened(url)
                );
                return Err(Error::url(message));
            }
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (userinfo, authority) = match authority.rsplit_once('@') {
            Some((userinfo, authority)) => (Some(userinfo), authority),
            None => (None, authority),
        };
        let (name, port) = split_host_port(authority);
        let host = parse_host(name, url)?;
        let default = if tls { 443 } else { 80 };
        let port = match port {
            None | Some("") => default,
            Some(port) => match port.parse() {
                // `parse` accepts a sign, a URL does not.
                Ok(number) if number > 0 && !port.starts_with('+') => number,
                _ if userinfo.is_none() && text.contains('@') => {
                    let message = format!(
                        "malformed port in {url:?}; expected 1 to 65535 (if a password contains a \
                         slash, write it as %2F)",
                        url = shortened(url)
                    );
                    return Err(Error::url(message));
                }
                _ => {
                    let message = format!(
                        "invalid port {port:?} in {url:?}; expected 1 to 65535",
                        port = shortened(port),
                        url = shortened(url)
                    );
                    return Err(Error::url(message));
                }
            },
        };
        // A zone has no meaning for the target (RFC 6874, section 4).
        let name = match &host {
            UrlHost::Zoned(_) => host.to_string(),
            _ => name.to_owned(),
        };
        let authority = if port == default {
            name
        } else {
            format!("{name}:{port}")
        };
        let authority = HeaderValue::from_str(&authority).map_err(|cause| {
            Error::url(format!(
                "the URL {url:?} is malformed",
                url = shortened(url)
            ))
            .with_source(cause)
        })?;
        Ok(Self {
            tls,
            host,
            port,
            path_and_query: parse_target(path, url)?,
            authority,
            authorization: userinfo.map(basic_authorization).transpose()?,
        })
    }
}

impl HttpUrl {
    /// The endpoint that connections lead to.
    pub(crate) fn peer(&self) -> PeerEndpoint<'_> {
        PeerEndpoint {
            scheme: if self.tls { "https" } else { "http" },
            host: &self.host,
            port: self.port,
            tls: self.tls,
            proxy_can_forward: true,
        }
    }

    /// The URL without credentials, for cookies, signatures and redirects.
    pub(crate) fn without_credentials(&self) -> Result<url::Url, Error> {
        let scheme = if self.tls { "https" } else { "http" };
        let Self {
            host,
            port,
            path_and_query: path,
            ..
        } = self;
        let text = format!("{scheme}://{host}:{port}{path}");
        let malformed =
            |cause| Error::url(format!("the URL {text} is malformed")).with_source(cause);
        text.parse().map_err(malformed)
    }

    /// The target in a request line to a proxy: scheme, host, path and query.
    pub(crate) fn absolute_form(&self) -> Result<Uri, Error> {
        let scheme = if self.tls { "https" } else { "http" };
        let parts = Uri::builder()
            .scheme(scheme)
            .authority(self.authority.as_bytes());
        let path = self
            .path_and_query
            .path_and_query()
            .map_or("/", |path| path.as_str());
        let malformed = |cause| Error::url("the URL cannot be sent to a proxy").with_source(cause);
        parts.path_and_query(path).build().map_err(malformed)
    }
}

/// Sets path and query of `url` to those of the target in a request line.
///
/// The target is not a reference: one that begins with two slashes names no host.
pub(crate) fn set_path_and_query(url: &mut url::Url, target: &[u8]) {
    let text = match str::from_utf8(target) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let mut encoded = target.to_vec();
            percent_encode(&mut encoded, 0);
            Cow::Owned(String::from_utf8_lossy(&encoded).into_owned())
        }
    };
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (&*text, None),
    };
    url.set_path(path);
    url.set_query(query);
}

/// Encodes path and query, which begin with a slash in the result.
fn parse_target(path: &str, url: &str) -> Result<Uri, Error> {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut target = format!("{slash}{path}").into_bytes();
    percent_encode(&mut target, 0);
    if target.len() > MAX_TARGET_BYTES {
        let bytes = target.len();
        return Err(Error::url(format!(
            "path and query of the URL have {bytes} bytes; expected at most {MAX_TARGET_BYTES}"
        )));
    }
    // A whole URI that begins with two slashes would be parsed as a host.
    let target = PathAndQuery::from_maybe_shared(Bytes::from(target));
    let target = target.map_err(|cause| {
        Error::url(format!(
            "the URL {url:?} is malformed",
            url = shortened(url)
        ))
        .with_source(cause)
    })?;
    Ok(Uri::from(target))
}

fn parse_host(name: &str, url: &str) -> Result<UrlHost, Error> {
    if name.is_empty() {
        return Err(Error::url(format!(
            "the URL {url:?} has no host (try http://localhost:8080/)",
            url = shortened(url)
        )));
    }
    UrlHost::parse(name).ok_or_else(|| {
        Error::url(match name.strip_prefix('[') {
            Some(_) => format!(
                "invalid IPv6 address {name:?} in {url:?}; expected the form [::1]",
                name = shortened(name),
                url = shortened(url)
            ),
            None => format!(
                "invalid host name {name:?} in {url:?}",
                name = shortened(name),
                url = shortened(url)
            ),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: a target that begins with two slashes changed the host.
    #[test]
    fn a_target_leaves_the_origin_as_it_is() {
        let table: [(&[u8], &str); 8] = [
            (b"/x?y=1", "http://a.test:81/x?y=1"),
            (b"//other.test/x", "http://a.test:81//other.test/x"),
            (b"/\\other.test/x", "http://a.test:81//other.test/x"),
            (b"/?//b/c?d", "http://a.test:81/?//b/c?d"),
            (b"/x#y?z", "http://a.test:81/x%23y?z"),
            (b"*", "http://a.test:81/*"),
            ("/\u{e9}".as_bytes(), "http://a.test:81/%C3%A9"),
            (b"/\xe9?\xe9", "http://a.test:81/%E9?%E9"),
        ];
        for (target, expected) in table {
            let mut url = "http://a.test:81/b?c".parse().expect("the URL is valid");
            set_path_and_query(&mut url, target);
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn a_malformed_url_is_shown_without_its_password() {
        let error = HttpUrl::parse("http://a:s3/cret@b.test/").expect_err("the port is malformed");
        let text = error.to_string();
        assert!(text.contains("%2F") && !text.contains("s3"), "{text}");
    }

    #[test]
    fn well_formed_urls_are_split_into_parts() {
        let name = |name: &str| UrlHost::Name(name.into());
        let ip = |ip: &str| UrlHost::Address(ip.parse().expect("the address is valid"));
        let table = [
            ("http://a", name("a"), 80, "/", "a"),
            ("https://a.b/c?d=e#f", name("a.b"), 443, "/c?d=e", "a.b"),
            ("HTTP://a:80/", name("a"), 80, "/", "a"),
            ("http://a:443/", name("a"), 443, "/", "a:443"),
            ("http://a:", name("a"), 80, "/", "a"),
            ("http://a?q=1", name("a"), 80, "/?q=1", "a"),
            ("http://a#x", name("a"), 80, "/", "a"),
            ("http://u:p@a:81/@", name("a"), 81, "/@", "a:81"),
            (
                "http://127.0.0.1:8080/x:y",
                ip("127.0.0.1"),
                8080,
                "/x:y",
                "127.0.0.1:8080",
            ),
            ("https://[::1]:8443", ip("::1"), 8443, "/", "[::1]:8443"),
            ("http://[fe80::1]/", ip("fe80::1"), 80, "/", "[fe80::1]"),
            ("http://a//b/c", name("a"), 80, "//b/c", "a"),
            (
                "http://a/\"{}|^\\?f={\"a\":<1>}`ä#\"",
                name("a"),
                80,
                "/%22{}|^\\?f={%22a%22:%3C1%3E}%60%C3%A4",
                "a",
            ),
        ];
        for (text, host, port, path, authority) in table {
            let url = HttpUrl::parse(text).expect(text);
            assert_eq!(url.host, host, "{text}");
            assert_eq!(url.port, port, "{text}");
            assert_eq!(url.path_and_query.to_string(), path, "{text}");
            assert_eq!(url.path_and_query.authority(), None, "{text}");
            assert_eq!(url.authority, authority, "{text}");
            assert_eq!(url.tls, text.starts_with("https"), "{text}");
            assert_eq!(url.authorization.is_some(), text.contains("u:p@"), "{text}");
        }
    }

    #[test]
    fn errors_name_what_was_expected() {
        let long = format!("http://a/{}", "x".repeat(MAX_TARGET_BYTES + 1));
        let table = [
            ("localhost:8080", "try http://localhost:8080"),
            ("", "no scheme"),
            ("ftp://a/", "expected http or https"),
            ("http://", "no host"),
            ("http:///path", "no host"),
            ("http://:80/", "no host"),
            ("http://user@/", "no host"),
            ("http://a:0/", "expected 1 to 65535"),
            ("http://a:65536/", "expected 1 to 65535"),
            ("http://a:-1/", "expected 1 to 65535"),
            ("http://a:+1/", "expected 1 to 65535"),
            ("http://a:b/", "expected 1 to 65535"),
            ("http://a:1:2/", "expected 1 to 65535"),
            ("http://::1/", "no host"),
            ("http://[::1/", "invalid IPv6 address"),
            ("http://[::g]/", "invalid IPv6 address"),
            ("http://a b/", "space in the host"),
            ("http://a/b c", "space in the path; expected %20"),
            ("http://a/\r\nX: y", "line break in the path"),
            ("http://bücher.de/", "punycode"),
            ("http://a,b/", "invalid host name"),
            ("http://a%41/", "invalid host name"),
            (&long, "65536 bytes; expected at most 65534"),
        ];
        for (text, fragment) in table {
            let error = HttpUrl::parse(text)
                .map(|url| panic!("{text}: {url:?}"))
                .unwrap_err();
            let message = hammer_diagnostic::chain(&error);
            assert!(message.contains(fragment), "{text}: {message}");
            assert_eq!(error.kind(), crate::ErrorKind::Url);
        }
    }
}
