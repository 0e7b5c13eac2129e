//! A hammer for MQTT brokers: versions 3.1.1 and 5.0, over connections that many hits share.
//!
//! rumqttc encodes and decodes the rare packets. This crate drives the connections itself: a load
//! generator needs the time at which each message was acknowledged, which rumqttc's event loop does
//! not report.

mod broker_connection;
mod broker_connector;
mod builder;
mod client;
mod client_connection_supervisor;
mod config;
mod connect_deadline;
mod connect_load;
mod connect_packet_template;
mod connection_loop;
mod delivery;
mod error;
mod failures;
mod handshake;
mod hit_waiter;
mod keep_alive_monitor;
mod mqtt;
mod packet;
mod packet_ids;
mod reason_code;
mod receive;
mod reconnect_backoff;
mod render_context;
mod template_compiler;
mod too_many_failed_clients;
mod url;
mod websocket;
mod worker_barrier;
mod worker_clients;

pub use builder::{MqttBuilder, MqttMode, MqttPayload};
pub use config::MqttCompletionEvent;
pub use error::{Error, ErrorKind};
pub use hammer_data::TemplateScope;
pub use hammer_net::{AddressFamily, ConfigureNetwork, TlsVersion};
pub use mqtt::{Mqtt, MqttSlotSession};
pub use packet::{MqttVersion, Qos};
