//! TLS with targets and proxies: trust, server names and handshake facts.

mod alert_failures;
mod certificate_date_status;
mod certificate_failures;
mod certificate_fault;
mod client_certificate;
mod failure_pair;
pub(crate) mod failures;
mod handshake_failures;
mod insecure_verifier;
mod issuer_limits;
mod key_log;
mod leaf_copy;
mod pem;
mod private_key;
mod server_verifier;
mod stream;
mod trusted_certificates;

use std::net::IpAddr;
use std::sync::Arc;

use hammer_core::Slot;
use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring;
use rustls::pki_types::ServerName;
use rustls::{CipherSuite, ClientConfig, HandshakeKind};

pub(crate) use self::client_certificate::ClientCertificateSource;
pub(crate) use self::failure_pair::failure_with_proxy;
pub use self::failure_pair::tls_failures;
pub use self::failures::{NO_COMMON_PROTOCOL, is_tls_alert, tls_failure};
use self::insecure_verifier::InsecureVerifier;
pub(crate) use self::key_log::KeyLogFile;
pub(crate) use self::pem::PemSource;
use self::server_verifier::ServerVerifier;
pub use self::stream::{TlsHandshakeFacts, TlsStream, is_missing_close_notify};
pub(crate) use self::trusted_certificates::TrustedCertificates;
use crate::host::UrlHost;
use crate::{Error, ErrorKind};

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
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        TrustPolicy::AnyCertificate => Arc::new(InsecureVerifier),
        _ => {
            let trusted = TrustedCertificates::load(trust)?;
            trusted.warn_of_skipped();
            Arc::new(ServerVerifier::new(provider, trusted))
        }
    };
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(verifier))
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
