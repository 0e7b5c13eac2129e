//! TLS with targets and proxies: trust, server names and handshake facts.

mod certificate_date_status;
pub(crate) mod client_certificate;
pub(crate) mod failures;
mod insecure_verifier;
mod key_log;
mod pem;
mod stream;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use hammer_core::Slot;
use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CipherSuite, ClientConfig, HandshakeKind, RootCertStore};

use self::certificate_date_status::CertificateDateStatus;
pub use self::failures::{NO_COMMON_PROTOCOL, is_tls_alert, tls_failure};
use self::insecure_verifier::InsecureVerifier;
pub(crate) use self::key_log::KeyLogFile;
pub(crate) use self::pem::PemSource;
pub use self::stream::{TlsHandshakeFacts, TlsStream, is_missing_close_notify};
use crate::host::UrlHost;
use crate::{Error, ErrorKind};

const CA_FILE: &str = "CA file";

/// The certificates to trust.
#[derive(Debug, Default)]
pub(crate) enum TrustPolicy {
    #[default]
    System,
    Pem(PemSource),
    AnyCertificate,
}

/// Speaks TLS with one host.
pub(crate) struct TlsClient {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) name: ServerName<'static>,
}

/// Returns the name to send to a host, which its certificate must match.
pub(crate) fn server_name(host: &UrlHost) -> Result<ServerName<'static>, Error> {
    match host {
        UrlHost::Address(address) => Ok(ServerName::from(*address)),
        UrlHost::Zoned(zoned) => Ok(ServerName::from(IpAddr::from(zoned.address))),
        UrlHost::Name(name) => ServerName::try_from(name.clone()).map_err(|cause| {
            Error::new(
                ErrorKind::Url,
                format!("cannot use {name:?} as the name of a TLS server"),
            )
            .with_source(cause)
        }),
    }
}

/// Starts a configuration with these trusted certificates, before a client certificate is set.
pub(crate) fn config_builder(
    trust: &TrustPolicy,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::client::WantsClientCert>, Error> {
    let failed = |cause| Error::new(ErrorKind::Tls, "cannot set up TLS").with_source(cause);
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .map_err(failed)?;
    Ok(match trust {
        TrustPolicy::AnyCertificate => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(InsecureVerifier(provider))),
        _ => builder.with_root_certificates(trusted_roots(trust)?),
    })
}

/// Shares a configuration among connections.
pub(crate) fn shared_config(mut config: ClientConfig) -> Arc<ClientConfig> {
    // `TlsStream` seals and opens records itself, so it needs the keys.
    config.enable_secret_extraction = true;
    Arc::new(config)
}

/// Records the negotiated cipher suite, kind of handshake and protocol as facts.
pub(crate) fn record_handshake(slot: &Slot, facts: &TlsHandshakeFacts) {
    slot.fact(
        "tls",
        facts.cipher_suite.map_or("unknown", cipher_suite_name),
    );
    slot.fact(
        "tls_handshake",
        match facts.kind {
            Some(HandshakeKind::Resumed) => "resumed",
            _ => "full",
        },
    );
    slot.fact(
        "alpn",
        match facts.alpn.as_deref() {
            Some(b"http/1.1") => "http/1.1",
            Some(b"h2") => "h2",
            Some(b"mqtt") => "mqtt",
            Some(_) => "other",
            None => "none",
        },
    );
}

/// Names version and cipher suite; each suite of ring belongs to one version.
fn cipher_suite_name(suite: CipherSuite) -> &'static str {
    use CipherSuite as C;
    match suite {
        C::TLS13_AES_256_GCM_SHA384 => "TLSv1.3 TLS_AES_256_GCM_SHA384",
        C::TLS13_AES_128_GCM_SHA256 => "TLSv1.3 TLS_AES_128_GCM_SHA256",
        C::TLS13_CHACHA20_POLY1305_SHA256 => "TLSv1.3 TLS_CHACHA20_POLY1305_SHA256",
        C::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => {
            "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
        }
        C::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => {
            "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
        }
        C::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => {
            "TLSv1.2 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"
        }
        C::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        C::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        C::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => {
            "TLSv1.2 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"
        }
        other => other.as_str().unwrap_or("unknown"),
    }
}

/// Makes each connection do a full handshake.
pub(crate) fn disable_resumption(config: &mut ClientConfig) {
    config.resumption = Resumption::disabled();
}

pub(crate) fn trusted_roots(trust: &TrustPolicy) -> Result<RootCertStore, Error> {
    match trust {
        TrustPolicy::AnyCertificate => Ok(RootCertStore::empty()),
        TrustPolicy::System => system_roots(),
        TrustPolicy::Pem(pem) => from_pem(&pem.read(CA_FILE)?, &pem.describe(CA_FILE)),
    }
}

fn from_pem(pem: &[u8], name: &str) -> Result<RootCertStore, Error> {
    let error = |message| Error::new(ErrorKind::Certificates, message);
    let mut roots = RootCertStore::empty();
    let mut last_problem = None;
    let now = SystemTime::now();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let malformed = || error(format!("a certificate in {name} is malformed"));
        let certificate = certificate.map_err(|cause| malformed().with_source(cause))?;
        // rustls does not check the dates of a root.
        if let Some(problem) = CertificateDateStatus::at(&certificate, now).problem() {
            tracing::warn!(problem, "skipping a certificate in {name}");
            last_problem = Some(problem);
            continue;
        }
        roots
            .add(certificate)
            .map_err(|cause| malformed().with_source(cause))?;
    }
    match (roots.is_empty(), last_problem) {
        (false, _) => Ok(roots),
        (true, Some(problem)) => Err(error(format!(
            "no certificate in {name} is valid today: the last one {problem}"
        ))),
        (true, None) => Err(error(format!(
            "no certificate in {name}; expected PEM blocks that begin with -----BEGIN CERTIFICATE-----"
        ))),
    }
}

fn system_roots() -> Result<RootCertStore, Error> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "cannot read some of the system's certificates");
    }
    let mut roots = RootCertStore::empty();
    let (added, ignored) = roots.add_parsable_certificates(found.certs);
    tracing::debug!(added, ignored, "loaded the system's certificates");
    if roots.is_empty() {
        let message = "the system has no trusted certificates (try installing ca-certificates, or \
                       `cacert` FILE)";
        return Err(Error::new(ErrorKind::Certificates, message));
    }
    Ok(roots)
}
