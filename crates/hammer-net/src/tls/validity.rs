//! Whether a certificate is valid today.

use std::time::SystemTime;

use rustls::pki_types::CertificateDer;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CertificateValidity {
    Valid,
    /// Until when it was.
    Expired(String),
    /// From when on it will be.
    NotYetValid(String),
}

impl CertificateValidity {
    /// Of a certificate at a time. One whose dates can't be read is left to others to judge.
    pub(crate) fn at(certificate: &CertificateDer<'_>, now: SystemTime) -> Self {
        let parsed = match CertificateInner::<Raw>::from_der(certificate) {
            Ok(parsed) => parsed,
            Err(error) => {
                tracing::debug!(%error, "the dates of a certificate can't be read");
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

    /// What is wrong, as the end of a sentence that begins with the certificate.
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::Valid => None,
            Self::Expired(when) => Some(format!("expired on {when}")),
            Self::NotYetValid(when) => Some(format!("is not valid before {when}")),
        }
    }
}
