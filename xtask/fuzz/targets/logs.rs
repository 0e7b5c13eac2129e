//! Fuzzes the parser of logs.

#![no_main]

#[path = "../../../crates/hammer-replay/tests/fuzz/log.rs"]
mod log;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| log::check(bytes));
