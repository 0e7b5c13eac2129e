//! The corpora of the fuzzer, and texts that are nearly in them: no panic, and nothing that is not as
//! documented.

mod format;
mod log;

use std::path::Path;

use hammer_core::testing::TextCorpus;

/// Texts that are nearly in a corpus; more of them where somebody asks for it.
fn mutation_count(usual: usize) -> usize {
    let asked = std::env::var("HAMMER_FUZZ_TEXTS").ok();
    asked.map_or(usual, |texts| texts.parse().expect("a number of texts"))
}

fn try_each(folder: &str, usual: usize, check: impl Fn(&str)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz")
        .join(folder);
    let corpus = TextCorpus::read(&folder).expect("the corpus is there");
    corpus.check_each(mutation_count(usual), check);
}

#[test]
fn no_line_is_trouble_for_what_reads_logs() {
    try_each("logs", 20_000, |text| log::check(text.as_bytes()));
}

#[test]
fn no_text_is_trouble_for_what_reads_formats() {
    try_each("formats", 20_000, format::check);
}
