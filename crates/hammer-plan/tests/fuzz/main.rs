//! Runs the corpora of the fuzzer with mutations: no panic, bounded work, bounded memory.
//!
//! A separate test program, since it replaces the global allocator by one that counts.

mod plan;
mod threshold;

use std::alloc::System;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use hammer_core::testing::TextCorpus;
use hammer_plan::{EXAMPLE, ParsedPlanFile, Threshold};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Runs one test at a time, since the allocator counts for the whole process.
static SERIAL: Mutex<()> = Mutex::new(());

/// The maximum number of bytes allocated to parse a text of this length, freed or not. This bounds
/// the work too. A TOML table of two bytes takes a thousand bytes.
fn max_allocated(length: usize) -> usize {
    (48 << 10) + 500 * length
}

/// Parses and checks each text of a corpus and `mutations` of them.
fn try_each(folder: &str, mutations: usize, read: impl Fn(&str), check: impl Fn(&str)) {
    let _guard = SERIAL.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz")
        .join(folder);
    let corpus = TextCorpus::read(&folder).expect("readable corpus");
    // The first parse initializes statics; it is not counted.
    read(EXAMPLE);
    corpus.check_each(mutations, |text| {
        let region = Region::new(ALLOCATOR);
        read(text);
        let bytes = region.change().bytes_allocated;
        // Values of variables can be long, and are copied several times.
        let values = text.matches("${LONG}").count() * plan::LONG * 12;
        assert!(
            bytes <= max_allocated(text.len()) + values,
            "{bytes} bytes allocated"
        );
        check(text);
    });
}

#[test]
fn any_text_as_a_threshold_is_parsed_or_refused() {
    let read = |text: &str| drop(text.parse::<Threshold>());
    try_each("thresholds", 20_000, read, threshold::check);
}

#[test]
fn any_text_as_a_plan_is_parsed_or_refused() {
    let read = |text: &str| drop(ParsedPlanFile::parse("plan", text, plan::environment));
    try_each("plans", 3_000, read, plan::check);
}

#[test]
fn a_plan_of_the_maximum_length_takes_bounded_memory() {
    let _guard = SERIAL.lock().unwrap_or_else(PoisonError::into_inner);
    let lines = |line: fn(usize) -> String| {
        let mut lines = (0..).map(line);
        let mut text = String::new();
        while text.len() < (1 << 20) - 1_000 {
            text.extend(lines.next());
        }
        text
    };
    let deep = |n| format!("a{n}{}=1\n", ".a".repeat(14));
    let texts = [
        lines(deep),
        lines(|n| format!("[a{n}.a.a]\n")),
        lines(|n| format!("a{n}=1\n")),
        lines(|_| "[[load]]\n".to_owned()),
        format!("load=[{}{{}}]", lines(|_| "{},".to_owned())),
        format!("load=[{}[]]", lines(|_| "[],".to_owned())),
        format!("{{{}\"a\":1}}", lines(|n| format!("\"{n}\":1,"))),
        format!("{{\"load\":[{}[]]}}", lines(|_| "[],".to_owned())),
    ];
    for text in texts {
        let region = Region::new(ALLOCATOR);
        let read = ParsedPlanFile::parse("plan", &text, |_| None);
        let bytes = region.change().bytes_allocated;
        assert!(bytes <= 100 << 20, "{bytes} bytes for {text:.40}");
        let error = read.expect_err("invalid plan").to_string();
        assert!(!error.contains("longer than"), "{error}");
    }
}
