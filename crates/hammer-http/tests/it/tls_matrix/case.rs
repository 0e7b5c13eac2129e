//! One case of the matrix, and its result.

use std::path::PathBuf;

use super::clients::{self, ClientOptions};
use super::openssl_server::OpensslServer;

/// A server and the options of a client for it.
pub(super) struct MatrixCase {
    /// The text of the first column.
    pub(super) name: &'static str,
    pub(super) certificate: CertificatePaths,
    /// More flags of `openssl s_server`.
    pub(super) server_flags: Vec<String>,
    pub(super) client: ClientOptions,
}

/// The files of a server's certificate.
#[derive(Debug, Clone)]
pub(super) struct CertificatePaths {
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
}

/// A row of the table.
pub(super) struct MatrixRow {
    pub(super) name: &'static str,
    pub(super) hammer: String,
    /// `None` without curl.
    pub(super) curl: Option<&'static str>,
}

impl MatrixCase {
    pub(super) fn new(
        name: &'static str,
        certificate: CertificatePaths,
        client: ClientOptions,
    ) -> Self {
        Self {
            name,
            certificate,
            server_flags: Vec::new(),
            client,
        }
    }

    /// Adds flags of `openssl s_server`, separated by spaces.
    pub(super) fn flags(mut self, flags: &str) -> Self {
        self.server_flags
            .extend(flags.split_whitespace().map(str::to_owned));
        self
    }

    /// Tries the case with Hammer, and with curl if it is installed.
    pub(super) fn run(&self, with_curl: bool) -> MatrixRow {
        let server = OpensslServer::start(&self.certificate, &self.server_flags);
        MatrixRow {
            name: self.name,
            hammer: clients::try_hammer(server.port, &self.client),
            curl: with_curl.then(|| clients::try_curl(server.port, &self.client)),
        }
    }
}
