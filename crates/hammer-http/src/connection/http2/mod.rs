//! An HTTP/2 client for many small requests: a hit is a few buffered bytes and a map entry.
//!
//! A connection is the protocol state of hammer-wire, and a task that moves the bytes between it and a
//! socket. Slots queue their requests and sleep. The task reads all available bytes and then wakes
//! the slots whose responses arrived. Their next requests leave in one write.

mod connection;
mod connection_driver;
mod connection_end;
pub(crate) mod failures;
mod http2_client;
mod pool;
mod pool_entry;

pub(crate) use http2_client::{Http2Client, Http2SendResult};
pub(crate) use pool::{Http2PoolConfig, WorkerPools};
