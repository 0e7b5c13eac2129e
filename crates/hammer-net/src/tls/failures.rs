//! The failures of TLS, in a handshake and after it.

use std::io;

use hammer_core::Failure;
use rustls::{AlertDescription, CertificateError, Error};

use super::stream::is_exhausted_key;

const NOT_TLS: Failure = Failure::new("tls").with_advice(
    "the TLS handshake failed: check that the port speaks TLS; RUST_LOG=debug shows the cause",
);
const HANDSHAKE_FAILED: Failure = Failure::new("tls")
    .with_advice("the TLS handshake failed: RUST_LOG=debug shows the error or the alert");
const UNTRUSTED: Failure = Failure::new("tls")
    .with_advice("the certificate is not trusted: set its issuer with `cacert`, or try `insecure`");
const OTHER_NAME: Failure = Failure::new("tls").with_advice(
    "the certificate is for another name: check the host in the URL, or try `insecure`",
);
const NOT_VALID_TODAY: Failure = Failure::new("tls").with_advice(
    "the certificate is expired or not valid yet: renew it, check the clock, or try `insecure`",
);
/// The server requires a client certificate, or rejects the given one.
pub(crate) const CLIENT_CERTIFICATE: Failure = Failure::new("tls").with_advice(
    "the server requires a client certificate, or rejects it: set `client_cert` and `client_key`",
);
/// The server has no parameters in common, or requires a client certificate.
pub(crate) const REJECTED: Failure = Failure::new("tls").with_advice(
    "the server rejects the TLS handshake: it has no cipher suite in common, or requires a client \
     certificate (`client_cert`, `client_key`)",
);
const INCOMPATIBLE: Failure = Failure::new("tls").with_advice(
    "the server has no TLS version or cipher suite in common: change `tls_min` or `tls_max`",
);
const UNKNOWN_NAME: Failure = Failure::new("tls").with_advice(
    "the server does not know the name: check the host in the URL, or try `send_sni(false)`",
);
/// The target accepts none of the protocols offered in the TLS handshake (ALPN).
pub const NO_COMMON_PROTOCOL: Failure = Failure::new("tls_no_common_protocol").with_advice(
    "the target accepts none of the protocols offered in TLS (ALPN): check its settings",
);
/// TLS ended with an error after the handshake.
pub(crate) const BROKEN: Failure = Failure::new("tls_broken").with_advice(
    "TLS failed after the handshake, by an alert of the server or a broken record: RUST_LOG=debug shows it; \
     see the server's log, and the devices on the way",
);
const KEY_EXHAUSTED: Failure = Failure::new("tls_key_exhausted").with_advice(
    "a connection over TLS 1.2 has sent as many records as its key may seal: use TLS 1.3, or connections \
     that end earlier",
);

/// Converts the error of a TLS handshake.
pub(crate) fn handshake_failure(error: io::Error) -> Failure {
    tracing::debug!(%error, "TLS handshake failed");
    if error.kind() == io::ErrorKind::UnexpectedEof {
        // Servers often reject a handshake by closing the connection.
        return NOT_TLS;
    }
    match rustls_error(&error) {
        Some(Error::InvalidCertificate(certificate)) => certificate_failure(certificate),
        Some(Error::AlertReceived(alert)) => alert_failure(*alert).unwrap_or(HANDSHAKE_FAILED),
        Some(Error::InvalidMessage(_)) => NOT_TLS,
        Some(Error::PeerIncompatible(_)) => INCOMPATIBLE,
        Some(_) => HANDSHAKE_FAILED,
        None => error.into(),
    }
}

/// Returns the failure if an established connection ended with an error of TLS.
///
/// These are an alert of the server, a broken record, and a key of TLS 1.2 that may not be used anymore
/// ([`NetworkStream::is_near_key_limit`](crate::NetworkStream::is_near_key_limit)). A server of TLS 1.3
/// rejects a client certificate after the handshake of the client. The end of TLS without `close_notify`
/// is not one of them ([`is_missing_close_notify`](crate::is_missing_close_notify)).
#[must_use]
pub fn tls_failure(error: &io::Error) -> Option<Failure> {
    let failure = match rustls_error(error) {
        Some(Error::AlertReceived(alert)) => alert_failure(*alert).unwrap_or(BROKEN),
        Some(_) => BROKEN,
        None if is_exhausted_key(error) => KEY_EXHAUSTED,
        None => return None,
    };
    tracing::debug!(%error, "TLS failed");
    Some(failure)
}

/// Returns true if the peer ended the connection by an alert of TLS, other than `close_notify`.
#[must_use]
pub fn is_tls_alert(error: &io::Error) -> bool {
    matches!(rustls_error(error), Some(Error::AlertReceived(_)))
}

fn rustls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn certificate_failure(error: &CertificateError) -> Failure {
    use CertificateError as C;
    match error {
        C::NotValidForName | C::NotValidForNameContext { .. } => OTHER_NAME,
        C::Expired | C::ExpiredContext { .. } | C::NotValidYet | C::NotValidYetContext { .. } => {
            NOT_VALID_TODAY
        }
        _ => UNTRUSTED,
    }
}

/// Returns the failure of an alert that rejects the client's part of a handshake (RFC 8446 section 6.2).
fn alert_failure(alert: AlertDescription) -> Option<Failure> {
    use AlertDescription as A;
    Some(match alert {
        A::CertificateRequired
        | A::NoCertificate
        | A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown
        | A::UnknownCA
        | A::AccessDenied => CLIENT_CERTIFICATE,
        A::HandshakeFailure => REJECTED,
        A::ProtocolVersion | A::InsufficientSecurity => INCOMPATIBLE,
        A::UnrecognisedName => UNKNOWN_NAME,
        A::NoApplicationProtocol => NO_COMMON_PROTOCOL,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use rustls::{InvalidMessage, PeerIncompatible, PeerMisbehaved};

    use super::*;

    fn io_error(error: Error) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, error)
    }

    #[test]
    fn an_alert_has_its_advice_in_a_handshake_and_after_it() {
        use AlertDescription as A;
        let table = [
            (A::CertificateRequired, CLIENT_CERTIFICATE),
            (A::BadCertificate, CLIENT_CERTIFICATE),
            (A::CertificateExpired, CLIENT_CERTIFICATE),
            (A::UnknownCA, CLIENT_CERTIFICATE),
            (A::AccessDenied, CLIENT_CERTIFICATE),
            (A::HandshakeFailure, REJECTED),
            (A::ProtocolVersion, INCOMPATIBLE),
            (A::UnrecognisedName, UNKNOWN_NAME),
            (A::NoApplicationProtocol, NO_COMMON_PROTOCOL),
        ];
        for (alert, expected) in table {
            let error = || io_error(Error::AlertReceived(alert));
            assert_eq!(handshake_failure(error()), expected, "{alert:?}");
            assert_eq!(tls_failure(&error()), Some(expected), "{alert:?}");
            assert!(is_tls_alert(&error()));
        }
        let error = || io_error(Error::AlertReceived(A::InternalError));
        assert_eq!(handshake_failure(error()), HANDSHAKE_FAILED);
        assert_eq!(tls_failure(&error()), Some(BROKEN));
    }

    #[test]
    fn only_bytes_that_are_not_tls_raise_doubts_about_the_port() {
        let table = [
            (InvalidMessage::InvalidContentType.into(), NOT_TLS),
            (
                PeerIncompatible::NoCipherSuitesInCommon.into(),
                INCOMPATIBLE,
            ),
            (
                Error::InvalidCertificate(CertificateError::UnknownIssuer),
                UNTRUSTED,
            ),
            (
                PeerMisbehaved::TooManyEmptyFragments.into(),
                HANDSHAKE_FAILED,
            ),
            (Error::DecryptError, HANDSHAKE_FAILED),
        ];
        for (error, expected) in table {
            let found = handshake_failure(io_error(error.clone()));
            assert_eq!(found, expected, "{error:?}");
        }
        let end = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert_eq!(handshake_failure(end), NOT_TLS);
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(handshake_failure(reset), Failure::RESET);
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
            assert_eq!(tls_failure(&error), Some(BROKEN), "{error}");
            assert!(!is_tls_alert(&error));
        }
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(tls_failure(&reset), None);
        assert!(!is_tls_alert(&reset));
    }
}
