//! Behaviour of both targets, seen by a client that writes its own bytes.

mod client;
mod http;
mod http2;
mod lifecycle;
mod raw;
mod tls;
