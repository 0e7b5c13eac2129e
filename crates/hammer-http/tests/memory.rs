//! The memory that hostile targets can make a hammer use.
//!
//! This is a separate program with a single test, since the peak memory of a process never falls.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use hammer_core::{Rate, Report, Run, Schedule};
use hammer_http::{Http, HttpBuilder};

type BuilderChange = fn(HttpBuilder) -> HttpBuilder;

/// The memory limit of this program.
///
/// Inspected bodies have up to 16 MiB, and a vector exists twice while it grows.
const MAX_BYTES: u64 = 192 << 20;
/// The decoded size of each response, unless the hammer closes the connection earlier.
const SENT_BYTES: usize = 512 << 20;

/// A server that answers with `head` and then repeats `piece`.
fn serve(head: &'static [u8], piece: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!(
        "http://{}/",
        listener.local_addr().expect("a bound listener")
    );
    let respond = move |mut stream: TcpStream| {
        let mut request = [0; 4096];
        if matches!(stream.read(&mut request), Ok(1..)) && stream.write_all(head).is_ok() {
            let pieces = SENT_BYTES / piece.len();
            let _ = (0..pieces).try_for_each(|_| stream.write_all(&piece));
        }
    };
    // The thread ends with the process, since nothing interrupts accept.
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(respond));
    url
}

fn hit(url: &str, change: BuilderChange) -> Report {
    let http = change(Http::builder(url)).build().expect("valid options");
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(2);
    let run = Run::new(http, schedule)
        .threads(1)
        .max_in_flight(1)
        .timeout(Duration::from_secs(20))
        .drain(Duration::from_secs(40));
    run.execute().expect("a finished run")
}

/// Encodes [`SENT_BYTES`] zeros without holding them in memory.
fn encode_zeros(mut encoder: impl Write) {
    let plain = vec![0; 1 << 20];
    for _ in 0..SENT_BYTES / plain.len() {
        encoder.write_all(&plain).expect("a write to memory");
    }
}

#[test]
fn hostile_targets_cannot_exhaust_memory() {
    let (mut gzip, mut zstd) = (vec![], vec![]);
    encode_zeros(flate2::write::GzEncoder::new(
        &mut gzip,
        flate2::Compression::fast(),
    ));
    let encoder = zstd::stream::Encoder::new(&mut zstd, 1).expect("a write to memory");
    encode_zeros(encoder.auto_finish());
    let inspecting: BuilderChange = |http| http.expect_body("needle");
    let table: [(&'static [u8], Vec<u8>, BuilderChange, &str); 7] = [
        (
            b"HTTP/1.1 200 OK\r\n",
            b"X-Endless: aaaaaaaaaaaaaaaaaaaaa\r\n".repeat(1000),
            |http| http.keep_cookies(true),
            "answer_head_too_large",
        ),
        (
            b"HTTP/1.1 200 OK\r\n\r\n",
            vec![b'x'; 1 << 16],
            |http| http,
            "",
        ),
        (
            b"HTTP/1.1 200 OK\r\n\r\n",
            vec![b'x'; 1 << 16],
            inspecting,
            "body_too_large",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n",
            vec![b'x'; 1 << 16],
            |http| http,
            "closed_early",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
            vec![b'x'; 1 << 16],
            inspecting,
            "body_too_large",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
            gzip,
            inspecting,
            "body_too_large",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n",
            zstd,
            inspecting,
            "body_too_large",
        ),
    ];
    for (head, piece, change, name) in table {
        let report = hit(&serve(head, piece), change);
        let shown = head.escape_ascii();
        match name {
            "" => assert_eq!(report.hits.ok, 2, "{shown}: {:?}", report.failures),
            name => assert_eq!(
                report.failures.get(name),
                Some(&2),
                "{shown}: {:?}",
                report.failures
            ),
        }
        let peak = report.generator.peak_rss_bytes;
        assert!(peak < MAX_BYTES, "{shown}: {} MiB", peak >> 20);
    }
}
