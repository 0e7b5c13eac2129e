//! The corpora of the fuzzer, and texts that are nearly in them: no panic, bounded work, little
//! memory. In a program of its own, since the counting allocator is that of a whole program.

mod plan;
mod threshold;

use std::alloc::System;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use hammer_core::testing::Corpus;
use hammer_plan::{PlanFile, Threshold};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Tests run one at a time, since what is counted is counted for all of them.
static ALONE: Mutex<()> = Mutex::new(());

/// Bytes that may be allocated to read a text of this length, all in all, whether they are freed or
/// not: a measure of the work, too.
fn most(length: usize) -> usize {
    (192 << 10) + 64 * length
}

/// Reads each text of a corpus and `nearly` texts besides, and checks it.
fn try_each(folder: &str, nearly: usize, read: impl Fn(&str), check: impl Fn(&str)) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz")
        .join(folder);
    let corpus = Corpus::read(&folder).expect("the corpus is there");
    corpus.try_each(nearly, |text| {
        let region = Region::new(ALLOCATOR);
        read(text);
        let bytes = region.change().bytes_allocated;
        // Values that the text asks for are long by themselves, and are copied a few times.
        let values = text.matches("${LONG}").count() * plan::LONG * 4;
        assert!(
            bytes <= most(text.len()) + values,
            "{bytes} bytes to read it"
        );
        check(text);
    });
}

#[test]
fn no_text_is_trouble_for_what_reads_thresholds() {
    let read = |text: &str| drop(text.parse::<Threshold>());
    try_each("thresholds", 50_000, read, threshold::check);
}

#[test]
fn no_text_is_trouble_for_what_reads_plans() {
    let read = |text: &str| drop(PlanFile::parse("plan", text, plan::environment));
    try_each("plans", 3_000, read, plan::check);
}
