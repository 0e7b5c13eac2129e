//! The options for sockets and addresses.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hammer_diagnostic::printable_path;

use super::TlsOptions;
use crate::address_family::{AddressFamily, AllowedFamilies};
use crate::connector_factory::{ConnectorFactory, ProxySelector};
use crate::overrides::{ConnectOverride, ResolveOverride};
use crate::source_addresses::SourceAddresses;
use crate::{Error, ErrorKind};

/// The options for sockets and the addresses to connect to.
#[derive(Debug, Default)]
pub(crate) struct ConnectOptions {
    pub(crate) connect_to: Vec<String>,
    pub(crate) resolve: Vec<String>,
    pub(crate) unix_socket: Option<PathBuf>,
    pub(crate) family: Option<AddressFamily>,
    pub(crate) sources: Vec<String>,
    pub(crate) dns_refresh: Option<Duration>,
    pub(crate) connect_timeout: Option<Duration>,
}

impl ConnectOptions {
    /// Checks the options and creates the factory of connectors.
    pub(super) fn connector_factory(
        &self,
        proxies: ProxySelector,
        tls: TlsOptions,
        protocols: Vec<Vec<u8>>,
    ) -> Result<ConnectorFactory, Error> {
        let parse = |text: &String| ConnectOverride::parse(text);
        let connect_overrides: Vec<_> = self
            .connect_to
            .iter()
            .map(parse)
            .collect::<Result<_, _>>()?;
        let parse = |text: &String| ResolveOverride::parse(text);
        let resolve_overrides: Vec<_> = self.resolve.iter().map(parse).collect::<Result<_, _>>()?;
        let sources = SourceAddresses::parse(&self.sources)?.map(Arc::new);
        let families = self.allowed_families(sources.as_deref())?;
        if let Some(path) = &self.unix_socket {
            check_unix_socket(path)?;
            let tcp_options = [
                ("`connect_to`", !connect_overrides.is_empty()),
                ("`resolve`", !resolve_overrides.is_empty()),
                ("`proxy`", proxies.explicit.is_some()),
                ("`source`", sources.is_some()),
                ("`family`", self.family.is_some()),
                ("`dns_refresh`", self.dns_refresh.is_some()),
            ];
            if let Some((setting, _)) = tcp_options.into_iter().find(|(_, given)| *given) {
                return Err(error(format!(
                    "{setting} cannot be combined with `unix_socket`, which connects without TCP"
                )));
            }
        }
        Ok(ConnectorFactory {
            families,
            sources,
            dns_refresh: self.dns_refresh,
            connect_timeout: self.connect_timeout,
            connect_overrides,
            resolve_overrides,
            unix_socket: self.unix_socket.clone(),
            proxy_selector: proxies,
            tls,
            alpn_protocols: protocols,
            tls_config: OnceLock::new(),
        })
    }

    fn allowed_families(
        &self,
        sources: Option<&SourceAddresses>,
    ) -> Result<AllowedFamilies, Error> {
        let of_sources = sources.map_or(AllowedFamilies::Both, SourceAddresses::families);
        match (self.family, of_sources) {
            (None, of_sources) => Ok(of_sources),
            (Some(family), AllowedFamilies::Only(other)) if family != other => Err(error(format!(
                "{} cannot be combined with `source`, which has no address of that family",
                family.setting()
            ))),
            (Some(family), _) => Ok(AllowedFamilies::Only(family)),
        }
    }
}

#[cfg(unix)]
fn check_unix_socket(path: &std::path::Path) -> Result<(), Error> {
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::SocketAddr;

    let name = printable_path(path);
    let unusable = || error(format!("cannot use the Unix socket {name}"));
    let metadata = std::fs::metadata(path).map_err(|cause| unusable().with_source(cause))?;
    if !metadata.file_type().is_socket() {
        return Err(error(format!(
            "expected the Unix socket of a server at {name}, found another kind of file"
        )));
    }
    let address = SocketAddr::from_pathname(path).map(drop);
    address.map_err(|cause| unusable().with_source(cause))
}

#[cfg(not(unix))]
fn check_unix_socket(path: &std::path::Path) -> Result<(), Error> {
    let name = printable_path(path);
    Err(error(format!(
        "cannot use the Unix socket {name}: this system has no Unix sockets"
    )))
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Connect, message)
}
