//! Fuzzes the parser of thresholds.

#![no_main]

#[path = "../../../crates/hammer-plan/tests/fuzz/threshold.rs"]
mod threshold;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        threshold::check(text);
    }
});
