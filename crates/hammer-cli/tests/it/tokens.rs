//! Tests of tokens from `--token-cmd`, `--token-file` and `--oauth-url`.

use std::fs;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hammer_target::{ServerCertificate, TargetBehavior, TargetServer};
use rustix::process::{Pid, Signal, kill_process};

use crate::command::{hammer, json, output, report, stderr};
use crate::http::{RecordingServer, answer, ok};
use crate::values::paths;

/// The answer of a token endpoint.
fn grant(token: &str, expires_in: u64) -> String {
    let body =
        format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{expires_in}}}"#);
    answer("200 OK", "Content-Type: application/json\r\n", &body)
}

/// The bearer token of a request.
fn bearer(request: &str) -> Option<&str> {
    let (_, rest) = request.split_once("uthorization: Bearer ")?;
    rest.split("\r\n").next()
}

#[test]
fn nothing_is_sent_without_a_first_token() {
    let server = ok();
    let refusing = RecordingServer::replying(|_| {
        answer(
            "401 Unauthorized",
            "",
            r#"{"error":"invalid_client","error_description":"who?"}"#,
        )
    });
    let talking = RecordingServer::replying(|_| answer("200 OK", "", "hush"));
    let (refusing, talking) = (&refusing.url[..], &talking.url[..]);
    let client = ["--oauth-client", "id:hush"];
    let rows = tempfile::NamedTempFile::new().unwrap();
    fs::write(rows.path(), "ada\n").unwrap();
    let stops = format!("users={},once=stop", rows.path().display());
    for (flags, code, expected) in [
        (
            &["--token-cmd", "echo no luck >&2; exit 3"][..],
            1,
            "ended with exit status: 3: no luck",
        ),
        (
            &["--token-cmd", "true"],
            1,
            "expected a token from the token command, found nothing",
        ),
        (
            &["--token-cmd", "echo hush; echo hush"],
            1,
            "found several lines or control characters",
        ),
        (
            &["--token-cmd", "sleep 60", "--token-timeout", "50ms"],
            1,
            "took longer than 50ms",
        ),
        (
            &["--token-file", "/nowhere/token"],
            1,
            "cannot read /nowhere/token",
        ),
        (
            &[&["--oauth-url", refusing], &client[..]].concat(),
            1,
            "answered 401: invalid_client: who?",
        ),
        (
            &[&["--oauth-url", talking], &client[..]].concat(),
            1,
            "without an access_token",
        ),
        (
            &[&["--oauth-url", "http://127.0.0.1:1/"], &client[..]].concat(),
            1,
            "the token endpoint http://127.0.0.1:1/ did not respond: connect refused",
        ),
        (
            &["--oauth-url", refusing],
            2,
            "requires --oauth-client or --oauth-user",
        ),
        (
            &["--oauth-url", refusing, "--oauth-client", "hush"],
            2,
            "missing secret; expected ID:SECRET",
        ),
        (
            &["--oauth-url", refusing, "--oauth-client", ":hush"],
            2,
            "missing name; expected",
        ),
        (
            &[
                "--oauth-url",
                refusing,
                "--oauth-client",
                "id:{{env NO_SUCH}}",
            ],
            2,
            "that is set",
        ),
        (
            &["--oauth-url", refusing, "--oauth-client", "id:{{hex 3}}"],
            2,
            "expected text or {{env NAME}}",
        ),
        (
            &["--oauth-url", refusing, "--oauth-user", "{{uuid}}:hush"],
            2,
            "expected columns of a feeder",
        ),
        (
            &[
                "--oauth-url",
                refusing,
                "--oauth-user",
                "{{users}}:hush",
                "--feed",
                &stops,
            ],
            2,
            "has once=stop",
        ),
        (
            &["--oauth-url", refusing, "--oauth-user", "hush"],
            2,
            "missing password",
        ),
        (
            &["--oauth-url", "nowhere", "--oauth-user", "a:hush"],
            2,
            "has no scheme",
        ),
        (&["--oauth-client", "id:hush"], 2, "--oauth-url"),
        (&["--oauth-user", "id:hush"], 2, "--oauth-url"),
        (
            &["--token-lifetime", "5s"],
            2,
            "requires --token-cmd or --oauth-url",
        ),
        (
            &["--token-lifetime", "soon", "--token-cmd", "true"],
            2,
            "such as 30s",
        ),
        (
            &["--token-cmd", "true", "--token-file", "x"],
            2,
            "cannot be used with",
        ),
        (
            &["--oauth-url", refusing, "--oauth-param", "x"],
            2,
            "such as audience=",
        ),
    ] {
        let output = output(&[&["http", &server.url, "-n", "1", "-q"], flags].concat());
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{flags:?}: {message}");
        assert!(message.contains(expected), "{flags:?}: {message}");
        assert!(!message.contains("hush"), "{flags:?}: {message}");
    }
    assert!(
        server.requests().is_empty(),
        "no request was sent without a token"
    );
}

#[test]
fn a_dry_run_fetches_no_token() {
    let endpoint = ok();
    let args = [
        "http",
        "http://127.0.0.1:9/",
        "--oauth-client",
        "a:b",
        "--dry-run",
    ];
    let dry = output(&[&args[..], &["--oauth-url", &endpoint.url]].concat());
    assert_eq!(dry.status.code(), Some(0), "{}", stderr(&dry));
    assert!(endpoint.requests().is_empty());
}

#[test]
fn tokens_come_from_commands_and_files() {
    let server = ok();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "of-file\n").unwrap();
    let file = file.path().to_str().unwrap();
    for (flags, token) in [
        (&["--token-cmd", "echo of-command"][..], "of-command"),
        (&["--token-file", file], "of-file"),
        (
            &[
                "--token-cmd",
                "echo x",
                "-H",
                "Authorization: Bearer y{{token}}",
            ],
            "yx",
        ),
        (&["--token-cmd", "echo t", "-d", "whole"], "t"),
    ] {
        report(&[&["http", &server.url, "-n", "1", "-r", "max"], flags].concat());
        let requests = server.requests();
        let last = requests.last().unwrap();
        let header = format!("uthorization: Bearer {token}\r\n");
        assert!(last.contains(&header), "{flags:?}: {last}");
        let body = if flags.contains(&"-d") { "whole" } else { "" };
        assert!(
            last.ends_with(&format!("\r\n\r\n{body}")),
            "{flags:?}: {last}"
        );
    }
}

#[test]
fn each_user_has_a_separate_token() {
    let server = RecordingServer::replying(|request| {
        let name = request.split("username=").nth(1);
        match name {
            Some(name) => grant(&format!("of-{}", name.split('&').next().unwrap()), 3600),
            None => answer("200 OK", "", ""),
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let rows: String = (0..20).map(|row| format!("user{row},p{row}\n")).collect();
    fs::write(
        folder.path().join("users.csv"),
        format!("name,password\n{rows}"),
    )
    .unwrap();
    let feed = format!("users={}/users.csv,order=random", folder.path().display());
    report(&[
        "http",
        &format!("{}{{{{users.name}}}}", server.url),
        "--feed",
        &feed,
        "--oauth-url",
        &format!("{}token", server.url),
        "--oauth-client",
        "id",
        "--oauth-user",
        "{{users.name}}:{{users.password}}",
        "-n",
        "100",
        "-r",
        "max",
    ]);
    let requests = server.requests();
    let (token_requests, hits): (Vec<_>, Vec<_>) = requests
        .iter()
        .partition(|request| request.starts_with("POST /token "));
    assert_eq!((token_requests.len(), hits.len()), (20, 100));
    assert!(token_requests.iter().any(|request| {
        request.ends_with("grant_type=password&username=user7&password=p7&client_id=id")
    }));
    for hit in hits {
        let name = hit.split(' ').nth(1).unwrap();
        assert_eq!(bearer(hit), Some(&*format!("of-{}", &name[1..])), "{hit}");
    }
}

/// The server accepts only the last 20 tokens, and each is renewed after a tenth of a second.
#[test]
fn tokens_are_renewed_during_the_run() {
    let given = AtomicU64::new(0);
    let server = RecordingServer::replying(move |request| {
        if request.starts_with("POST") {
            return grant(&given.fetch_add(1, Ordering::Relaxed).to_string(), 0);
        }
        let token = bearer(request).and_then(|token| token.parse::<u64>().ok());
        match token {
            Some(token) if token + 20 > given.load(Ordering::Relaxed) => answer("200 OK", "", ""),
            _ => answer("401 Unauthorized", "", ""),
        }
    });
    let args = [
        "http",
        &server.url,
        "-r",
        "100",
        "-z",
        "1",
        "--oauth-client",
        "id:x",
    ];
    let report = report(&[&args[..], &["--oauth-url", &server.url]].concat());
    assert_eq!(report["labels"]["200"], 100, "{}", report["labels"]);
    let requests = server.requests();
    let mut tokens: Vec<_> = requests.iter().filter_map(|hit| bearer(hit)).collect();
    tokens.dedup();
    assert!(tokens.len() > 2, "{tokens:?}");
}

#[test]
fn a_failed_renewal_is_reported_and_makes_the_run_suspect() {
    let given = AtomicU64::new(0);
    let server = RecordingServer::replying(move |request| match request.starts_with("POST") {
        false => answer("200 OK", "", ""),
        true if given.fetch_add(1, Ordering::Relaxed) == 0 => grant("hush", 0),
        true => answer("503 Busy", "", "hush"),
    });
    let args = [
        "http",
        &server.url,
        "-r",
        "50",
        "-z",
        "1",
        "--oauth-client",
        "id:hush",
    ];
    let output = hammer(&args)
        .args(["--oauth-url", &server.url, "-o", "json", "-q"])
        .output()
        .unwrap();
    let report = json(&output);
    assert_eq!(report["hits"]["ok"], 50);
    // Suspect, or invalid on a busy machine.
    assert_ne!(report["verdict"]["status"], "valid");
    let reasons = report["verdict"]["reasons"].to_string();
    let expected = "because the token endpoint answered 503";
    assert!(
        reasons.contains("token renewal") && reasons.contains(expected),
        "{reasons}"
    );
    let message = stderr(&output);
    assert_eq!(
        message.matches("failed to renew a token").count(),
        1,
        "{message}"
    );
    assert!(
        !message.contains("hush") && !report.to_string().contains("hush"),
        "{message}"
    );
}

/// A token command ends when the run ends or is interrupted.
#[cfg(unix)]
#[test]
fn a_token_command_does_not_outlive_the_run() {
    let server = ok();
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first").display().to_string();
    let lock = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = lock.local_addr().unwrap().port();
    let hang = format!("exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}; sleep 1000 & sleep 1000'");
    let closed = |mut connection: TcpStream| {
        connection
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        connection.read_to_end(&mut vec![])
    };
    let args = ["http", &server.url, "-r", "10", "-z", "1", "-q"];

    let once = format!("if [ -e {first} ]; then {hang}; fi; touch {first}; echo t");
    let more = ["--token-cmd", &once, "--token-lifetime", "100ms"];
    let ran = output(&[&args[..], &more].concat());
    assert_eq!(ran.status.code(), Some(0), "{}", stderr(&ran));
    closed(lock.accept().unwrap().0).unwrap();

    let mut child = hammer(&[&args[..], &["--token-cmd", &hang]].concat())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (connection, _) = lock.accept().unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let ended = closed(connection);
    let _ = child.kill();
    child.wait().unwrap();
    ended.unwrap();
}

#[test]
fn the_built_in_target_issues_and_requires_tokens() {
    let target =
        TargetServer::spawn(TargetBehavior::default().require_tokens(Duration::from_secs(3600)))
            .unwrap();
    let url = target.url();
    let hits = ["http", &url, "-n", "20", "-r", "max"];
    assert_eq!(report(&hits)["labels"]["401"], 20);
    let endpoint = format!("{url}token");
    let tokens = ["--oauth-url", &endpoint, "--oauth-client", "any:one"];
    let report = report(&[&hits[..], &tokens].concat());
    assert_eq!(report["labels"]["200"], 20);
    assert_eq!(target.shutdown().counts.requests, 40);
}

/// The trust settings of the hammer apply to the token endpoint, but `--connect-to` does not.
#[test]
fn the_token_endpoint_uses_the_network_settings() {
    let certificate = ServerCertificate::self_signed(["127.0.0.1"]).unwrap();
    let pem = tempfile::NamedTempFile::new().unwrap();
    fs::write(pem.path(), certificate.pem()).unwrap();
    let behavior = TargetBehavior::default().require_tokens(Duration::from_secs(3600));
    let endpoint = TargetServer::builder()
        .tls(certificate)
        .spawn(behavior)
        .unwrap();
    let url = format!("{}token", endpoint.url());
    let server = ok();
    let args = [
        "http",
        "http://elsewhere.test/",
        "-n",
        "1",
        "-r",
        "max",
        "-q",
    ];
    let place = server
        .url
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let place = format!("elsewhere.test:80:{place}");
    let flags = [
        "--connect-to",
        &place,
        "--oauth-url",
        &url,
        "--oauth-client",
        "a:b",
    ];
    let trusting = |more: &[&str]| output(&[&args[..], &flags, more].concat());
    let refused = trusting(&[]);
    assert_eq!(refused.status.code(), Some(1));
    let message = stderr(&refused);
    assert!(message.contains("did not respond: tls"), "{message}");
    for more in [&["-k"][..], &["--cacert", pem.path().to_str().unwrap()]] {
        let trusted = trusting(more);
        assert_eq!(trusted.status.code(), Some(0), "{}", stderr(&trusted));
    }
    let requests = server.requests();
    assert!(requests.iter().all(|request| bearer(request).is_some()));
    assert_eq!(requests.len(), 2);
}

#[test]
fn trace_logs_contain_no_token() {
    let server = RecordingServer::replying(|request| match request.starts_with("POST") {
        true => grant("s3cret-token", 3600),
        false => answer("401 Unauthorized", "", ""),
    });
    let login = tempfile::NamedTempFile::new().unwrap();
    fs::write(login.path(), "id:s3cret-of-file\n").unwrap();
    let output = hammer(&["http", &server.url, "-n", "20", "-r", "max", "-o", "json"])
        .args(["--oauth-url", &server.url])
        .args(["--oauth-client", &format!("@{}", login.path().display())])
        .args(["--oauth-user", "ada:{{env PASSWORD}}"])
        .env("PASSWORD", "s3cret-of-environment")
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    let output = stderr(&output) + &String::from_utf8_lossy(&output.stdout);
    assert!(
        output.contains("\"401\": 20") || output.contains("\"401\":20"),
        "{output}"
    );
    assert!(!output.contains("s3cret"), "{output}");
    let token_request = server.requests()[0].clone();
    assert!(
        token_request.contains("password=s3cret-of-environment"),
        "{token_request}"
    );
    // Base64 of id:s3cret-of-file.
    assert!(
        token_request.contains("Basic aWQ6czNjcmV0LW9mLWZpbGU="),
        "{token_request}"
    );
    assert!(paths(&server).len() > 20);
}
