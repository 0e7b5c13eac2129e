//! What differs from hit to hit, in each place of a request where a text can stand.

mod determinism;
mod dynamic_parts;
mod template_errors;

use std::sync::{Arc, Mutex};

use hammer_data::{Feeder, FeederFormat};
use hammer_http::{Http, HttpBuilder, TemplateScope};

use crate::run;
use crate::scripted_server::{ScriptedRequest, ScriptedServer, response_bytes};

fn users() -> Feeder {
    let csv = "id,name\nada,Ada L\ngrace,\"Grace \"\"H\"\"\"\n";
    Feeder::read(csv.as_bytes(), FeederFormat::Csv).expect("is well formed")
}

fn template_scope() -> TemplateScope {
    let environment = |name: &str| (name == "SECRET").then(|| "s3 cret".to_owned());
    TemplateScope::new()
        .feeder("users", Arc::new(users()))
        .environment(environment)
}

/// Heads and bodies of requests.
type RecordedRequests = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A server that keeps what it was sent.
fn recording_server() -> (ScriptedServer, RecordedRequests) {
    let kept = RecordedRequests::default();
    let keep = kept.clone();
    let server = ScriptedServer::replying(move |request: &ScriptedRequest| {
        let mut kept = keep.lock().expect("no script panicked");
        kept.push((request.head.clone(), request.body.clone()));
        response_bytes("200 OK", &[], b"")
    });
    (server, kept)
}

/// Head and body of each request of so many hits.
fn requests_sent(
    hits: u64,
    path: &str,
    change: impl FnOnce(HttpBuilder) -> HttpBuilder,
) -> Vec<(String, Vec<u8>)> {
    let (server, kept) = recording_server();
    let http =
        change(Http::builder(&format!("{}{path}", server.url())).template_scope(template_scope()));
    let report = run(http.build().expect("is well formed"), hits);
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    assert_eq!(server.connections(), 1, "the connection is kept");
    std::mem::take(&mut *kept.lock().expect("no script panicked"))
}

fn line(head: &str) -> &str {
    head.split(" HTTP/1.1").next().expect("there is a line")
}

fn header<'h>(head: &'h str, name: &str) -> Vec<&'h str> {
    let lines = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "));
    let named = lines.filter(|(found, _)| *found == name);
    named.map(|(_, value)| value).collect()
}
