//! Tests of the protocols by tables of bytes, whole and in pieces.

mod every_split;
mod http1_bodies;
mod http1_chunks;
mod http1_connections;
mod http1_heads;
mod http1_interim;
mod http1_limits;
#[path = "../fuzz/http1_recording.rs"]
mod http1_recording;
mod http2;
