//! Flags for connections, shared by all hammers that connect.

mod client_cert_arg;
mod client_tls_args;
mod connect_args;
mod proxy_args;

use std::path::PathBuf;

use clap::Args;
use hammer_diagnostic::chain;
use hammer_net::{ConfigureNetwork, NetworkOptions};

use self::client_tls_args::ClientTlsArgs;
use self::connect_args::NetworkConnectArgs;
use self::proxy_args::ProxyArgs;

/// Flags for connections: addresses, proxy and TLS.
///
/// A hammer that connects with [hammer-net](hammer_net) flattens them into its own arguments.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub struct NetworkArgs {
    #[command(flatten)]
    connect: NetworkConnectArgs,
    #[command(flatten)]
    proxy: ProxyArgs,
    #[command(flatten)]
    tls: ClientTlsArgs,
}

impl NetworkArgs {
    /// Creates defaults with these trust settings, for endpoints.
    #[must_use]
    pub fn with_trust(cacert: Option<PathBuf>, insecure: bool) -> Self {
        Self {
            tls: ClientTlsArgs {
                cacert,
                insecure,
                ..ClientTlsArgs::default()
            },
            ..Self::default()
        }
    }

    /// Returns the options for other hosts, such as token endpoints: trust and proxy, without the
    /// addresses and the server name of the target.
    #[cfg(feature = "http")]
    pub(crate) fn for_other_hosts(&self) -> Self {
        Self {
            connect: NetworkConnectArgs::default(),
            proxy: self.proxy.clone(),
            tls: self.tls.for_other_hosts(),
        }
    }

    /// Applies the options to a builder.
    pub fn apply<B: ConfigureNetwork>(self, mut builder: B) -> B {
        let network = self
            .proxy
            .apply(self.connect.apply(NetworkOptions::default()));
        *builder.network_options() = self.tls.apply(network);
        builder
    }
}

/// Checks the value of one flag with hammer-net, so that clap can name the flag.
fn check_flag(network: NetworkOptions) -> Result<(), String> {
    network.check().map_err(|error| chain(&error))
}
