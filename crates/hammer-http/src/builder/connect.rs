//! What the builder is told about connections.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::connect_to::{ConnectTo, KnownHost};
use crate::dialer::{Dialer, Proxies};
use crate::family::{Families, Family};
use crate::lifetime::Lifetime;
use crate::source::Sources;
use crate::{Error, ErrorKind, HttpBuilder};

use super::TlsOptions;

/// How connections are made and kept.
#[derive(Debug)]
pub(crate) struct Connect {
    pub(super) keepalive: bool,
    pub(super) lifetime: Lifetime,
    connect_to: Vec<String>,
    resolve: Vec<String>,
    unix: Option<PathBuf>,
    family: Option<Family>,
    sources: Vec<String>,
    refresh: Option<Duration>,
    limit: Option<Duration>,
}

impl Default for Connect {
    fn default() -> Self {
        Self {
            keepalive: true,
            lifetime: Lifetime::default(),
            connect_to: Vec::new(),
            resolve: Vec::new(),
            unix: None,
            family: None,
            sources: Vec::new(),
            refresh: None,
            limit: None,
        }
    }
}

impl Connect {
    /// What makes connections, whatever they go to.
    pub(super) fn dialer(
        &self,
        proxies: Proxies,
        tls: TlsOptions,
        protocols: &'static [&'static [u8]],
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
        if !self.keepalive && self.lifetime != Lifetime::default() {
            return Err(error(
                "--no-keepalive closes a connection after each hit: leave it out, or \
                 --connection-hits and --connection-lifetime",
            ));
        }
        if self.lifetime.hits == Some(0) {
            return Err(error("--connection-hits should be at least 1"));
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

impl HttpBuilder {
    /// Whether a slot keeps its connection between hits. If not, a hit opens its own, and the time
    /// for that is part of the hit.
    pub fn keepalive(mut self, yes: bool) -> Self {
        self.connect.keepalive = yes;
        self
    }

    /// Closes each connection after this many hits; the next hit opens another one.
    pub fn connection_hits(mut self, hits: u64) -> Self {
        self.connect.lifetime.hits = Some(hits);
        self
    }

    /// Closes each connection between two hits once it is this old; the next hit opens another one.
    pub fn connection_lifetime(mut self, time: Duration) -> Self {
        self.connect.lifetime.time = Some(time);
        self
    }

    /// How long the opening of a connection may take: look-up, connect, the way through a proxy and
    /// TLS. More is the failure `connect_timeout`.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect.limit = Some(limit);
        self
    }

    /// Connects to another host and port: curl's `--connect-to`, `HOST1:PORT1:HOST2:PORT2`, where
    /// the first two may be empty for any, and the others for what the URL has. The first that fits
    /// counts. `Host` and TLS stay with the URL.
    pub fn connect_to(mut self, map: impl Into<String>) -> Self {
        self.connect.connect_to.push(map.into());
        self
    }

    /// Gives the addresses of a host: curl's `--resolve`, `HOST:PORT:ADDRESS[,ADDRESS]`, with `*` for
    /// any host. All addresses are used in turn.
    pub fn resolve(mut self, addresses: impl Into<String>) -> Self {
        self.connect.resolve.push(addresses.into());
        self
    }

    /// Connects to this unix socket in place of the URL's host and port.
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.connect.unix = Some(path.into());
        self
    }

    /// Connects to addresses of this family only.
    pub fn family(mut self, family: Family) -> Self {
        self.connect.family = Some(family);
        self
    }

    /// Connects from this local address, from all of a range (`127.0.0.2-127.0.0.9`) or of a list
    /// with commas, in turn, or from an interface, by its name (on Linux). May be given several
    /// times.
    pub fn source(mut self, source: impl Into<String>) -> Self {
        self.connect.sources.push(source.into());
        self
    }

    /// Looks names up again, when a connection is opened and the addresses are this old. Without it
    /// a name is looked up once.
    pub fn dns_refresh(mut self, age: Duration) -> Self {
        self.connect.refresh = Some(age);
        self
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
