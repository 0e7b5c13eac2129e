//! Fuzzes the parser of templates.

#![no_main]

#[path = "../../../crates/hammer-data/tests/fuzz/template.rs"]
mod template;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        template::check(text);
    }
});
