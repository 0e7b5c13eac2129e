//! Connections for hammers: names, sources, sockets, proxies and TLS.
//!
//! A builder of a hammer has a [`Network`], whose options are those of [`Networking`]. When it is built, the
//! network becomes a [`Dialer`], which has a [`Dial`] for each [`Peer`], which opens connections for slots.
//!
//! ```no_run
//! use hammer_core::{Failure, Slot};
//! use hammer_net::{Dial, Host, Network, Networking, Peer, TlsUse};
//!
//! fn dial() -> Result<Dial, hammer_net::Error> {
//!     let network = Network::default().cacert("ca.pem").source("127.0.0.2-127.0.0.9");
//!     let dialer = network.dialer(TlsUse::Certain, vec![b"mqtt".to_vec()])?;
//!     let host = Host::Name("localhost".into());
//!     dialer.to(&Peer { scheme: "mqtts", host: &host, port: 8883, tls: true, proxy_reads: false })
//! }
//!
//! async fn open(dial: &Dial, slot: &Slot) -> Result<hammer_net::Stream, Failure> {
//!     Ok(dial.open(slot).await?.stream)
//! }
//! ```

mod connect_to;
mod dial;
mod dialer;
mod error;
mod family;
mod fault;
mod host;
mod network;
mod networking;
mod proxy;
mod resolve;
mod source;
mod stream;
mod tls;
mod userinfo;

pub use dial::{Dial, Opened};
pub use dialer::{Dialer, Peer};
pub use error::{Error, ErrorKind};
pub use family::Family;
pub use fault::{NO_COMMON_PROTOCOL, PROXY_AUTH, tls_failure};
pub use host::{Host, split_port};
pub use network::{Network, TlsUse, TlsVersion};
pub use networking::Networking;
pub use stream::{Stream, Traffic};
pub use userinfo::{basic_authorization, masked, percent_decoded};
