//! What the builder is told about TLS.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, SupportedProtocolVersion};

use crate::key_log::KeyFile;
use crate::pem::Pem;
use crate::tls::{self, Trust};
use crate::url::Host;
use crate::{Error, ErrorKind, HttpBuilder, identity};

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
    trust: Trust,
    certificate: Option<Pem>,
    key: Option<Pem>,
    lowest: Option<TlsVersion>,
    highest: Option<TlsVersion>,
    name: Option<String>,
    says_name: bool,
    resumes: bool,
    key_log: Option<PathBuf>,
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
    pub(crate) fn config(&self, protocols: &[&[u8]]) -> Result<ClientConfig, Error> {
        let identity = identity::load(self.certificate.as_ref(), self.key.as_ref())?;
        let builder = tls::trusting(&self.trust, &self.versions()?)?;
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => builder.with_client_auth_cert(chain, key).map_err(|cause| {
                identity::refused(cause, self.certificate.as_ref(), self.key.as_ref())
            })?,
        };
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
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

    /// What is wrong with these options whatever the target is; and whether any of them asks for
    /// TLS, which a URL with `http` does not speak, unless a redirect `may` lead to one that does.
    pub(crate) fn check(&self, spoken: bool, may: bool) -> Result<(), Error> {
        self.versions()?;
        if let Some(name) = &self.name {
            other_name(name)?;
            if !self.says_name {
                return Err(error(
                    "--sni gives a name that --no-sni does not say: give either",
                ));
            }
        }
        if spoken {
            return Ok(());
        }
        if let Trust::Given(_) = self.trust {
            tls::roots(&self.trust)?;
        }
        if may {
            return Ok(());
        }
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
                "{flag} is about TLS, and nothing here speaks it: the URL should begin with https://"
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

impl HttpBuilder {
    /// Trusts the certificates in this PEM file, in place of the system's.
    pub fn cacert(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.trust = Trust::Given(Pem::File(path.into()));
        self
    }

    /// Trusts the certificates in this PEM text, in place of the system's.
    pub fn cacert_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.trust = Trust::Given(Pem::Text(pem.into()));
        self
    }

    /// Trusts whatever certificate the target shows.
    pub fn insecure(mut self, yes: bool) -> Self {
        if yes {
            self.tls.trust = Trust::Anyone;
        }
        self
    }

    /// Shows the certificate in this PEM file to a target that asks for one. Its key is in the same
    /// file, or in that of [`client_key`](Self::client_key).
    pub fn client_cert(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.certificate = Some(Pem::File(path.into()));
        self
    }

    /// Shows the certificate in this PEM text, as [`client_cert`](Self::client_cert) does.
    pub fn client_cert_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.certificate = Some(Pem::Text(pem.into()));
        self
    }

    /// The PEM file with the private key of the client certificate, not encrypted.
    pub fn client_key(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.key = Some(Pem::File(path.into()));
        self
    }

    /// The private key of the client certificate as PEM text.
    pub fn client_key_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.key = Some(Pem::Text(pem.into()));
        self
    }

    /// The lowest version of TLS to speak; the default is 1.2.
    pub fn tls_min(mut self, version: TlsVersion) -> Self {
        self.tls.lowest = Some(version);
        self
    }

    /// The highest version of TLS to speak; the default is 1.3.
    pub fn tls_max(mut self, version: TlsVersion) -> Self {
        self.tls.highest = Some(version);
        self
    }

    /// The name that is asked for in the TLS handshake (SNI), and that the certificate has to be
    /// for, if it is not the host of the URL.
    pub fn sni(mut self, name: impl Into<String>) -> Self {
        self.tls.name = Some(name.into());
        self
    }

    /// Whether the TLS handshake says which name is asked for. The certificate has to be for that
    /// name either way.
    pub fn says_sni(mut self, yes: bool) -> Self {
        self.tls.says_name = yes;
        self
    }

    /// Whether connections take up the TLS session of an earlier one, where the target offers it:
    /// that saves both sides most of the work of a handshake. The default is yes.
    pub fn tls_resume(mut self, yes: bool) -> Self {
        self.tls.resumes = yes;
        self
    }

    /// Appends the secrets of all TLS connections to this file, so that Wireshark can read along.
    pub fn key_log(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.key_log = Some(path.into());
        self
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
