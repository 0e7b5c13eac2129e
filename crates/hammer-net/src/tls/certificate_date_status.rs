//! The validity period of a certificate.

use std::time::SystemTime;

use rustls::pki_types::CertificateDer;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode;

/// The validity of a certificate at a given time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CertificateDateStatus {
    Valid,
    /// Expired at this time.
    Expired(String),
    /// Valid from this time on.
    NotYetValid(String),
}

impl CertificateDateStatus {
    /// Checks the dates of a certificate; unreadable dates count as valid, so that rustls decides.
    pub(crate) fn at(certificate: &CertificateDer<'_>, now: SystemTime) -> Self {
        let parsed = match CertificateInner::<Raw>::from_der(certificate) {
            Ok(parsed) => parsed,
            Err(error) => {
                tracing::debug!(%error, "cannot read the dates of a certificate");
                return Self::Valid;
            }
        };
        let validity = parsed.tbs_certificate().validity();
        let (from, to) = (validity.not_before, validity.not_after);
        if to.to_system_time() < now {
            Self::Expired(to.to_string())
        } else if from.to_system_time() > now {
            Self::NotYetValid(from.to_string())
        } else {
            Self::Valid
        }
    }

    /// Returns the problem as a predicate, such as "expired on …".
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::Valid => None,
            Self::Expired(when) => Some(format!("expired on {when}")),
            Self::NotYetValid(when) => Some(format!("is not valid before {when}")),
        }
    }
}
