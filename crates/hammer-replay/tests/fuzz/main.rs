//! The corpora of the fuzzer and mutations of them: no panics, and all documented properties hold.

mod detection;
mod format;
mod log;

use std::path::Path;

use hammer_core::testing::TextCorpus;

/// Returns the number of mutations, which `HAMMER_FUZZ_TEXTS` overrides.
fn mutation_count(default: usize) -> usize {
    let requested = std::env::var("HAMMER_FUZZ_TEXTS").ok();
    requested.map_or(default, |texts| {
        texts.parse().expect("HAMMER_FUZZ_TEXTS is a number")
    })
}

fn check_corpus(folder: &str, default: usize, check: impl Fn(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz")
        .join(folder);
    let corpus = TextCorpus::read(&folder).expect("the corpus exists");
    corpus.check_each(mutation_count(default), check);
}

#[test]
fn any_log_can_be_read() {
    check_corpus("logs", 20_000, |text| log::check(text.as_bytes()));
}

#[test]
fn any_format_can_be_parsed() {
    check_corpus("formats", 20_000, format::check);
}

#[test]
fn the_format_of_any_log_can_be_searched() {
    check_corpus("detection", 1_000, |text| detection::check(text.as_bytes()));
}
