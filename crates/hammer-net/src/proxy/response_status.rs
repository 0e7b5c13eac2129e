//! The failures that the statuses of an HTTP proxy mean.

use hammer_core::Failure;

use crate::failures;

/// The use of a proxy that a response belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxyUse {
    /// A CONNECT request, which the proxy itself answers.
    Tunnel,
    /// A forwarded request, whose answer is mostly the target's.
    Forward,
}

/// Returns the failure that a status means, or `None` if the answer is a tunnel or the target's.
pub(crate) fn status_failure(status: u16, proxy_use: ProxyUse) -> Option<Failure> {
    match (proxy_use, status) {
        // Only a proxy answers with 407 (RFC 9110, section 15.5.8).
        (_, 407) => Some(failures::PROXY_AUTH_REQUIRED),
        (ProxyUse::Forward, _) | (_, 200..=299) => None,
        // tinyproxy answers wrong credentials with 401.
        (_, 401) => Some(failures::PROXY_AUTH_REQUIRED),
        (_, 403) => Some(failures::PROXY_FORBIDDEN),
        // tinyproxy answers with 500, other proxies with 502 to 504.
        (_, 500 | 502..=504) => Some(failures::PROXY_TARGET_UNREACHABLE),
        _ => Some(failures::PROXY_REFUSED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_has_one_meaning_per_use() {
        let table = [
            (200, None, None),
            (204, None, None),
            (301, Some("proxy_refused"), None),
            (401, Some("proxy_auth_required"), None),
            (403, Some("proxy_forbidden"), None),
            (404, Some("proxy_refused"), None),
            (
                407,
                Some("proxy_auth_required"),
                Some("proxy_auth_required"),
            ),
            (500, Some("proxy_target_unreachable"), None),
            (501, Some("proxy_refused"), None),
            (502, Some("proxy_target_unreachable"), None),
            (504, Some("proxy_target_unreachable"), None),
        ];
        for (status, tunnel, forward) in table {
            let name = |proxy_use| status_failure(status, proxy_use).map(|failure| failure.name());
            assert_eq!(name(ProxyUse::Tunnel), tunnel, "{status} to CONNECT");
            assert_eq!(name(ProxyUse::Forward), forward, "{status} when forwarding");
        }
    }
}
