//! Fuzzes the parser of log formats.

#![no_main]

#[path = "../../../crates/hammer-replay/tests/fuzz/format.rs"]
mod format;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        format::check(text);
    }
});
