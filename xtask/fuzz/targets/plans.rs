//! Fuzzes the parser of plans.

#![no_main]

#[path = "../../../crates/hammer-plan/tests/fuzz/plan.rs"]
mod plan;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        plan::check(text);
    }
});
