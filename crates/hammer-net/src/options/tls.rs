//! The options for TLS with the target.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, SupportedProtocolVersion};

use crate::host::UrlHost;
use crate::tls::{self, ClientCertificateSource, KeyLogFile, TrustPolicy, TrustedCertificates};
use crate::{Error, ErrorKind, ExpectedTlsUse};

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    V1_2,
    /// TLS 1.3 (RFC 8446).
    V1_3,
}

/// The options for TLS with the target.
#[derive(Debug)]
pub(crate) struct TlsOptions {
    pub(crate) trust: TrustPolicy,
    pub(crate) client: ClientCertificateSource,
    pub(crate) min_version: Option<TlsVersion>,
    pub(crate) max_version: Option<TlsVersion>,
    pub(crate) sni: Option<String>,
    pub(crate) send_sni: bool,
    pub(crate) resume: bool,
    pub(crate) key_log: Option<PathBuf>,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self {
            trust: TrustPolicy::System,
            client: ClientCertificateSource::default(),
            min_version: None,
            max_version: None,
            sni: None,
            send_sni: true,
            resume: true,
            key_log: None,
        }
    }
}

impl TlsOptions {
    /// Creates the configuration that TLS connections share; `protocols` are offered in this order.
    pub(crate) fn client_config(&self, protocols: &[Vec<u8>]) -> Result<ClientConfig, Error> {
        let builder = tls::config_builder(&self.trust, &self.versions()?)?;
        let mut config = match self.client.load(builder.crypto_provider())? {
            None => builder.with_no_client_auth(),
            Some(certificate) => builder.with_client_cert_resolver(certificate),
        };
        config.alpn_protocols = protocols.to_vec();
        config.enable_sni = self.send_sni;
        if !self.resume {
            tls::disable_resumption(&mut config);
        }
        if let Some(path) = &self.key_log {
            config.key_log = Arc::new(KeyLogFile::open(path)?);
        }
        Ok(config)
    }

    /// Returns the name that the certificate of `host` must match.
    pub(crate) fn server_name(&self, host: &UrlHost) -> Result<ServerName<'static>, Error> {
        match &self.sni {
            None => tls::server_name(host),
            Some(name) => parse_sni(name),
        }
    }

    /// Checks the options without a peer, and refuses options for TLS if no peer speaks it.
    pub(super) fn check(&self, tls_use: ExpectedTlsUse) -> Result<(), Error> {
        self.versions()?;
        if let Some(name) = &self.sni {
            parse_sni(name)?;
            if !self.send_sni {
                return Err(error("`sni` cannot be combined with `send_sni(false)`"));
            }
        }
        if tls_use == ExpectedTlsUse::Certain {
            return Ok(());
        }
        if let TrustPolicy::Pem(_) = self.trust {
            TrustedCertificates::load(&self.trust)?;
        }
        let ExpectedTlsUse::Never { scheme } = tls_use else {
            return Ok(());
        };
        let tls_only = [
            ("`client_cert`", self.client.certificate.is_some()),
            ("`client_key`", self.client.key.is_some()),
            ("`client_key_password`", self.client.key_password.is_some()),
            ("`tls_min`", self.min_version.is_some()),
            ("`tls_max`", self.max_version.is_some()),
            ("`sni`", self.sni.is_some()),
            ("`send_sni(false)`", !self.send_sni),
        ];
        match tls_only.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((setting, _)) => Err(error(format!(
                "{setting} needs TLS, which this target does not use (try {scheme}://)"
            ))),
        }
    }

    fn versions(&self) -> Result<Vec<&'static SupportedProtocolVersion>, Error> {
        let lowest = self.min_version.unwrap_or(TlsVersion::V1_2);
        let highest = self.max_version.unwrap_or(TlsVersion::V1_3);
        let all = [(TlsVersion::V1_3, &TLS13), (TlsVersion::V1_2, &TLS12)];
        let allowed = all
            .into_iter()
            .filter(|(version, _)| (lowest..=highest).contains(version));
        let versions: Vec<_> = allowed.map(|(_, version)| version).collect();
        if versions.is_empty() {
            return Err(error(
                "`tls_min(V1_3)` cannot be combined with `tls_max(V1_2)`",
            ));
        }
        Ok(versions)
    }
}

fn parse_sni(name: &str) -> Result<ServerName<'static>, Error> {
    match UrlHost::parse(name) {
        Some(host @ UrlHost::Name(_)) => tls::server_name(&host),
        Some(UrlHost::Address(_) | UrlHost::Zoned(_)) => Err(error(format!(
            "expected a host name for `sni`, found the address {name:?} (try `send_sni(false)` to send no \
             name)"
        ))),
        None => Err(error(format!(
            "expected a host name for `sni`, found {name:?}"
        ))),
    }
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Tls, message)
}
