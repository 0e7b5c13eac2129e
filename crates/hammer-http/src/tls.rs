//! Whom to trust, as a connector for TLS.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use crate::insecure::TrustAnyone;
use crate::url::Host;
use crate::version::HttpVersion;
use crate::{Error, ErrorKind};

#[derive(Debug, Default)]
pub(crate) enum Trust {
    #[default]
    System,
    File(PathBuf),
    Pem(Vec<u8>),
    Anyone,
}

pub(crate) struct Tls {
    pub(crate) connector: TlsConnector,
    pub(crate) name: ServerName<'static>,
}

pub(crate) fn connector(trust: &Trust, host: &Host, version: HttpVersion) -> Result<Tls, Error> {
    let name = match host {
        Host::Address(address) => ServerName::from(*address),
        Host::Name(name) => ServerName::try_from(name.clone()).map_err(|cause| {
            Error::url(format!("{name:?} can't be the name of a TLS server")).because(cause)
        })?,
    };
    let failed = |cause| Error::new(ErrorKind::Certificates, "TLS can't be set up").because(cause);
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let mut config = match trust {
        Trust::Anyone => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(TrustAnyone(provider)))
            .with_no_client_auth(),
        _ => builder
            .with_root_certificates(roots(trust)?)
            .with_no_client_auth(),
    };
    config.alpn_protocols = version.alpn();
    Ok(Tls {
        connector: Arc::new(config).into(),
        name,
    })
}

pub(crate) fn roots(trust: &Trust) -> Result<RootCertStore, Error> {
    let error = |message| Error::new(ErrorKind::Certificates, message);
    match trust {
        Trust::Anyone => Ok(RootCertStore::empty()),
        Trust::System => system_roots(),
        Trust::Pem(pem) => from_pem(pem, "the given certificates"),
        Trust::File(path) => {
            let name = path.display();
            let pem = std::fs::read(path).map_err(|cause| {
                error(format!("the CA file {name} can't be read")).because(cause)
            })?;
            from_pem(&pem, &format!("the CA file {name}"))
        }
    }
}

fn from_pem(pem: &[u8], name: &str) -> Result<RootCertStore, Error> {
    let error = |message| Error::new(ErrorKind::Certificates, message);
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let malformed = || error(format!("a certificate in {name} is malformed"));
        let certificate = certificate.map_err(|cause| malformed().because(cause))?;
        roots
            .add(certificate)
            .map_err(|cause| malformed().because(cause))?;
    }
    if roots.is_empty() {
        let right = "it should have PEM blocks that begin with -----BEGIN CERTIFICATE-----";
        return Err(error(format!("no certificate in {name}: {right}")));
    }
    Ok(roots)
}

fn system_roots() -> Result<RootCertStore, Error> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "some of the system's certificates can't be read");
    }
    let mut roots = RootCertStore::empty();
    let (added, ignored) = roots.add_parsable_certificates(found.certs);
    tracing::debug!(added, ignored, "loaded the system's certificates");
    if roots.is_empty() {
        let message = "the system has no certificates to trust: install ca-certificates, or give a \
                       file with --cacert";
        return Err(Error::new(ErrorKind::Certificates, message));
    }
    Ok(roots)
}
