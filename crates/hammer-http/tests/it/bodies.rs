use std::sync::{Arc, Mutex};

use hammer_http::{ContentCoding, ErrorKind, FormField, Http, HttpBuilder};

use crate::scripted_server::{ScriptedServer, recording_server, response_bytes};
use crate::{BuilderChange, CODINGS, run};

/// Returns the head and body of each request of a run.
fn sent(hits: u64, change: impl FnOnce(HttpBuilder) -> HttpBuilder) -> Vec<(String, Vec<u8>)> {
    let (server, recorded) = recording_server();
    let http = change(Http::builder(&server.url()));
    let report = run(http.build().expect("valid options"), hits);
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    assert_eq!(server.connections(), 1, "the connection is kept alive");
    let mut requests = recorded.lock().expect("no script panicked");
    std::mem::take(&mut *requests)
}

#[test]
fn a_form_is_sent_with_its_boundary() {
    let field = |text: &str| text.parse::<FormField>().expect("valid input");
    let requests = sent(2, |http| {
        http.form_field(field("a=b"))
            .form_field(field("c=d;type=text/x"))
    });
    let (head, body) = &requests[0];
    assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
    let boundary = head
        .lines()
        .find_map(|line| line.strip_prefix("content-type: multipart/form-data; boundary="))
        .expect("a boundary");
    let text = String::from_utf8(body.clone()).expect("valid UTF-8");
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
fn json_sets_content_type_and_accept() {
    let requests = sent(1, |http| http.json(" {\"a\": 1}\n"));
    let (head, body) = &requests[0];
    assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
    assert!(
        head.contains("content-type: application/json\r\n"),
        "{head}"
    );
    assert!(head.contains("accept: application/json\r\n"), "{head}");
    assert!(!head.contains("*/*"), "{head}");
    assert_eq!(body, b" {\"a\": 1}\n", "JSON is sent unchanged");
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
fn hits_take_body_lines_in_turn() {
    let requests = sent(5, |http| http.data_lines("one\ntwo\r\n\nthree"));
    let bodies: Vec<_> = requests
        .iter()
        .map(|(_, body)| String::from_utf8_lossy(body))
        .collect();
    assert_eq!(bodies, ["one", "two", "three", "one", "two"]);
    assert!(requests.iter().all(|(head, _)| head.starts_with("POST / ")));
}

#[test]
fn the_number_of_the_hit_decides_the_body_line() {
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
    let run = hammer_core::Run::new(http.build().expect("valid options"), schedule)
        .threads(3)
        .max_in_flight(20);
    let report = run.execute().expect("a finished run");
    assert_eq!(report.hits.ok, 400, "{:?}", report.failures);
    let expected = ["a", "b", "c", "d"].map(|body| (body.to_owned(), 100));
    assert_eq!(*counts.lock().expect("no script panicked"), expected.into());
}

#[test]
fn bodies_are_compressed_with_their_content_encoding() {
    let plain = "text ".repeat(1000);
    for coding in CODINGS {
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
    let field = || "a=b".parse::<FormField>().expect("valid input");
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
