//! Loads the certificates to trust.

use std::time::SystemTime;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, TrustAnchor};
use webpki::VerifiedPath;

use super::TrustPolicy;
use super::certificate_date_status::CertificateDateStatus;
use super::issuer_limits::IssuerLimits;
use super::pem::PemSource;
use crate::{Error, ErrorKind};

const CA_FILE: &str = "CA file";

/// The certificates to trust, as issuers and as certificates of servers.
#[derive(Debug)]
pub(crate) struct TrustedCertificates {
    /// Those that may issue others.
    pub(super) roots: RootCertStore,
    /// All, as certificates of servers.
    pub(super) certificates: Vec<CertificateDer<'static>>,
    /// The roots with a limit of the intermediate certificates below them.
    path_lengths: Vec<(TrustAnchor<'static>, u8)>,
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
            path_lengths: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Trusts a certificate, also as an issuer if it may be one.
    fn trust(&mut self, certificate: CertificateDer<'static>) -> Result<(), webpki::Error> {
        let anchor = webpki::anchor_from_trusted_cert(&certificate)?.to_owned();
        let limits = IssuerLimits::of(&certificate);
        if limits.may_issue {
            let limited = limits.max_path_length.map(|max| (anchor.clone(), max));
            self.path_lengths.extend(limited);
            self.roots.roots.push(anchor);
        }
        self.certificates.push(certificate);
        Ok(())
    }

    /// Checks the limits of a path that webpki does not check: the purposes of keys, and how many
    /// intermediate certificates a root allows.
    ///
    /// # Errors
    ///
    /// If an intermediate certificate may not issue others, or if there are too many of them.
    pub(super) fn check_limits(&self, path: &VerifiedPath<'_>) -> Result<(), webpki::Error> {
        let mut intermediates = path.intermediate_certificates();
        if !intermediates.all(|issuer| IssuerLimits::of(&issuer.der()).may_issue) {
            return Err(webpki::Error::EndEntityUsedAsCa);
        }
        // Those that are issued by themselves do not count (RFC 5280 section 4.2.1.9).
        let counted = path.intermediate_certificates();
        let length = counted.filter(|issuer| issuer.issuer() != issuer.subject());
        let length = length.count();
        let mut limits = self.path_lengths.iter();
        match limits.find(|(root, _)| root == path.anchor()) {
            Some((_, max)) if length > usize::from(*max) => {
                Err(webpki::Error::PathLenConstraintViolated)
            }
            _ => Ok(()),
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
            let added = trusted.trust(certificate);
            added.map_err(|cause| malformed().with_source(cause))?;
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
        let mut trusted = Self::empty();
        let skipped = found.errors.iter();
        trusted.skipped = skipped
            .map(|error| format!("cannot read some of the system's certificates: {error}"))
            .collect();
        for certificate in found.certs {
            if let Err(error) = trusted.trust(certificate) {
                tracing::debug!(%error, "ignored a certificate of the system");
            }
        }
        let (certificates, issuers) = (trusted.certificates.len(), trusted.roots.len());
        tracing::debug!(certificates, issuers, "loaded the system's certificates");
        if certificates == 0 {
            return Err(error(
                "the system has no trusted certificates (try installing ca-certificates, or `cacert` FILE)",
            ));
        }
        Ok(trusted)
    }
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Certificates, message)
}
