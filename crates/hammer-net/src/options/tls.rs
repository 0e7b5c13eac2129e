//! What is asked of TLS.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, SupportedProtocolVersion};

use crate::host::UrlHost;
use crate::tls::{self, KeyLogFile, PemSource, TrustPolicy, client_certificate};
use crate::{Error, ErrorKind, TlsUse};

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    V1_2,
    /// TLS 1.3 (RFC 8446).
    V1_3,
}

/// How TLS is spoken, and with whom.
#[derive(Debug)]
pub(crate) struct TlsOptions {
    pub(crate) trust: TrustPolicy,
    pub(crate) client_cert: Option<PemSource>,
    pub(crate) client_key: Option<PemSource>,
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
            client_cert: None,
            client_key: None,
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
    /// What connections over TLS have in common; `protocols` are offered in this order.
    pub(crate) fn client_config(&self, protocols: &[Vec<u8>]) -> Result<ClientConfig, Error> {
        let identity =
            client_certificate::load(self.client_cert.as_ref(), self.client_key.as_ref())?;
        let builder = tls::config_builder(&self.trust, &self.versions()?)?;
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(|cause| {
                client_certificate::rejection_error(
                    cause,
                    self.client_cert.as_ref(),
                    self.client_key.as_ref(),
                )
            })?,
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

    /// The name that the certificate of `host` has to be for.
    pub(crate) fn server_name(&self, host: &UrlHost) -> Result<ServerName<'static>, Error> {
        match &self.sni {
            None => tls::server_name(host),
            Some(name) => parse_sni(name),
        }
    }

    /// What is wrong with these options whatever the peer is; and whether any of them asks for TLS where
    /// none is spoken.
    pub(super) fn check(&self, spoken: TlsUse) -> Result<(), Error> {
        self.versions()?;
        if let Some(name) = &self.sni {
            parse_sni(name)?;
            if !self.send_sni {
                return Err(error(
                    "--sni gives a name that --no-sni does not say: give either",
                ));
            }
        }
        if spoken == TlsUse::Certain {
            return Ok(());
        }
        if let TrustPolicy::Pem(_) = self.trust {
            tls::trusted_roots(&self.trust)?;
        }
        let TlsUse::Never { scheme } = spoken else {
            return Ok(());
        };
        let asked = [
            ("--cert", self.client_cert.is_some()),
            ("--key", self.client_key.is_some()),
            ("--tlsv1.2 or --tlsv1.3", self.min_version.is_some()),
            ("--tls-max", self.max_version.is_some()),
            ("--sni", self.sni.is_some()),
            ("--no-sni", !self.send_sni),
        ];
        match asked.into_iter().find(|(_, asked)| *asked) {
            None => Ok(()),
            Some((flag, _)) => Err(error(format!(
                "{flag} is about TLS, and nothing here speaks it: the URL should begin with \
                 {scheme}://"
            ))),
        }
    }

    fn versions(&self) -> Result<Vec<&'static SupportedProtocolVersion>, Error> {
        let lowest = self.min_version.unwrap_or(TlsVersion::V1_2);
        let highest = self.max_version.unwrap_or(TlsVersion::V1_3);
        let all = [(TlsVersion::V1_3, &TLS13), (TlsVersion::V1_2, &TLS12)];
        let within = all
            .into_iter()
            .filter(|(version, _)| (lowest..=highest).contains(version));
        let versions: Vec<_> = within.map(|(_, version)| version).collect();
        if versions.is_empty() {
            return Err(error(
                "no version of TLS is at least 1.3 (--tlsv1.3) and at most 1.2 (--tls-max): leave one \
                 out",
            ));
        }
        Ok(versions)
    }
}

fn parse_sni(name: &str) -> Result<ServerName<'static>, Error> {
    match UrlHost::parse(name) {
        Some(host @ UrlHost::Name(_)) => tls::server_name(&host),
        Some(UrlHost::Address(_)) => Err(error(format!(
            "--sni takes a name, and {name:?} is an address, for which TLS has no SNI; to say no \
             name at all, give --no-sni"
        ))),
        None => Err(error(format!(
            "{name:?} can't be the name of a TLS server: it should be a host name"
        ))),
    }
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Tls, message)
}
