//! Flags for TLS connections.

use std::convert::Infallible;
use std::path::PathBuf;

use clap::Args;
use hammer_net::{ConfigureNetwork, NetworkOptions, SecretString, TlsVersion};

use super::check_flag;
use super::client_cert_arg::ClientCertArg;

/// Flags for TLS connections.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "TLS")]
#[group(skip)]
pub(super) struct ClientTlsArgs {
    /// Trust only the certificates in this PEM file
    ///
    /// Maximum file size: 16 MiB.
    #[arg(long, value_name = "FILE", value_parser = cacert)]
    pub(super) cacert: Option<PathBuf>,
    /// Skip certificate verification
    #[arg(short = 'k', long)]
    pub(super) insecure: bool,
    /// Client certificate in PEM; the file may include the key
    ///
    /// Maximum file size: 16 MiB.
    #[arg(short = 'E', long, value_name = "FILE[:PASSWORD]")]
    pub(super) cert: Option<ClientCertArg>,
    /// Private key of the client certificate, in PEM
    ///
    /// Maximum file size: 16 MiB.
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// Password of the private key
    #[arg(long, value_name = "PASSWORD", value_parser = secret)]
    pub(super) pass: Option<SecretString>,
    /// Use TLS 1.2 or later (default)
    #[arg(long = "tlsv1.2", conflicts_with = "tls13")]
    pub(super) tls12: bool,
    /// Use TLS 1.3 or later
    #[arg(long = "tlsv1.3")]
    pub(super) tls13: bool,
    /// Highest TLS version to use: 1.2 or 1.3
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub(super) tls_max: Option<TlsVersion>,
    /// Server name to send and to verify [default: from the URL]
    #[arg(long, value_name = "NAME", value_parser = sni, conflicts_with = "no_sni")]
    pub(super) sni: Option<String>,
    /// Do not send the server name
    #[arg(long)]
    pub(super) no_sni: bool,
    /// Disable TLS session resumption
    #[arg(long, visible_alias = "no-tls-resume")]
    pub(super) no_sessionid: bool,
}

impl ClientTlsArgs {
    /// Returns the options without the server name of the target.
    #[cfg(feature = "http")]
    pub(super) fn for_other_hosts(&self) -> Self {
        Self {
            sni: None,
            ..self.clone()
        }
    }

    pub(super) fn apply(self, mut network: NetworkOptions) -> NetworkOptions {
        if let Some(cacert) = self.cacert {
            network = network.cacert(cacert);
        }
        if let Some(cert) = self.cert {
            network = network.client_cert(cert.path);
            if let Some(password) = cert.password {
                network = network.client_key_password(password);
            }
        }
        if let Some(key) = self.key {
            network = network.client_key(key);
        }
        if let Some(SecretString(password)) = self.pass {
            network = network.client_key_password(password);
        }
        if self.tls12 || self.tls13 {
            network = network.tls_min(if self.tls13 {
                TlsVersion::V1_3
            } else {
                TlsVersion::V1_2
            });
        }
        if let Some(highest) = self.tls_max {
            network = network.tls_max(highest);
        }
        if let Some(name) = self.sni {
            network = network.sni(name);
        }
        // Browsers, curl and Wireshark use this variable, too.
        if let Some(path) = std::env::var_os("SSLKEYLOGFILE").filter(|path| !path.is_empty()) {
            network = network.key_log(path);
        }
        network
            .send_sni(!self.no_sni)
            .tls_resume(!self.no_sessionid)
            .insecure(self.insecure)
    }
}

fn cacert(text: &str) -> Result<PathBuf, String> {
    check_flag(NetworkOptions::default().cacert(text)).map(|()| text.into())
}

fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString(text.to_owned()))
}

fn sni(text: &str) -> Result<String, String> {
    check_flag(NetworkOptions::default().sni(text)).map(|()| text.into())
}

fn version(text: &str) -> Result<TlsVersion, String> {
    match text {
        "1.2" => Ok(TlsVersion::V1_2),
        "1.3" | "default" => Ok(TlsVersion::V1_3),
        "1.0" | "1.1" => Err("unsupported TLS version; expected 1.2 or 1.3".into()),
        _ => Err("unknown TLS version; expected 1.2 or 1.3".into()),
    }
}
