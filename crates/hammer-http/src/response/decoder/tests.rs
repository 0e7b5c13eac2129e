//! Tests of decoding bodies.

use std::future::{Future, poll_fn};
use std::io::Write;
use std::pin::pin;
use std::rc::Rc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use hammer_wire::FieldList;

use super::*;

const CODINGS: [ContentCoding; 4] = [
    ContentCoding::Gzip,
    ContentCoding::Deflate,
    ContentCoding::Brotli,
    ContentCoding::Zstd,
];

fn headers(coding: &str) -> FieldList {
    [("Content-Encoding", coding)].into_iter().collect()
}

/// Decodes `body` in chunks of `chunk` bytes.
fn decoded(coding: &str, body: &[u8], chunk: usize, max: u64) -> Result<DecodedBody, Failure> {
    let mut decoder = BodyDecoder::new(&Fields::from_list(&headers(coding)), max, Rc::default())?;
    body.chunks(chunk)
        .try_for_each(|chunk| decoder.write(chunk))?;
    decoder.finish()
}

/// Pseudorandom text, which compresses poorly.
fn text(bytes: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'a' + (state >> 28) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

#[test]
fn each_coding_is_decoded_in_chunks_of_any_size() {
    for coding in CODINGS {
        for (bytes, chunk) in [(1, 1), (3_000, 1), (300_000, 1_000), (300_000, 1 << 20)] {
            let plain = text(bytes);
            let body = coding.encode(&plain).expect("writing to memory succeeds");
            let found = decoded(coding.name(), &body, chunk, bytes as u64)
                .unwrap_or_else(|failure| panic!("{coding}, {bytes} bytes: {failure}"));
            assert!(
                found.coded && found.bytes == plain,
                "{coding}, {bytes} bytes"
            );
        }
    }
}

#[test]
fn uncoded_bodies_stay_unchanged() {
    for coding in ["identity", "", " Identity , identity"] {
        let found = decoded(coding, b"plain", 2, 5).expect("the body is not coded");
        assert_eq!(
            (found.bytes, found.coded),
            (b"plain".to_vec(), false),
            "{coding:?}"
        );
    }
}

#[test]
fn several_codings_are_decoded_in_reverse_order() {
    let plain = text(10_000);
    let body = ContentCoding::Gzip
        .encode(&plain)
        .expect("writing to memory succeeds");
    let body = ContentCoding::Brotli
        .encode(&body)
        .expect("writing to memory succeeds");
    let found = decoded("gzip, br", &body, 100, 20_000).expect("the body is valid");
    assert_eq!(found.bytes, plain);
    for unknown in ["compress", "gzip, zip", "br, br, br, br", "\u{e4}"] {
        assert_eq!(
            BodyDecoder::new(&Fields::from_list(&headers(unknown)), 1, Rc::default()).err(),
            Some(failures::UNKNOWN_CODING),
            "{unknown}"
        );
    }
}

#[test]
fn raw_deflate_and_several_gzip_members_are_decoded() {
    let plain = text(5_000);
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(&plain)
        .expect("writing to memory succeeds");
    let raw = encoder.finish().expect("writing to memory succeeds");
    let found = decoded("deflate", &raw, 7, 5_000).expect("the body is valid");
    assert_eq!(found.bytes, plain);

    let member = ContentCoding::Gzip
        .encode(b"twice")
        .expect("writing to memory succeeds");
    let found =
        decoded("gzip", &[&member[..], &member].concat(), 7, 10).expect("the body is valid");
    assert_eq!(found.bytes, b"twicetwice");
}

#[test]
fn a_body_not_coded_as_declared_is_malformed() {
    for coding in CODINGS {
        let body = coding
            .encode(&text(5_000))
            .expect("writing to memory succeeds");
        let cut = &body[..body.len() / 2];
        let with_trailer = [&body[..], b"and more"].concat();
        for (kind, body) in [
            ("plain", &b"plain text"[..]),
            ("truncated", cut),
            ("with a trailer", &with_trailer),
        ] {
            let found = decoded(coding.name(), body, 100, 10_000);
            assert_eq!(
                found.err(),
                Some(failures::MALFORMED_BODY),
                "{coding}, {kind}"
            );
        }
        let none = decoded(coding.name(), b"", 1, 0).expect("an empty body is valid");
        assert!(none.bytes.is_empty());
    }
}

#[test]
fn a_decompression_bomb_stops_at_the_limit() {
    const BOMB: usize = 64 << 20;
    const MAX: u64 = 1 << 20;
    for coding in CODINGS {
        let body = coding
            .encode(&vec![0; BOMB])
            .expect("writing to memory succeeds");
        assert!(body.len() < BOMB / 500, "{coding}: {} bytes", body.len());
        let found = decoded(coding.name(), &body, 1000, MAX);
        assert_eq!(found.err(), Some(failures::BODY_TOO_LARGE), "{coding}");
        // A nested bomb stops at the first layer.
        let twice = coding.encode(&body).expect("writing to memory succeeds");
        let name = format!("{coding}, {coding}");
        assert_eq!(
            decoded(&name, &twice, 1000, MAX).err(),
            Some(failures::BODY_TOO_LARGE),
            "{name}"
        );
    }
    let found = decoded("identity", &vec![0; MAX as usize + 1], 1000, MAX);
    assert_eq!(found.err(), Some(failures::BODY_TOO_LARGE));
}

/// The frame asks for a window of 2²⁷ bytes.
#[test]
fn the_window_of_zstd_is_limited() {
    let mut encoder =
        zstd::stream::Encoder::new(Vec::new(), 1).expect("writing to memory succeeds");
    encoder
        .window_log(27)
        .expect("the window is within the limits of zstd");
    encoder
        .write_all(&text(1000))
        .expect("writing to memory succeeds");
    let body = encoder.finish().expect("writing to memory succeeds");
    assert_eq!(
        decoded("zstd", &body, 1000, 10_000).err(),
        Some(failures::MALFORMED_BODY)
    );
}

#[test]
fn the_bodies_of_a_worker_share_one_budget() {
    let (budget, chunk) = (Rc::<WorkerBodyMemory>::default(), vec![0; 1 << 20]);
    let mut open = vec![];
    let full = loop {
        let mut decoder = BodyDecoder::new(
            &Fields::from_list(&headers("identity")),
            u64::MAX,
            budget.clone(),
        )
        .expect("the coding is known");
        let kept = (0..16).try_for_each(|_| decoder.write(&chunk));
        open.push(decoder);
        if let Err(failure) = kept {
            break failure;
        }
    };
    // While the buffer of the 16th body grows from 8 to 16 MiB, both are in memory.
    assert_eq!((full.name(), open.len()), ("body_too_large", 16));
    open.clear();
    let mut decoder = BodyDecoder::new(&Fields::from_list(&headers("identity")), u64::MAX, budget)
        .expect("the coding is known");
    assert!(decoder.write(&chunk).is_ok(), "the budget was given back");
}

/// A buffer grew to twice its size, and a complete body did not count: 256 MiB became a gigabyte.
#[test]
fn the_memory_of_a_worker_includes_growing_buffers_and_complete_bodies() {
    let (budget, chunk) = (Rc::<WorkerBodyMemory>::default(), vec![0; 1 << 20]);
    let body = |mebibytes: usize| {
        let mut decoder = BodyDecoder::new(
            &Fields::from_list(&headers("identity")),
            1 << 30,
            budget.clone(),
        )?;
        (0..mebibytes).try_for_each(|_| decoder.write(&chunk))?;
        decoder.finish()
    };
    let name = |body: Result<DecodedBody, Failure>| body.err().map(|failure| failure.name());
    assert_eq!(name(body(129)), Some("body_too_large"));
    let first = body(128).expect("within the memory");
    assert_eq!(name(body(65)), Some("body_too_large"));
    let second = body(64).expect("within the memory");
    drop((first, second));
    assert_eq!(name(body(128)), None, "the memory was given back");
}

/// A body that decodes to 16 MiB kept its worker busy until it was complete.
#[tokio::test]
async fn other_tasks_run_while_a_body_is_decoded() {
    let plain = text(16 << 20);
    let body = ContentCoding::Gzip
        .encode(&plain)
        .expect("writing to memory succeeds");
    let mut collector = BodyCollector::new(
        &Fields::from_list(&headers("gzip")),
        u64::MAX,
        Rc::default(),
    )
    .expect("the coding is known");
    collector.receive(&body).expect("within the limits");
    let mut decode = pin!(collector.decode());
    let mut pauses = 0;
    let decoded = poll_fn(|cx| {
        let polled = decode.as_mut().poll(cx);
        pauses += u32::from(polled.is_pending());
        polled
    })
    .await;
    assert!(decoded.expect("the body is valid").bytes == plain);
    assert!(pauses > 3, "{pauses} pauses");
}

#[tokio::test]
async fn an_encoded_body_is_limited_too() {
    // Empty members of gzip decode to nothing.
    let body = ContentCoding::Gzip
        .encode(b"")
        .expect("writing to memory succeeds");
    for (copies, expected) in [(50, None), (500, Some("body_too_large"))] {
        let mut collector =
            BodyCollector::new(&Fields::from_list(&headers("gzip")), 1000, Rc::default())
                .expect("the coding is known");
        let received = collector.receive(&body.repeat(copies));
        assert_eq!(
            received.err().map(|failure| failure.name()),
            expected,
            "{copies} copies"
        );
    }
}
