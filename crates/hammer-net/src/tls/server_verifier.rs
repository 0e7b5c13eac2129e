//! Verifies server certificates as strictly as webpki, but trusts all certificates that curl trusts.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, SignatureVerificationAlgorithm, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use webpki::{EndEntityCert, KeyUsage};

use super::certificate_fault;
use super::leaf_copy::LeafCopy;
use super::trusted_certificates::TrustedCertificates;

/// Accepts a certificate for the name of the server that a trusted certificate has issued, or that is
/// trusted itself.
///
/// Unlike webpki, it accepts a CA as the server's own certificate, and a certificate that is trusted
/// without its issuer, as curl does with OpenSSL (`X509_V_FLAG_PARTIAL_CHAIN`). Names, dates, purposes
/// and constraints are checked all the same, and the limits of issuers that webpki ignores.
#[derive(Debug)]
pub(super) struct ServerVerifier {
    provider: Arc<CryptoProvider>,
    trusted: TrustedCertificates,
}

impl ServerVerifier {
    pub(super) fn new(provider: Arc<CryptoProvider>, trusted: TrustedCertificates) -> Self {
        Self { provider, trusted }
    }

    /// Checks all but the name.
    fn verify_trust(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let algorithms = self.provider.signature_verification_algorithms.all;
        let is_trusted = self.trusted.certificates.contains(end_entity);
        match LeafCopy::without_ca_flag(end_entity) {
            None => self.verify_path(end_entity, is_trusted, intermediates, now, algorithms),
            Some(copy) => {
                let algorithms = copy.algorithms(end_entity, algorithms);
                let algorithms: Vec<&dyn SignatureVerificationAlgorithm> =
                    algorithms.iter().map(|one| one as _).collect();
                let copy = &copy.certificate;
                self.verify_path(copy, is_trusted, intermediates, now, &algorithms)
            }
        }
    }

    fn verify_path(
        &self,
        end_entity: &CertificateDer<'_>,
        is_trusted: bool,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        algorithms: &[&dyn SignatureVerificationAlgorithm],
    ) -> Result<(), Error> {
        let parsed = ParsedCertificate::try_from(end_entity)?;
        let verify = |roots, intermediates| {
            verify_server_cert_signed_by_trust_anchor(
                &parsed,
                roots,
                intermediates,
                now,
                algorithms,
            )
        };
        if is_trusted {
            // Without any issuer, only the properties of the certificate itself can be at fault.
            return match verify(&RootCertStore::empty(), &[]) {
                Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => Ok(()),
                result => result,
            };
        }
        let roots = &self.trusted.roots;
        let certificate = EndEntityCert::try_from(end_entity).map_err(other_error)?;
        let path = certificate.verify_for_usage(
            algorithms,
            &roots.roots,
            intermediates,
            now,
            KeyUsage::server_auth(),
            None,
            Some(&|path| self.trusted.check_limits(path)),
        );
        // rustls translates the errors of webpki; it finds none in a path that is over its limits.
        path.map(drop)
            .or_else(|error| verify(roots, intermediates).and(Err(other_error(error))))
    }
}

fn other_error(error: webpki::Error) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(error))))
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let trusted = self.verify_trust(end_entity, intermediates, now);
        trusted.map_err(|error| {
            let chain = [std::slice::from_ref(end_entity), intermediates].concat();
            let error = certificate_fault::with_keys(error, &chain, &self.trusted.roots);
            certificate_fault::of_self_issued(error, end_entity)
        })?;
        verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
            .map_err(|error| certificate_fault::with_key_of(error, certificate))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
            .map_err(|error| certificate_fault::with_key_of(error, certificate))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
