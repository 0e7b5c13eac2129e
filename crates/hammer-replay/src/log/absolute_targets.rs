//! Requests whose target is an absolute URL.

use super::EscapedText;

/// The handling of requests whose target is an absolute URL, as clients send them to a proxy.
///
/// A request that is kept has the host and the path of the URL (RFC 9112, section 3.2.2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AbsoluteTargets {
    /// They are skipped.
    #[default]
    Skip,
    /// Those for one of these hosts are kept. A host without a port matches any port. In formats whose lines
    /// all have URLs, only these hosts are kept, too.
    OfHosts(Vec<String>),
    /// All are kept.
    Any,
}

impl AbsoluteTargets {
    /// Returns true if requests for `authority`, a host with an optional port, are kept.
    pub(super) fn keeps(&self, authority: Option<EscapedText<'_>>) -> bool {
        let authority = authority.map_or(b"".as_slice(), EscapedText::raw);
        match self {
            Self::Skip => false,
            Self::OfHosts(hosts) => hosts.iter().any(|host| {
                let host = host.as_bytes();
                let name = without_port(authority);
                host.eq_ignore_ascii_case(authority) || host.eq_ignore_ascii_case(name)
            }),
            Self::Any => true,
        }
    }

    /// Returns true if requests for `authority` are kept in a log that has a URL for every request.
    pub(super) fn keeps_url_of(&self, authority: Option<EscapedText<'_>>) -> bool {
        *self == Self::Skip || self.keeps(authority)
    }
}

/// Returns `authority` without its port. A colon within brackets belongs to an IPv6 address.
pub(crate) fn without_port(authority: &[u8]) -> &[u8] {
    match memchr::memrchr(b':', authority) {
        Some(at) if authority[at + 1..].iter().all(u8::is_ascii_digit) => &authority[..at],
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::{AbsoluteTargets, EscapedText};
    use crate::log::EscapeStyle;

    #[test]
    fn compares_hosts_with_and_without_ports() {
        let hosts = ["shop.example", "[::1]", "api.example:8080"].map(str::to_owned);
        let of_hosts = AbsoluteTargets::OfHosts(hosts.into());
        for (authority, kept) in [
            ("shop.example", true),
            ("SHOP.example:8080", true),
            ("[::1]:80", true),
            ("[::1]", true),
            ("api.example:8080", true),
            ("api.example:81", false),
            ("api.example", false),
            ("other.example", false),
            ("", false),
        ] {
            let text = EscapedText::new(authority.as_bytes(), EscapeStyle::None);
            assert_eq!(of_hosts.keeps(Some(text)), kept, "{authority}");
            assert!(AbsoluteTargets::Any.keeps(Some(text)));
            assert!(!AbsoluteTargets::Skip.keeps(Some(text)));
        }
    }
}
