//! Connections for hammers: names, sources, sockets, proxies and TLS.
//!
//! A builder of a hammer has a [`NetworkOptions`], whose options are those of [`ConfigureNetwork`]. When it is built, the
//! network becomes a [`ConnectorFactory`], which has a [`PeerConnector`] for each [`PeerEndpoint`], which opens connections for slots.
//!
//! ```no_run
//! use hammer_core::{Failure, Slot};
//! use hammer_net::{PeerConnector, UrlHost, NetworkOptions, ConfigureNetwork, PeerEndpoint, TlsUse};
//!
//! fn dial() -> Result<PeerConnector, hammer_net::Error> {
//!     let network = NetworkOptions::default().cacert("ca.pem").source("127.0.0.2-127.0.0.9");
//!     let dialer = network.dialer(TlsUse::Certain, vec![b"mqtt".to_vec()])?;
//!     let host = UrlHost::Name("localhost".into());
//!     dialer.to(&PeerEndpoint { scheme: "mqtts", host: &host, port: 8883, tls: true, proxy_reads: false })
//! }
//!
//! async fn open(dial: &PeerConnector, slot: &Slot) -> Result<hammer_net::NetworkStream, Failure> {
//!     Ok(dial.open(slot).await?.stream)
//! }
//! ```

mod address_family;
mod configure_network;
mod connector_factory;
mod error;
mod failures;
mod host;
mod options;
mod overrides;
mod peer_connector;
mod proxy;
mod resolver;
mod source_addresses;
mod stream;
mod tls;
mod userinfo;

pub use address_family::AddressFamily;
pub use configure_network::ConfigureNetwork;
pub use connector_factory::{ConnectorFactory, PeerEndpoint};
pub use error::{Error, ErrorKind};
pub use failures::{NO_COMMON_PROTOCOL, PROXY_AUTH_REQUIRED, tls_failure};
pub use host::{UrlHost, split_host_port};
pub use options::{NetworkOptions, TlsUse, TlsVersion};
pub use peer_connector::{OpenedConnection, PeerConnector};
pub use stream::{NetworkStream, SocketTraffic};
pub use userinfo::{SecretString, basic_authorization, mask_password, percent_decode};
