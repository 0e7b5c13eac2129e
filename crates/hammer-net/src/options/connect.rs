//! How connections are made.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::TlsOptions;
use crate::address_family::{AddressFamily, AllowedFamilies};
use crate::connector_factory::{ConnectorFactory, ProxySelector};
use crate::overrides::{ConnectOverride, ResolveOverride};
use crate::source_addresses::SourceAddresses;
use crate::{Error, ErrorKind};

/// How sockets are made, and connected to what.
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
    /// What makes connections, whatever they go to.
    pub(super) fn connector_factory(
        &self,
        proxies: ProxySelector,
        tls: TlsOptions,
        protocols: Vec<Vec<u8>>,
    ) -> Result<ConnectorFactory, Error> {
        let parsed = |text: &String| ConnectOverride::parse(text);
        let connect_to: Vec<_> = self
            .connect_to
            .iter()
            .map(parsed)
            .collect::<Result<_, _>>()?;
        let parsed = |text: &String| ResolveOverride::parse(text);
        let known: Vec<_> = self.resolve.iter().map(parsed).collect::<Result<_, _>>()?;
        let sources = SourceAddresses::parse(&self.sources)?.map(Arc::new);
        let families = self.allowed_families(sources.as_deref())?;
        if let Some(path) = &self.unix_socket {
            is_socket(path)?;
            let of_tcp = [
                ("--connect-to", !connect_to.is_empty()),
                ("--resolve", !known.is_empty()),
                ("--proxy", proxies.explicit.is_some()),
                ("--interface", sources.is_some()),
                ("-4 or -6", self.family.is_some()),
                ("--dns-refresh", self.dns_refresh.is_some()),
            ];
            if let Some((flag, _)) = of_tcp.into_iter().find(|(_, given)| *given) {
                return Err(error(format!(
                    "{flag} says how TCP is to connect, and --unix-socket connects without TCP: leave \
                     out one of them"
                )));
            }
        }
        Ok(ConnectorFactory {
            families,
            sources,
            dns_refresh: self.dns_refresh,
            connect_timeout: self.connect_timeout,
            connect_overrides: connect_to,
            resolve_overrides: known,
            unix_socket: self.unix_socket.clone(),
            proxy_selector: proxies,
            tls,
            alpn_protocols: protocols,
            tls_connector: OnceLock::new(),
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
                "no address of --interface is of the family that {} asks for: leave out one of them",
                family.flag()
            ))),
            (Some(family), _) => Ok(AllowedFamilies::Only(family)),
        }
    }
}

#[cfg(unix)]
fn is_socket(path: &std::path::Path) -> Result<(), Error> {
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::SocketAddr;

    let name = path.display();
    let found = std::fs::metadata(path).map_err(|cause| {
        error(format!(
            "no unix socket at {name}: its server should run already"
        ))
        .with_source(cause)
    })?;
    if !found.file_type().is_socket() {
        return Err(error(format!(
            "{name} is no unix socket: it should be one that a server listens at"
        )));
    }
    let fits = SocketAddr::from_pathname(path).map(drop);
    fits.map_err(|cause| {
        error(format!("the path of the unix socket {name} can't be used")).with_source(cause)
    })
}

#[cfg(not(unix))]
fn is_socket(path: &std::path::Path) -> Result<(), Error> {
    let name = path.display();
    Err(error(format!(
        "no unix socket at {name}: this system has none"
    )))
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Connect, message)
}
