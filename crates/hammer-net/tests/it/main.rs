//! The tests of hammer-net against servers.

mod memory_server;
mod openssl_server;
mod tls_ends;
mod tls_exchanges;
mod tls_handshakes;
mod tls_hostile;
mod tls_keys;
mod tls_openssl;
