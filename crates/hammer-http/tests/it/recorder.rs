use hammer_http::{ContentCoding, ExchangeRecorder, Http};

use crate::run;
use crate::scripted_server::{ScriptedServer, response_bytes};

#[test]
fn the_recorder_has_requests_and_responses() {
    let body = crate::encode_with(ContentCoding::Gzip, b"hello");
    let encoded = body.clone();
    let server = ScriptedServer::replying(move |request| match request.path() {
        "/a" => response_bytes(
            "303 See Other",
            &["Location: /b", "Set-Cookie: id=7"],
            b"elsewhere",
        ),
        _ => response_bytes("200 OK", &["Content-Encoding: gzip"], &encoded),
    });
    let recorder = ExchangeRecorder::new();
    let http = Http::builder(&format!("{}a", server.url()))
        .body("text")
        .user("u:p")
        .keep_cookies(true)
        .follow_redirects(1)
        .record(recorder.clone());
    let report = run(http.build().expect("valid options"), 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    let exchanges = recorder.take_exchanges();
    let [first, second] = &exchanges[..] else {
        panic!("{exchanges:?}");
    };
    assert_eq!(
        (&*first.method, &*first.request_target, &*first.body),
        ("POST", "/a", &b"text"[..])
    );
    let value = |headers: &[(String, Vec<u8>)], name: &str| {
        let found = headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    };
    assert_eq!(
        value(&first.headers, "authorization").as_deref(),
        Some("Basic dTpw")
    );
    let response = first.response.as_ref().expect("a response");
    assert_eq!(
        (response.status, response.reason, &*response.version),
        (303, "See Other", "HTTP/1.1")
    );
    assert_eq!(
        (&*response.body, response.body_bytes, response.complete),
        (&b"elsewhere"[..], 9, true)
    );
    assert_eq!((&*second.method, &*second.request_target), ("GET", "/b"));
    assert_eq!(value(&second.headers, "cookie").as_deref(), Some("id=7"));
    let response = second.response.as_ref().expect("a response");
    assert_eq!(response.body, body);
    assert_eq!(response.decoded_body.as_deref(), Some(&b"hello"[..]));
    assert!(recorder.take_exchanges().is_empty());
    let debug = format!("{exchanges:?}");
    assert!(
        !debug.contains("dTpw") && !debug.contains("id=7"),
        "{debug}"
    );
}

#[test]
fn the_recorder_has_incomplete_responses() {
    let server =
        ScriptedServer::answering_once(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    let recorder = ExchangeRecorder::new();
    let http = Http::builder(&server.url()).record(recorder.clone());
    let report = run(http.build().expect("valid options"), 1);
    assert_eq!(report.failures["closed_early"], 1);
    let exchanges = recorder.take_exchanges();
    let response = exchanges[0]
        .response
        .as_ref()
        .expect("the head of a response");
    assert_eq!((&*response.body, response.complete), (&b"half"[..], false));
    let server = ScriptedServer::answering_once(b"");
    let http = Http::builder(&server.url()).record(recorder.clone());
    run(http.build().expect("valid options"), 1);
    assert!(recorder.take_exchanges()[0].response.is_none());
}

#[test]
fn large_bodies_are_recorded_up_to_a_limit() {
    const LARGE: usize = 3 << 20;
    let server = ScriptedServer::replying(|_| response_bytes("200 OK", &[], &vec![b'x'; LARGE]));
    let recorder = ExchangeRecorder::new();
    let http = Http::builder(&server.url())
        .body(vec![b'y'; LARGE])
        .record(recorder.clone());
    run(http.build().expect("valid options"), 1);
    let exchanges = recorder.take_exchanges();
    assert_eq!(
        (exchanges[0].body.len(), exchanges[0].body_bytes),
        (1 << 20, LARGE as u64)
    );
    let response = exchanges[0].response.as_ref().expect("a response");
    assert_eq!(
        (response.body.len(), response.body_bytes),
        (1 << 20, LARGE as u64)
    );
}
