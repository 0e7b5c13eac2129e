//! Tests of `--once`, which sends one hit without a run.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::time::Duration;

use hammer_target::{TargetBehavior, TargetServer};
use rustix::process::Signal;

use crate::command::{hammer, output, stderr, stdout, wait_until};
use crate::http::ok;
use crate::signals::{endless_target, send, start};

/// Flags of a run have no effect on a hit, except that they must be valid.
#[test]
fn the_exit_code_is_about_the_hit_alone() {
    let server = ok();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("hits.csv");
    let log_hits = format!("hits={}", log.display());
    let ended = "\nok            200\n";
    let refused = "\nrejected      200\n";
    for (flags, code, sent, text) in [
        (&[][..], 0, 1, ended),
        (&["-r", "0..1/1h", "--drain", "1ms", "--spin"], 0, 1, ended),
        (
            &["-c", "9", "--threads", "9", "--warmup", "1h"],
            0,
            1,
            ended,
        ),
        (
            &["--assert", "p99 < 1ns", "--assert", "ok > 5"],
            0,
            1,
            ended,
        ),
        (&["--abort-on", "ok > 0", "--require-valid"], 0, 1, ended),
        (&["-o", "json", "-q"], 0, 1, ended),
        (&["-o", &log_hits], 0, 1, ended),
        (&["--expect-status", "404"], 1, 1, refused),
        (&["--assert", "p99 <"], 2, 0, ""),
        (&["-r", "0"], 2, 0, ""),
        (&["--dry-run"], 0, 0, "dry run"),
    ] {
        let before = server.requests().len();
        let output = output(&[&["http", &server.url, "--once"], flags].concat());
        let shown = stdout(&output);
        let all = format!("{flags:?}: {shown}{}", stderr(&output));
        assert_eq!(output.status.code(), Some(code), "{all}");
        assert_eq!(server.requests().len() - before, sent, "{all}");
        assert!(shown.contains(text), "{all}");
        assert_eq!(shown.starts_with("> GET / HTTP/1.1\n"), sent == 1, "{all}");
        assert_eq!(stderr(&output).is_empty(), code != 2, "{all}");
    }
    assert!(!log.exists(), "there is no log of a hit without a run");
}

#[test]
fn a_hit_without_an_answer_fails_with_advice() {
    let target = TargetServer::spawn(TargetBehavior::default().delay(Duration::from_secs(3600)));
    let target = target.unwrap();
    let url = target.url();
    let output = output(&["http", &url, "--once", "-t", "50ms"]);
    let shown = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.starts_with("> GET / HTTP/1.1\n"), "{shown}");
    let advice = "\nfailed        timeout   the target did not answer within --timeout: ";
    assert!(shown.contains(advice), "{shown}");
    assert!(shown.contains("\nphases, ms    connect "), "{shown}");
    assert!(!shown.contains("   hit "), "{shown}");
}

#[test]
fn a_hit_is_not_sent_without_a_token() {
    let server = ok();
    let flags = ["--once", "--token-cmd", "exit 3", "-H"];
    let output = output(&[&["http", &server.url], &flags[..], &["X: {{token}}"]].concat());
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.starts_with("error: failed to start: "), "{message}");
    assert_eq!(stdout(&output), "");
    assert_eq!(server.requests(), [""; 0]);
}

/// A request for a token is a single hit, too.
#[test]
fn a_token_endpoint_that_does_not_answer_is_named_with_the_failure() {
    let silent = TargetServer::spawn(TargetBehavior::default().delay(Duration::from_secs(3600)));
    let silent = silent.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let cutting = format!("http://a:secret@{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0]).unwrap();
        let begin = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{";
        stream.write_all(begin).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        // The rest of the request is read, because the connection would be reset otherwise.
        let _ = stream.read_to_end(&mut vec![]);
    });
    for (endpoint, reason) in [(silent.url(), "timeout"), (cutting, "closed early")] {
        let flags = ["--oauth-client", "a:b", "--token-timeout", "1s"];
        let load = ["http", "http://127.0.0.1:1/", "--oauth-url", &endpoint];
        let output = output(&[&load[..], &flags, &["-H", "X: {{token}}"]].concat());
        let message = stderr(&output);
        let endpoint = endpoint.replace(":secret@", ":***@");
        let expected = format!("the token endpoint {endpoint} did not respond: {reason}\n");
        assert_eq!(output.status.code(), Some(1), "{message}");
        assert!(message.contains(&expected), "{message}");
    }
}

#[test]
fn a_signal_ends_a_hit_at_once() {
    let silent = TargetServer::spawn(TargetBehavior::default().delay(Duration::from_secs(3600)));
    let silent = silent.unwrap();
    let arrives = || wait_until("the hit arrives", || silent.counts().requests == 1);
    let (url, endless) = endless_target();
    let begins = || endless.recv().unwrap();
    let abandoned = "failed        stopped before the hit ended\n";
    let (arrives, begins): (&dyn Fn(), &dyn Fn()) = (&arrives, &begins);
    for (url, signal, code, wait) in [
        (silent.url(), Signal::INT, 130, arrives),
        (url, Signal::TERM, 143, begins),
    ] {
        let child = start(&["http", &url, "--once", "-t", "1h"]);
        wait();
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        let shown = stdout(&output);
        assert_eq!(output.status.code(), Some(code), "{shown}");
        assert!(shown.starts_with("> GET / HTTP/1.1\n"), "{shown}");
        assert!(shown.contains(abandoned), "{shown}");
    }
}

#[test]
fn a_signal_ends_the_opening_of_a_connection() {
    // The listener accepts connections but never answers, so the TLS handshake does not end.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let child = start(&["http", &url, "-k", "--once", "-t", "1h"]);
    let (mut opening, _) = listener.accept().unwrap();
    opening.read_exact(&mut [0]).unwrap();
    send(&child, Signal::INT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("failed        no hit was sent\n"));
}

/// A hit was a run: a connection that was refused while opening ahead was opened again for the hit.
#[test]
fn a_hit_opens_one_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let accepting = std::thread::spawn(move || {
        let closed = listener.accept().map(drop);
        listener.set_nonblocking(true).unwrap();
        (closed, listener)
    });
    let output = output(&["http", &url, "-k", "--once"]);
    let (closed, listener) = accepting.join().unwrap();
    closed.unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(listener.accept().is_err(), "no second connection");
}

/// One hit started the threads of a run, and so did each request for a token.
#[cfg(target_os = "linux")]
#[test]
fn a_hit_starts_no_worker() {
    use std::fs;
    use std::process::Stdio;
    use std::sync::{Arc, OnceLock};

    use crate::http::{RecordingServer, answer};

    let (child, threads) = (Arc::new(OnceLock::<u32>::new()), Arc::new(OnceLock::new()));
    let (child_of, threads_of) = (child.clone(), threads.clone());
    let token_threads = Arc::new(OnceLock::new());
    let token_threads_of = token_threads.clone();
    let server = RecordingServer::replying(move |request| {
        let tasks = fs::read_dir(format!("/proc/{}/task", child_of.wait())).unwrap();
        let names = tasks.map(|task| fs::read_to_string(task.unwrap().path().join("comm")));
        let mut names: Vec<_> = names.map(|name| name.unwrap().trim().to_owned()).collect();
        names.sort();
        if request.starts_with("POST ") {
            token_threads_of.set(names).unwrap();
            let body = r#"{"access_token":"abc","token_type":"bearer"}"#;
            return answer("200 OK", "", body);
        }
        threads_of.set(names).unwrap();
        answer("200 OK", "", "")
    });
    let oauth = format!("{}token", server.url);
    let flags = ["--oauth-url", &oauth, "--oauth-client", "a:b", "--once"];
    let spawned = hammer(&["http", &server.url])
        .args(flags)
        .args(["-H", "Authorization: Bearer {{token}}", "--threads", "4"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.set(spawned.id()).unwrap();
    let output = spawned.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    // The thread that renews tokens runs as long as the hammer does.
    let expected = ["hammer", "signals", "tokens"];
    assert_eq!(token_threads.wait()[..], expected);
    assert_eq!(threads.wait()[..], expected);
}
