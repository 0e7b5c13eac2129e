//! Outputs and texts that cannot be written.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{hammer, json as parsed, output, stderr, stdout, wait_until};

/// Runs the binary with these arguments in `folder`, where a file can have this number of kilobytes.
fn output_with_small_files(kilobytes: u32, folder: &std::path::Path, args: &[&str]) -> Output {
    // A write beyond the limit is an error unless the signal is handled, which then ends the process.
    let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
    let mut shell = Command::new("bash");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_hammer")]);
    shell.args(args).current_dir(folder).output().unwrap()
}

/// The names of the files in a folder, with hidden ones.
fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The last line was torn, and no hit was counted as missing.
#[test]
fn a_log_of_hits_on_a_full_disk_ends_with_a_line_and_counts_the_missing_hits() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = target.url();
    for (name, kilobytes) in [("h.csv", 64), ("h.csv.zst", 32)] {
        let log = format!("hits={name}");
        let load = ["http", &url, "-r", "5k", "-n", "5000"];
        let args = [&load[..], &["-o", &log, "-o", "json", "-q"]].concat();
        let output = output_with_small_files(kilobytes, folder.path(), &args);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let message = format!("failed to write --output {log}");
        assert!(stderr(&output).contains(&message), "{}", stderr(&output));
        let mut csv = fs::read(folder.path().join(name)).unwrap();
        if name.ends_with(".zst") {
            csv = zstd::decode_all(&*csv).unwrap();
        }
        let csv = String::from_utf8(csv).unwrap();
        assert!(csv.ends_with('\n') && csv.len() > 60_000, "{}", csv.len());
        let report = parsed(&output);
        let dropped = report["generator"]["log_dropped"].as_u64().unwrap();
        let lines = csv.lines().count() as u64 - 1;
        assert_eq!(lines + dropped, 5_000, "{lines} lines, {dropped} dropped");
        assert!(csv.lines().all(|line| line.matches(',').count() == 6));
    }
}

/// An empty file was left, and an old report was lost.
#[test]
fn a_report_that_cannot_be_written_leaves_no_file_and_keeps_an_old_one() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old");
    for kind in ["json", "junit", "text", "hits"] {
        for name in ["new", "old"] {
            fs::write(&old, "kept").unwrap();
            let file = format!("{kind}={name}");
            let args = ["http", &target.url(), "-n", "50", "-r", "1k", "-o", &file];
            let output = output_with_small_files(0, folder.path(), &args);
            assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
            let message = format!("failed to write --output {file}: File too large");
            assert!(stderr(&output).contains(&message), "{}", stderr(&output));
            assert!(stdout(&output).contains("50 scheduled"));
            assert_eq!(names(folder.path()), ["old"], "{file}");
            // A log of hits is written in place.
            let kept = fs::read_to_string(&old).unwrap();
            assert_eq!(kept, if file == "hits=old" { "" } else { "kept" });
        }
    }
}

/// A temporary file beside the report outlived the run.
#[test]
fn a_killed_run_leaves_no_file_and_keeps_an_old_report() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("old"), "kept").unwrap();
    let url = target.url();
    let args = ["http", &url, "-r", "100", "-z", "1m", "-q"];
    let mut run = hammer(&args)
        .args(["-o", "json=new", "-o", "text=old"])
        .current_dir(folder.path())
        .spawn()
        .unwrap();
    wait_until("hits arrive", || target.counts().requests > 0);
    let during = names(folder.path());
    run.kill().unwrap();
    run.wait().unwrap();
    assert_eq!(
        (during, names(folder.path())),
        (vec!["old".to_owned()], vec!["old".to_owned()])
    );
    assert_eq!(fs::read(folder.path().join("old")).unwrap(), b"kept");
}

/// Hits of a slow load were only in memory, and a compressed log lacked its end.
#[test]
fn the_log_of_a_killed_run_is_complete_up_to_a_second_before() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = target.url();
    let mut run = hammer(&["http", &url, "-r", "20", "-z", "1m", "-q"])
        .args(["-o", "hits=h.csv", "-o", "hits=h.csv.zst"])
        .current_dir(folder.path())
        .spawn()
        .unwrap();
    let plain = || fs::read_to_string(folder.path().join("h.csv")).unwrap_or_default();
    let compressed = || fs::read(folder.path().join("h.csv.zst")).unwrap_or_default();
    wait_until("two seconds are logged", || plain().lines().count() > 25);
    let before = plain();
    wait_until("a second follows", || plain().len() > before.len());
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(plain().ends_with('\n'));
    let text = String::from_utf8(zstd::decode_all(&*compressed()).unwrap()).unwrap();
    assert!(text.starts_with(&before), "{text}");
}

#[test]
fn new_files_are_private_unless_build_servers_read_them_and_old_ones_keep_their_mode() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mode = |name: &str| {
        let found = fs::metadata(folder.path().join(name)).unwrap();
        found.permissions().mode() & 0o777
    };
    let old = folder.path().join("old");
    fs::write(&old, "").unwrap();
    fs::set_permissions(&old, fs::Permissions::from_mode(0o664)).unwrap();
    let url = target.url();
    let mut args = vec!["http", &url, "-n", "1", "-q"];
    for output in ["json=j", "text=t", "hits=h", "junit=u", "json=old"] {
        args.extend(["-o", output]);
    }
    let script = "umask 022; exec \"$0\" \"$@\"";
    let mut shell = Command::new("bash");
    shell
        .args(["-c", script, env!("CARGO_BIN_EXE_hammer")])
        .args(args);
    let output = shell.current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(["j", "t", "h"].map(mode), [0o600; 3]);
    assert_eq!((mode("u"), mode("old")), (0o644, 0o664));
}

/// A device was copied until the disk was full.
#[cfg(target_os = "linux")]
#[test]
fn a_device_without_a_timeline_is_refused_by_its_first_line() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = "http://127.0.0.1:9/";
    let args = ["replay", "/dev/zero", "--endpoint", endpoint, "--dry-run"];
    let ended = output_with_small_files(16 << 10, folder.path(), &args);
    assert_eq!(ended.status.code(), Some(1), "{}", stderr(&ended));
    let expected = "a log cannot be read from a pipe";
    assert!(stderr(&ended).contains(expected), "{}", stderr(&ended));
}

/// Every command but a run exited with 0 and printed nothing.
#[test]
fn every_command_that_prints_fails_if_stdout_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let timeline = folder.path().join("t.jsonl");
    let rows = "{\"schema\":\"hammer.timeline/1\",\"epoch\":\"2026-11-24T09:00:00Z\"}\n\
                {\"t\":0,\"u\":\"/\"}\n{\"rows\":1}\n";
    fs::write(&timeline, rows).unwrap();
    let timeline = timeline.to_str().unwrap();
    let dead = "http://127.0.0.1:9/";
    for args in [
        &["plan", "--example"][..],
        &["plan", "--schema"],
        &["completions", "bash"],
        &["--help"],
        &["--version"],
        &["http", "--help"],
        &["http", "-h"],
        &["help", "run"],
        &["timeline", "show", timeline],
        &["http", dead, "-n", "1", "--dry-run"],
        &["http", dead, "--once", "-t", "1"],
        &["target"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = hammer(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let message = "error: failed to write to stdout: No space left";
        assert!(
            stderr(&output).contains(message),
            "{args:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_pipe_may_close_early() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("access.log");
    let line = "192.0.2.1 - - [24/Nov/2026:09:00:00 +0000] \"GET /a HTTP/1.1\" 200 1\n";
    fs::write(&log, line).unwrap();
    for args in [
        &["timeline", "build", log.to_str().unwrap(), "-o", "-"][..],
        &["plan", "--schema"],
        &["completions", "bash"],
        &["http", "--help"],
    ] {
        let mut child = hammer(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut message = String::new();
        let mut errors = child.stderr.take().unwrap();
        errors.read_to_string(&mut message).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}: {message}");
        assert_eq!(message, "", "{args:?}");
    }
}

/// The file behind stdout was truncated, and then written twice from its start.
#[test]
fn dev_stdout_is_stdout() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let args = [
        "http",
        &target.url(),
        "-n",
        "1",
        "-q",
        "-o",
        "json=/dev/stdout",
    ];
    let ended = hammer(&args)
        .stdout(File::create(&path).unwrap())
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", stderr(&ended));
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(report["hits"]["ok"], 1);
    assert_eq!(names(folder.path()), ["report.json"]);
    let both = output(&[&args[..], &["-o", "text"]].concat());
    assert_eq!(both.status.code(), Some(2));
}
