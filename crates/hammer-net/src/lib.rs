//! Connections for hammers: names, sources, sockets, proxies and TLS.
//!
//! The builder of a hammer holds [`NetworkOptions`] and implements [`ConfigureNetwork`], which has
//! the setters. Building the hammer turns the options into a [`ConnectorFactory`]. The factory
//! creates a [`PeerConnector`] for each [`PeerEndpoint`], and the connector opens connections for
//! slots.
//!
//! ```no_run
//! use hammer_core::{Failure, Slot};
//! use hammer_net::{ConfigureNetwork, FirstAddress, NetworkOptions, NetworkStream};
//! use hammer_net::{PeerConnector, PeerEndpoint, ExpectedTlsUse, UrlHost};
//!
//! fn connector() -> Result<PeerConnector, hammer_net::Error> {
//!     let options = NetworkOptions::default().cacert("ca.pem").source("127.0.0.2-127.0.0.9");
//!     let factory = options.connector_factory(ExpectedTlsUse::Certain, vec![b"mqtt".to_vec()])?;
//!     factory.connector_for(&PeerEndpoint {
//!         scheme: "mqtts",
//!         host: &UrlHost::Name("localhost".into()),
//!         port: 8883,
//!         tls: true,
//!         proxy_can_forward: false,
//!     })
//! }
//!
//! async fn open(connector: &PeerConnector, slot: &Slot) -> Result<NetworkStream, Failure> {
//!     Ok(connector.open(slot, FirstAddress::NextInTurn).await?.stream)
//! }
//! ```

mod address_family;
mod address_order;
mod address_race;
mod configure_network;
mod connector_factory;
mod error;
mod failures;
mod host;
mod opening_step;
mod options;
mod overrides;
mod peer_connector;
mod proxy;
mod resolver;
mod source_addresses;
mod stream;
mod tcp_connection;
mod tls;
mod userinfo;
mod zoned_address;

pub use address_family::AddressFamily;
pub use address_order::FirstAddress;
pub use configure_network::ConfigureNetwork;
pub use connector_factory::{ConnectorFactory, PeerEndpoint};
pub use error::{Error, ErrorKind};
pub use hammer_diagnostic::{SecretString, mask_password};
pub use host::{UrlHost, split_host_port};
pub use options::{ExpectedTlsUse, NetworkOptions, TlsVersion};
pub use peer_connector::{OpenedConnection, PeerConnector};
pub use stream::{NetworkStream, SocketTraffic};
pub use tls::{
    NO_COMMON_PROTOCOL, TlsHandshakeFacts, TlsStream, is_missing_close_notify, is_tls_alert,
    tls_failure, tls_failures,
};
pub use userinfo::{basic_authorization, percent_decode};
pub use zoned_address::ZonedAddress;
