//! Failures of TLS with a target, each with its counterpart for a proxy.

use hammer_core::Failure;

use super::{alert_failures, certificate_failures, handshake_failures};

/// A failure of TLS with the target, and its counterpart with a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FailurePair {
    pub(crate) target: Failure,
    pub(crate) proxy: Failure,
}

/// Creates the pair `tls_…` and `proxy_tls_…` with the advice for each.
macro_rules! failure_pair {
    ($name:expr, $target:expr, $proxy:expr $(,)?) => {
        $crate::tls::failure_pair::FailurePair {
            target: hammer_core::Failure::new(concat!("tls_", $name)).with_advice($target),
            proxy: hammer_core::Failure::new(concat!("proxy_tls_", $name)).with_advice($proxy),
        }
    };
}

pub(super) use failure_pair;

/// Returns all failures of TLS, in a handshake and after it, with targets and with proxies.
///
/// Timeouts are not among them.
pub fn tls_failures() -> impl Iterator<Item = Failure> {
    pairs().flat_map(|pair| [pair.target, pair.proxy])
}

/// Returns the counterpart of a failure of TLS for a proxy.
pub(crate) fn failure_with_proxy(failure: Failure) -> Option<Failure> {
    let mut pairs = pairs().filter(|pair| pair.target == failure);
    pairs.next().map(|pair| pair.proxy)
}

fn pairs() -> impl Iterator<Item = FailurePair> {
    alert_failures::pairs()
        .chain(certificate_failures::PAIRS)
        .chain(handshake_failures::PAIRS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_failure_has_a_name_and_a_counterpart_of_its_own() {
        let mut names = BTreeSet::new();
        for FailurePair { target, proxy } in pairs() {
            assert_eq!(format!("proxy_{}", target.name()), proxy.name());
            assert!(names.insert(target.name()), "{} twice", target.name());
            assert_eq!(failure_with_proxy(target), Some(proxy));
            let advice = proxy.advice().unwrap_or_default();
            assert!(advice.contains("proxy"), "{proxy}: {advice}");
            for setting in ["`insecure`", "`cacert`", "`client_cert`", "`tls_min`"] {
                assert!(!advice.contains(setting), "{proxy}: {advice}");
            }
        }
    }
}
