//! How much memory hostile targets can make a hammer take. In a program of its own, and as the only
//! test in it, since the peak of a process never falls.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use hammer_core::{Rate, Report, Run, Schedule};
use hammer_http::{Http, HttpBuilder};

/// What this program may take in all: bodies of 16 MiB are looked into, and a vector that grows is
/// there twice for a moment.
const MAX_BYTES: u64 = 192 << 20;
/// What each of them sends, or what becomes of it decoded, unless it is hung up on.
const SENT_BYTES: usize = 512 << 20;

/// A server that answers with `head`, and then with `piece` again and again.
fn serve(head: &'static [u8], piece: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    let talk = move |mut stream: TcpStream| {
        let mut request = [0; 4096];
        if matches!(stream.read(&mut request), Ok(1..)) && stream.write_all(head).is_ok() {
            let pieces = SENT_BYTES / piece.len();
            let _ = (0..pieces).try_for_each(|_| stream.write_all(&piece));
        }
    };
    // Ends with the process: nothing wakes it from accepting.
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(talk));
    url
}

fn hit(url: &str, change: fn(HttpBuilder) -> HttpBuilder) -> Report {
    let http = change(Http::builder(url)).build().expect("is well formed");
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(2);
    let run = Run::new(http, schedule)
        .threads(1)
        .max_in_flight(1)
        .timeout(Duration::from_secs(20))
        .drain(Duration::from_secs(40));
    run.execute(|_| ()).expect("it is well formed")
}

/// Zeros without number, coded, and never in memory.
fn zeros(mut encoder: impl Write) {
    let plain = vec![0; 1 << 20];
    for _ in 0..SENT_BYTES / plain.len() {
        encoder.write_all(&plain).expect("memory can be written");
    }
}

#[test]
fn hostile_targets_get_a_bounded_amount_of_memory() {
    let (mut gzip, mut zstd) = (vec![], vec![]);
    zeros(flate2::write::GzEncoder::new(
        &mut gzip,
        flate2::Compression::fast(),
    ));
    let encoder = zstd::stream::Encoder::new(&mut zstd, 1).expect("memory can be written");
    zeros(encoder.auto_finish());
    type BuilderChange = fn(HttpBuilder) -> HttpBuilder;
    let looking: BuilderChange = |http| http.expect_body("needle");
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
            looking,
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
            looking,
            "body_too_large",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
            gzip,
            looking,
            "body_too_large",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\n\r\n",
            zstd,
            looking,
            "body_too_large",
        ),
    ];
    for (head, piece, change, name) in table {
        let report = hit(&serve(head, piece), change);
        let what = head.escape_ascii();
        match name {
            "" => assert_eq!(report.hits.ok, 2, "{what}: {:?}", report.failures),
            name => assert_eq!(
                report.failures.get(name),
                Some(&2),
                "{what}: {:?}",
                report.failures
            ),
        }
        let peak = report.generator.peak_rss_bytes;
        assert!(peak < MAX_BYTES, "{what}: {} MiB", peak >> 20);
    }
}
