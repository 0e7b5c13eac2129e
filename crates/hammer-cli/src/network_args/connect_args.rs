//! Flags for opening connections: addresses, sources and timeouts.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use hammer_net::{AddressFamily, ConfigureNetwork, NetworkOptions};

use super::check_flag;
use crate::parsers::duration;

/// Flags for opening connections.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connections")]
#[group(skip)]
pub(super) struct NetworkConnectArgs {
    /// Maximum time to open a connection
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    connect_timeout: Option<Duration>,
    /// Connect to another host: a.test:443:localhost:8443; repeatable
    #[arg(long, value_name = "H:P:H:P", value_parser = connect_to)]
    connect_to: Vec<String>,
    /// Addresses of a host: a.test:80:127.0.0.1; repeatable
    ///
    /// Several addresses are separated by commas and used in turn.
    #[arg(long, value_name = "H:P:ADDR", value_parser = resolve)]
    resolve: Vec<String>,
    /// Connect to this Unix domain socket
    #[arg(long, value_name = "FILE", value_parser = unix_socket)]
    unix_socket: Option<PathBuf>,
    /// Connect to IPv4 addresses only
    #[arg(short = '4', long, conflicts_with = "ipv6")]
    ipv4: bool,
    /// Connect to IPv6 addresses only
    #[arg(short = '6', long)]
    ipv6: bool,
    /// Local address or network interface; repeatable
    ///
    /// A range such as 127.0.0.2-127.0.0.9 means all of its addresses. Connections use the addresses
    /// in turn.
    #[arg(long, visible_alias = "source", value_name = "ADDR|NAME", value_parser = interface)]
    interface: Vec<String>,
    /// Maximum age of resolved addresses
    #[arg(long, value_name = "TIME", value_parser = duration::parse, allow_hyphen_values = true)]
    dns_refresh: Option<Duration>,
}

impl NetworkConnectArgs {
    pub(super) fn apply(self, mut network: NetworkOptions) -> NetworkOptions {
        network = self
            .connect_to
            .into_iter()
            .fold(network, NetworkOptions::connect_to);
        network = self
            .resolve
            .into_iter()
            .fold(network, NetworkOptions::resolve);
        network = self
            .interface
            .into_iter()
            .fold(network, NetworkOptions::source);
        if let Some(limit) = self.connect_timeout {
            network = network.connect_timeout(limit);
        }
        if let Some(path) = self.unix_socket {
            network = network.unix_socket(path);
        }
        if let Some(age) = self.dns_refresh {
            network = network.dns_refresh(age);
        }
        match (self.ipv4, self.ipv6) {
            (true, _) => network.family(AddressFamily::V4),
            (_, true) => network.family(AddressFamily::V6),
            _ => network,
        }
    }
}

fn connect_to(text: &str) -> Result<String, String> {
    check_flag(NetworkOptions::default().connect_to(text)).map(|()| text.into())
}

fn resolve(text: &str) -> Result<String, String> {
    check_flag(NetworkOptions::default().resolve(text)).map(|()| text.into())
}

fn unix_socket(text: &str) -> Result<PathBuf, String> {
    check_flag(NetworkOptions::default().unix_socket(text)).map(|()| text.into())
}

fn interface(text: &str) -> Result<String, String> {
    check_flag(NetworkOptions::default().source(text)).map(|()| text.into())
}
