//! Connections over HTTP/1.1 and HTTP/2, and the pools that share them.

pub(crate) mod http1;
pub(crate) mod http2_client;
pub(crate) mod lifetime;
pub(crate) mod origin;
pub(crate) mod pool;
mod pool_entry;
pub(crate) mod read_turn;
