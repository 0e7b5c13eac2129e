use std::io::Write;
use std::rc::Rc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use hyper::header::HeaderValue;

use super::*;

const CODINGS: [ContentCoding; 4] = [
    ContentCoding::Gzip,
    ContentCoding::Deflate,
    ContentCoding::Brotli,
    ContentCoding::Zstd,
];

fn headers(coding: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.append(
        CONTENT_ENCODING,
        HeaderValue::from_str(coding).expect("is text"),
    );
    headers
}

/// What comes of `body` in pieces of `piece` bytes.
fn decoded(coding: &str, body: &[u8], piece: usize, max: u64) -> Result<DecodedBody, Failure> {
    let mut decoder = BodyDecoder::new(&headers(coding), max, Rc::default())?;
    body.chunks(piece)
        .try_for_each(|piece| decoder.write(piece))?;
    decoder.finish()
}

/// Text that no coding makes very small.
fn text(bytes: usize) -> Vec<u8> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'a' + (state >> 28) as u8
    };
    (0..bytes).map(|_| next()).collect()
}

#[test]
fn each_coding_is_undone_in_pieces_of_any_size() {
    for coding in CODINGS {
        for (bytes, piece) in [(1, 1), (3_000, 1), (300_000, 1_000), (300_000, 1 << 20)] {
            let plain = text(bytes);
            let body = coding.encode(&plain).expect("memory can be written");
            let found = decoded(coding.name(), &body, piece, bytes as u64)
                .unwrap_or_else(|failure| panic!("{coding}, {bytes} bytes: {failure}"));
            assert!(
                found.coded && found.bytes == plain,
                "{coding}, {bytes} bytes"
            );
        }
    }
}

#[test]
fn what_is_not_coded_is_kept_as_it_is() {
    for coding in ["identity", "", " Identity , identity"] {
        let found = decoded(coding, b"plain", 2, 5).expect("is plain");
        assert_eq!(
            (found.bytes, found.coded),
            (b"plain".to_vec(), false),
            "{coding:?}"
        );
    }
}

#[test]
fn codings_on_top_of_each_other_are_undone_in_turn() {
    let plain = text(10_000);
    let body = ContentCoding::Gzip
        .encode(&plain)
        .expect("memory can be written");
    let body = ContentCoding::Brotli
        .encode(&body)
        .expect("memory can be written");
    let found = decoded("gzip, br", &body, 100, 20_000).expect("is well formed");
    assert_eq!(found.bytes, plain);
    for unknown in ["compress", "gzip, zip", "br, br, br, br", "\u{e4}"] {
        assert_eq!(
            BodyDecoder::new(&headers(unknown), 1, Rc::default()).err(),
            Some(failures::UNKNOWN_CODING),
            "{unknown}"
        );
    }
}

#[test]
fn a_bare_deflate_stream_and_several_members_of_gzip_are_taken() {
    let plain = text(5_000);
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&plain).expect("memory can be written");
    let bare = encoder.finish().expect("memory can be written");
    let found = decoded("deflate", &bare, 7, 5_000).expect("is well formed");
    assert_eq!(found.bytes, plain);

    let member = ContentCoding::Gzip
        .encode(b"twice")
        .expect("memory can be written");
    let found = decoded("gzip", &[&member[..], &member].concat(), 7, 10).expect("is well formed");
    assert_eq!(found.bytes, b"twicetwice");
}

#[test]
fn a_body_that_is_not_coded_as_it_says_is_malformed() {
    for coding in CODINGS {
        let body = coding.encode(&text(5_000)).expect("memory can be written");
        let cut = &body[..body.len() / 2];
        let trailed = [&body[..], b"and more"].concat();
        for (what, body) in [
            ("plain", &b"plain text"[..]),
            ("cut", cut),
            ("trailed", &trailed),
        ] {
            let found = decoded(coding.name(), body, 100, 10_000);
            assert_eq!(
                found.err(),
                Some(failures::MALFORMED_BODY),
                "{coding}, {what}"
            );
        }
        let none = decoded(coding.name(), b"", 1, 0).expect("no body is no fault");
        assert!(none.bytes.is_empty());
    }
}

#[test]
fn a_bomb_goes_no_further_than_it_may() {
    const BOMB: usize = 64 << 20;
    const MAX: u64 = 1 << 20;
    for coding in CODINGS {
        let body = coding
            .encode(&vec![0; BOMB])
            .expect("memory can be written");
        assert!(body.len() < BOMB / 500, "{coding}: {} bytes", body.len());
        let found = decoded(coding.name(), &body, 1000, MAX);
        assert_eq!(found.err(), Some(failures::BODY_TOO_LARGE), "{coding}");
        // A bomb within a bomb is stopped at the first.
        let twice = coding.encode(&body).expect("memory can be written");
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

/// A frame that asks for a window of 2²⁷ bytes.
#[test]
fn zstd_gets_no_larger_window_than_the_web_allows() {
    let mut encoder = zstd::stream::Encoder::new(Vec::new(), 1).expect("memory can be written");
    encoder.window_log(27).expect("is within its limits");
    encoder
        .write_all(&text(1000))
        .expect("memory can be written");
    let body = encoder.finish().expect("memory can be written");
    assert_eq!(
        decoded("zstd", &body, 1000, 10_000).err(),
        Some(failures::MALFORMED_BODY)
    );
}

#[test]
fn all_bodies_of_a_worker_are_kept_within_one_bound() {
    let (budget, piece) = (Rc::<BodyBudget>::default(), vec![0; 1 << 20]);
    let mut open = vec![];
    let full = loop {
        let mut decoder =
            BodyDecoder::new(&headers("identity"), u64::MAX, budget.clone()).expect("known");
        let kept = (0..16).try_for_each(|_| decoder.write(&piece));
        open.push(decoder);
        if let Err(failure) = kept {
            break failure;
        }
    };
    assert_eq!((full.name(), open.len()), ("body_too_large", 17));
    open.clear();
    let mut decoder = BodyDecoder::new(&headers("identity"), u64::MAX, budget).expect("known");
    assert!(
        decoder.write(&piece).is_ok(),
        "what was given back is there again"
    );
}
