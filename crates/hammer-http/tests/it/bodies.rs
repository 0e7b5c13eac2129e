use std::sync::{Arc, Mutex};

use hammer_http::{ContentCoding, ErrorKind, FormField, Http, HttpBuilder};

use crate::run;
use crate::scripted_server::{ScriptedServer, response_bytes};

/// Head and body of each request that `change` makes in so many hits.
fn sent(hits: u64, change: impl FnOnce(HttpBuilder) -> HttpBuilder) -> Vec<(String, Vec<u8>)> {
    let kept = Arc::new(Mutex::new(vec![]));
    let keep = kept.clone();
    let server = ScriptedServer::replying(move |request| {
        let mut kept = keep.lock().expect("no script panicked");
        kept.push((request.head.clone(), request.body.clone()));
        response_bytes("200 OK", &[], b"")
    });
    let http = change(Http::builder(&server.url()));
    let report = run(http.build().expect("is well formed"), hits);
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    assert_eq!(server.connections(), 1, "the connection is kept");
    let mut kept = kept.lock().expect("no script panicked");
    std::mem::take(&mut *kept)
}

#[test]
fn a_form_is_sent_with_its_boundary() {
    let field = |spelled: &str| spelled.parse::<FormField>().expect("is well formed");
    let requests = sent(2, |http| {
        http.form_field(field("a=b"))
            .form_field(field("c=d;type=text/x"))
    });
    let (head, body) = &requests[0];
    assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
    let boundary = head
        .lines()
        .find_map(|line| line.strip_prefix("content-type: multipart/form-data; boundary="))
        .expect("the type says it");
    let text = String::from_utf8(body.clone()).expect("is text");
    let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 4, "{text}");
    assert!(parts[1].ends_with("name=\"a\"\r\n\r\nb\r\n"), "{text}");
    assert!(
        parts[2].ends_with("Content-Type: text/x\r\n\r\nd\r\n"),
        "{text}"
    );
    assert_eq!(parts[3], "--\r\n");
    assert_eq!(requests[0], requests[1]);
}

#[test]
fn json_says_what_it_is() {
    let requests = sent(1, |http| http.json(" {\"a\": 1}\n"));
    let (head, body) = &requests[0];
    assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
    assert!(
        head.contains("content-type: application/json\r\n"),
        "{head}"
    );
    assert!(head.contains("accept: application/json\r\n"), "{head}");
    assert!(!head.contains("*/*"), "{head}");
    assert_eq!(body, b" {\"a\": 1}\n", "it is sent as it is");
    let requests = sent(1, |http| {
        http.json("{}")
            .method("PUT")
            .header("Content-Type", "application/x+json")
            .header("Accept", "text/plain")
    });
    let (head, _) = &requests[0];
    assert!(head.starts_with("PUT / "), "{head}");
    assert!(
        head.contains("content-type: application/x+json\r\naccept: text/plain\r\n"),
        "{head}"
    );
}

#[test]
fn hits_take_lines_in_turn() {
    let requests = sent(5, |http| http.data_lines("one\ntwo\r\n\nthree"));
    let bodies: Vec<_> = requests
        .iter()
        .map(|(_, body)| String::from_utf8_lossy(body))
        .collect();
    assert_eq!(bodies, ["one", "two", "three", "one", "two"]);
    assert!(requests.iter().all(|(head, _)| head.starts_with("POST / ")));
}

/// By their numbers, whatever slot and thread they are in.
#[test]
fn lines_are_taken_by_the_number_of_the_hit() {
    let counts = Arc::new(Mutex::new(std::collections::BTreeMap::new()));
    let count = counts.clone();
    let server = ScriptedServer::replying(move |request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        *count
            .lock()
            .expect("no script panicked")
            .entry(body)
            .or_insert(0) += 1;
        response_bytes("200 OK", &[], b"")
    });
    let http = Http::builder(&server.url()).data_lines("a\nb\nc\nd\n");
    let rate = hammer_core::Rate::per_second(2000);
    let schedule = hammer_core::Schedule::constant(rate).with_hit_count(400);
    let run = hammer_core::Run::new(http.build().expect("is well formed"), schedule)
        .threads(3)
        .max_in_flight(20);
    let report = run.execute(|_| ()).expect("it is well formed");
    assert_eq!(report.hits.ok, 400, "{:?}", report.failures);
    let expected = ["a", "b", "c", "d"].map(|body| (body.to_owned(), 100));
    assert_eq!(*counts.lock().expect("no script panicked"), expected.into());
}

#[test]
fn bodies_are_compressed_once_and_say_so() {
    let plain = "text ".repeat(1000);
    for coding in [
        ContentCoding::Gzip,
        ContentCoding::Deflate,
        ContentCoding::Brotli,
        ContentCoding::Zstd,
    ] {
        let requests = sent(2, |http| http.body(plain.clone()).compress(coding));
        let (head, body) = &requests[0];
        assert!(
            head.contains(&format!("content-encoding: {coding}\r\n")),
            "{head}"
        );
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{head}"
        );
        assert!(body.len() < 200, "{coding}: {} bytes", body.len());
        assert_eq!(requests[0], requests[1]);
    }
    let requests = sent(2, |http| {
        http.data_lines("one\ntwo\n").compress(ContentCoding::Gzip)
    });
    assert!(
        requests
            .iter()
            .all(|(head, _)| head.contains("content-encoding: gzip\r\n"))
    );
    assert_ne!(requests[0].1, requests[1].1);
}

#[test]
fn bodies_that_contradict_each_other_are_refused() {
    type BuilderChange = fn(HttpBuilder) -> HttpBuilder;
    let field = || "a=b".parse::<FormField>().expect("is well formed");
    assert!(field() == field());
    let table: [(BuilderChange, &str); 7] = [
        (
            |http| http.body("a").json("{}"),
            "data cannot be combined with JSON",
        ),
        (
            |http| http.form_field(FormField::text("a", "b")).json("{}"),
            "JSON cannot be combined with a form",
        ),
        (
            |http| http.data_lines("a").body(""),
            "data cannot be combined with lines of data",
        ),
        (|http| http.data_lines("\n"), "missing bodies"),
        (
            |http| http.compress(ContentCoding::Gzip),
            "compression needs a body",
        ),
        (
            |http| {
                http.body("a")
                    .header("Content-Encoding", "br")
                    .compress(ContentCoding::Gzip)
            },
            "the header Content-Encoding cannot be combined",
        ),
        (
            |http| {
                http.form_field(FormField::text("a", "b"))
                    .header("Content-Type", "text/plain")
            },
            "the header Content-Type cannot be combined with a form",
        ),
    ];
    for (change, message) in table {
        let error = change(Http::builder("http://a/"))
            .build()
            .expect_err(message);
        assert!(error.to_string().starts_with(message), "{error}");
        assert_eq!(error.kind(), ErrorKind::Body);
    }
}
