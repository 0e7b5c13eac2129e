//! The corpora of the fuzzer, and texts that are nearly in them: no panic, bounded work, little
//! memory. In a program of its own, since the counting allocator is that of a whole program.

mod plan;
mod threshold;

use std::alloc::System;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use hammer_core::testing::TextCorpus;
use hammer_plan::{EXAMPLE, PlanFile, Threshold};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Tests run one at a time, since what is counted is counted for all of them.
static ALONE: Mutex<()> = Mutex::new(());

/// Bytes that may be allocated to read a text of this length, all in all, whether they are freed or
/// not: a measure of the work, too. A table of TOML, for which two bytes will do, takes a thousand.
fn max_allocated(length: usize) -> usize {
    (48 << 10) + 500 * length
}

/// Reads each text of a corpus and `nearly` texts besides, and checks it.
fn try_each(folder: &str, mutations: usize, read: impl Fn(&str), check: impl Fn(&str)) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz")
        .join(folder);
    let corpus = TextCorpus::read(&folder).expect("the corpus is there");
    // What is made once, for the first text that is read, is nobody's.
    read(EXAMPLE);
    corpus.check_each(mutations, |text| {
        let region = Region::new(ALLOCATOR);
        read(text);
        let bytes = region.change().bytes_allocated;
        // Values that the text asks for are long by themselves, and are copied a few times.
        let values = text.matches("${LONG}").count() * plan::LONG * 12;
        assert!(
            bytes <= max_allocated(text.len()) + values,
            "{bytes} bytes to read it"
        );
        check(text);
    });
}

#[test]
fn no_text_is_trouble_for_what_reads_thresholds() {
    let read = |text: &str| drop(text.parse::<Threshold>());
    try_each("thresholds", 20_000, read, threshold::check);
}

#[test]
fn no_text_is_trouble_for_what_reads_plans() {
    let read = |text: &str| drop(PlanFile::parse("plan", text, plan::environment));
    try_each("plans", 3_000, read, plan::check);
}

/// Of the tables that a mebibyte of TOML can hold there are few enough.
#[test]
fn no_plan_of_the_greatest_length_takes_an_absurd_amount_of_memory() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let lines = |line: fn(usize) -> String| {
        let mut lines = (0..).map(line);
        let mut text = String::new();
        while text.len() < (1 << 20) - 1_000 {
            text.extend(lines.next());
        }
        text
    };
    let deep = |n| format!("a{n}{}=1\n", ".a".repeat(14));
    let most = [
        lines(deep),
        lines(|n| format!("[a{n}.a.a]\n")),
        lines(|n| format!("a{n}=1\n")),
        lines(|_| "[[load]]\n".to_owned()),
        format!("load=[{}{{}}]", lines(|_| "{},".to_owned())),
        format!("load=[{}[]]", lines(|_| "[],".to_owned())),
        format!("{{{}\"a\":1}}", lines(|n| format!("\"{n}\":1,"))),
        format!("{{\"load\":[{}[]]}}", lines(|_| "[],".to_owned())),
    ];
    for text in most {
        let region = Region::new(ALLOCATOR);
        let read = PlanFile::parse("plan", &text, |_| None);
        let bytes = region.change().bytes_allocated;
        assert!(bytes <= 100 << 20, "{bytes} bytes for {text:.40}");
        let error = read.expect_err("no plan").to_string();
        assert!(!error.contains("longer than"), "{error}");
    }
}
