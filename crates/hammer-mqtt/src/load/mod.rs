//! The parts of a load that clients of a worker share: connecting, deliveries and their counts.

pub(crate) mod connect_load;
pub(crate) mod connect_progress;
pub(crate) mod delivery;
mod delivery_report;
pub(crate) mod first_connect;
pub(crate) mod hit_waiter;
pub(crate) mod message_sequence;
pub(crate) mod receive;
pub(crate) mod run_doubts;
pub(crate) mod too_many_failed_clients;
pub(crate) mod undelivered_messages;
pub(crate) mod unsupported_by_broker;
pub(crate) mod worker_barrier;
pub(crate) mod worker_clients;
