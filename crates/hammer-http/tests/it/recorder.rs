use hammer_http::{ContentCoding, ExchangeRecorder, Http};

use crate::run;
use crate::scripted_server::{ScriptedServer, response_bytes};

#[test]
fn a_tape_has_what_was_sent_and_what_came() {
    let body = crate::encode_with(ContentCoding::Gzip, b"hello");
    let coded = body.clone();
    let server = ScriptedServer::replying(move |request| match request.path() {
        "/a" => response_bytes(
            "303 See Other",
            &["Location: /b", "Set-Cookie: id=7"],
            b"elsewhere",
        ),
        _ => response_bytes("200 OK", &["Content-Encoding: gzip"], &coded),
    });
    let tape = ExchangeRecorder::new();
    let http = Http::builder(&format!("{}a", server.url()))
        .body("text")
        .user("u:p")
        .keep_cookies(true)
        .follow_redirects(1)
        .record(tape.clone());
    let report = run(http.build().expect("is well formed"), 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    let exchanges = tape.take_exchanges();
    let [first, second] = &exchanges[..] else {
        panic!("{exchanges:?}");
    };
    assert_eq!(
        (&*first.method, &*first.request_target, &*first.body),
        ("POST", "/a", &b"text"[..])
    );
    let sent = |headers: &[(String, Vec<u8>)], name: &str| {
        let found = headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    };
    assert_eq!(
        sent(&first.headers, "authorization").as_deref(),
        Some("Basic dTpw")
    );
    let answer = first.response.as_ref().expect("it was answered");
    assert_eq!(
        (answer.status, answer.reason, &*answer.version),
        (303, "See Other", "HTTP/1.1")
    );
    assert_eq!(
        (&*answer.body, answer.body_bytes, answer.complete),
        (&b"elsewhere"[..], 9, true)
    );
    assert_eq!((&*second.method, &*second.request_target), ("GET", "/b"));
    assert_eq!(sent(&second.headers, "cookie").as_deref(), Some("id=7"));
    let answer = second.response.as_ref().expect("it was answered");
    assert_eq!(answer.body, body);
    assert_eq!(answer.decoded_body.as_deref(), Some(&b"hello"[..]));
    assert!(tape.take_exchanges().is_empty());
    let debug = format!("{exchanges:?}");
    assert!(
        !debug.contains("dTpw") && !debug.contains("id=7"),
        "{debug}"
    );
}

#[test]
fn a_tape_shows_how_far_an_answer_came() {
    let server =
        ScriptedServer::answering_once(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    let tape = ExchangeRecorder::new();
    let http = Http::builder(&server.url()).record(tape.clone());
    let report = run(http.build().expect("is well formed"), 1);
    assert_eq!(report.failures["closed_early"], 1);
    let exchanges = tape.take_exchanges();
    let answer = exchanges[0].response.as_ref().expect("its head came");
    assert_eq!((&*answer.body, answer.complete), (&b"half"[..], false));
    let server = ScriptedServer::answering_once(b"");
    let http = Http::builder(&server.url()).record(tape.clone());
    run(http.build().expect("is well formed"), 1);
    assert!(tape.take_exchanges()[0].response.is_none());
}

#[test]
fn large_bodies_are_recorded_up_to_a_bound() {
    const LARGE: usize = 3 << 20;
    let server = ScriptedServer::replying(|_| response_bytes("200 OK", &[], &vec![b'x'; LARGE]));
    let tape = ExchangeRecorder::new();
    let http = Http::builder(&server.url())
        .body(vec![b'y'; LARGE])
        .record(tape.clone());
    run(http.build().expect("is well formed"), 1);
    let exchanges = tape.take_exchanges();
    assert_eq!(
        (exchanges[0].body.len(), exchanges[0].body_bytes),
        (1 << 20, LARGE as u64)
    );
    let answer = exchanges[0].response.as_ref().expect("it was answered");
    assert_eq!(
        (answer.body.len(), answer.body_bytes),
        (1 << 20, LARGE as u64)
    );
}
