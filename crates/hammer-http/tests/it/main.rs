//! Behaviour of the hammer for HTTP against real servers on port 0, driven by the real engine.

mod bodies;
mod build;
mod captures;
mod connections;
mod cookies;
mod credentials;
mod expectations;
mod failures;
mod hostile;
mod http2;
mod lifetimes;
mod proxies;
mod recorder;
mod redirects;
mod requests;
mod responses;
mod routes;
mod scripted_server;
mod target_counts;
mod targets;
mod tls;
mod tls_options;
mod tls_proxy;
mod tls_server;
mod tokens;
mod values;

use std::io::Write;

use hammer_core::{Hammer, Rate, Report, Run, Schedule};
use hammer_http::ContentCoding;

/// Hits `hits` times, one at a time, 5 ms apart.
fn run<H: Hammer>(hammer: H, hits: u64) -> Report {
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(hits);
    let run = Run::new(hammer, schedule).threads(1).max_in_flight(1);
    let report = run.execute(|_| ()).expect("the run is well formed");
    assert_eq!(report.hits.scheduled, hits);
    report
}

/// The only failure of a report, and how often.
fn only_failure(report: &Report) -> (&str, u64) {
    let failures: Vec<_> = report
        .failures
        .iter()
        .filter(|(_, count)| **count > 0)
        .collect();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(
        report.hits.ok + report.hits.rejected,
        0,
        "{:?}",
        report.labels
    );
    (failures[0].0, *failures[0].1)
}

/// `plain` in a coding, made by the libraries that everybody uses.
fn encode_with(coding: ContentCoding, plain: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::best();
    let done = match coding {
        ContentCoding::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(vec![], level);
            encoder.write_all(plain).and_then(|()| encoder.finish())
        }
        ContentCoding::Deflate => {
            let mut encoder = flate2::write::ZlibEncoder::new(vec![], level);
            encoder.write_all(plain).and_then(|()| encoder.finish())
        }
        ContentCoding::Brotli => {
            let mut coded = vec![];
            let parameters = brotli::enc::BrotliEncoderParams::default();
            brotli::BrotliCompress(&mut &*plain, &mut coded, &parameters).map(|_| coded)
        }
        ContentCoding::Zstd => zstd::stream::encode_all(plain, 3),
    };
    done.expect("memory can be written")
}
