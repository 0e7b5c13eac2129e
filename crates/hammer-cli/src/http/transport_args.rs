//! Flags for HTTP apart from the request: expectations, connections, version.

use clap::Args;
use hammer_http::HttpBuilder;

use super::expectation_args::ExpectationArgs;
use super::keep_alive_args::HttpKeepAliveArgs;
use super::version_args::HttpVersionArgs;
use crate::network_args::NetworkArgs;

/// Flags for HTTP apart from the request itself.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub(crate) struct HttpTransportArgs {
    #[command(flatten)]
    expect: ExpectationArgs,
    #[command(flatten)]
    keep_alive: HttpKeepAliveArgs,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    protocol: HttpVersionArgs,
}

impl HttpTransportArgs {
    /// Defaults, except for the network options.
    pub(super) fn with_network(network: NetworkArgs) -> Self {
        Self {
            network,
            ..Self::default()
        }
    }

    /// The network options.
    pub(super) fn network(&self) -> &NetworkArgs {
        &self.network
    }

    /// Applies the flags; `targets` are the names of the targets.
    pub(crate) fn apply(self, http: HttpBuilder, targets: &[String]) -> HttpBuilder {
        let http = self.expect.apply(http, targets);
        let http = self.network.apply(self.keep_alive.apply(http));
        self.protocol.apply(http)
    }
}
