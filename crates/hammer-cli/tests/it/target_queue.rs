//! Tests of `hammer target --service`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::command::{output, stderr};
use crate::signals::{send, start};

/// Sends five requests at once, each on a connection of its own, and returns the time to the last answer.
fn answer_five(flags: &[&str]) -> Duration {
    let mut child = start(&[&["target"], flags].concat());
    let mut url = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut url).unwrap();
    let address = url
        .trim()
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let started = Instant::now();
    let connect = |_| {
        let mut stream = TcpStream::connect(address).unwrap();
        let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        stream
    };
    let streams: Vec<_> = (0..5).map(connect).collect();
    for mut stream in streams {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let elapsed = started.elapsed();
    send(&child, Signal::TERM);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    elapsed
}

#[test]
fn requests_of_all_connections_wait_for_a_worker() {
    let one = answer_five(&["--service", "const:20ms"]);
    assert!(one >= Duration::from_millis(100), "{one:?}");
    // The fifth request waits for the first of two workers to serve its third.
    let two = answer_five(&["--service", "const:20ms", "--workers", "2", "--seed", "7"]);
    assert!(two >= Duration::from_millis(60), "{two:?}");
}

#[test]
fn wrong_laws_are_explained_with_their_position() {
    for (flags, message) in [
        (
            &["--service", "exp:0.5"][..],
            "'--service <LAW>': found '0.5'\n\n    exp:0.5\n        ^^^ expected a time above 0",
        ),
        (
            &["--service", "expo:1ms"],
            "unknown distribution 'expo'\n\n    expo:1ms\n    ^^^^ expected 'exp'",
        ),
        (
            &["--service", "uniform:2ms..1ms"],
            "expected a maximum that is not below the minimum, found 2ms to 1ms",
        ),
        (
            &["--service", "exp:1ms", "--workers", "0"],
            "a whole number above 0, up to 100,000",
        ),
        (&["--workers", "2"], "--service <LAW>"),
        (&["--seed", "2"], "--service <LAW>"),
        (&["--raw", "--service", "exp:1ms"], "cannot be used with"),
    ] {
        let refused = output(&[&["target"], flags].concat());
        let text = stderr(&refused);
        assert_eq!(refused.status.code(), Some(2), "{flags:?}: {text}");
        assert!(text.contains(message), "{flags:?}: {text}");
    }
}
