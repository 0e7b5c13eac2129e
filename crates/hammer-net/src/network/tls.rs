//! What is asked of TLS.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, SupportedProtocolVersion};

use crate::host::Host;
use crate::tls::{self, KeyFile, Pem, Trust, identity};
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
    pub(crate) trust: Trust,
    pub(crate) certificate: Option<Pem>,
    pub(crate) key: Option<Pem>,
    pub(crate) lowest: Option<TlsVersion>,
    pub(crate) highest: Option<TlsVersion>,
    pub(crate) name: Option<String>,
    pub(crate) says_name: bool,
    pub(crate) resumes: bool,
    pub(crate) key_log: Option<PathBuf>,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self {
            trust: Trust::System,
            certificate: None,
            key: None,
            lowest: None,
            highest: None,
            name: None,
            says_name: true,
            resumes: true,
            key_log: None,
        }
    }
}

impl TlsOptions {
    /// What connections over TLS have in common; `protocols` are offered in this order.
    pub(crate) fn config(&self, protocols: &[Vec<u8>]) -> Result<ClientConfig, Error> {
        let identity = identity::load(self.certificate.as_ref(), self.key.as_ref())?;
        let builder = tls::trusting(&self.trust, &self.versions()?)?;
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(|cause| {
                identity::refused(cause, self.certificate.as_ref(), self.key.as_ref())
            })?,
        };
        config.alpn_protocols = protocols.to_vec();
        config.enable_sni = self.says_name;
        if !self.resumes {
            tls::never_resume(&mut config);
        }
        if let Some(path) = &self.key_log {
            config.key_log = Arc::new(KeyFile::open(path)?);
        }
        Ok(config)
    }

    /// The name that the certificate of `host` has to be for.
    pub(crate) fn server_name(&self, host: &Host) -> Result<ServerName<'static>, Error> {
        match &self.name {
            None => tls::server_name(host),
            Some(name) => other_name(name),
        }
    }

    /// What is wrong with these options whatever the peer is; and whether any of them asks for TLS where
    /// none is spoken.
    pub(super) fn check(&self, spoken: TlsUse) -> Result<(), Error> {
        self.versions()?;
        if let Some(name) = &self.name {
            other_name(name)?;
            if !self.says_name {
                return Err(error(
                    "--sni gives a name that --no-sni does not say: give either",
                ));
            }
        }
        if spoken == TlsUse::Certain {
            return Ok(());
        }
        if let Trust::Given(_) = self.trust {
            tls::roots(&self.trust)?;
        }
        let TlsUse::None { scheme } = spoken else {
            return Ok(());
        };
        let asked = [
            ("--cert", self.certificate.is_some()),
            ("--key", self.key.is_some()),
            ("--tlsv1.2 or --tlsv1.3", self.lowest.is_some()),
            ("--tls-max", self.highest.is_some()),
            ("--sni", self.name.is_some()),
            ("--no-sni", !self.says_name),
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
        let lowest = self.lowest.unwrap_or(TlsVersion::V1_2);
        let highest = self.highest.unwrap_or(TlsVersion::V1_3);
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

fn other_name(name: &str) -> Result<ServerName<'static>, Error> {
    match Host::parse(name) {
        Some(host @ Host::Name(_)) => tls::server_name(&host),
        Some(Host::Address(_)) => Err(error(format!(
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
