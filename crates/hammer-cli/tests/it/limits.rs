//! Limits of files and counts, each with a message that says it.

use std::fs;
use std::process::Output;

use crate::command::{hammer, output, stderr};

const URL: &str = "http://127.0.0.1:9/";

fn assert_refused(output: &Output, expected: &str, args: &[&str]) {
    let message = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    assert!(message.contains(expected), "{args:?}: {message}");
}

/// A wrong path such as `/dev/zero` filled the memory.
#[cfg(target_os = "linux")]
#[test]
fn an_endless_file_is_refused_with_its_limit() {
    let zero = "/dev/zero";
    let https = |flags: &[&'static str]| {
        let url = "https://127.0.0.1:9/";
        [&["http", url, "--dry-run"], flags].concat()
    };
    let http = |flags: &[&'static str]| [&["http", URL, "--dry-run"], flags].concat();
    for (args, limit) in [
        (http(&["-d", "@/dev/zero"]), "256 MiB"),
        (http(&["--json", "@/dev/zero"]), "256 MiB"),
        (http(&["-F", "a=@/dev/zero"]), "256 MiB"),
        (http(&["-F", "a=</dev/zero"]), "256 MiB"),
        (http(&["--data-lines", zero]), "256 MiB"),
        (http(&["--targets", zero]), "256 MiB"),
        (https(&["--cacert", zero]), "16 MiB"),
        (https(&["--cert", zero]), "16 MiB"),
        (http(&["--feed", "u=/dev/zero"]), "16 MiB"),
        (http(&["--feed", "u=/dev/zero,format=csv"]), "16 MiB"),
        (
            http(&["--oauth-url", URL, "--oauth-client", "@/dev/zero"]),
            "1 MiB",
        ),
        (
            vec![
                "mqtt",
                "mqtt://127.0.0.1:9",
                "--dry-run",
                "-d",
                "@/dev/zero",
            ],
            "256 MiB",
        ),
        (vec!["run", zero], "1 MiB"),
        (
            vec!["run", "--endpoint", URL, "-d", "@/dev/zero"],
            "256 MiB",
        ),
        (vec!["target", "--cert", zero, "--key", zero], "16 MiB"),
        (
            vec![
                "timeline",
                "build",
                "x",
                "-o",
                "y",
                "--client-key",
                "@/dev/zero",
            ],
            "1 MiB",
        ),
    ] {
        let expected = match limit {
            "16 MiB" if args.contains(&"--feed") => "longer than 16 MiB",
            limit => &format!("expected at most {limit}, found more"),
        };
        assert_refused(&output(&args), expected, &args);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_endless_token_file_is_an_error() {
    let args = [
        "http",
        URL,
        "-H",
        "A: {{token}}",
        "-n",
        "1",
        "--token-file",
        "/dev/zero",
    ];
    let ended = output(&args);
    assert_eq!(ended.status.code(), Some(1), "{}", stderr(&ended));
    let expected = "expected at most 1 MiB, found more";
    assert!(stderr(&ended).contains(expected), "{}", stderr(&ended));
}

/// `threads = 100000` aborted when the memory or the threads of the system ran out.
#[test]
fn counts_have_a_limit_that_is_said() {
    let dry = ["-n", "1", "--dry-run"];
    let http = ["http", URL];
    let mqtt = ["mqtt", "mqtt://127.0.0.1:9"];
    for (command, flags, expected) in [
        (http, ["--threads", "100000"], "above 0, up to 1,024"),
        (http, ["-c", "10000000"], "above 0, up to 1,000,000"),
        (
            http,
            ["-c", "18446744073709551615"],
            "above 0, up to 1,000,000",
        ),
        (http, ["--connections", "10000000"], "at most 1048576"),
        (mqtt, ["--clients", "100000000"], "at most 10,000,000"),
        (
            mqtt,
            ["--size", "18446744073709551615"],
            "from 0 to 209715200",
        ),
        (mqtt, ["--size", "300000000"], "from 0 to 209715200"),
    ] {
        let http2: &[&str] = match flags[0] {
            "--connections" => &["--http", "2"],
            _ => &[],
        };
        let args = [&command[..], &flags, &dry, http2].concat();
        assert_refused(&output(&args), expected, &args);
    }
    let args = ["target", "--body-size", "18446744073709551615"];
    assert_refused(&output(&args), "from 0 to 1073741824", &args);
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.toml");
    for (line, expected) in [
        (
            "threads = 100000",
            "'threads': invalid value '100000'; expected a whole number above 0",
        ),
        ("max_in_flight = 10000000", "'max_in_flight': invalid value"),
    ] {
        fs::write(&plan, format!("[[load]]\ntarget = \"{URL}\"\n{line}\n")).unwrap();
        let args = ["run", plan.to_str().unwrap(), "--dry-run"];
        assert_refused(&output(&args), expected, &args);
    }
}

/// A run printed the values when it could not start, and when an output could not be written.
#[test]
fn messages_of_a_run_do_not_repeat_values_of_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.toml");
    let load = format!("[[load]]\ntarget = \"{URL}\"\nhits = 1\ntimeout = \"1s\"\n");
    for (text, value, expected) in [
        (
            format!("{load}header = \"A: {{{{token}}}}\"\ntoken_file = \"${{SECRET}}\"\n"),
            "/hunter2secret",
            "cannot read ${SECRET}: No such file",
        ),
        (
            format!("output = \"json=/nowhere/${{SECRET}}\"\n{load}"),
            "hunter2secret",
            "invalid value 'json=/nowhere/${SECRET}'",
        ),
        (
            format!("{load}cacert = \"${{SECRET}}\"\n"),
            "/s3",
            "cannot read the CA file ${SECRET}",
        ),
        (
            format!("{load}form = \"${{SECRET}}\"\n"),
            "s3",
            "malformed form field \"${SECRET}\"",
        ),
        (
            format!("{load}form = \"${{SECRET}}\"\n"),
            "hush\u{1b}\"hush",
            "malformed form field \"${SECRET}\"",
        ),
    ] {
        fs::write(&plan, text).unwrap();
        let mut command = hammer(&["run", plan.to_str().unwrap(), "-q"]);
        let ended = command.env("SECRET", value).output().unwrap();
        let message = stderr(&ended);
        assert_ne!(ended.status.code(), Some(0));
        assert!(message.contains(expected), "{message}");
        assert!(
            !message.contains(value) && !message.contains("hush"),
            "{message}"
        );
    }
}

#[test]
fn quoted_values_are_short_and_show_control_characters() {
    let long = format!("{{{{a\u{1b}[2J{}}}}}", "b".repeat(5_000));
    let folder = tempfile::tempdir().unwrap();
    let plan = folder.path().join("plan.json");
    let text = serde_json::json!({"load": [{"target": URL, "data": long}]});
    fs::write(&plan, text.to_string()).unwrap();
    for args in [
        vec!["http", URL, "-d", &long],
        vec!["http", URL, "-H", "A: b", "-X", &long],
        vec!["http", URL, "-r", &long],
        vec!["http", URL, "--assert", &long],
        vec!["run", plan.to_str().unwrap()],
    ] {
        let ended = output(&args);
        let message = stderr(&ended);
        assert_eq!(ended.status.code(), Some(2), "{message}");
        assert!(message.chars().count() < 900, "{message}");
        assert!(message.contains(r"a\u{1b}[2J"), "{message}");
    }
}
