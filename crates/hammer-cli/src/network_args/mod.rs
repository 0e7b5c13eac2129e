//! How connections are made: the flags that all hammers with connections have.

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

/// The flags of connections: where they go, by which way, and how TLS is spoken. A hammer that connects by
/// [hammer-net](hammer_net) flattens them into its own.
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
    /// Of an endpoint, which says no more than whom to trust.
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

    /// The same for others than the target, such as who gives out tokens: whom to trust, which proxy,
    /// and not where the target is.
    pub(crate) fn for_other_hosts(&self) -> Self {
        Self {
            connect: NetworkConnectArgs::default(),
            proxy: self.proxy.clone(),
            tls: self.tls.for_other_hosts(),
        }
    }

    /// Tells a builder.
    pub fn apply<B: ConfigureNetwork>(self, mut builder: B) -> B {
        let network = self
            .proxy
            .apply(self.connect.apply(NetworkOptions::default()));
        *builder.network_options() = self.tls.apply(network);
        builder
    }
}

/// Lets the network itself say what is wrong with one flag, and clap say which flag it was.
fn check_flag(network: NetworkOptions) -> Result<(), String> {
    network.check().map_err(|error| chain(&error))
}
