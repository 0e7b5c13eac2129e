//! What the builder is told about TLS.

use std::path::PathBuf;

use crate::tls::{self, Tls, Trust};
use crate::url::Url;
use crate::version::HttpVersion;
use crate::{Error, HttpBuilder};

/// Whom to trust.
#[derive(Debug, Default)]
pub(crate) struct TlsOptions {
    trust: Trust,
}

impl TlsOptions {
    /// What speaks TLS with the target of `url`, if its scheme says so.
    pub(crate) fn build(&self, url: &Url, version: HttpVersion) -> Result<Option<Tls>, Error> {
        match (url.tls, &self.trust) {
            (true, trust) => tls::connector(trust, &url.host, version).map(Some),
            (false, Trust::File(_) | Trust::Pem(_)) => tls::roots(&self.trust).map(|_| None),
            (false, Trust::System | Trust::Anyone) => Ok(None),
        }
    }
}

impl HttpBuilder {
    /// Trusts the certificates in this PEM file, in place of the system's.
    pub fn cacert(mut self, path: impl Into<PathBuf>) -> Self {
        self.tls.trust = Trust::File(path.into());
        self
    }

    /// Trusts the certificates in this PEM text, in place of the system's.
    pub fn cacert_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.trust = Trust::Pem(pem.into());
        self
    }

    /// Trusts whatever certificate the target shows.
    pub fn insecure(mut self, yes: bool) -> Self {
        if yes {
            self.tls.trust = Trust::Anyone;
        }
        self
    }
}
