//! A hammer for MQTT brokers: versions 3.1.1 and 5.0, over connections that many hits share.
//!
//! rumqttc encodes the rare packets. This crate drives the connections itself: a load
//! generator needs the time at which each message was acknowledged, which rumqttc's event loop does
//! not report.

mod builder;
mod client;
mod config;
mod connection;
mod error;
mod failures;
mod load;
mod mqtt;
mod packet;
mod template;
mod url;

pub use builder::{MqttBuilder, MqttMode, MqttPayload};
pub use config::MqttCompletionEvent;
pub use error::{Error, ErrorKind};
pub use hammer_data::TemplateScope;
pub use hammer_net::{AddressFamily, ConfigureNetwork, TlsVersion};
pub use mqtt::{Mqtt, MqttSlotSession};
pub use packet::{MqttVersion, Qos};
