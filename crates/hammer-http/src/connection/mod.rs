//! Connections over HTTP/1.1 and HTTP/2, and the pools that share them.

pub(crate) mod http1;
pub(crate) mod http2;
pub(crate) mod lifetime;
pub(crate) mod origin;
pub(crate) mod read_buffer;
pub(crate) mod read_turn;
