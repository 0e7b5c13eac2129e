//! How connections are made: the flags that all hammers with connections have.

mod connect;
mod proxy;
mod tls;

use std::path::PathBuf;

use clap::Args;
use hammer_net::{Network, Networking};

use self::connect::ConnectArgs;
use self::proxy::ProxyArgs;
use self::tls::TlsArgs;
use crate::error::chain;

/// The flags of connections: where they go, by which way, and how TLS is spoken. A hammer that connects by
/// [hammer-net](hammer_net) flattens them into its own.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub struct NetworkArgs {
    #[command(flatten)]
    connect: ConnectArgs,
    #[command(flatten)]
    proxy: ProxyArgs,
    #[command(flatten)]
    tls: TlsArgs,
}

impl NetworkArgs {
    /// Of an endpoint, which says no more than whom to trust.
    #[must_use]
    pub fn trusting(cacert: Option<PathBuf>, insecure: bool) -> Self {
        Self {
            tls: TlsArgs {
                cacert,
                insecure,
                ..TlsArgs::default()
            },
            ..Self::default()
        }
    }

    /// The same for others than the target, such as who gives out tokens: whom to trust, which proxy,
    /// and not where the target is.
    pub(crate) fn to_others(&self) -> Self {
        Self {
            connect: ConnectArgs::default(),
            proxy: self.proxy.clone(),
            tls: self.tls.to_others(),
        }
    }

    /// Tells a builder.
    pub fn apply<B: Networking>(self, mut builder: B) -> B {
        let network = self.proxy.apply(self.connect.apply(Network::default()));
        *builder.network() = self.tls.apply(network);
        builder
    }
}

/// Lets the network itself say what is wrong with one flag, and clap say which flag it was.
fn check(network: Network) -> Result<(), String> {
    network.check().map_err(|error| chain(&error))
}
