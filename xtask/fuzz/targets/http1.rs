//! Fuzzes the decoder of responses of HTTP/1.1.

#![no_main]

#[path = "../../../crates/hammer-wire/tests/fuzz/http1.rs"]
mod http1;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| http1::check(bytes));
