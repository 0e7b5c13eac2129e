//! Templates in each part of a request that can differ from hit to hit.

mod determinism;
mod dynamic_parts;
mod template_errors;

use std::sync::Arc;

use hammer_data::{Feeder, FeederFormat};
use hammer_http::{Http, HttpBuilder, TemplateScope};

use crate::run;
use crate::scripted_server::recording_server;

fn users() -> Feeder {
    let csv = "id,name\nada,Ada L\ngrace,\"Grace \"\"H\"\"\"\n";
    Feeder::read(csv.as_bytes(), FeederFormat::Csv).expect("valid input")
}

fn template_scope() -> TemplateScope {
    let environment = |name: &str| (name == "SECRET").then(|| "s3 cret".to_owned());
    TemplateScope::new()
        .feeder("users", Arc::new(users()))
        .environment(environment)
}

/// Returns the head and body of each request of a run.
fn requests_sent(
    hits: u64,
    path: &str,
    change: impl FnOnce(HttpBuilder) -> HttpBuilder,
) -> Vec<(String, Vec<u8>)> {
    let (server, recorded) = recording_server();
    let http =
        change(Http::builder(&format!("{}{path}", server.url())).template_scope(template_scope()));
    let report = run(http.build().expect("valid options"), hits);
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
    assert_eq!(server.connections(), 1, "the connection is kept alive");
    std::mem::take(&mut *recorded.lock().expect("no script panicked"))
}

/// Returns the values of a header, whose name is given in lower case.
fn header<'h>(head: &'h str, name: &str) -> Vec<&'h str> {
    let lines = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "));
    let matching = lines.filter(|(other, _)| *other == name);
    matching.map(|(_, value)| value).collect()
}
