//! Tests of the protocols by tables of bytes.

mod http2;
