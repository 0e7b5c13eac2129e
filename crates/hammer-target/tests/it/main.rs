//! Tests of both targets with a client that writes raw bytes.

mod client;
mod http;
mod http2;
mod lifecycle;
mod queue;
mod raw;
mod tls;
