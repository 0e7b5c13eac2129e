//! Fuzzes the detection of log formats and its messages.

#![no_main]

#[path = "../../../crates/hammer-replay/tests/fuzz/detection.rs"]
mod detection;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| detection::check(bytes));
