//! Loads the certificates to trust.

use std::time::SystemTime;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::TrustPolicy;
use super::certificate_date_status::CertificateDateStatus;
use super::pem::PemSource;
use crate::{Error, ErrorKind};

const CA_FILE: &str = "CA file";

/// The certificates to trust, as issuers and as certificates of servers.
#[derive(Debug)]
pub(crate) struct TrustedCertificates {
    pub(super) roots: RootCertStore,
    pub(super) certificates: Vec<CertificateDer<'static>>,
    /// A sentence for each certificate that was not taken.
    skipped: Vec<String>,
}

impl TrustedCertificates {
    /// Loads the certificates of a policy.
    ///
    /// # Errors
    ///
    /// If a file is unreadable or malformed, or if no certificate can be trusted.
    pub(crate) fn load(trust: &TrustPolicy) -> Result<Self, Error> {
        match trust {
            TrustPolicy::AnyCertificate => Ok(Self::empty()),
            TrustPolicy::System => Self::of_system(),
            TrustPolicy::Pem(pem) => Self::from_pem(pem),
        }
    }

    /// Warns about the certificates that were not taken.
    pub(super) fn warn_of_skipped(&self) {
        for skipped in &self.skipped {
            tracing::warn!("{skipped}");
        }
    }

    fn empty() -> Self {
        Self {
            roots: RootCertStore::empty(),
            certificates: Vec::new(),
            skipped: Vec::new(),
        }
    }

    fn from_pem(pem: &PemSource) -> Result<Self, Error> {
        let (text, name) = (pem.read(CA_FILE)?, pem.describe(CA_FILE));
        let mut trusted = Self::empty();
        let mut last_problem = None;
        let now = SystemTime::now();
        for certificate in CertificateDer::pem_slice_iter(&text) {
            let malformed = || error(format!("a certificate in {name} is malformed"));
            let certificate = certificate.map_err(|cause| malformed().with_source(cause))?;
            // rustls does not check the dates of a root.
            if let Some(problem) = CertificateDateStatus::at(&certificate, now).problem() {
                let skipped = format!("skipping a certificate in {name}, which {problem}");
                trusted.skipped.push(skipped);
                last_problem = Some(problem);
                continue;
            }
            let added = trusted.roots.add(certificate.clone());
            added.map_err(|cause| malformed().with_source(cause))?;
            trusted.certificates.push(certificate);
        }
        match (trusted.certificates.is_empty(), last_problem) {
            (false, _) => Ok(trusted),
            (true, Some(problem)) => Err(error(format!(
                "no certificate in {name} is valid today: the last one {problem}"
            ))),
            (true, None) => Err(pem.no_certificate_error(&text, CA_FILE)),
        }
    }

    fn of_system() -> Result<Self, Error> {
        let found = rustls_native_certs::load_native_certs();
        let skipped = found.errors.iter();
        let skipped = skipped
            .map(|error| format!("cannot read some of the system's certificates: {error}"))
            .collect();
        let mut roots = RootCertStore::empty();
        let certificates = found.certs;
        let (added, ignored) = roots.add_parsable_certificates(certificates.iter().cloned());
        tracing::debug!(added, ignored, "loaded the system's certificates");
        if roots.is_empty() {
            return Err(error(
                "the system has no trusted certificates (try installing ca-certificates, or `cacert` FILE)",
            ));
        }
        Ok(Self {
            roots,
            certificates,
            skipped,
        })
    }
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Certificates, message)
}
