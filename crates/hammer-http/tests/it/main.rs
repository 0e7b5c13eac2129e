//! Tests of the HTTP hammer against real servers on port 0, driven by the real engine.

mod addresses;
mod bodies;
mod build;
mod captures;
mod connections;
mod cookies;
mod credentials;
mod expectations;
mod failures;
mod hostile;
mod http1;
mod http2;
mod lifetimes;
mod made_requests;
mod opening_timeouts;
mod phases;
mod proxies;
mod recorder;
mod redirect_origins;
mod redirects;
mod requests;
mod responses;
mod routes;
mod scripted_server;
mod target_counts;
mod target_rules;
mod targets;
mod tls;
mod tls_alerts;
mod tls_matrix;
mod tls_options;
mod tls_proxy;
mod tls_server;
mod tls_trust;
mod tokens;
mod values;

use std::io::Write;

use hammer_core::{Hammer, Rate, Report, Run, Schedule};
use hammer_http::{ContentCoding, HttpBuilder};

/// A change of options in a table of cases.
type BuilderChange = fn(HttpBuilder) -> HttpBuilder;

const CODINGS: [ContentCoding; 4] = [
    ContentCoding::Gzip,
    ContentCoding::Deflate,
    ContentCoding::Brotli,
    ContentCoding::Zstd,
];

/// Runs this many hits, one at a time, 5 ms apart.
fn run<H: Hammer>(hammer: H, hits: u64) -> Report {
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(hits);
    let run = Run::new(hammer, schedule).threads(1).max_in_flight(1);
    let report = run.execute().expect("a finished run");
    assert_eq!(report.hits.scheduled, hits);
    report
}

/// Asserts that the worker handled timers and sockets all the time.
///
/// Reading without a pause blocked it for as long as the target sent.
fn assert_responsive(report: &Report) {
    let blocked_us = report.generator.workers[0].blocked_max_us;
    assert!(
        blocked_us < 2e6,
        "the worker was blocked for {blocked_us} µs"
    );
}

/// Returns the only failure of a report and its count.
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

/// Returns the messages of an error and of its sources, joined by colons.
fn error_chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", error_chain(source)),
        None => error.to_string(),
    }
}

/// Returns the URL of a port on which no server listens.
fn unused_url() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!(
        "http://{}/",
        listener.local_addr().expect("a bound listener")
    )
}

/// Encodes `plain` with the usual library for a coding.
fn encode_with(coding: ContentCoding, plain: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::best();
    let encoded = match coding {
        ContentCoding::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(vec![], level);
            encoder.write_all(plain).and_then(|()| encoder.finish())
        }
        ContentCoding::Deflate => {
            let mut encoder = flate2::write::ZlibEncoder::new(vec![], level);
            encoder.write_all(plain).and_then(|()| encoder.finish())
        }
        ContentCoding::Brotli => {
            let mut encoded = vec![];
            let parameters = brotli::enc::BrotliEncoderParams::default();
            brotli::BrotliCompress(&mut &*plain, &mut encoded, &parameters).map(|_| encoded)
        }
        ContentCoding::Zstd => zstd::stream::encode_all(plain, 3),
    };
    encoded.expect("a write to memory")
}
