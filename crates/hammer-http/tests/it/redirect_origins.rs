use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use hammer_core::{Run, Schedule};
use hammer_http::Http;

use crate::run;
use crate::scripted_server::{ScriptedServer, response_bytes};

/// More origins than a worker remembers.
const ORIGINS: usize = 70;

/// Regression: an origin in use was forgotten, and its hits failed with `malformed_redirect`.
#[test]
fn an_origin_in_use_is_not_forgotten() {
    let all_redirected = Arc::new(Barrier::new(ORIGINS));
    let origins: Vec<_> = (0..ORIGINS)
        .map(|_| {
            let all_redirected = all_redirected.clone();
            ScriptedServer::replying(move |request| match request.path() {
                "/a" => {
                    all_redirected.wait();
                    response_bytes("302 Found", &["Location: /b"], b"")
                }
                _ => response_bytes("200 OK", &[], b""),
            })
        })
        .collect();
    let locations: Vec<_> = origins
        .iter()
        .map(|origin| format!("Location: {}a", origin.url()))
        .collect();
    let next = AtomicUsize::new(0);
    let server = ScriptedServer::replying(move |_| {
        let location = &locations[next.fetch_add(1, Ordering::SeqCst)];
        response_bytes("302 Found", &[location], b"")
    });
    let http = Http::builder(&server.url()).follow_redirects(2);
    let run = Run::new(
        http.build().expect("valid options"),
        Schedule::closed_loop().with_hit_count(ORIGINS as u64),
    );
    // The timeout ends the test if the hits are not in flight at the same time.
    let run = run
        .threads(1)
        .max_in_flight(ORIGINS)
        .timeout(Duration::from_secs(60));
    let report = run.execute().expect("a finished run");
    assert_eq!(report.hits.ok, ORIGINS as u64, "{:?}", report.failures);
    for origin in &origins {
        assert_eq!(origin.request_lines(), ["GET /a", "GET /b"]);
        assert_eq!(origin.connections(), 1);
    }
}

/// Regression: the headers that were removed on the way left their places to the last ones.
#[test]
fn a_redirect_keeps_the_order_of_headers() {
    let other = ScriptedServer::replying(|_| response_bytes("200 OK", &[], b""));
    let location = format!("Location: {}b", other.url());
    let server = ScriptedServer::replying(move |_| response_bytes("302 Found", &[&location], b""));
    let http = Http::builder(&server.url())
        .follow_redirects(1)
        .cookie("a=1")
        .user("u:p")
        .header("X-Api-Key", "secret")
        .header("X-One", "1")
        .json("{}")
        .header("X-Two", "2")
        .header("X-Three", "3");
    let report = run(http.build().expect("valid options"), 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    let removed = [
        "content-type",
        "content-length",
        "cookie",
        "authorization",
        "x-api-key",
    ];
    let first = names(&server.heads()[0]);
    let kept: Vec<_> = first
        .iter()
        .filter(|name| !removed.contains(&&***name))
        .cloned()
        .collect();
    assert_eq!(first.len(), kept.len() + removed.len(), "{first:?}");
    assert_eq!(names(&other.heads()[0]), kept);
    assert_eq!(kept[0], "host");
}

/// Regression: a given `Host` was the last header.
#[test]
fn a_given_host_comes_first() {
    let server = ScriptedServer::answering(crate::scripted_server::OK_RESPONSE);
    let http = Http::builder(&server.url())
        .header("X-One", "1")
        .header("Host", "own.example")
        .header("User-Agent", "own");
    let report = run(http.build().expect("valid options"), 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    let head = &server.heads()[0];
    assert_eq!(names(head), ["host", "accept", "x-one", "user-agent"]);
    assert!(head.contains("\r\nhost: own.example\r\n"), "{head}");
}

/// The names of the headers, in their order.
fn names(head: &str) -> Vec<String> {
    let lines = head.lines().skip(1).take_while(|line| !line.is_empty());
    lines
        .map(|line| line.split(':').next().unwrap_or_default().to_owned())
        .collect()
}
