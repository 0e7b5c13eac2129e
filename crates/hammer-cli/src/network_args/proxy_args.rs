//! Flags for proxies.

use std::path::PathBuf;

use clap::Args;
use hammer_net::{ConfigureNetwork, NetworkOptions};

use super::check_flag;

/// Flags for proxies. The environment provides what is not given.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Proxy")]
#[group(skip)]
pub(super) struct ProxyArgs {
    /// Proxy: http, https, socks5 or socks5h://HOST:PORT; '' for none
    ///
    /// The default is the proxy of the environment, as in curl.
    #[arg(short = 'x', long, value_name = "URL", value_parser = proxy)]
    proxy: Option<String>,
    /// Credentials for the proxy
    #[arg(short = 'U', long, value_name = "USER:PASSWORD", value_parser = user)]
    proxy_user: Option<String>,
    /// Header for the proxy: 'Name: value'; repeatable
    #[cfg(feature = "http")]
    #[arg(long, value_name = "HEADER")]
    #[arg(value_parser = crate::http::parse_value::<hammer_http::RequestHeader>)]
    proxy_header: Vec<hammer_http::RequestHeader>,
    /// Hosts and networks to reach without the proxy; '*' for all
    #[arg(long, value_name = "LIST")]
    noproxy: Option<String>,
    /// Use a proxy tunnel (CONNECT) for http:// targets too
    #[arg(short = 'p', long)]
    proxytunnel: bool,
    /// Trust only the certificates in this PEM file for an https proxy
    ///
    /// Maximum file size: 16 MiB.
    #[arg(long, value_name = "FILE", value_parser = cacert)]
    proxy_cacert: Option<PathBuf>,
    /// Skip certificate verification of an https proxy
    #[arg(long)]
    proxy_insecure: bool,
}

impl ProxyArgs {
    pub(super) fn apply(self, mut network: NetworkOptions) -> NetworkOptions {
        network = network
            .proxy_from_environment(true)
            .proxy_tunnel(self.proxytunnel);
        #[cfg(feature = "http")]
        for header in self.proxy_header {
            network = network.proxy_header(header);
        }
        if let Some(url) = self.proxy {
            network = network.proxy(url);
        }
        if let Some(user) = self.proxy_user {
            network = network.proxy_user(user);
        }
        if let Some(list) = self.noproxy {
            network = network.no_proxy(list);
        }
        if let Some(cacert) = self.proxy_cacert {
            network = network.proxy_cacert(cacert);
        }
        network.proxy_insecure(self.proxy_insecure)
    }
}

fn proxy(text: &str) -> Result<String, String> {
    // Certificates belong to other flags.
    check_flag(NetworkOptions::default().proxy(text).proxy_insecure(true)).map(|()| text.into())
}

fn user(text: &str) -> Result<String, String> {
    check_flag(
        NetworkOptions::default()
            .proxy("localhost")
            .proxy_user(text),
    )
    .map(|()| text.into())
}

fn cacert(text: &str) -> Result<PathBuf, String> {
    check_flag(
        NetworkOptions::default()
            .proxy("https://localhost")
            .proxy_cacert(text),
    )
    .map(|()| text.into())
}
