//! The failures of TLS alerts, by the names of RFC 8446 section 6.2 and of the IANA registry.

use rustls::AlertDescription;

use super::failure_pair::{FailurePair, failure_pair};

/// The failures of an alert, with its meaning in a handshake and the remedies for target and proxy.
macro_rules! alert {
    ($name:literal, $meaning:literal, $target:literal, $proxy:literal) => {
        failure_pair!(
            concat!("alert_", $name),
            concat!(
                "the server sent the TLS alert ",
                $name,
                ": ",
                $meaning,
                ": ",
                $target
            ),
            concat!(
                "the proxy sent the TLS alert ",
                $name,
                ": ",
                $meaning,
                ": ",
                $proxy
            ),
        )
    };
}

/// The failures of an alert about the client's certificate, which a proxy never gets.
macro_rules! certificate_alert {
    ($name:literal, $meaning:literal, $target:literal) => {
        alert!(
            $name,
            $meaning,
            $target,
            "client certificates are not supported here, use another proxy"
        )
    };
}

/// The failures of an alert whose cause only the log of the peer can tell.
macro_rules! internal_alert {
    ($name:literal, $meaning:literal) => {
        alert!($name, $meaning, "see the server's log", "see its log")
    };
}

/// Returns the failures of an alert that ends a connection.
pub(super) fn of_alert(alert: AlertDescription) -> FailurePair {
    let known = ALERTS.iter().find(|(known, _)| *known == alert);
    known.map_or(UNKNOWN, |(_, pair)| *pair)
}

/// The failures of all alerts.
pub(super) fn pairs() -> impl Iterator<Item = FailurePair> {
    let known = ALERTS.iter().map(|(_, pair)| *pair);
    known.chain([UNKNOWN])
}

const UNKNOWN: FailurePair = internal_alert!("unknown", "the alert has no name");

/// The target accepts none of the protocols that were offered.
pub(super) const NO_APPLICATION_PROTOCOL: FailurePair = alert!(
    "no_application_protocol",
    "it accepts none of the offered protocols (ALPN)",
    "check which protocols it speaks on this port",
    "see its log"
);

const ALERTS: &[(AlertDescription, FailurePair)] = &[
    (
        AlertDescription::HandshakeFailure,
        alert!(
            "handshake_failure",
            "no common cipher suite, group or kind of key, or no client certificate",
            "set `client_cert` and `client_key` if it requires one; this TLS library has ECDHE (X25519, P-256, \
             P-384) with AES-GCM or ChaCha20-Poly1305, but no CBC suites, no RSA or DHE key exchange, no X448 \
             or P-521, and no RSA-PSS keys",
            "this TLS library has ECDHE (X25519, P-256, P-384) with AES-GCM or ChaCha20-Poly1305, and no \
             client certificates for proxies"
        ),
    ),
    (
        AlertDescription::ProtocolVersion,
        alert!(
            "protocol_version",
            "it speaks none of the offered TLS versions",
            "change `tls_min` or `tls_max`; this TLS library has 1.2 and 1.3 only",
            "this TLS library has 1.2 and 1.3 only"
        ),
    ),
    (
        AlertDescription::InsufficientSecurity,
        alert!(
            "insufficient_security",
            "it requires stronger cipher suites or keys than were offered",
            "see its configuration",
            "see its configuration"
        ),
    ),
    (
        AlertDescription::NoApplicationProtocol,
        NO_APPLICATION_PROTOCOL,
    ),
    (
        AlertDescription::UnrecognisedName,
        alert!(
            "unrecognized_name",
            "it does not know the name in the handshake (SNI)",
            "check the host in the URL, or try `sni` or `send_sni(false)`",
            "check the host of `proxy`"
        ),
    ),
    (
        AlertDescription::CertificateRequired,
        certificate_alert!(
            "certificate_required",
            "it requires a client certificate, and received none that it can use",
            "set `client_cert` and `client_key`"
        ),
    ),
    (
        AlertDescription::NoCertificate,
        certificate_alert!(
            "no_certificate",
            "it requires a client certificate",
            "set `client_cert` and `client_key`"
        ),
    ),
    (
        AlertDescription::UnknownCA,
        certificate_alert!(
            "unknown_ca",
            "it does not trust the issuer of the client certificate",
            "check `client_cert`, which must include intermediate certificates, and the server's list of CAs"
        ),
    ),
    (
        AlertDescription::BadCertificate,
        certificate_alert!(
            "bad_certificate",
            "it rejects the client certificate, or requires one",
            "check `client_cert`, and see the server's log"
        ),
    ),
    (
        AlertDescription::UnsupportedCertificate,
        certificate_alert!(
            "unsupported_certificate",
            "it cannot use the client certificate, for example because it is not for clients",
            "check the extended key usage and the kind of key of `client_cert`"
        ),
    ),
    (
        AlertDescription::CertificateRevoked,
        certificate_alert!(
            "certificate_revoked",
            "the client certificate was revoked",
            "use another `client_cert`"
        ),
    ),
    (
        AlertDescription::CertificateExpired,
        certificate_alert!(
            "certificate_expired",
            "the client certificate, or one of its issuers, has expired",
            "renew it, or check the server's clock"
        ),
    ),
    (
        AlertDescription::CertificateUnknown,
        certificate_alert!(
            "certificate_unknown",
            "it rejects the client certificate for a reason of its own",
            "check `client_cert`, and see the server's log"
        ),
    ),
    (
        AlertDescription::AccessDenied,
        certificate_alert!(
            "access_denied",
            "it denies this client access",
            "check `client_cert`, and the server's rules"
        ),
    ),
    (
        AlertDescription::DecryptError,
        internal_alert!(
            "decrypt_error",
            "it could not verify a signature or decrypt a message"
        ),
    ),
    (
        AlertDescription::UnexpectedMessage,
        internal_alert!("unexpected_message", "it expected another message"),
    ),
    (
        AlertDescription::BadRecordMac,
        internal_alert!("bad_record_mac", "it could not decrypt a record"),
    ),
    (
        AlertDescription::RecordOverflow,
        internal_alert!("record_overflow", "it received a record that is too long"),
    ),
    (
        AlertDescription::IllegalParameter,
        internal_alert!(
            "illegal_parameter",
            "it found a wrong value in the handshake"
        ),
    ),
    (
        AlertDescription::DecodeError,
        internal_alert!("decode_error", "it could not read a message"),
    ),
    (
        AlertDescription::InternalError,
        internal_alert!("internal_error", "it had an internal error"),
    ),
    (
        AlertDescription::InappropriateFallback,
        internal_alert!("inappropriate_fallback", "it suspects a forced downgrade"),
    ),
    (
        AlertDescription::UserCanceled,
        internal_alert!("user_canceled", "it canceled the handshake"),
    ),
    (
        AlertDescription::MissingExtension,
        internal_alert!("missing_extension", "the handshake lacks an extension"),
    ),
    (
        AlertDescription::UnsupportedExtension,
        internal_alert!(
            "unsupported_extension",
            "it found an extension that it does not accept"
        ),
    ),
    (
        AlertDescription::UnknownPSKIdentity,
        internal_alert!("unknown_psk_identity", "it requires a pre-shared key"),
    ),
    (
        AlertDescription::EncryptedClientHelloRequired,
        internal_alert!("ech_required", "it requires an encrypted handshake (ECH)"),
    ),
];
