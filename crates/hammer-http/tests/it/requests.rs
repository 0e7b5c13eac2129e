use std::sync::Mutex;
use std::sync::mpsc;

use hammer_http::{Http, HttpBuilder};

use crate::run;
use crate::scripted_server::ScriptedServer;

const EMPTY_RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Returns the server and the head of the request that a builder sends.
fn head(path: &str, change: impl FnOnce(HttpBuilder) -> HttpBuilder) -> (ScriptedServer, String) {
    let server = ScriptedServer::answering(EMPTY_RESPONSE);
    let url = format!("{}{path}", server.url());
    let report = run(
        change(Http::builder(&url)).build().expect("valid options"),
        1,
    );
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    let head = server.heads().remove(0);
    (server, head)
}

#[test]
fn the_default_request() {
    let (server, head) = head("a?b=c#d", |http| http);
    let version = env!("CARGO_PKG_VERSION");
    let host = server.addr();
    assert_eq!(
        head,
        format!(
            "GET /a?b=c HTTP/1.1\r\nhost: {host}\r\nuser-agent: hammer/{version}\r\naccept: */*\r\n\r\n"
        )
    );
}

/// Regression: a quote was sent in a path, and refused in a query; a path with two slashes lost its
/// beginning.
#[test]
fn the_characters_of_a_url_are_sent_or_encoded() {
    for (path, sent) in [
        ("?f={\"a\":1}", "/?f={%22a%22:1}"),
        ("\"x\"", "/%22x%22"),
        (
            "a|^`<>\\[]?b|^`<>\\[]",
            "/a|^%60%3C%3E\\[]?b|^%60%3C%3E\\[]",
        ),
        ("caf\u{e9}?caf\u{e9}", "/caf%C3%A9?caf%C3%A9"),
        ("%22%e9%zz%", "/%22%e9%zz%"),
        ("/two//slashes", "//two//slashes"),
        ("x#\"", "/x"),
    ] {
        let (_, head) = head(path, |http| http);
        let line = head.lines().next().expect("a request line");
        assert_eq!(line, format!("GET {sent} HTTP/1.1"), "{path}");
    }
}

#[test]
fn given_headers_replace_defaults() {
    let (_, head) = head("", |http| {
        let line = |line: &str| line.parse().expect("valid input");
        http.method("DELETE")
            .header("Host", "one.example")
            .host("two.example")
            .header("X-Twice", "1")
            .header("X-Twice", "2")
            .header_line(line("User-Agent: mine"))
            .header_line(line("Accept:"))
            .header_line(line("X-Empty;"))
    });
    assert_eq!(
        head,
        "DELETE / HTTP/1.1\r\nhost: two.example\r\nx-twice: 1\r\nx-twice: 2\r\nuser-agent: mine\r\n\
         x-empty: \r\n\r\n"
    );
}

#[test]
fn credentials_in_the_url_are_sent() {
    let server = ScriptedServer::answering(EMPTY_RESPONSE);
    let url = server
        .url()
        .replace("http://", "http://Aladdin:open%20sesame@");
    run(Http::builder(&url).build().expect("valid options"), 1);
    let head = server.heads().remove(0);
    assert!(
        head.contains("authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"),
        "{head}"
    );
}

#[test]
fn a_body_is_sent_with_its_length() {
    for bytes in [0, 1, 5_000, 3_000_000] {
        let (sender, receiver) = mpsc::channel();
        let sender = Mutex::new(sender);
        let server = ScriptedServer::serve(move |peer| {
            while peer.request() {
                let body = peer.read(bytes);
                sender
                    .lock()
                    .expect("no script panicked")
                    .send(body)
                    .expect("a listening test");
                peer.send(EMPTY_RESPONSE);
            }
        });
        let body: Vec<u8> = (0..bytes).map(|index| index as u8).collect();
        let http = Http::builder(&server.url())
            .method("POST")
            .body(body.clone());
        let report = run(http.build().expect("valid options"), 2);
        assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
        assert!(receiver.try_iter().all(|received| received == body));
        let head = server.heads().remove(0);
        assert!(
            bytes == 0 || head.contains(&format!("content-length: {bytes}\r\n")),
            "{head}"
        );
        assert!(report.bytes.sent > 2 * bytes as u64);
        assert_eq!(server.connections(), 1);
    }
}
