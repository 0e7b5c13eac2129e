use clap::Args;
use hammer_http::HttpBuilder;

use super::expect_args::ExpectArgs;
use super::keep_args::KeepArgs;
use super::protocol_args::ProtocolArgs;
use crate::network_args::NetworkArgs;

/// How hits go over HTTP, whatever they send.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub(crate) struct WireArgs {
    #[command(flatten)]
    expect: ExpectArgs,
    #[command(flatten)]
    keep: KeepArgs,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    protocol: ProtocolArgs,
}

impl WireArgs {
    /// Over this network, and as usual beyond that.
    pub(super) fn over(network: NetworkArgs) -> Self {
        Self {
            network,
            ..Self::default()
        }
    }

    /// How connections are made.
    pub(super) fn network(&self) -> &NetworkArgs {
        &self.network
    }

    pub(crate) fn apply(self, http: HttpBuilder) -> HttpBuilder {
        let http = self.expect.apply(http);
        let http = self.network.apply(self.keep.apply(http));
        self.protocol.apply(http)
    }
}
