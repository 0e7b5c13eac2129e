use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use hammer_target::{TargetBehavior, TargetServer};
use rustix::process::{Pid, Signal, kill_process};

use crate::command::{hammer, json, stderr, wait_until};

pub(crate) fn start(args: &[&str]) -> Child {
    hammer(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

pub(crate) fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

#[test]
fn a_signal_ends_a_run_with_a_report() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
        let child = start(&[
            "http",
            &target.url(),
            "-r",
            "100",
            "-z",
            "1h",
            "-o",
            "json=-",
            "--assert",
            "hits > 1M",
        ]);
        wait_until("hits arrive", || target.counts().requests > 10);
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["stopped"], true);
        assert_eq!(report["thresholds"][0]["passed"], false);
        assert_eq!(
            report["hits"]["ok"],
            target.shutdown().counts.requests,
            "{report}"
        );
    }
}

/// Sends a second signal once the first one is answered, and returns what the command printed.
fn interrupt_twice(mut child: Child) -> Output {
    send(&child, Signal::INT);
    let mut notice = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut notice)
        .unwrap();
    assert!(notice.contains("a second signal"), "{notice}");
    send(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    output
}

#[test]
fn a_second_signal_does_not_wait_for_hits_in_flight() {
    let target =
        TargetServer::spawn(TargetBehavior::default().delay(Duration::from_secs(3600))).unwrap();
    let url = target.url();
    let child = start(&[
        "http", &url, "-r", "100", "-z", "1h", "-t", "1h", "-o", "json=-",
    ]);
    wait_until("hits have arrived", || target.counts().requests >= 5);
    let output = interrupt_twice(child);
    assert!(json(&output)["hits"]["abandoned"].as_u64().unwrap() >= 5);
}

/// Sends each client a response of chunks of one byte, without an end; returns its URL, and a channel
/// with an item for each response.
pub(crate) fn endless_target() -> (String, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (started, responses) = mpsc::channel();
    // The threads end with the process.
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let started = started.clone();
            thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                let chunks = b"1\r\nx\r\n".repeat(2000);
                // The limit is for a worker that reads until the end.
                let end = Instant::now() + Duration::from_secs(20);
                let _ = started.send(());
                while Instant::now() < end && stream.write_all(&chunks).is_ok() {}
            });
        }
    });
    (url, responses)
}

/// A worker that read an endless response of tiny chunks took no notice of timeouts and signals.
#[test]
fn signals_end_a_run_whose_hits_always_have_something_to_read() {
    let (url, responses) = endless_target();
    let child = start(&[
        "http",
        &url,
        "-r",
        "20",
        "-z",
        "1h",
        "-t",
        "1h",
        "--threads",
        "1",
        "-o",
        "json=-",
    ]);
    for _ in 0..2 {
        responses.recv().unwrap();
    }
    let output = interrupt_twice(child);
    let report = json(&output);
    assert!(
        report["hits"]["abandoned"].as_u64().unwrap() >= 2,
        "{report}"
    );
    let blocked_us = report["generator"]["workers"][0]["blocked_max_us"].as_f64();
    assert!(blocked_us.unwrap() < 2e6, "{report}");
}

#[test]
fn a_signal_while_draining_ends_the_wait() {
    let target =
        TargetServer::spawn(TargetBehavior::default().delay(Duration::from_secs(3600))).unwrap();
    let url = target.url();
    let child = start(&[
        "http", &url, "-n", "5", "-r", "1k", "-t", "1h", "-o", "json=-", "--drain", "1s",
    ]);
    wait_until("all hits have arrived", || target.counts().requests == 5);
    send(&child, Signal::TERM);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143), "{}", stderr(&output));
    assert_eq!(json(&output)["hits"]["abandoned"], 5);
}

#[test]
fn a_signal_while_connections_open_ends_with_a_report() {
    // The listener accepts connections but never answers, so the TLS handshake does not end.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let child = start(&[
        "http", &url, "-k", "-r", "10", "-z", "1h", "-t", "5s", "-o", "json=-",
    ]);
    let (opening, _) = listener.accept().unwrap();
    send(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    drop(opening);
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    let report = json(&output);
    assert_eq!(report["hits"]["ok"], 0);
    assert_ne!(report["verdict"]["status"], "valid", "{report}");
}

/// A run that was stopped in its warm-up had measured nothing, and was valid.
#[test]
fn a_signal_in_the_warm_up_makes_the_run_invalid() {
    for (flags, code) in [(&[][..], 130), (&["--require-valid"], 98)] {
        let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
        let url = target.url();
        let load = [
            "http", &url, "-r", "50", "-z", "1h", "--warmup", "1h", "-q", "-o", "json",
        ];
        let child = start(&[&load[..], flags].concat());
        wait_until("hits arrive", || target.counts().requests > 5);
        send(&child, Signal::INT);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["hits"]["scheduled"], 0);
        assert_eq!(report["verdict"]["status"], "invalid");
        assert_eq!(report["verdict"]["codes"][0], "nothing_sent");
    }
}

#[test]
fn a_target_prints_its_address_and_finally_its_counts() {
    let mut child = start(&["target", "--body-size", "3", "--status", "503"]);
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut url = String::new();
    stdout.read_line(&mut url).unwrap();
    let addr = url
        .trim()
        .strip_prefix("http://")
        .unwrap()
        .trim_end_matches('/');
    let mut stream = TcpStream::connect(addr).unwrap();
    write!(
        stream,
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.ends_with("\r\n\r\nxxx"),
        "{answer}"
    );
    send(&child, Signal::TERM);
    let mut counts = String::new();
    stdout.read_to_string(&mut counts).unwrap();
    assert!(counts.contains("requests     1\n"), "{counts}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_signal_ends_all_loads_of_a_plan_with_one_report() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.toml");
    let load =
        |more: &str| format!("[[load]]\ntarget = '{url}'\nrate = 50\nduration = '1h'\n{more}");
    let plan = [load(""), load("seed = 2\n"), load("offset = '1h'\n")].concat();
    std::fs::write(&path, plan).unwrap();
    let child = start(&["run", path.to_str().unwrap(), "-o", "json"]);
    wait_until("hits arrive", || target.counts().requests > 20);
    send(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert_eq!(
        stderr(&output).matches("a second signal").count(),
        1,
        "{}",
        stderr(&output)
    );
    let report = json(&output);
    assert_eq!(report["stopped"], true);
    let late = &report["loads"][2];
    assert_eq!(
        late["hits"]["scheduled"], 0,
        "the load has not started: {late}"
    );
    let counts = target.shutdown().counts;
    assert_eq!(report["hits"]["ok"], counts.requests, "{report}");
}
