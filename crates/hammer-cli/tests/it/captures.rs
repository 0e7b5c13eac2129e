//! Tests of `--capture`, and of messages about templates.

use std::fs;

use crate::command::{hammer, output, report, stderr, stdout};
use crate::http::{RecordingServer, answer, ok};
use crate::values::paths;

#[test]
fn captured_values_are_used_by_later_requests() {
    let server = RecordingServer::replying(|request| {
        let lower = request.to_lowercase();
        if lower.starts_with("post /login ") {
            return answer("200 OK", "", r#"{"session": {"id": "s1", "cart": 7}}"#);
        }
        match lower.contains("x-session: s1\r\n") {
            true => answer("200 OK", "", ""),
            false => answer("403 Forbidden", "", ""),
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.txt");
    let text = "# once: true\nPOST /login\n\nGET /carts/{{cart}}\nX-Session: {{id}}\n\n\
                GET /carts/{{cart}}/pay\nX-Session: {{id}}\n";
    fs::write(&path, text).unwrap();
    let report = report(&[
        "http",
        &server.url,
        "--targets",
        path.to_str().unwrap(),
        "--target-order",
        "slot",
        "--capture",
        "id=json:/session/id",
        "--capture",
        "cart=regex:\"cart\": ([0-9]+)",
        "-r",
        "max",
        "-n",
        "5",
        "-c",
        "1",
        "--threads",
        "1",
    ]);
    assert_eq!(report["hits"]["ok"], 5, "{}", report["labels"]);
    let work = ["carts/7", "carts/7/pay"];
    assert_eq!(paths(&server), [&["login"][..], &work, &work].concat());
    // The later answers contain neither value.
    assert_eq!(report["counts"]["capture_missed"], 8);
    assert_eq!(report["groups"][1]["name"], "GET /carts/{{cart}}");
}

/// Regression: an item's identifier, at the same place as the login's, replaced the session, and each
/// answer of another target counted as a miss.
#[test]
fn a_capture_and_an_expectation_can_be_bound_to_one_target() {
    let server = RecordingServer::replying(|request| {
        let lower = request.to_lowercase();
        if lower.starts_with("post /login ") {
            return answer("201 Created", "", r#"{"id": "s1"}"#);
        }
        match lower.contains("x-session: s1\r\n") {
            true => answer("200 OK", "", r#"{"id": 7} [items] in stock"#),
            false => answer("403 Forbidden", "", ""),
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.txt");
    let text = "# once: true\n# name: login\nPOST /login\n\n# name: items\nGET /items\nX-Session: {{id}}\n";
    fs::write(&path, text).unwrap();
    let targets = path.to_str().unwrap();
    let args = |flags: &[&'static str]| -> Vec<&str> {
        let common = [
            "http",
            &*server.url,
            "--targets",
            targets,
            "-r",
            "max",
            "-n",
            "9",
            "-c",
            "1",
        ];
        [&common, flags].concat()
    };
    let report = report(&args(&[
        "--capture",
        "[login] id=json:/id",
        "--expect-status",
        "[login] 201",
        "--expect-status",
        "200",
        "--expect-body",
        "[items] in stock",
    ]));
    assert_eq!(report["hits"]["ok"], 9, "{}", report["labels"]);
    assert!(report["counts"]["capture_missed"].is_null());

    let misspelt = output(&args(&["--capture", "[lgoin] id=json:/id"]));
    assert_eq!(misspelt.status.code(), Some(2));
    let message = stderr(&misspelt);
    assert!(message.contains("did you mean \"login\"?"), "{message}");
}

#[test]
fn malformed_captures_are_reported_with_their_flag() {
    for (capture, wrong) in [
        (
            "json:/a",
            "expected VARIABLE=SOURCE, such as token=json:/token",
        ),
        ("a=b", "malformed capture"),
        (
            "a=body:x",
            "expected json:/POINTER, header:NAME or regex:EXPRESSION",
        ),
        ("a=json:b", "expected / at its beginning"),
        ("a=regex:(", "malformed regular expression"),
        ("a=header:b c", "malformed header name"),
        ("uuid=json:/a", "a name that templates already use"),
        ("a-b=json:/a", "letters, digits or _"),
    ] {
        let output = output(&["http", "http://127.0.0.1:9/", "--capture", capture]);
        assert_eq!(output.status.code(), Some(2), "{capture}");
        let message = stderr(&output);
        assert!(message.contains("--capture <VARIABLE=SOURCE>"), "{message}");
        assert!(message.contains(wrong), "{capture}: {message}");
    }
}

/// The message shows the template with the place of the error, unless it may be a secret.
#[test]
fn malformed_templates_are_shown_with_their_place() {
    let url = "http://127.0.0.1:9/";
    for (flags, shown) in [
        (
            &["http://127.0.0.1:9/?a={{uid}}"][..],
            "the URL is not a valid template: unknown name 'uid'\n\n    \
             http://127.0.0.1:9/?a={{uid}}\n                            ^^^ expected 'uuid'",
        ),
        (
            &["http://{{seq}}/"],
            "variable in the scheme, host or port\n\n    http://{{seq}}/\n           ^^^^^^^",
        ),
        (
            &[url, "-H", "X-A: b{{uid}}"],
            "the header x-a is not a valid template: unknown name 'uid'\n\n    b{{uid}}\n       ^^^ expected 'uuid'",
        ),
        (
            &[url, "-d", "{{uid}}"],
            "--data is not a valid template: unknown name 'uid'\n\n    {{uid}}\n      ^^^",
        ),
        (
            &[url, "--json", "{{uid}}"],
            "--json is not a valid template: unknown name 'uid'",
        ),
        (
            &[url, "-F", "a={{uid}}"],
            "--form a is not a valid template: unknown name at byte 2",
        ),
        (
            &[url, "-u", "ann:hush{{uid}}"],
            "--user is not a valid template: unknown name at byte 10",
        ),
        (
            &[url, "-b", "a=hush{{uid}}"],
            "the header cookie is not a valid template: unknown name",
        ),
        (
            &[url, "--oauth2-bearer", "hush{{uid}}"],
            "the header authorization is not a valid template: unknown name",
        ),
    ] {
        let output = output(&[&["http", "-n", "1"], flags].concat());
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        let message = stderr(&output);
        assert!(message.contains(shown), "{flags:?}: {message}");
        assert!(!message.contains("hush"), "{message}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.txt");
    fs::write(&path, "GET /a\n\nGET /b{{uid}}\n").unwrap();
    let output = output(&["http", url, "--targets", path.to_str().unwrap()]);
    let message = stderr(&output);
    let place = "line 3 of ";
    assert!(message.contains(place), "{message}");
    assert!(
        message.contains("    /b{{uid}}\n        ^^^ expected 'uuid'"),
        "{message}"
    );
}

/// Secrets from the environment and from answers are shown with `--show-secrets` only.
#[test]
fn logs_and_reports_contain_no_rendered_secrets() {
    let server = RecordingServer::replying(|_| answer("200 OK", "X-Next: hush2\r\n", ""));
    let url = format!("{}?token={{{{env SECRET}}}}{{{{seq}}}}", server.url);
    let run = |more: &[&str]| {
        let output = hammer(&["http", &url, "-H", "X-Api-Key: {{env SECRET}}{{seq}}"])
            .args([
                "-u",
                "ann:{{env SECRET}}{{seq}}",
                "--capture",
                "next=header:X-Next",
            ])
            .args(["-b", "a={{env SECRET}}{{seq}}"])
            .args(more)
            .env("SECRET", "hush1")
            .env("RUST_LOG", "trace")
            .output()
            .unwrap();
        stdout(&output) + &stderr(&output)
    };
    let load = ["-r", "max", "-n", "3"];
    for more in [
        &load[..],
        &[&load[..], &["-o", "json"]].concat(),
        &["--once"],
    ] {
        let text = run(more);
        let headers = text.replace("x-next: hush2", "");
        assert!(!headers.contains("hush"), "{text}");
        // Base64 of ann:hush1.
        assert!(!text.contains("YW5uOmh1c2gx"), "{text}");
    }
    assert!(run(&["--once", "--show-secrets"]).contains("hush10"));
    let sent = server.requests();
    assert!(sent.iter().any(|request| request.contains("token=hush10")));
}

#[test]
fn once_masks_tokens_and_variables_in_any_encoding() {
    let server = RecordingServer::replying(|request| {
        let body = request.replace("hush3", "hush1");
        answer("200 OK", "X-Seen: hush1\r\n", &body)
    });
    let url = format!(
        "{}{{{{env SECRET}}}}/{{{{token}}}}?q={{{{token | url}}}}&e={{{{env SECRET | base64}}}}",
        server.url
    );
    let run = |more: &[&str]| {
        let output = hammer(&["http", &url, "--once", "--token-cmd", "echo 'hush 2/'"])
            .args(["-H", "X-A: {{token}}", "-H", "X-B: {{env SECRET}}"])
            .args([
                "-d",
                r#"{"t": "{{token | json}}", "e": "{{env SECRET}}{{seq}}"}"#,
            ])
            .args(more)
            .env("SECRET", "hush1")
            .output()
            .unwrap();
        stdout(&output) + &stderr(&output)
    };
    let text = run(&[]);
    assert!(
        text.contains("> POST /***/***?q=***&e=*** HTTP/1.1\n"),
        "{text}"
    );
    assert!(text.contains(r#"> {"t": "***", "e": "***0"}"#), "{text}");
    assert!(text.contains("> x-a: ***\n> x-b: ***\n"), "{text}");
    assert!(text.contains("< x-seen: ***\n"), "{text}");
    // Base64 of hush1.
    assert!(
        !text.contains("hush") && !text.contains("aHVzaDE"),
        "{text}"
    );
    let text = run(&["--show-secrets"]);
    assert!(
        text.contains("> POST /hush1/hush%202/?q=hush%202%2F&e=aHVzaDE= HTTP"),
        "{text}"
    );
}

#[test]
fn a_hit_without_its_captured_value_is_not_sent() {
    let server = ok();
    let output = output(&[
        "http",
        &format!("{}{{{{next}}}}", server.url),
        "--capture",
        "next=json:/next",
        "-r",
        "max",
        "-n",
        "2",
    ]);
    let text = stdout(&output);
    assert!(
        text.contains("value missing") || text.contains("value_missing"),
        "{text}"
    );
    assert!(server.requests().is_empty());
}
