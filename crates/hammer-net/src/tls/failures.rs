//! The failures of TLS, in a handshake and after it.

use std::io;

use hammer_core::Failure;
use rustls::Error;

use super::stream::is_exhausted_key;
use super::{alert_failures, certificate_failures, handshake_failures};

/// The target accepts none of the protocols offered in the TLS handshake (ALPN).
pub const NO_COMMON_PROTOCOL: Failure = alert_failures::NO_APPLICATION_PROTOCOL.target;

/// Converts the error of a TLS handshake.
pub(crate) fn handshake_failure(error: io::Error) -> Failure {
    tracing::debug!(%error, "TLS handshake failed");
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return handshake_failures::CLOSED.target;
    }
    let pair = match rustls_error(&error) {
        Some(Error::InvalidCertificate(problem)) => certificate_failures::of_error(problem),
        Some(Error::AlertReceived(alert)) => alert_failures::of_alert(*alert),
        Some(error) => handshake_failures::of_error(error),
        None => return error.into(),
    };
    pair.target
}

/// Returns the failure if an established connection ended with an error of TLS.
///
/// These are an alert of the server, a broken record, and a key of TLS 1.2 that may not be used anymore
/// ([`NetworkStream::is_near_key_limit`](crate::NetworkStream::is_near_key_limit)). A server of TLS 1.3
/// rejects a client certificate after the handshake of the client. The end of TLS without `close_notify`
/// is not one of them ([`is_missing_close_notify`](crate::is_missing_close_notify)).
#[must_use]
pub fn tls_failure(error: &io::Error) -> Option<Failure> {
    let pair = match rustls_error(error) {
        Some(Error::AlertReceived(alert)) => alert_failures::of_alert(*alert),
        Some(_) => handshake_failures::BROKEN,
        None if is_exhausted_key(error) => handshake_failures::KEY_EXHAUSTED,
        None => return None,
    };
    tracing::debug!(%error, "TLS failed");
    Some(pair.target)
}

/// Returns true if the peer ended the connection by an alert of TLS, other than `close_notify`.
#[must_use]
pub fn is_tls_alert(error: &io::Error) -> bool {
    matches!(rustls_error(error), Some(Error::AlertReceived(_)))
}

fn rustls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

#[cfg(test)]
mod tests {
    use rustls::{
        AlertDescription, CertificateError, InvalidMessage, PeerIncompatible, PeerMisbehaved,
    };

    use super::*;

    fn io_error(error: Error) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, error)
    }

    #[test]
    fn an_alert_has_its_name_in_a_handshake_and_after_it() {
        use AlertDescription as A;
        let table = [
            (A::CertificateRequired, "tls_alert_certificate_required"),
            (A::BadCertificate, "tls_alert_bad_certificate"),
            (A::CertificateExpired, "tls_alert_certificate_expired"),
            (A::UnknownCA, "tls_alert_unknown_ca"),
            (A::AccessDenied, "tls_alert_access_denied"),
            (A::HandshakeFailure, "tls_alert_handshake_failure"),
            (A::ProtocolVersion, "tls_alert_protocol_version"),
            (A::UnrecognisedName, "tls_alert_unrecognized_name"),
            (
                A::NoApplicationProtocol,
                "tls_alert_no_application_protocol",
            ),
            (A::InternalError, "tls_alert_internal_error"),
            (A::Unknown(200), "tls_alert_unknown"),
        ];
        for (alert, expected) in table {
            let error = || io_error(Error::AlertReceived(alert));
            assert_eq!(handshake_failure(error()).name(), expected);
            let after = tls_failure(&error()).map(|failure| failure.name());
            assert_eq!(after, Some(expected));
            assert!(is_tls_alert(&error()));
        }
    }

    #[test]
    fn errors_of_a_handshake_are_named_by_what_was_seen() {
        let table = [
            (InvalidMessage::InvalidContentType.into(), "tls_not_spoken"),
            (
                InvalidMessage::TrailingData("x").into(),
                "tls_malformed_message",
            ),
            (
                PeerIncompatible::ServerDoesNotSupportTls12Or13.into(),
                "tls_version",
            ),
            (
                PeerIncompatible::NoKxGroupsInCommon.into(),
                "tls_incompatible",
            ),
            (
                Error::InvalidCertificate(CertificateError::UnknownIssuer),
                "tls_untrusted",
            ),
            (
                PeerMisbehaved::TooManyEmptyFragments.into(),
                "tls_broken_rule",
            ),
            (Error::DecryptError, "tls_failed"),
        ];
        for (error, expected) in table {
            let found = handshake_failure(io_error(error.clone()));
            assert_eq!(found.name(), expected, "{error:?}");
        }
        let end = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert_eq!(handshake_failure(end).name(), "tls_closed");
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(handshake_failure(reset), Failure::RESET);
    }

    #[test]
    fn the_advice_says_how_to_make_or_trust_a_certificate_of_ones_own() {
        let without_names = CertificateError::NotValidForNameContext {
            expected: "localhost".try_into().expect("a valid name"),
            presented: Vec::new(),
        };
        for (error, expected) in [
            (without_names, "-addext subjectAltName=DNS:NAME"),
            (CertificateError::UnknownIssuer, "self-signed"),
        ] {
            let failure = handshake_failure(io_error(Error::InvalidCertificate(error)));
            let advice = failure.advice().expect("advice");
            assert!(advice.contains(expected), "{advice}");
        }
    }

    #[test]
    fn errors_after_the_handshake_have_a_failure_of_their_own() {
        for error in [
            Error::DecryptError,
            Error::PeerSentOversizedRecord,
            InvalidMessage::InvalidContentType.into(),
            PeerMisbehaved::TooManyKeyUpdateRequests.into(),
        ] {
            let error = io_error(error);
            let failure = tls_failure(&error).map(|failure| failure.name());
            assert_eq!(failure, Some("tls_broken"), "{error}");
            assert!(!is_tls_alert(&error));
        }
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(tls_failure(&reset), None);
        assert!(!is_tls_alert(&reset));
    }
}
