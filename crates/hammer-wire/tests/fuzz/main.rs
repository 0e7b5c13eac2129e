//! Decodes the fuzzing corpus, and mutations and pieces of it: the result does not depend on the pieces,
//! and limits hold.

mod byte_corpus;
mod http1;
mod http2;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;

use self::byte_corpus::ByteCorpus;

/// Reads each file of the corpus of a target, in the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let files = fs::read_dir(folder.join(target)).expect("the corpus exists");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let files = paths.iter().map(fs::read);
    files.map(|file| file.expect("readable")).collect()
}

#[test]
fn http1_decodes_the_corpus_in_any_pieces() {
    let corpus = corpus("http1");
    assert!(corpus.len() >= 20);
    for input in &corpus {
        http1::check(input);
        for size in 0..=input.len() {
            http1::check_split(input, &[size]);
        }
    }
}

/// The number of mutations of the corpus of HTTP/2.
const HTTP2_MUTATIONS: usize = 10_000;

#[test]
fn any_bytes_of_an_http2_server_are_read_or_refused() {
    ByteCorpus::new(corpus("http2")).check_each(HTTP2_MUTATIONS, http2::check);
}

#[test]
fn the_answers_of_real_http2_servers_are_read_without_an_error() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/http2");
    for name in ["nginx", "node", "go"] {
        let bytes = fs::read(folder.join(name)).expect("a file of the corpus");
        let outcome = http2::run(&bytes, usize::MAX);
        assert!(outcome.is_ok(), "{name}: {outcome:?}");
    }
}

/// A change of a text: at a place, some bytes are replaced by a token.
type Mutation = (Index, usize, &'static [u8]);

/// Tokens that often cause trouble in parsers.
const DIFFICULT_TOKENS: [&[u8]; 24] = [
    b"",
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\r\n",
    b"\r\n\r\n",
    b"\r\n ",
    b"\n\t",
    b"\0",
    b"\x7f",
    b"\xff",
    b":",
    b" : ",
    b",",
    b";",
    b"0",
    b"0\r\n\r\n",
    b"ffffffffffffffff1",
    b"18446744073709551616",
    b"HTTP/1.1 100\r\n\r\n",
    b"HTTP/1.0 ",
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n",
];

fn mutated(mut input: Vec<u8>, mutations: &[Mutation]) -> Vec<u8> {
    for (place, removed, token) in mutations {
        let begin = place.index(input.len() + 1);
        let end = (begin + removed).min(input.len());
        input.splice(begin..end, token.iter().copied());
    }
    input
}

proptest! {
    // The same mutations each time.
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn http1_decodes_mutations_in_any_pieces(
        input in select(corpus("http1")),
        mutations in prop::collection::vec(
            (any::<Index>(), 0..4_usize, select(&DIFFICULT_TOKENS[..])), 0..4
        ),
        sizes in prop::collection::vec(0..40_usize, 0..6),
    ) {
        let input = mutated(input, &mutations);
        http1::check(&input);
        http1::check_split(&input, &sizes);
    }
}
