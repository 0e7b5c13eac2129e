//! Problems of certificates that webpki does not name.

use std::sync::Arc;
use std::{error, fmt};

use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, Error, OtherError, RootCertStore};
use webpki::EndEntityCert;

/// A problem that webpki reports as a bad signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CertificateFault {
    /// An RSA key of less than 2048 bits.
    ShortKey,
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShortKey => f.write_str("an RSA key has less than 2048 bits"),
        }
    }
}

impl error::Error for CertificateFault {}

/// The object identifier rsaEncryption (RFC 8017), in DER.
const RSA_ENCRYPTION: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

/// The bytes of the modulus of the shortest RSA key that is accepted, of 2048 bits.
const MIN_MODULUS_BYTES: usize = 256;

/// Names the problem if a certificate cannot verify signatures because its key is short.
pub(super) fn with_key_of(error: Error, certificate: &CertificateDer<'_>) -> Error {
    with_keys(
        error,
        std::slice::from_ref(certificate),
        &RootCertStore::empty(),
    )
}

/// Names the problem if the certificates cannot be verified because a key above them is short.
pub(super) fn with_keys(
    error: Error,
    certificates: &[CertificateDer<'_>],
    roots: &RootCertStore,
) -> Error {
    let Error::InvalidCertificate(CertificateError::BadSignature) = error else {
        return error;
    };
    let readable = certificates
        .iter()
        .filter_map(|der| EndEntityCert::try_from(der).ok());
    let has_short_key = readable.into_iter().any(|certificate| {
        let issuers = roots.roots.iter();
        let mut issuers = issuers.filter(|root| root.subject.as_ref() == certificate.issuer());
        is_short_rsa_key(&certificate.subject_public_key_info())
            || issuers.any(|root| is_short_rsa_key(&root.subject_public_key_info))
    });
    if !has_short_key {
        return error;
    }
    let fault = OtherError(Arc::new(CertificateFault::ShortKey));
    Error::InvalidCertificate(CertificateError::Other(fault))
}

/// Names the problem of a certificate that no other has issued, and that is not trusted.
///
/// If a trusted certificate has the same name by chance, it seems to be the issuer, with a wrong signature.
pub(super) fn of_self_issued(error: Error, certificate: &CertificateDer<'_>) -> Error {
    use CertificateError as C;
    let Error::InvalidCertificate(
        C::BadSignature | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. },
    ) = error
    else {
        return error;
    };
    match EndEntityCert::try_from(certificate) {
        Ok(parsed) if parsed.issuer() == parsed.subject() => {
            Error::InvalidCertificate(C::UnknownIssuer)
        }
        _ => error,
    }
}

/// Returns true if a public key with its algorithm is shorter than the modulus of an RSA key may be.
fn is_short_rsa_key(key: &[u8]) -> bool {
    key.windows(RSA_ENCRYPTION.len())
        .any(|part| part == RSA_ENCRYPTION)
        && key.len() < MIN_MODULUS_BYTES
}
