//! Tests of messages about flags that users know from another tool.

use crate::command::{output, stderr, stdout};

const URL: &str = "http://127.0.0.1:9/";

/// The output of `hammer http URL` with these flags, which are separated by spaces.
fn http(flags: &str) -> std::process::Output {
    let words = flags.split_whitespace();
    output(&["http", URL].into_iter().chain(words).collect::<Vec<_>>())
}

#[test]
fn an_unknown_flag_of_another_tool_gets_the_right_one() {
    for (flags, expected) in [
        (
            "--vus 10",
            "unknown flag '--vus', did you mean -r max -c 10? (k6: virtual users)\n",
        ),
        ("--vus=10", "did you mean -r max -c 10?"),
        ("--rps 100", "did you mean -r 100?"),
        ("-R2000", "did you mean -r 2000?"),
        ("--qps 100", "did you mean -r 100?"),
        ("--concurrency 50", "did you mean -r max -c 50?"),
        ("--body x", "did you mean -d TEXT?"),
        (
            "-m POST",
            "did you mean -X POST? (hey, oha, ab, plow: method)\n",
        ),
        ("-m put", "did you mean -X PUT?"),
        ("-m 10", "did you mean -t 10? (curl: timeout in seconds)\n"),
        (
            "-s 30s:100",
            "did you mean -r 0..100/30s? (k6: stage of a ramp)\n",
        ),
        ("-s 10", "did you mean -t 10? (ab: timeout in seconds)\n"),
        ("-s", "did you mean -q? (curl: no progress)\n"),
        (
            "--no-tui",
            "did you mean --progress line? (oha, Kaioken: no live display)\n",
        ),
        (
            "--no-progress",
            "did you mean --progress none? (git, npm: no progress)\n",
        ),
        (
            "-#",
            "did you mean --progress line? (curl: a bar as progress)\n",
        ),
        (
            "--latency",
            "unknown flag '--latency' (wrk: percentiles, which are always shown; try without it)\n",
        ),
        (
            "-q 100",
            "the flag '-q' has no value here, did you mean -r 100?",
        ),
        (
            "-p body.json",
            "the flag '-p' has no value here, did you mean -d @FILE?",
        ),
        // Unknown flags of our own.
        (
            "--durtion 5s",
            "unknown flag '--durtion', did you mean --duration?\n",
        ),
        (
            "--topic a",
            "unknown flag '--topic' of 'http' (try 'hammer mqtt', which has it)\n",
        ),
        ("--xyzzy", "unknown flag '--xyzzy'\n"),
    ] {
        let output = http(flags);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{flags}: {message}");
        assert!(message.starts_with("error: "), "{flags}: {message}");
        assert!(message.contains(expected), "{flags}: {message}");
        assert!(!message.contains("tip:"), "{flags}: {message}");
        assert!(output.stdout.is_empty(), "{flags}");
    }
    for command in ["report", "compare", "duel"] {
        let progress = stderr(&output(&[command, "a.run.json", "--live"]));
        let expected = format!(
            "unknown flag '--live' of '{command}' (commands that send hits have it, such as 'hammer http')"
        );
        assert!(progress.contains(&expected), "{progress}");
    }
    let before_the_url = stderr(&output(&["http", "-q", "100", URL]));
    assert!(
        before_the_url.contains("did you mean -r 100?"),
        "{before_the_url}"
    );
    let endpoint = stderr(&output(&["run", "--endpoint", URL, "--vus", "5"]));
    assert!(endpoint.contains("did you mean -r max -c 5?"), "{endpoint}");
}

#[test]
fn a_value_that_makes_no_sense_gets_the_right_flag() {
    for (flags, expected) in [
        (
            "-u 10",
            "tip: did you mean -r max -c 10? (k6, Locust: virtual users)\n",
        ),
        (
            "-o csv",
            "tip: did you mean -o hits=FILE? (hey: a line for each request)\n",
        ),
        (
            "-X proxy:3128",
            "tip: did you mean -x proxy:3128? (ab: proxy)\n",
        ),
    ] {
        let output = http(flags);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{flags}: {message}");
        assert!(message.contains(expected), "{flags}: {message}");
    }
    for (flags, expected) in [
        (["-t", "a/b"], "did you mean --topic TOPIC?"),
        (["-q", "1"], "did you mean --qos 1?"),
        (["-m", "hi"], "did you mean -d TEXT?"),
    ] {
        let message = stderr(&output(
            &[&["mqtt", "mqtt://127.0.0.1"], &flags[..]].concat(),
        ));
        assert!(message.contains(expected), "{flags:?}: {message}");
    }
}

/// Regression: `-d 30s` sent the body "30s", once per second for a minute.
#[test]
fn a_value_of_another_tool_gets_a_note() {
    for (flags, expected) in [
        (
            "-d 30s",
            "'-d 30s' is \"Body of each request\" here, did you mean -z 30s? (wrk, k6, bombardier: duration)",
        ),
        ("-d30", "did you mean -z 30?"),
        ("-t 4", "did you mean --threads 4 or -z 4 or -t 4ms?"),
        (
            "-t 500",
            "did you mean --threads 500 or -z 500 or -t 500ms?",
        ),
        ("-t 5m", "did you mean -z 5m? (Locust, siege: duration)"),
        ("--connections 50", "did you mean -r max -c 50?"),
    ] {
        let output = http(&format!("{flags} -n 1 --dry-run"));
        let message = stderr(&output);
        assert!(message.starts_with("note: "), "{flags}: {message}");
        assert!(message.contains(expected), "{flags}: {message}");
        assert_eq!(message.matches("note: ").count(), 1, "{flags}: {message}");
    }
    for flags in [
        "-d {}",
        "--data 30s",
        "-t 4s",
        "-t 5m -z 5m",
        "--connections 50 --http 2",
        "-d 30s -q",
    ] {
        let output = http(&format!("{flags} -n 1 --dry-run"));
        assert_eq!(stderr(&output), "", "{flags}");
    }
}

/// Regression: in tools with users, `-n 1000 -c 50` is a closed loop. Here it took 1,000 s.
#[test]
fn hits_without_a_rate_get_a_note_about_their_duration() {
    for (flags, expected) in [
        (
            "-n 1000 -c 50",
            "without --rate, hits are due at 1/s: 1,000 hits take 1,000 s (try -r max for a closed loop of 50 slots",
        ),
        (
            "-c 50",
            "60 hits take 60 s (try -r max for a closed loop of 50 slots",
        ),
        ("-c 50 -z 5m", "300 hits take 300 s (try -r max"),
        (
            "--users 50 -n 1000",
            "1,000 hits take 1,000 s (try -r max for a closed loop of 50 slots",
        ),
        ("-n 1000", "1,000 hits take 1,000 s (try -r max -c 50"),
    ] {
        let message = stderr(&http(&format!("{flags} --dry-run")));
        assert!(message.contains(expected), "{flags}: {message}");
    }
    for flags in [
        "-n 10",
        "-z 5m",
        "-n 1000 -c 50 -r max",
        "-c 50 -r 1",
        "-n 1000 -c 50 -q",
    ] {
        assert_eq!(stderr(&http(&format!("{flags} --dry-run"))), "", "{flags}");
    }
}

/// Regression: `-duration=30s` was `-d` with the body "uration=30s".
#[test]
fn a_long_flag_with_one_hyphen_is_refused() {
    for (flags, expected) in [
        (
            "-duration=30s",
            "unknown flag '-duration', did you mean --duration?\n",
        ),
        ("-duration 30s", "did you mean --duration?"),
        ("-rate=50/1s", "did you mean --rate?"),
        ("-insecure", "did you mean --insecure?"),
        ("-header A:b", "did you mean --header?"),
        (
            "-connections=50",
            "did you mean -c 50? (vegeta: open connections)\n",
        ),
        ("-max-workers 50", "did you mean -c 50?"),
        ("-body b.json", "did you mean -d @FILE?"),
        ("-h2", "did you mean --http2? (hey: HTTP/2)\n"),
        (
            "-lazy",
            "(vegeta: targets are read when needed; try without it)\n",
        ),
    ] {
        let output = http(&format!("{flags} --dry-run"));
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{flags}: {message}");
        assert!(message.contains(expected), "{flags}: {message}");
    }
    // Short flags with their value, and a value that looks like a flag.
    for flags in ["-XPOST -n1 -r9", "-dname=1 -H A:b", "-qk -n1", "-d -rate"] {
        let output = http(&format!("{flags} --dry-run"));
        assert_eq!(
            output.status.code(),
            Some(0),
            "{flags}: {}",
            stderr(&output)
        );
        assert!(stdout(&output).contains("nothing is sent"));
    }
}

#[test]
fn messages_do_not_repeat_values_that_may_be_secrets() {
    for flags in [
        "-a ann:s3cret",
        "--body s3cret",
        "-P ann:s3cret",
        "-A s3cret",
        "-C id=s3cret",
        "--data-raw s3cret",
    ] {
        let message = stderr(&http(flags));
        assert!(message.contains("did you mean"), "{flags}: {message}");
        assert!(!message.contains("s3cret"), "{flags}: {message}");
    }
}
