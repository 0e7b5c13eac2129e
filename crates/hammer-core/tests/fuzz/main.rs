//! Rate expressions of the fuzz corpus, and mutations of them: no panic, limited work, little
//! memory.
//!
//! A separate program with a single test, because the counting allocator counts everything in its
//! program.

mod rate;

use std::alloc::System;
use std::path::Path;

use hammer_core::Shape;
use hammer_core::testing::TextCorpus;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The number of mutations.
const MUTATIONS: usize = 20_000;

/// Limits for one text, in bytes allocated in total, freed or not: to parse it (plus 64 per byte of
/// the text), and to use the result as a run does.
const MAX_PARSE_BYTES: usize = 256 << 10;
const MAX_RUN_BYTES: usize = 4 << 20;

#[test]
fn no_text_breaks_the_parser_of_rate_expressions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/rates");
    let corpus = TextCorpus::read(&folder).expect("the corpus");
    corpus.check_each(MUTATIONS, |text| {
        let region = Region::new(ALLOCATOR);
        let _ = text.parse::<Shape>();
        let parsing = region.change().bytes_allocated;
        assert!(
            parsing <= MAX_PARSE_BYTES + 64 * text.len(),
            "{parsing} bytes to parse it"
        );
        rate::check(text);
        let running = region.change().bytes_allocated - parsing;
        assert!(running <= MAX_RUN_BYTES, "{running} bytes to run it");
    });
}
