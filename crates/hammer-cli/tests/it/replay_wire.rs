//! Request targets are sent byte for byte, even if they are not valid URLs.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use crate::command::report;
use crate::replay::{TimelineFixture, row};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Answers each request head, and sends its bytes to `heads`.
fn answer(mut stream: TcpStream, heads: &Sender<Vec<u8>>) {
    let (mut head, mut byte) = (vec![], [0]);
    while stream.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
        if head.ends_with(b"\r\n\r\n") {
            heads.send(std::mem::take(&mut head)).unwrap();
            stream.write_all(ANSWER).unwrap();
        }
    }
}

#[test]
fn invalid_targets_are_sent_as_logged() {
    let targets: [(&str, &[u8]); 7] = [
        (r#""u":"/a?b=\"c\"""#, b"/a?b=\"c\""),
        (r#""u":"/a#b""#, b"/a#b"),
        (r#""u":"/<a>`?x""#, b"/<a>`?x"),
        (r#""u64":"L/8=""#, b"/\xff"),
        (r#""u64":"L2H/P/4i""#, b"/a\xff?\xfe\""),
        (r#""u":"/plain?a=1""#, b"/plain?a=1"),
        (r#""u":"//other.example/#""#, b"//other.example/#"),
    ];
    let rows = (0..70_u64).map(|n| row(n * 500, targets[n as usize % 7].0));
    let timeline = TimelineFixture::from_rows(&rows.collect::<Vec<_>>());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    // The thread ends with the process.
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            thread::spawn(move || answer(stream, &sender));
        }
    });
    for flags in [&[][..], &["--expect-status", "200"]] {
        let args = ["replay", timeline.path(), "--endpoint", &url, "--host", "h"];
        let report = report(&[&args[..], flags].concat());
        assert_eq!(report["hits"]["ok"], 70, "{}", report["failures"]);
        assert_eq!(report["replay"]["skipped"], serde_json::json!({}));
        let line = |target: &[u8]| [b"GET ", target, b" HTTP/1.1"].concat();
        let mut heads: Vec<Vec<u8>> = receiver.try_iter().collect();
        for head in &mut heads {
            let rest = head.windows(2).position(|two| two == b"\r\n").unwrap();
            assert!(head[rest..].starts_with(b"\r\nhost: h\r\n"));
            head.truncate(rest);
        }
        let expected: Vec<_> = targets
            .iter()
            .cycle()
            .take(70)
            .map(|(_, raw)| line(raw))
            .collect();
        let sorted = |mut lines: Vec<Vec<u8>>| -> Vec<String> {
            lines.sort();
            lines
                .iter()
                .map(|line| line.escape_ascii().to_string())
                .collect()
        };
        assert_eq!(sorted(heads), sorted(expected), "{flags:?}");
    }
}
