//! Tests of `hammer timeline build`, and of logs read by `hammer replay`.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use hammer_target::{TargetBehavior, TargetServer};
use rustix::process::{Pid, Signal, kill_process};

use crate::command::{hammer, output, stderr, stdout};
use crate::http::ok;
use crate::replay::{TimelineFixture, row};

const LINE: &str =
    "192.0.2.7 - - [24/Nov/2026:09:00:00 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"-\"\n";

fn files(folder: &Path) -> Vec<String> {
    let name = |file: std::io::Result<fs::DirEntry>| file.unwrap().file_name();
    let files = fs::read_dir(folder).unwrap().map(name);
    files.map(|name| name.into_string().unwrap()).collect()
}

fn wait_until(condition: &str, mut is_met: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_met() {
        assert!(Instant::now() < deadline, "timed out: {condition}");
        std::thread::yield_now();
    }
}

/// Runs the binary with `input` on its standard input.
fn output_with_stdin(args: &[&str], input: &[u8]) -> Output {
    let mut child = piped(args);
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

fn piped(args: &[&str]) -> Child {
    let mut command = hammer(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::piped()).spawn().unwrap()
}

/// Regression test: a signal ended the process at once and left a temporary file.
#[test]
fn a_signal_ends_a_waiting_build_and_removes_its_files() {
    let long = LINE.replace("/a", &format!("/{}", "x".repeat(100_000)));
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("o.jsonl.zst");
        let mut child = piped(&["timeline", "build", "-", "-o", path.to_str().unwrap()]);
        let mut input = child.stdin.take().unwrap();
        let mut second = 0;
        // More lines than the window holds, each ten minutes after the previous one.
        wait_until("rows are written", || {
            second += 600;
            let (hour, minute) = (second / 3_600, second / 60 % 60);
            let day = format!(
                "{:02}/Nov/2026:{:02}:{minute:02}:",
                1 + hour / 24,
                hour % 24
            );
            input
                .write_all(long.replace("24/Nov/2026:09:00:", &day).as_bytes())
                .unwrap();
            !files(folder.path()).is_empty()
        });
        kill_process(Pid::from_child(&child), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        drop(input);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains("no timeline was written"));
        assert_eq!(files(folder.path()), [""; 0], "{signal:?}");
    }
}

/// Regression test: a temporary folder was left behind when the process was killed.
#[test]
fn replaying_a_log_creates_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("a.log");
    fs::write(
        &log,
        LINE.to_owned() + &LINE.replace("09:00:00", "09:59:59"),
    )
    .unwrap();
    let temporary = folder.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    let server = ok();
    let args = ["replay", log.to_str().unwrap(), "--endpoint", &server.url];
    let mut child = hammer(&args)
        .env("TMPDIR", &temporary)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until("a hit arrives", || !server.requests().is_empty());
    assert_eq!(files(&temporary), [""; 0]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(files(&temporary), [""; 0]);
}

#[test]
fn a_timeline_on_stdout_contains_no_messages() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["timeline", "build", "-", "-o", "-"];
    let mut child = hammer(&args)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let late = LINE.replace("09:00:00", "08:00:00");
    let input = [LINE, &late].concat();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let built = child.wait_with_output().unwrap();
    assert_eq!(built.status.code(), Some(0), "{}", stderr(&built));
    let text = stdout(&built);
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].starts_with("{\"schema\":\"hammer.timeline/1\""),
        "{text}"
    );
    assert!(
        lines.len() == 4 && lines[3].starts_with("{\"rows\":2"),
        "{text}"
    );
    assert!(
        stderr(&built).contains("2 of 2 lines"),
        "{}",
        stderr(&built)
    );
    assert_eq!(files(folder.path()), [""; 0]);

    // A replay of it from a pipe has to read it twice.
    let server = ok();
    let args = [
        "replay",
        "-",
        "--endpoint",
        &server.url,
        "--skip-idle",
        "1ms",
    ];
    let played = output_with_stdin(&args, &built.stdout);
    assert_eq!(played.status.code(), Some(0), "{}", stderr(&played));
    assert_eq!(server.requests().len(), 2);
    let log = output_with_stdin(&args, LINE.as_bytes());
    assert_eq!(log.status.code(), Some(1));
    assert!(
        stderr(&log).contains("a log cannot be read from a pipe"),
        "{}",
        stderr(&log)
    );
}

#[test]
fn a_fifo_is_replayed_like_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, mode).unwrap();
    let built = output_with_stdin(&["timeline", "build", "-", "-o", "-"], LINE.as_bytes());
    let server = ok();
    let args = ["replay", fifo.to_str().unwrap(), "--endpoint", &server.url];
    let child = piped(&args);
    fs::write(&fifo, &built.stdout).unwrap();
    let played = child.wait_with_output().unwrap();
    assert_eq!(played.status.code(), Some(0), "{}", stderr(&played));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_target_of_a_link_is_replaced_with_the_permissions_of_the_logs() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("real")).unwrap();
    symlink("real/there.jsonl", at("link.jsonl")).unwrap();
    for (name, mode) in [("one.log", 0o644), ("other.log", 0o640), ("own.log", 0o600)] {
        fs::write(at(name), LINE).unwrap();
        fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    for (logs, mode) in [
        (&["one.log", "other.log"][..], 0o640),
        (&["own.log"], 0o600),
    ] {
        let paths: Vec<_> = logs
            .iter()
            .map(|log| at(log).display().to_string())
            .collect();
        let link = at("link.jsonl").display().to_string();
        let mut args = vec!["timeline", "build", "-o", &link];
        args.extend(paths.iter().map(String::as_str));
        let built = output(&args);
        assert_eq!(built.status.code(), Some(0), "{}", stderr(&built));
        assert!(fs::symlink_metadata(at("link.jsonl")).unwrap().is_symlink());
        assert_eq!(files(&at("real")), ["there.jsonl"]);
        let real = fs::metadata(at("real/there.jsonl")).unwrap();
        assert_eq!(real.permissions().mode() & 0o777 & !mode, 0, "{logs:?}");
    }
}

#[test]
fn equal_logs_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (one, copy, other) = (at("one.log"), at("copy.log"), at("other.log"));
    for log in [&one, &copy] {
        fs::write(log, LINE).unwrap();
    }
    fs::write(&other, LINE.repeat(2)).unwrap();
    for (second, expected) in [(&copy, true), (&other, false)] {
        let out = at("out.jsonl");
        let built = output(&["timeline", "build", &one, second, "-o", &out]);
        let reported = stderr(&built).contains("are the same log");
        assert_eq!(reported, expected, "{}", stderr(&built));
    }
}

#[test]
fn the_peak_of_a_short_timeline_is_at_least_its_mean() {
    let rows: Vec<_> = (0..8_u64).map(|n| row(n * 1_250, r#""u":"/""#)).collect();
    let timeline = TimelineFixture::from_rows(&rows);
    let shown = stdout(&output(&["timeline", "show", timeline.path()]));
    let peak = "800/s on average   800/s at the peak   8 in the busiest 100 ms";
    assert!(shown.contains(peak), "{shown}");
}

/// Rows at one instant once had a rate of 3,000,000/s for 0 s, and a single row one of 1,000,000/s.
#[test]
fn rows_within_a_millisecond_have_no_rate() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    for (times_us, rows, hits, due) in [
        (
            &[5_000][..],
            "1 row at",
            "1 hit at",
            "the hit due at one instant",
        ),
        (
            &[5_000; 3],
            "3 rows at",
            "3 hits at",
            "all hits due at one instant",
        ),
        (
            &[0, 100, 400],
            "3 rows within 600 µs",
            "3 hits within 600 µs",
            "all hits due within 600 µs",
        ),
    ] {
        let rows_json: Vec<_> = times_us.iter().map(|us| row(*us, r#""u":"/""#)).collect();
        let timeline = TimelineFixture::from_rows(&rows_json);
        let path = timeline.path();
        let shown = stdout(&output(&["timeline", "show", path]));
        let planned = stdout(&output(&["replay", path, "--endpoint", &url, "--dry-run"]));
        let played = stdout(&output(&["replay", path, "--endpoint", &url, "-q"]));
        for (text, expected) in [
            (&shown, rows),
            (&planned, hits),
            (&played, hits),
            (&played, due),
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
            assert!(!text.contains("/s ") && !text.contains(" 0 s"), "{text}");
        }
    }
}

/// Steps of a microsecond once were steps of up to 0 s.
#[test]
fn fine_steps_of_timestamps_are_shown() {
    let log = "ts,u\n1772359200.000001,/a\n1772359200.000003,/b\n";
    let args = ["timeline", "build", "-", "-o", "-", "--format", "csv"];
    let columns = ["--columns", "time=ts target=u"];
    let built = output_with_stdin(&[&args[..], &columns].concat(), log.as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    fs::write(&path, &built.stdout).unwrap();
    let shown = stdout(&output(&["timeline", "show", path.to_str().unwrap()]));
    assert!(
        shown.contains(", in steps of up to 1 µs"),
        "{shown}{}",
        stderr(&built)
    );
}

#[test]
fn a_client_key_is_read_from_a_file_and_must_not_be_empty() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    fs::write(&key, "secret\n").unwrap();
    let at = format!("@{}", key.display());
    let build = |key: &str| {
        let args = ["timeline", "build", "-", "-o", "-", "--client-key", key];
        output_with_stdin(&args, LINE.as_bytes())
    };
    let (given, read) = (build("secret"), build(&at));
    assert!(stdout(&given).contains("\"c\":\""), "{}", stderr(&given));
    assert_eq!(stdout(&given), stdout(&read));
    fs::write(&key, "\n").unwrap();
    for empty in ["", &at] {
        let built = build(empty);
        assert_eq!(built.status.code(), Some(2));
        assert!(
            stderr(&built).contains("the key is empty"),
            "{}",
            stderr(&built)
        );
    }
    let none = build("@/nowhere/key");
    assert!(stderr(&none).contains("/nowhere/key"), "{}", stderr(&none));
}

/// Regression test: control characters in a target reached the terminal.
#[test]
fn control_characters_of_a_log_are_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("a\u{1b}[31m.log");
    let path = log.to_str().unwrap();
    let line = LINE.replace("/a", "/\\x1b[2J\\x07");
    fs::write(&log, line.replace("GET", "ODD") + &line).unwrap();
    let timeline = folder.path().join("t.jsonl").display().to_string();
    let built = output(&["timeline", "build", path, "-o", &timeline]);
    assert_eq!(built.status.code(), Some(0), "{}", stderr(&built));
    let shown = output(&["timeline", "show", &timeline]);
    let dry = [
        "replay",
        path,
        "--endpoint",
        "http://127.0.0.1:9",
        "--dry-run",
    ];
    let dry = output(&dry);
    let none = output(&["timeline", "show", "no\u{1b}[31m"]);
    let row = "{\"schema\":\"hammer.timeline/1\",\"epoch\":\"2026-11-24T09:00:00Z\"}\n\
               {\"t\":0,\"u\":\"/\",\"m\":\"\\u001b[1m\",\"r\":\"\\u001b[2J\\r\"}\n{\"rows\":1}\n";
    fs::write(&timeline, row).unwrap();
    let routes = output(&["timeline", "show", &timeline]);
    for output in [built, shown, dry, none, routes] {
        let text = stdout(&output) + &stderr(&output);
        let is_control = |char: char| char.is_control() && char != '\n';
        assert!(!text.contains(is_control), "{text:?}");
        assert!(!text.is_empty());
    }
}

#[test]
fn replay_reads_logs_like_build_and_refuses_log_flags_for_timelines() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let csv = "ts,uri\n2026-11-24 10:00:00.5,/one\n2026-11-24 10:00:01,/two\n";
    fs::write(at("a.csv"), csv).unwrap();
    let flags = [
        "--format",
        "csv",
        "--columns",
        "time=ts target=uri",
        "--tz",
        "+01:00",
    ];
    let (log, timeline) = (at("a.csv"), at("t.jsonl"));
    let server = ok();
    let replay = ["replay", &log, "--endpoint", &server.url];
    let played = output(&[&replay[..], &flags].concat());
    assert_eq!(played.status.code(), Some(0), "{}", stderr(&played));
    assert_eq!(server.requests().len(), 2);
    let from = ["--from", "2026-11-24T09:00:00.9Z", "--dry-run"];
    let dry = output(&[&replay[..], &flags, &from].concat());
    assert!(stdout(&dry).contains("1 hit"), "{}", stdout(&dry));

    let built = output(&[&["timeline", "build", &log, "-o", &timeline], &flags[..]].concat());
    assert_eq!(built.status.code(), Some(0), "{}", stderr(&built));
    let replay = ["replay", &timeline, "--endpoint", &server.url];
    let refused = output(&[&replay[..], &["--tz", "+01:00"]].concat());
    assert_eq!(refused.status.code(), Some(2));
    let expected = "--tz applies to logs, and";
    assert!(stderr(&refused).contains(expected), "{}", stderr(&refused));
}

/// Regression test: the message called it a truncated timeline.
#[test]
fn a_truncated_compressed_log_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("a.log.zst");
    // The header of a zstd frame whose content is missing.
    fs::write(&log, [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x11, 0x02, 0x00]).unwrap();
    let args = [
        "replay",
        log.to_str().unwrap(),
        "--endpoint",
        "http://127.0.0.1:9",
    ];
    let played = output(&args);
    let message = stderr(&played);
    assert!(message.contains("the file is truncated"), "{message}");
}
