//! The corpora of the fuzzer and mutations of them: no panics, and all documented properties hold.

mod byte_corpus;
mod http2;

use std::path::Path;

use self::byte_corpus::ByteCorpus;

/// The number of mutations of a corpus.
const MUTATIONS: usize = 10_000;

#[test]
fn any_bytes_of_an_http2_server_are_read_or_refused() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/http2");
    let corpus = ByteCorpus::read(&folder).expect("the corpus exists");
    corpus.check_each(MUTATIONS, http2::check);
}

/// Real answers must stay readable: nearly all of the corpus is such.
#[test]
fn the_answers_of_real_servers_are_read_without_an_error() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/http2");
    for name in ["nginx", "node", "go"] {
        let bytes = std::fs::read(folder.join(name)).expect("a file of the corpus");
        let outcome = http2::run(&bytes, usize::MAX);
        assert!(outcome.is_ok(), "{name}: {outcome:?}");
    }
}
