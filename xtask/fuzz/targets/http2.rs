//! Fuzzes the HTTP/2 client.

#![no_main]

#[path = "../../../crates/hammer-wire/tests/fuzz/http2.rs"]
mod http2;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| http2::check(bytes));
