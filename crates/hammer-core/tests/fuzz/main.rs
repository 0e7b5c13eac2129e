//! The corpus of the fuzzer, and texts that are nearly in it: no panic, bounded work, little memory.
//! In a program of its own, since the counting allocator is that of a whole program, and the only
//! test in it, since it counts whatever else runs.

mod rate;

use std::alloc::System;
use std::path::Path;

use hammer_core::Shape;
use hammer_core::testing::TextCorpus;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Texts besides those of the corpus.
const MUTATIONS: usize = 20_000;

/// What one text may cost, in bytes that are allocated all in all, whether they are freed or not:
/// to read it, with 64 for each of its own, and to do with it what a run does.
const MAX_READ_BYTES: usize = 256 << 10;
const MAX_RUN_BYTES: usize = 4 << 20;

#[test]
fn no_text_is_trouble_for_what_reads_rate_expressions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/rates");
    let corpus = TextCorpus::read(&folder).expect("the corpus is there");
    corpus.check_each(MUTATIONS, |text| {
        let region = Region::new(ALLOCATOR);
        let _ = text.parse::<Shape>();
        let reading = region.change().bytes_allocated;
        assert!(
            reading <= MAX_READ_BYTES + 64 * text.len(),
            "{reading} bytes to read it"
        );
        rate::check(text);
        let running = region.change().bytes_allocated - reading;
        assert!(running <= MAX_RUN_BYTES, "{running} bytes to run it");
    });
}
