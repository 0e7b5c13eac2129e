//! The corpus of the fuzzer, and texts that are nearly in it: no panic, bounded work, little memory.
//! In a program of its own, since the counting allocator is that of a whole program, and the only
//! test in it, since it counts whatever else runs.

mod template;

use std::alloc::System;
use std::path::Path;

use hammer_core::testing::TextCorpus;
use hammer_data::Template;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Texts besides those of the corpus.
const MUTATION_COUNT: usize = 5_000;

/// Bytes that may be allocated to compile a text of this length, all in all, whether they are freed
/// or not. Two letters name a class with hundreds of ranges of characters.
fn max_allocated_bytes(length: usize) -> usize {
    (512 << 10) + (32 << 10) * length
}

#[test]
fn no_text_is_trouble_for_what_compiles_templates() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/templates");
    let corpus = TextCorpus::read(&folder).expect("the corpus is there");
    let words = template::fuzz_scope();
    corpus.check_each(MUTATION_COUNT, |text| {
        let region = Region::new(ALLOCATOR);
        drop(Template::compile(text, &words));
        let bytes = region.change().bytes_allocated;
        assert!(
            bytes <= max_allocated_bytes(text.len()),
            "{bytes} bytes to compile it"
        );
        template::check(text);
    });
}
