//! Tests of settings in messages: flags on the command line, keys in a plan, never words of the API.

use std::net::TcpListener;
use std::process::Output;

use hammer_target::{TargetBehavior, TargetServer};

use crate::command::{json, output, report, stderr, stdout};

/// Runs a plan of one load against `target` with these keys.
fn run_plan(target: &str, keys: &str, flags: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.toml");
    let plan = format!("[[load]]\ntarget = '{target}'\n{keys}\n");
    std::fs::write(&path, plan).unwrap();
    output(&[&["run", path.to_str().unwrap()], flags].concat())
}

/// Asserts that a text has this part, and no setting in backquotes.
#[track_caller]
fn assert_names(text: &str, part: &str) {
    assert!(text.contains(part), "{part}: {text}");
    assert!(!text.contains('`'), "{text}");
}

#[test]
fn errors_name_flags_or_keys() {
    for (flags, flag_error, keys, place, key_error) in [
        (
            &["--sni", "a.test"][..],
            "failed to build the http hammer: --sni needs TLS",
            "sni = 'a.test'",
            "3:7",
            "failed to build the http hammer: 'sni' needs TLS",
        ),
        (
            &["--sni", "127.0.0.1"],
            "for '--sni <NAME>': expected a host name for --sni, found the address \"127.0.0.1\" (try \
             --no-sni to send no name)",
            "sni = '127.0.0.1'",
            "3:7",
            "'sni': invalid value '127.0.0.1': expected a host name for 'sni', found the address \"127.0.0.1\" \
             (try 'no_sni' to send no name)",
        ),
        (
            &["--proxy-user", "a:b", "--noproxy", "*"],
            "--proxy-user needs a proxy (try --proxy URL)",
            "noproxy = '*'\nproxy_user = 'a:b'",
            "4:14",
            "'proxy_user' needs a proxy (try 'proxy' URL)",
        ),
        (
            &["--h2-stream-window", "9000"],
            "--h2-stream-window needs HTTP/2 (try --http 2; over HTTP/1.1, --max-in-flight limits",
            "h2_stream_window = 9000",
            "3:20",
            "'h2_stream_window' needs HTTP/2 (try http = \"2\"; over HTTP/1.1, 'max_in_flight' limits",
        ),
        (
            &["-4", "--resolve", "a:80:::1"],
            "no --resolve address of a is of the family that -4 selects (try without -4)",
            "ipv4 = true\nresolve = 'a:80:::1'",
            "4:11",
            "no 'resolve' address of a is of the family that 'ipv4' selects (try without 'ipv4')",
        ),
        (
            &["-r", "0..9/1s", "--warmup", "1s"],
            "invalid value '1s' for '--warmup <TIME>': the rate '0..9/1s' starts at 0",
            "rate = '0..9/1s'\nwarmup = '1s'",
            "4:10",
            "'warmup': invalid value '1s': the rate '0..9/1s' starts at 0",
        ),
        (
            &["--token-lifetime", "5s"],
            "--token-lifetime: requires --token-cmd or --oauth-url",
            "token_lifetime = '5s'",
            "3:18",
            "'token_lifetime': requires 'token_cmd' or 'oauth_url'",
        ),
    ] {
        let run = output(&[&["http", "http://a/"], flags].concat());
        assert_eq!(run.status.code(), Some(2), "{flags:?}");
        assert_names(&stderr(&run), flag_error);
        let run = run_plan("http://a/", keys, &[]);
        assert_eq!(run.status.code(), Some(2), "{keys}");
        let message = stderr(&run);
        assert_names(&message, key_error);
        assert_names(&message, &format!("plan.toml:{place}: "));
        assert!(!message.contains(" --"), "{message}");
    }
}

/// Text that a message repeats is that of the user, whatever it says.
#[test]
fn excerpts_keep_their_backquotes() {
    let run = output(&["http", "http://a/", "-d", "{{oops}} `timeout`"]);
    let message = stderr(&run);
    assert!(
        message.contains("--data is not a valid template"),
        "{message}"
    );
    assert!(message.contains("    {{oops}} `timeout`\n"), "{message}");
}

#[test]
fn advice_names_flags_or_keys() {
    // The system accepts connections for it, and nothing reads them.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", mute.local_addr().unwrap());
    let report = report(&["http", &url, "-n", "1", "-t", "50ms", "--drain", "9s"]);
    let advice = |name: &str| {
        format!("the target did not answer within {name}: lower the rate or raise the timeout")
    };
    assert_eq!(report["advice"]["timeout"], advice("--timeout"));
    let run = run_plan(
        &url,
        "hits = 1\ntimeout = '50ms'\ndrain = '9s'",
        &["-q", "-o", "json"],
    );
    assert_eq!(json(&run)["advice"]["timeout"], advice("'timeout'"));
    let run = run_plan(&url, "hits = 1\ntimeout = '50ms'\ndrain = '9s'", &["-q"]);
    assert_names(&stdout(&run), "within 'timeout'");

    let load = format!("[[load]]\ntarget = '{url}'\nhits = 1\ntimeout = '50ms'\ndrain = '9s'");
    let keys = format!("hits = 1\ntimeout = '50ms'\ndrain = '9s'\n{load}");
    let run = run_plan(&url, &keys, &["-q", "-o", "json"]);
    for load in json(&run)["loads"].as_array().unwrap() {
        assert_eq!(load["advice"]["timeout"], advice("'timeout'"), "{load}");
    }
}

#[test]
fn reasons_of_the_verdict_name_flags_or_keys() {
    let behavior = TargetBehavior::default().delay(std::time::Duration::from_millis(50));
    let target = TargetServer::spawn(behavior).unwrap();
    let url = target.url();
    let report = report(&[
        "http", &url, "-n", "20", "-r", "100", "-c", "1", "-t", "20s",
    ]);
    let reasons = report["verdict"]["reasons"].to_string();
    assert_names(&reasons, "Raise --max-in-flight");
}

#[cfg(target_os = "linux")]
#[test]
fn warnings_name_flags_or_keys() {
    let flags = ["-r", "max", "-c", "200000", "--dry-run"];
    let dry = stdout(&output(&[&["http", "http://a/"], &flags[..]].concat()));
    let dry = dry.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_names(&dry, "lower --max-in-flight or --timeout");
    let keys = "rate = 'max'\nmax_in_flight = 200000";
    let load = format!("{keys}\n[[load]]\ntarget = 'http://a/'\n{keys}");
    for keys in [keys, &load] {
        let dry = stdout(&run_plan("http://a/", keys, &["--dry-run"]));
        let dry = dry.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_names(&dry, "lower 'max_in_flight' or 'timeout'");
    }
}
