use hammer_http::Http;

use crate::run;
use crate::scripted_server::{OK_RESPONSE, ScriptedServer};

#[test]
fn a_connection_closed_between_hits_is_not_a_failure() {
    let server = ScriptedServer::answering_once(OK_RESPONSE);
    let report = run(
        Http::builder(&server.url()).build().expect("valid options"),
        5,
    );
    assert_eq!(report.hits.ok, 5, "{:?}", report.failures);
    assert_eq!(server.heads().len(), 5, "no hit is sent twice");
    assert_eq!(server.connections(), 5);
    assert_eq!(report.phases_us["connect"].count, 5);
    assert_eq!(report.bytes.received, 5 * OK_RESPONSE.len() as u64);
}

#[test]
fn a_408_between_hits_is_not_a_failure() {
    let server = ScriptedServer::answering_once(
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\
          HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
    );
    let report = run(
        Http::builder(&server.url()).build().expect("valid options"),
        3,
    );
    assert_eq!(
        (report.hits.ok, report.labels["200"]),
        (3, 3),
        "{:?}",
        report.failures
    );
    assert_eq!(server.heads().len(), 3);
}

#[test]
fn without_keepalive_each_hit_has_a_connection() {
    let server = ScriptedServer::answering_once(OK_RESPONSE);
    let http = Http::builder(&server.url())
        .keepalive(false)
        .build()
        .expect("valid options");
    let report = run(http, 4);
    assert_eq!(report.hits.ok, 4, "{:?}", report.failures);
    assert_eq!(server.connections(), 4, "no connection is opened ahead");
    assert!(
        server
            .heads()
            .iter()
            .all(|head| head.contains("connection: close\r\n"))
    );
}

#[test]
fn a_hit_without_a_response_is_not_sent_twice() {
    let server = ScriptedServer::serve(|peer| {
        if peer.request() && peer.send(OK_RESPONSE) {
            peer.request();
        }
    });
    let report = run(
        Http::builder(&server.url()).build().expect("valid options"),
        4,
    );
    assert_eq!((report.hits.ok, report.hits.failed), (2, 2));
    assert_eq!(report.failures["closed_early"], 2);
    assert_eq!(server.heads().len(), 4);
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_name_is_looked_up_once() {
    let server = ScriptedServer::answering_once(OK_RESPONSE);
    let url = format!("http://localhost:{}/", server.addr().port());
    let http = Http::builder(&url).keepalive(false);
    let report = run(http.build().expect("valid options"), 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    assert_eq!(report.phases_us["lookup"].count, 1);
}
