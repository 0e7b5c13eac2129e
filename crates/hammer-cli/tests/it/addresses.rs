//! Addresses and proxies in reports, dry runs and single hits.

use std::net::TcpListener;
use std::process::Output;

use serde_json::Value;

use crate::command::{hammer, json, output, repository, stdout};
use crate::http::{RecordingServer, answer, ok};

/// Forbids keys that the schema does not describe, and returns what a report does not match.
fn schema_errors(report: &Value) -> Vec<String> {
    let schema = std::fs::read(repository("docs/schemas/report.schema.json")).unwrap();
    let mut schema: Value = serde_json::from_slice(&schema).unwrap();
    for table in ["addresses", "proxies"] {
        schema["properties"][table]["items"]["additionalProperties"] = false.into();
    }
    schema["additionalProperties"] = false.into();
    let schema = jsonschema::validator_for(&schema).unwrap();
    schema.iter_errors(report).map(|e| e.to_string()).collect()
}

/// The port of a server.
fn port_of(server: &RecordingServer) -> &str {
    let url = server.url.trim_end_matches('/');
    url.rsplit(':').next().unwrap()
}

#[test]
fn hits_by_address_are_in_the_report() {
    let server = ok();
    let port = port_of(&server);
    let url = format!("http://a.test:{port}/");
    let resolve = format!("a.test:{port}:127.0.0.9,127.0.0.1");
    let flags = ["http", &url, "--resolve", &resolve, "-r", "50", "-n", "6"];
    let text = stdout(&output(&flags));
    let expected = format!(
        "addresses     127.0.0.1:{port}: 6 hits   127.0.0.9:{port}: 0 hits (no connection, "
    );
    assert!(text.contains(&expected), "{text}");

    let report = json(&output(&[&flags[..], &["-q", "-o", "json"]].concat()));
    assert_eq!(schema_errors(&report), [""; 0]);
    let addresses = report["addresses"].as_array().unwrap();
    assert_eq!(addresses[0]["address"], format!("127.0.0.1:{port}"));
    assert_eq!(addresses[0]["ok"], 6);
    assert_eq!(addresses[1]["connections"], 0);
    assert!(addresses[1]["failed_attempts"]["connect_refused"].as_u64() > Some(0));

    let once = stdout(&output(&["http", &url, "--resolve", &resolve, "--once"]));
    let expected =
        format!("\naddress       127.0.0.1:{port} (127.0.0.9:{port}: connect refused)\n");
    assert!(once.contains(&expected), "{once}");
}

/// "check host and port" did not say which of the addresses of a name refused.
#[test]
fn a_failure_names_the_address_that_the_target_does_not_name() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let resolve = format!("a.test:{port}:127.0.0.1");
    for (url, shown) in [
        (
            format!("http://a.test:{port}/"),
            format!("connect refused: 2 at 127.0.0.1:{port} "),
        ),
        (
            format!("http://127.0.0.1:{port}/"),
            "connect refused: 2   nothing".to_owned(),
        ),
    ] {
        let text = stdout(&output(&[
            "http",
            &url,
            "--resolve",
            &resolve,
            "-r",
            "50",
            "-n",
            "2",
        ]));
        assert!(text.contains(&shown), "{text}");
    }
}

/// Nothing said that there was a proxy, so its answers looked like those of the target.
#[test]
fn a_proxy_of_the_environment_is_shown_wherever_hits_are() {
    let proxy = RecordingServer::replying(|_| answer("404 Not Found", "", ""));
    let url = proxy.url.trim_end_matches('/');
    let with_proxy = |flags: &[&str]| -> Output {
        let mut command = hammer(&["http", "http://a.test/"]);
        let command = command.args(flags).env("http_proxy", url);
        command.output().unwrap()
    };
    let line = format!(" proxy {url}, from the variable http_proxy");
    let in_one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (flags, end) in [
        (
            &["-r", "50", "-n", "3"][..],
            "; the 3 rejected answers can be its own ",
        ),
        (&["--once"], "; the rejected answer can be its own "),
        (&["-r", "50", "-n", "3", "--dry-run"], " total "),
    ] {
        let text = in_one_line(stdout(&with_proxy(flags)));
        assert!(text.contains(&format!("{line}{end}")), "{flags:?}: {text}");
    }
    let report = json(&with_proxy(&["-r", "50", "-n", "3", "-q", "-o", "json"]));
    assert_eq!(schema_errors(&report), [""; 0]);
    let expected = serde_json::json!([{"url": url, "variable": "http_proxy", "forwards": true}]);
    assert_eq!(report["proxies"], expected);

    let text = stdout(&output(&[
        "http",
        "http://127.0.0.1:1/",
        "-n",
        "1",
        "--dry-run",
    ]));
    assert!(!text.contains("\nproxy "), "{text}");
}
