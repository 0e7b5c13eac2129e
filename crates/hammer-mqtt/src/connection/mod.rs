//! Connections to a broker: handshake, packets in flight, keep-alive and reconnecting.

pub(crate) mod broker_connection;
pub(crate) mod broker_connector;
pub(crate) mod client_connection_supervisor;
pub(crate) mod connect_deadline;
pub(crate) mod connection_loop;
pub(crate) mod connection_terms;
pub(crate) mod handshake;
pub(crate) mod keep_alive_monitor;
pub(crate) mod packet_ids;
pub(crate) mod reconnect_backoff;
pub(crate) mod turn_budget;
pub(crate) mod unconfirmed_messages;
pub(crate) mod unrequested_packet_guard;
pub(crate) mod unsupported_setting;
pub(crate) mod websocket;
