//! Limits of certificates as issuers.

use rustls::pki_types::CertificateDer;
use x509_cert::certificate::{CertificateInner, Raw, Version};
use x509_cert::der::Decode;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};

/// The limits that a certificate sets for itself as an issuer (RFC 5280 sections 4.2.1.3 and 4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IssuerLimits {
    /// True for a CA whose key may sign certificates, and for certificates older than version 3.
    pub(super) may_issue: bool,
    /// The most intermediate certificates below it.
    pub(super) max_path_length: Option<u8>,
}

impl IssuerLimits {
    /// Reads the limits; a certificate that cannot be read may not issue any.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Self {
        let limits = CertificateInner::<Raw>::from_der(certificate)
            .and_then(|certificate| Self::of_parsed(&certificate));
        limits.unwrap_or_else(|error| {
            tracing::debug!(%error, "cannot read what a certificate may issue");
            Self {
                may_issue: false,
                max_path_length: None,
            }
        })
    }

    fn of_parsed(certificate: &CertificateInner<Raw>) -> Result<Self, x509_cert::der::Error> {
        let signed = certificate.tbs_certificate();
        if signed.version() != Version::V3 {
            return Ok(Self {
                may_issue: true,
                max_path_length: None,
            });
        }
        let constraints = signed.get_extension::<BasicConstraints>()?;
        let usage = signed.get_extension::<KeyUsage>()?;
        let may_sign = usage.is_none_or(|(_, usage)| usage.key_cert_sign());
        Ok(Self {
            may_issue: may_sign && constraints.as_ref().is_some_and(|(_, known)| known.ca),
            max_path_length: constraints.and_then(|(_, known)| known.path_len_constraint),
        })
    }
}
