use hammer_core::Report;
use hammer_http::{Http, HttpBuilder};

use crate::scripted_server::{ScriptedRequest, ScriptedServer, response_bytes};
use crate::{only_failure, run, unused_url};

/// A server that redirects `/a` with this status, and answers any other path.
fn redirecting_server(status: &'static str, location: &str) -> ScriptedServer {
    let location = format!("Location: {location}");
    ScriptedServer::replying(move |request: &ScriptedRequest| match request.path() {
        "/a" => response_bytes(status, &[&location], b"moved"),
        _ => response_bytes("200 OK", &[], b"here"),
    })
}

fn follow(server: &ScriptedServer, change: impl FnOnce(HttpBuilder) -> HttpBuilder) -> Report {
    let http = Http::builder(&format!("{}a", server.url())).follow_redirects(3);
    run(change(http).build().expect("valid options"), 2)
}

#[test]
fn a_redirect_is_part_of_the_hit() {
    let server = redirecting_server("302 Found", "/b");
    let report = follow(&server, |http| http);
    assert_eq!(
        report.hits.ok, 2,
        "{:?} {:?}",
        report.labels, report.failures
    );
    assert_eq!(report.labels["200"], 2);
    assert_eq!(report.counts["redirects"], 2);
    assert_eq!(
        server.request_lines(),
        ["GET /a", "GET /b", "GET /a", "GET /b"]
    );
    assert_eq!(server.connections(), 1);
    assert_eq!(report.phases_us["redirect"].count, 2);
    assert_eq!(report.phases_us["first_byte"].count, 2);
    assert_eq!(report.counts["body_bytes"], 18);
    let sent: usize = server.heads().iter().map(String::len).sum();
    assert_eq!(report.bytes.sent, sent as u64);
}

#[test]
fn redirects_are_not_followed_unless_asked_for() {
    let server = redirecting_server("302 Found", "/b");
    let http = Http::builder(&format!("{}a", server.url()));
    let report = run(http.build().expect("valid options"), 2);
    assert_eq!(report.labels["302"], 2);
    assert_eq!(server.request_lines(), ["GET /a", "GET /a"]);
}

#[test]
fn the_status_decides_about_method_and_body() {
    for (status, line, body) in [
        ("301 Moved Permanently", "GET /b", 0),
        ("302 Found", "GET /b", 0),
        ("303 See Other", "GET /b", 0),
        ("307 Temporary Redirect", "POST /b", 4),
        ("308 Permanent Redirect", "POST /b", 4),
    ] {
        let server = redirecting_server(status, "/b");
        let report = follow(&server, |http| http.json("{  }").header("X-Own", "1"));
        assert_eq!(
            report.hits.ok, 2,
            "{:?} {:?}",
            report.labels, report.failures
        );
        assert_eq!(server.request_lines()[1], line, "{status}");
        let head = &server.heads()[1];
        assert_eq!(
            head.contains("content-type: application/json"),
            body > 0,
            "{head}"
        );
        assert_eq!(head.contains("content-length: 4"), body > 0, "{head}");
        assert!(head.contains("x-own: 1\r\n"), "{head}");
    }
}

#[test]
fn another_origin_gets_its_own_connection_and_no_secrets() {
    let other = ScriptedServer::replying(|_| response_bytes("200 OK", &[], b""));
    let server = redirecting_server("307 Temporary Redirect", &format!("{}c", other.url()));
    let report = follow(&server, |http| {
        http.user("u:secret")
            .cookie("a=secret")
            .header("X-Api-Key", "secret")
            .header("Host", "own.example")
            .header("X-Own", "1")
    });
    assert_eq!(
        report.hits.ok, 2,
        "{:?} {:?}",
        report.labels, report.failures
    );
    assert!(server.heads()[0].contains("host: own.example\r\n"));
    assert!(server.heads()[0].contains("cookie: a=secret\r\n"));
    let head = &other.heads()[0];
    assert_eq!(other.request_lines(), ["GET /c", "GET /c"]);
    assert!(
        !head.contains("secret") && !head.contains("uthorization"),
        "{head}"
    );
    assert!(
        head.contains(&format!("host: {}\r\n", other.addr())),
        "{head}"
    );
    assert!(head.contains("x-own: 1\r\n"), "{head}");
    assert_eq!(
        (server.connections(), other.connections()),
        (1, 1),
        "both connections are kept alive"
    );
}

#[test]
fn the_same_origin_gets_credentials_cookies_and_host() {
    let server = redirecting_server("302 Found", "/b");
    follow(&server, |http| {
        http.user("u:p").cookie("a=b").header("Host", "own.example")
    });
    let head = &server.heads()[1];
    for line in [
        "authorization: Basic dTpw\r\n",
        "cookie: a=b\r\n",
        "host: own.example\r\n",
    ] {
        assert!(head.contains(line), "{head}");
    }
}

#[test]
fn each_hop_is_signed_except_to_another_origin() {
    let other = ScriptedServer::replying(|_| response_bytes("200 OK", &[], b""));
    let location = format!("Location: {}", other.url());
    let server = ScriptedServer::replying(move |request| match request.path() {
        "/a" => response_bytes("302 Found", &["Location: /b"], b""),
        _ => response_bytes("302 Found", &[&location], b""),
    });
    let scope = "aws:eu-central-1:s3".parse().expect("valid input");
    let report = follow(&server, |http| {
        http.user("k:s").session_token("t").aws_sigv4(scope)
    });
    assert_eq!(
        report.hits.ok, 2,
        "{:?} {:?}",
        report.labels, report.failures
    );
    let signature = |head: &String| head.split("Signature=").nth(1).map(str::to_owned);
    let heads = server.heads();
    assert_ne!(
        signature(&heads[0]).expect("a signature"),
        signature(&heads[1]).expect("a signature")
    );
    let head = &other.heads()[0];
    assert!(
        !head.contains("authorization") && !head.contains("security-token"),
        "{head}"
    );
}

#[test]
fn a_redirect_can_set_a_cookie() {
    let server =
        ScriptedServer::replying(|request| match (request.path(), request.header("cookie")) {
            ("/a", None) => response_bytes(
                "303 See Other",
                &["Location: /b", "Set-Cookie: id=1; Path=/"],
                b"",
            ),
            ("/a", Some("id=1")) | ("/b", Some("id=1")) => response_bytes("200 OK", &[], b""),
            _ => response_bytes("401 Unauthorized", &[], b""),
        });
    let report = follow(&server, |http| http.keep_cookies(true));
    assert_eq!(
        report.hits.ok, 2,
        "{:?} {:?}",
        report.labels, report.failures
    );
    assert_eq!(server.request_lines(), ["GET /a", "GET /b", "GET /a"]);
}

#[test]
fn redirect_loops_and_malformed_locations_are_failures() {
    let server = ScriptedServer::replying(|_| response_bytes("302 Found", &["Location: /a"], b""));
    let report = follow(&server, |http| http);
    assert_eq!(only_failure(&report), ("too_many_redirects", 2));
    assert_eq!(server.heads().len(), 8, "each hit is sent four times");
    assert!(report.advice.contains_key("too_many_redirects"));
    for location in [
        "ftp://a.test/",
        "http://",
        "javascript:alert(1)",
        "http://a:99999/",
    ] {
        let server = redirecting_server("302 Found", location);
        let report = follow(&server, |http| http);
        assert_eq!(
            only_failure(&report),
            ("malformed_redirect", 2),
            "{location}"
        );
    }
    let server = ScriptedServer::replying(|_| response_bytes("302 Found", &[], b""));
    let report = follow(&server, |http| http);
    assert_eq!(
        report.labels["302"], 2,
        "a redirect without a location is a plain response"
    );
}

/// A server that answers `/a/b?q` with these bytes as lines of `Location`, and any other target with 200.
fn locating_server(locations: &[&[u8]]) -> ScriptedServer {
    let lines = locations
        .iter()
        .map(|location| [b"Location:", *location, b"\r\n"].concat());
    let lines: Vec<u8> = lines.flatten().collect();
    ScriptedServer::replying(move |request| match request.path() {
        "/a/b?q" => {
            let begin = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n";
            [begin, &lines[..], b"\r\n"].concat()
        }
        _ => response_bytes("200 OK", &[], b""),
    })
}

/// Regression: a location outside ASCII was malformed.
#[test]
fn locations_are_requested_as_by_curl() {
    let table: [(&[&[u8]], &str); 10] = [
        (&[b" /again/caf\xe9"], "/again/caf%e9"),
        (&["/caf\u{e9}?\u{e9}".as_bytes()], "/caf%c3%a9?%c3%a9"),
        (&[b"\t /x \t"], "/x"),
        (&[b" /x y?a b"], "/x%20y?a%20b"),
        (&[b" c"], "/a/c"),
        (&[b" ?z"], "/a/b?z"),
        (&[b" ../../../z#f"], "/z"),
        (&[b" /x?f={\"a\":1}|^"], "/x?f={%22a%22:1}|^"),
        (&[b" /x", b" /y"], "/x"),
        (&[b" /%e9/%zz//%"], "/%e9/%zz//%"),
    ];
    for (locations, target) in table {
        let server = locating_server(locations);
        let http = Http::builder(&format!("{}a/b?q", server.url())).follow_redirects(3);
        let report = run(http.build().expect("valid options"), 1);
        assert_eq!(report.hits.ok, 1, "{target}: {:?}", report.failures);
        let expected = ["GET /a/b?q".to_owned(), format!("GET {target}")];
        assert_eq!(server.request_lines(), expected);
    }
}

/// Regression: an empty location was followed until there were too many redirects.
#[test]
fn an_empty_location_ends_the_chain() {
    for locations in [&[&b""[..]][..], &[b"  "], &[]] {
        let server = locating_server(locations);
        let http = Http::builder(&format!("{}a/b?q", server.url())).follow_redirects(3);
        let report = run(http.build().expect("valid options"), 2);
        assert_eq!(report.labels["302"], 2, "{:?}", report.failures);
        assert_eq!(server.request_lines(), ["GET /a/b?q", "GET /a/b?q"]);
        assert!(!report.counts.contains_key("redirects"));
    }
    let server = ScriptedServer::replying(|_| response_bytes("300 Multiple Choices", &[], b""));
    let report = follow(&server, |http| http);
    assert_eq!(report.labels["300"], 2);
}

#[test]
fn credentials_in_a_location_are_for_its_host_only() {
    let other = redirecting_server("302 Found", "/b");
    let location = other.url().replace("http://", "http://v:q@") + "a";
    let server = redirecting_server("302 Found", &location);
    let report = follow(&server, |http| http);
    assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
    let heads = other.heads();
    assert!(!server.heads()[0].contains("uthorization"));
    assert_eq!(other.request_lines()[..2], ["GET /a", "GET /b"]);
    assert!(
        heads[0].contains("authorization: Basic djpx\r\n"),
        "{}",
        heads[0]
    );
}

#[test]
fn a_refused_connection_after_a_redirect_fails_the_hit() {
    let server = redirecting_server("302 Found", &unused_url());
    assert_eq!(
        only_failure(&follow(&server, |http| http)),
        ("connect_refused", 2)
    );
}
