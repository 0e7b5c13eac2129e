//! Compiles the fuzzing corpus and mutations of it: no panics, bounded work, little memory.
//!
//! The counting allocator counts for the whole program, so this is the only test of a separate program.

mod template;

use std::alloc::System;
use std::path::Path;

use hammer_core::testing::TextCorpus;
use hammer_data::Template;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The number of mutations of the corpus.
const MUTATION_COUNT: usize = 5_000;

/// Returns the limit of bytes allocated to compile a text of this length, including freed ones. Two
/// letters may name a class with hundreds of ranges of characters.
fn max_allocated_bytes(length: usize) -> usize {
    (512 << 10) + (32 << 10) * length
}

#[test]
fn any_text_compiles_or_fails_within_bounds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/templates");
    let corpus = TextCorpus::read(&folder).expect("the corpus exists");
    let scope = template::fuzz_scope();
    corpus.check_each(MUTATION_COUNT, |text| {
        let region = Region::new(ALLOCATOR);
        drop(Template::compile(text, &scope));
        let bytes = region.change().bytes_allocated;
        assert!(
            bytes <= max_allocated_bytes(text.len()),
            "{bytes} bytes allocated to compile"
        );
        template::check(text);
    });
}
