//! How connections are made.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::TlsOptions;
use crate::connect_to::{ConnectTo, KnownHost};
use crate::dialer::{Dialer, Proxies};
use crate::family::{Families, Family};
use crate::source::Sources;
use crate::{Error, ErrorKind};

/// How sockets are made, and connected to what.
#[derive(Debug, Default)]
pub(crate) struct Connect {
    pub(crate) connect_to: Vec<String>,
    pub(crate) resolve: Vec<String>,
    pub(crate) unix: Option<PathBuf>,
    pub(crate) family: Option<Family>,
    pub(crate) sources: Vec<String>,
    pub(crate) refresh: Option<Duration>,
    pub(crate) limit: Option<Duration>,
}

impl Connect {
    /// What makes connections, whatever they go to.
    pub(super) fn dialer(
        &self,
        proxies: Proxies,
        tls: TlsOptions,
        protocols: Vec<Vec<u8>>,
    ) -> Result<Dialer, Error> {
        let parsed = |text: &String| ConnectTo::parse(text);
        let connect_to: Vec<_> = self
            .connect_to
            .iter()
            .map(parsed)
            .collect::<Result<_, _>>()?;
        let parsed = |text: &String| KnownHost::parse(text);
        let known: Vec<_> = self.resolve.iter().map(parsed).collect::<Result<_, _>>()?;
        let sources = Sources::parse(&self.sources)?.map(Arc::new);
        let families = self.families(sources.as_deref())?;
        if let Some(path) = &self.unix {
            is_socket(path)?;
            let of_tcp = [
                ("--connect-to", !connect_to.is_empty()),
                ("--resolve", !known.is_empty()),
                ("--proxy", proxies.given.is_some()),
                ("--interface", sources.is_some()),
                ("-4 or -6", self.family.is_some()),
                ("--dns-refresh", self.refresh.is_some()),
            ];
            if let Some((flag, _)) = of_tcp.into_iter().find(|(_, given)| *given) {
                return Err(error(format!(
                    "{flag} says how TCP is to connect, and --unix-socket connects without TCP: leave \
                     out one of them"
                )));
            }
        }
        Ok(Dialer {
            families,
            sources,
            refresh: self.refresh,
            limit: self.limit,
            connect_to,
            known,
            unix: self.unix.clone(),
            proxies,
            tls,
            protocols,
            connector: OnceLock::new(),
        })
    }

    fn families(&self, sources: Option<&Sources>) -> Result<Families, Error> {
        let of_sources = sources.map_or(Families::Both, Sources::families);
        match (self.family, of_sources) {
            (None, of_sources) => Ok(of_sources),
            (Some(family), Families::Only(other)) if family != other => Err(error(format!(
                "no address of --interface is of the family that {} asks for: leave out one of them",
                family.flag()
            ))),
            (Some(family), _) => Ok(Families::Only(family)),
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
        .because(cause)
    })?;
    if !found.file_type().is_socket() {
        return Err(error(format!(
            "{name} is no unix socket: it should be one that a server listens at"
        )));
    }
    let fits = SocketAddr::from_pathname(path).map(drop);
    fits.map_err(|cause| {
        error(format!("the path of the unix socket {name} can't be used")).because(cause)
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
