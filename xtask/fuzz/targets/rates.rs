//! Fuzzes the parser of rates.

#![no_main]

#[path = "../../../crates/hammer-core/tests/fuzz/rate.rs"]
mod rate;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        rate::check(text);
    }
});
