//! Tests of `--output` and of progress messages.

use std::fs;
use std::process::Stdio;

use hammer_target::{TargetBehavior, TargetServer};
use serde_json::{Value, json};

use crate::command::{hammer, json as parsed, output, report, repository, stderr, stdout};

#[test]
fn the_json_report_matches_its_schema_exactly() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let schema = fs::read(repository("docs/schemas/report.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_slice(&schema).unwrap();
    let reference = fs::read_to_string(repository("docs/REPORT.md")).unwrap();
    // Readers must accept unknown keys, but the schema has to describe all current ones.
    close(&mut schema);
    let schema = jsonschema::validator_for(&schema).unwrap();
    let shape = "100..200/500ms, 0/100ms, 300/1s";
    for flags in [
        &["-r", "100", "--assert", "p99 < 1h", "--assert", "mean < 1h"][..],
        &["-r", "max"],
        &["-r", shape],
        &["-r", "100", "--abort-on", "hits > 0"],
    ] {
        let url = target.url();
        let args = ["http", &url, "-z", "1100ms", "-c", "4", "-q", "-o", "json"];
        let report = parsed(&output(&[&args[..], flags].concat()));
        assert_eq!(report["aborted"].is_null(), !flags.contains(&"--abort-on"));
        let errors: Vec<_> = schema.iter_errors(&report).map(|e| e.to_string()).collect();
        assert_eq!(errors, [""; 0], "{report}");
        for key in report.as_object().unwrap().keys() {
            assert!(
                reference.contains(&format!("`{key}")),
                "docs/REPORT.md lacks {key}"
            );
        }
        let stages = report["stages"].as_array().unwrap();
        assert_eq!(stages.len(), if flags[1] == shape { 3 } else { 0 });
        for key in report["generator"].as_object().unwrap().keys() {
            assert!(
                reference.contains(&format!("`generator.{key}")),
                "docs/REPORT.md lacks {key}"
            );
        }
    }
}

/// Forbids keys that the schema does not describe.
pub(crate) fn close(schema: &mut Value) {
    if let Value::Object(object) = schema {
        if object.contains_key("properties") {
            object.insert("additionalProperties".into(), json!(false));
        }
        object.values_mut().for_each(close);
    }
}

#[test]
fn json_goes_to_a_file_and_text_to_stdout() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let json = format!("json={}", path.display());
    let output = output(&["http", &target.url(), "-n", "5", "-r", "100", "-o", &json]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("5 scheduled   5 ok"),
        "{}",
        stdout(&output)
    );
    let report: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(report["hits"]["ok"], 5);
}

#[test]
fn the_csv_has_a_line_for_each_hit() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hits.csv");
    let hits = format!("hits={}", path.display());
    let report = report(&["http", &target.url(), "-n", "500", "-r", "1k", "-o", &hits]);
    assert_eq!(report["generator"]["log_dropped"], 0);
    let csv = fs::read_to_string(path).unwrap();
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some("number,due_s,result,label,response_us,service_us,group")
    );
    let mut seen = [false; 500];
    for line in lines {
        let fields: Vec<_> = line.split(',').collect();
        let [number, due_s, "ok", "200", response, service, ""] = fields[..] else {
            panic!("{line}")
        };
        let number: usize = number.parse().unwrap();
        assert_eq!(due_s, format!("0.{number:03}000000"));
        let us = |text: &str| text.parse::<f64>().unwrap();
        assert!(us(response) >= us(service) && us(service) > 0.0, "{line}");
        assert!(
            !std::mem::replace(&mut seen[number], true),
            "duplicate: {line}"
        );
    }
    assert!(seen.iter().all(|seen| *seen));
}

#[cfg(unix)]
#[test]
fn a_compressed_log_has_the_same_lines_in_a_file_and_in_a_pipe() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mkfifoat(rustix::fs::CWD, path("pipe.zst"), mode).unwrap();
    let outputs = ["h.csv", "h.csv.zst", "pipe.zst"];
    let outputs = outputs.map(|name| format!("hits={}", path(name).display()));
    let pipe = path("pipe.zst");
    let reader = std::thread::spawn(move || fs::read(pipe).unwrap());
    let [plain, compressed, piped] = outputs.each_ref().map(|output| ["-o", output]);
    let args = ["http", &target.url(), "-n", "3000", "-r", "2k"];
    let report = report(&[&args[..], &plain, &compressed, &piped].concat());
    assert_eq!(report["generator"]["log_dropped"], 0);
    let plain = fs::read(path("h.csv")).unwrap();
    let compressed = fs::read(path("h.csv.zst")).unwrap();
    assert!(compressed.len() < plain.len() / 2, "{}", compressed.len());
    for bytes in [compressed, reader.join().unwrap()] {
        let text = zstd::decode_all(&*bytes).unwrap();
        assert_eq!(text, plain);
    }
    assert_eq!(plain.iter().filter(|byte| **byte == b'\n').count(), 3001);
}

#[test]
fn a_closed_stdout_does_not_affect_other_outputs() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let json = format!("json={}", path.display());
    let mut child = hammer(&[
        "http",
        &target.url(),
        "-n",
        "5",
        "-r",
        "100",
        "-o",
        &json,
        "-o",
        "text",
    ])
    .stdout(Stdio::piped())
    .stderr(Stdio::piped())
    .spawn()
    .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!stderr(&output).contains("panic"), "{}", stderr(&output));
    let report: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(report["hits"]["ok"], 5);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported_and_the_report_is_printed() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("dev/full.zst");
    fs::create_dir(folder.path().join("dev")).unwrap();
    std::os::unix::fs::symlink("/dev/full", &link).unwrap();
    let full = format!("hits={}", link.display());
    for outputs in [
        &["-o", "json=/dev/full"][..],
        &["-o", "text=/dev/full"],
        &["-o", "hits=/dev/full"],
        &["-o", &full],
    ] {
        let output = output(&[&["http", &url, "-n", "5", "-r", "100"], outputs].concat());
        assert_eq!(output.status.code(), Some(1), "{outputs:?}");
        let message = stderr(&output);
        assert!(
            message.contains("/dev/full") && message.contains("No space left"),
            "{message}"
        );
        assert_eq!(message.matches("/dev/full").count(), 1, "{message}");
        assert!(stdout(&output).contains("5 ok"), "{}", stdout(&output));
    }
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = hammer(&["http", &url, "-n", "5", "-r", "100"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("5 ok"), "{}", stderr(&output));
}

/// In a pipe, no line can be updated in place, and no display can be shown.
#[test]
fn progress_in_a_pipe_is_a_line_every_ten_seconds_unless_quiet() {
    let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
    let url = target.url();
    let start = |flags: &str| {
        hammer(&["http", &url, "-r", "50", "-z", "10500ms", "-o", "json=-"])
            .args(flags.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let note = "note: no live display: stderr is not a terminal\n";
    let runs = [
        ("", "", true),
        ("--progress auto", "", true),
        ("--progress line", "", true),
        ("--progress lines", "", true),
        ("--progress live", note, true),
        ("--live", note, true),
        ("--progress none", "", false),
        ("-q", "", false),
    ];
    let children = runs.map(|(flags, ..)| start(flags));
    for ((flags, note, has_line), child) in runs.into_iter().zip(children) {
        let output = child.wait_with_output().unwrap();
        assert_eq!(parsed(&output)["hits"]["ok"], 525, "{flags}");
        let printed = stderr(&output);
        let line = printed.strip_prefix(note);
        let line = line.unwrap_or_else(|| panic!("{flags}: {printed:?}"));
        assert_eq!(
            line.lines().count(),
            usize::from(has_line),
            "{flags}: {line:?}"
        );
        let is_line = line.contains(" 95 %") && line.contains("/s   p99 ");
        assert_eq!(is_line, has_line, "{flags}: {line:?}");
        assert!(!printed.contains('\r'), "{flags}: {printed:?}");
    }
}
