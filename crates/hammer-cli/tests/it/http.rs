//! Tests of the requests and expectations of `hammer http`.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::command::{hammer, json, output, report, stderr, stdout};

/// A server that records each request.
pub(crate) struct RecordingServer {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl RecordingServer {
    /// Starts a server that answers each request with `reply`, until the process ends.
    pub(crate) fn replying(reply: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(vec![]));
        let (kept, reply) = (requests.clone(), Arc::new(reply));
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (kept, reply) = (kept.clone(), reply.clone());
                thread::spawn(move || {
                    while let Some(request) = request(&mut stream) {
                        let answer = reply(&request);
                        kept.lock().unwrap().push(request);
                        if stream.write_all(answer.as_bytes()).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { url, requests }
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Reads the next request, including its body.
fn request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = vec![];
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8_lossy(&body))
}

pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) fn ok() -> RecordingServer {
    RecordingServer::replying(|_| answer("200 OK", "Server: test\r\n", "{\"id\": 7}"))
}

#[test]
fn flags_determine_the_request() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.txt");
    fs::write(&file, "one\ntwo\n").unwrap();
    let file = file.to_str().unwrap();
    let upload = format!("f=@{file};filename=n");
    let table: [(&[&str], &str, &[&str]); 9] = [
        (
            &["-F", "a=b", "-F", &upload],
            "POST",
            &[
                "name=\"a\"\r\n\r\nb\r\n",
                "filename=\"n\"\r\nContent-Type: text/plain\r\n\r\none\ntwo\n\r\n",
            ],
        ),
        (
            &["--json", "{}"],
            "POST",
            &[
                "content-type: application/json\r\n",
                "accept: application/json\r\n",
                "\r\n\r\n{}",
            ],
        ),
        (&["--data-lines", file], "POST", &["\r\n\r\none"]),
        (
            &["-d", "text", "--compress-request", "gzip"],
            "POST",
            &["content-encoding: gzip\r\n"],
        ),
        (&["-u", "a:b"], "GET", &["authorization: Basic YTpi\r\n"]),
        (
            &["--oauth2-bearer", "t"],
            "GET",
            &["authorization: Bearer t\r\n"],
        ),
        (
            &["-u", "k:s", "--aws-sigv4", "aws:amz:r:s"],
            "GET",
            &["/r/s/aws4_request", "x-amz-security-token: token\r\n"],
        ),
        (
            &["-b", "a=b", "--cookie", "c=d"],
            "GET",
            &["cookie: a=b; c=d\r\n"],
        ),
        (
            &["-b", "a=b", "--cookies", "-L", "--max-redirs", "3"],
            "GET",
            &["cookie: a=b\r\n"],
        ),
    ];
    for (flags, method, parts) in table {
        let server = ok();
        let output = hammer(&[
            "http",
            &server.url,
            "-r",
            "max",
            "-n",
            "1",
            "-q",
            "-o",
            "json",
        ])
        .args(flags)
        .env("AWS_SESSION_TOKEN", "token")
        .output()
        .unwrap();
        assert_eq!(
            json(&output)["hits"]["ok"],
            1,
            "{flags:?}: {}",
            stderr(&output)
        );
        let request = &server.requests()[0];
        assert!(
            request.starts_with(&format!("{method} / ")),
            "{flags:?}: {request}"
        );
        for part in parts {
            assert!(request.contains(part), "{flags:?}: {request}");
        }
    }
}

#[test]
fn flags_determine_the_expectations() {
    let server = ok();
    let table: [(&[&str], &str, &str); 9] = [
        (&["--expect-status", "200,3xx"], "ok", "200"),
        (&["--expect-status", "3xx"], "rejected", "200"),
        (&["--expect-header", "server: test"], "ok", "200"),
        (
            &["--expect-header", "X-None"],
            "rejected",
            "header_expected",
        ),
        (&["--expect-body", "id"], "ok", "200"),
        (&["--expect-body", "-x"], "rejected", "body_expected"),
        (&["--expect-body-regex", "id.: [0-9]"], "ok", "200"),
        (
            &["--expect-json", "/id=7", "--max-body", "1KiB"],
            "ok",
            "200",
        ),
        (
            &["--expect-json", "/id=8", "--first-byte-timeout", "5s"],
            "rejected",
            "json_expected",
        ),
    ];
    for (flags, result, label) in table {
        let report = report(&[&["http", &server.url, "-r", "max", "-n", "2"], flags].concat());
        assert_eq!(report["hits"][result], 2, "{flags:?}");
        assert_eq!(report["labels"][label], 2, "{flags:?}");
    }
}

#[test]
fn targets_come_from_a_file() {
    let server = ok();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("targets.txt");
    fs::write(folder.path().join("body"), "hey").unwrap();
    let text = format!(
        "GET {}a\n\n# weight: 2\nPOST {}b\n@body\n",
        server.url, server.url
    );
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let report = report(&[
        "http",
        "--targets",
        path,
        "-r",
        "max",
        "-n",
        "6",
        "--target-order",
        "turn",
    ]);
    assert_eq!(report["hits"]["ok"], 6);
    assert_eq!(report["target"], path);
    let groups = report["groups"].as_array().unwrap();
    let groups: Vec<_> = groups
        .iter()
        .map(|group| {
            (
                group["name"].as_str().unwrap(),
                group["ok"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(groups, [("GET /a", 2), ("POST /b", 4)]);
    assert!(
        server
            .requests()
            .iter()
            .any(|request| request.ends_with("\r\n\r\nhey"))
    );
    let text = stdout(&output(&[
        "http",
        "--targets",
        path,
        "--dry-run",
        "-n",
        "1",
    ]));
    assert!(
        text.contains(&format!("2 targets from {path}, in turn")),
        "{text}"
    );

    fs::write(path, "GET /c\n").unwrap();
    let report = crate::command::report(&[
        "http",
        &server.url,
        "--targets",
        path,
        "-r",
        "max",
        "-n",
        "1",
    ]);
    assert_eq!(report["hits"]["ok"], 1);
    assert!(server.requests().last().unwrap().starts_with("GET /c "));
}

#[test]
fn once_masks_secrets_in_the_query() {
    let target =
        hammer_target::TargetServer::spawn(hammer_target::TargetBehavior::default()).unwrap();
    let url = format!("{}?token=s3cret&page=2", target.url());
    let shown = stdout(&output(&["http", &url, "--once"]));
    assert!(
        shown.contains("> GET /?token=***&page=2 HTTP/1.1"),
        "{shown}"
    );
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[test]
fn messages_about_flags_contain_no_secrets() {
    for flags in [
        ["--oauth2-bearer", "s3cr\u{e9}t"],
        ["-b", "s3cret"],
        ["-H", "Authorization s3cret"],
        ["--proxy-header", "Proxy-Authorization s3cret"],
        ["-F", "password=s3cret;foo"],
        ["-x", "http://u:s3/cret@a:b"],
    ] {
        let output = output(&[&["http", "http://127.0.0.1:1/"], &flags[..]].concat());
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {message}");
        assert!(!message.contains("s3"), "{flags:?}: {message}");
    }
}

#[test]
fn once_masks_secrets_in_headers() {
    let server = RecordingServer::replying(|request| {
        if request.starts_with("POST /a ") {
            return answer(
                "303 See Other",
                "Location: /b\r\nSet-Cookie: id=secret7; Path=/\r\n",
                "",
            );
        }
        answer(
            "200 OK",
            "Content-Type: application/json\r\n",
            "{\"id\": 7}\n",
        )
    });
    let url = format!("{}a", server.url);
    let flags = [
        "http",
        &url,
        "-u",
        "u:secret1",
        "-d",
        "ask",
        "-L",
        "--cookies",
        "-r",
        "100",
        "-z",
        "1h",
    ];
    let output = hammer(&flags)
        .args(["--once", "-H", "X-Api-Key: secret2"])
        .output()
        .unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{text}{}", stderr(&output));
    let host = server
        .url
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "> POST /a HTTP/1.1\n> host: {host}\n> user-agent: hammer/{version}\n> accept: */*\n\
         > authorization: Basic ***\n> x-api-key: ***\n> content-length: 3\n>\n> ask\n\n\
         < HTTP/1.1 303 See Other\n< location: /b\n< set-cookie: id=***; Path=/\n\
         < content-length: 0\n<\n\n\
         > GET /b HTTP/1.1\n> host: {host}\n> user-agent: hammer/{version}\n> accept: */*\n\
         > authorization: Basic ***\n> x-api-key: ***\n> cookie: id=***\n>\n\n\
         < HTTP/1.1 200 OK\n< content-type: application/json\n< content-length: 10\n<\n\
         < {{\"id\": 7}}\n\nok            200\nphases, ms    connect "
    );
    let shown: String = text.chars().take(expected.chars().count()).collect();
    assert_eq!(shown, expected);
    let end = &text[expected.len()..];
    for part in ["redirect ", "first byte ", "hit ", "\nbytes "] {
        assert!(end.contains(part), "{text}");
    }
    assert!(!text.contains("secret"), "{text}");
    assert_eq!(server.requests().len(), 2, "one hit, whatever the load is");
    let output = hammer(&flags)
        .args(["--once", "--show-secrets"])
        .output()
        .unwrap();
    let text = stdout(&output);
    assert!(
        text.contains("> authorization: Basic dTpzZWNyZXQx\n"),
        "{text}"
    );
    assert!(text.contains("> cookie: id=secret7\n"), "{text}");
}

#[test]
fn once_exits_with_1_if_the_hit_is_not_ok() {
    let server = ok();
    let output = hammer(&["http", &server.url, "--once", "--expect-json", "/id=8"])
        .output()
        .unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("\nrejected      json_expected\n"), "{text}");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let output = hammer(&["http", &url, "--once"]).output().unwrap();
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(
        text.starts_with("failed        connect refused   nothing listens there"),
        "{text}"
    );
}

#[test]
fn trace_logs_contain_no_secrets() {
    let server = RecordingServer::replying(|request| match request.starts_with("GET /b ") {
        true => answer("200 OK", "Set-Cookie: b=secret1\r\n", ""),
        false => answer("302 Found", "Location: /b\r\nSet-Cookie: a=secret2\r\n", ""),
    });
    let url = server.url.replace("http://", "http://ann:secret3@");
    for credentials in [
        &["-u", "key:secret4", "--aws-sigv4", "aws:r:s"][..],
        &["-u", "ann:secret5"],
        &["--oauth2-bearer", "secret6"],
    ] {
        let output = hammer(&["http", &url, "-L", "--cookies", "-r", "max", "-n", "3"])
            .args(["-b", "c=secret7", "-H", "X-Api-Key: secret8", "-F", "a=b"])
            .args(credentials)
            .env("RUST_LOG", "trace")
            .env("AWS_SESSION_TOKEN", "secret9")
            .output()
            .unwrap();
        let text = stdout(&output) + &stderr(&output);
        assert!(text.contains("3 ok"), "{text}");
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn form_files_of_plans_are_relative_to_the_plan() {
    let server = ok();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("body.txt"), "12345").unwrap();
    fs::write(folder.path().join("t.txt"), "GET /x\n").unwrap();
    let path = folder.path().join("plan.toml");
    let plan = format!(
        "[[load]]\ntarget = '{0}'\nrate = 'max'\nhits = 1\n\
         form = ['a=b', 'f=@body.txt;type=text/x', 'g=<\"body.txt\"']\n\
         [[load]]\ntarget = '{0}'\nrate = 'max'\nhits = 1\ntargets = 't.txt'\nexpect_json = '/id=7'\n",
        server.url
    );
    fs::write(&path, plan).unwrap();
    let output = output(&["run", path.to_str().unwrap(), "-q", "-o", "json"]);
    assert_eq!(json(&output)["hits"]["ok"], 2, "{}", stderr(&output));
    let requests = server.requests();
    let form = requests
        .iter()
        .find(|request| request.starts_with("POST"))
        .unwrap();
    assert!(
        form.contains("filename=\"body.txt\"\r\nContent-Type: text/x\r\n\r\n12345\r\n"),
        "{form}"
    );
    assert!(form.contains("name=\"g\"\r\n\r\n12345\r\n"), "{form}");
    assert!(
        requests
            .iter()
            .any(|request| request.starts_with("GET /x "))
    );
    fs::write(&path, "[[load]]\ntarget = 'http://a/'\nonce = true\n").unwrap();
    let output = crate::command::output(&["run", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(
        message.contains("plan.toml:3:8:")
            && message.contains("try the flag --once without a plan"),
        "{message}"
    );
}
