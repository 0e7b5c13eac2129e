//! A hammer for MQTT brokers: versions 3.1.1 and 5.0, over connections that many hits share.
//!
//! rumqttc is the protocol library. What drives the connections is ours, since a load generator
//! needs to know of each message when it was acknowledged, and rumqttc's event loop does not tell.

mod alive;
mod backoff;
mod barrier;
mod builder;
mod claims;
mod client;
mod config;
mod deadline;
mod delivery;
mod dial;
mod driver;
mod error;
mod fault;
mod feed;
mod handshake;
mod ids;
mod link;
mod missing;
mod moment;
mod mqtt;
mod packet;
mod pool;
mod reason;
mod storm;
mod texts;
mod ticket;
mod turns;
mod url;
mod websocket;

pub use builder::{Mode, MqttBuilder, Payload};
pub use config::Measure;
pub use error::{Error, ErrorKind};
pub use hammer_data::Words;
pub use hammer_net::{Family, Networking, TlsVersion};
pub use mqtt::{Mqtt, Session};
pub use packet::{Qos, Version};
