//! The failures of server certificates that are not accepted.

use rustls::CertificateError;

use super::certificate_fault::CertificateFault;
use super::failure_pair::{FailurePair, failure_pair};

/// The failures of a problem, with what to do besides skipping the verification.
macro_rules! certificate {
    ($name:literal, $problem:literal, $remedy:literal) => {
        failure_pair!(
            $name,
            concat!(
                "the certificate ",
                $problem,
                ": ",
                $remedy,
                ", or try `insecure`"
            ),
            concat!(
                "the certificate of the proxy ",
                $problem,
                ": ",
                $remedy,
                ", or try `proxy_insecure`"
            ),
        )
    };
}

const UNTRUSTED: FailurePair = failure_pair!(
    "untrusted",
    "the certificate is not trusted, because it is self-signed or its issuer is unknown: set the issuer, or the \
     certificate itself, with `cacert`, let the server send its intermediate certificates, or try `insecure`",
    "the certificate of the proxy is not trusted, because it is self-signed or its issuer is unknown: set the \
     issuer, or the certificate itself, with `proxy_cacert`, or try `proxy_insecure`",
);
const WRONG_NAME: FailurePair = certificate!("wrong_name", "is for another name", "check the host");
const NO_NAMES: FailurePair = certificate!(
    "no_names",
    "has no subjectAltName, and this TLS library ignores the common name (CN)",
    "issue one with a subjectAltName (openssl req -x509 -addext subjectAltName=DNS:NAME)"
);
const EXPIRED: FailurePair = certificate!(
    "expired",
    "has expired, or one of its issuers",
    "renew it, or check this machine's clock"
);
const NOT_YET_VALID: FailurePair = certificate!(
    "not_yet_valid",
    "is not valid yet, or one of its issuers",
    "check its dates and this machine's clock"
);
const WRONG_PURPOSE: FailurePair = certificate!(
    "wrong_purpose",
    "is not for servers, since its extended key usage lacks serverAuth",
    "issue one for servers"
);
const OLD_VERSION: FailurePair = certificate!(
    "x509_v1",
    "is of X.509 version 1, and this TLS library supports version 3 only",
    "issue one with extensions, such as a subjectAltName"
);
const SHORT_KEY: FailurePair = certificate!(
    "short_key",
    "or one of its issuers has an RSA key of less than 2048 bits, which this TLS library does not accept",
    "issue one with a longer key"
);
const UNSUPPORTED_KEY: FailurePair = certificate!(
    "unsupported_key",
    "or one of its issuers has a kind of key that this TLS library does not support; it supports RSA, P-256, P-384 \
     and Ed25519",
    "use another kind of key"
);
const SHA1_SIGNATURE: FailurePair = certificate!(
    "sha1_signature",
    "is signed with SHA-1, which this TLS library does not accept",
    "issue one with SHA-256"
);
const UNSUPPORTED_SIGNATURE: FailurePair = certificate!(
    "unsupported_signature",
    "has a signature algorithm that this TLS library does not support; it supports RSA (PKCS #1, or PSS with a \
     salt as long as the hash), ECDSA on P-256 or P-384, and Ed25519, with SHA-256 to SHA-512",
    "issue another one"
);
const BAD_SIGNATURE: FailurePair = failure_pair!(
    "bad_signature",
    "the signature of the certificate is wrong: its issuer has the name of a trusted certificate but another key, \
     or the certificate was changed: set its issuer with `cacert`, or try `insecure`",
    "the signature of the certificate of the proxy is wrong: its issuer has the name of a trusted certificate but \
     another key, or the certificate was changed: set its issuer with `proxy_cacert`, or try `proxy_insecure`",
);
const INVALID_CHAIN: FailurePair = certificate!(
    "invalid_chain",
    "or one of its issuers breaks a rule of RFC 5280 (an issuer that may not sign certificates, a path \
     length, name constraints, or an unknown critical extension)",
    "see which with RUST_LOG=debug"
);
const MALFORMED: FailurePair = certificate!(
    "malformed_certificate",
    "is malformed",
    "see why with RUST_LOG=debug"
);

/// The failures of all problems.
pub(super) const PAIRS: [FailurePair; 14] = [
    UNTRUSTED,
    WRONG_NAME,
    NO_NAMES,
    EXPIRED,
    NOT_YET_VALID,
    WRONG_PURPOSE,
    OLD_VERSION,
    SHORT_KEY,
    UNSUPPORTED_KEY,
    SHA1_SIGNATURE,
    UNSUPPORTED_SIGNATURE,
    BAD_SIGNATURE,
    INVALID_CHAIN,
    MALFORMED,
];

/// sha1WithRSAEncryption (RFC 8017) and ecdsa-with-SHA1 (RFC 3279), as object identifiers in DER.
const SHA1_ALGORITHMS: [&[u8]; 2] = [
    &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5],
    &[0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1],
];

/// Returns the failures of an error about a certificate.
pub(super) fn of_error(error: &CertificateError) -> FailurePair {
    use CertificateError as C;
    match error {
        C::NotValidForNameContext { presented, .. } if presented.is_empty() => NO_NAMES,
        C::NotValidForName | C::NotValidForNameContext { .. } => WRONG_NAME,
        C::Expired | C::ExpiredContext { .. } => EXPIRED,
        C::NotValidYet | C::NotValidYetContext { .. } => NOT_YET_VALID,
        C::InvalidPurpose | C::InvalidPurposeContext { .. } => WRONG_PURPOSE,
        C::UnsupportedSignatureAlgorithmContext {
            signature_algorithm_id,
            ..
        } if SHA1_ALGORITHMS
            .iter()
            .any(|known| signature_algorithm_id.starts_with(known)) =>
        {
            SHA1_SIGNATURE
        }
        C::UnsupportedSignatureAlgorithmContext { .. } => UNSUPPORTED_SIGNATURE,
        C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => UNSUPPORTED_KEY,
        C::BadSignature => BAD_SIGNATURE,
        C::BadEncoding => MALFORMED,
        C::Other(other) => match other.0.downcast_ref::<CertificateFault>() {
            Some(CertificateFault::ShortKey) => SHORT_KEY,
            None => match other.0.downcast_ref::<webpki::Error>() {
                Some(webpki::Error::UnsupportedCertVersion) => OLD_VERSION,
                Some(webpki::Error::MalformedExtensions) => MALFORMED,
                _ => INVALID_CHAIN,
            },
        },
        C::UnhandledCriticalExtension => INVALID_CHAIN,
        _ => UNTRUSTED,
    }
}
