//! Interim responses, upgrades and tunnels (RFC 9110, sections 7.8, 9.3.6 and 15.2).

use hammer_wire::MAX_INTERIM_RESPONSES;
use hammer_wire::http1::{RequestKind, ResponseErrorKind};

use crate::every_split::{pairs, record_error, record_every_split, record_valid};
use crate::http1_recording::record;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const SWITCH: &str =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\nnoise";

#[test]
fn decodes_interim_responses() {
    let recording = record_valid(format!(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 102\r\nContent-Length: 9\r\n\r\n\r\n\
         HTTP/1.1 103 Early Hints\nLink: </a.css>\n\nHTTP/1.1 199 ?\r\nConnection: close\r\n\r\n{OK}"
    ));
    let statuses: Vec<_> = recording.interim.iter().map(|head| head.status).collect();
    assert_eq!(statuses, [100, 102, 103, 199]);
    assert_eq!(recording.interim[2].fields, pairs(&[("Link", "</a.css>")]));
    assert_eq!(recording.body, b"ok");
    // Their Content-Length and Connection say nothing about the final response.
    assert!(recording.complete && recording.persistent);
}

#[test]
fn refuses_too_many_interim_responses() {
    let interim = "HTTP/1.1 103 Early Hints\r\n\r\n";
    let most = interim.repeat(MAX_INTERIM_RESPONSES as usize) + OK;
    for pieces in [most.len(), 1, 7] {
        let recording = record(RequestKind::Plain, most.as_bytes().chunks(pieces));
        assert!(recording.complete && recording.interim.len() == 100);
    }
    let too_many = interim.repeat(MAX_INTERIM_RESPONSES as usize + 1) + OK;
    for pieces in [too_many.len(), 1, 7] {
        let recording = record(RequestKind::Plain, too_many.as_bytes().chunks(pieces));
        let error = recording.error.expect("an error");
        assert_eq!(error.kind, ResponseErrorKind::TooManyInterimResponses);
    }
}

#[test]
fn refuses_a_101_that_was_not_asked_for() {
    assert_eq!(record_error(SWITCH).0, ResponseErrorKind::UnexpectedUpgrade);
    for request in [RequestKind::Head, RequestKind::Connect] {
        let error = record_every_split(request, SWITCH).error;
        assert_eq!(
            error.expect("an error").kind,
            ResponseErrorKind::UnexpectedUpgrade
        );
    }
}

#[test]
fn switches_protocols_on_demand() {
    let recording = record_every_split(
        RequestKind::Upgrade,
        format!("HTTP/1.1 100 Continue\r\n\r\n{SWITCH}"),
    );
    assert!(recording.error.is_none() && recording.switched && !recording.persistent);
    assert_eq!(recording.head.expect("a head").status, 101);
    assert_eq!(recording.interim.len(), 1);
    // The server may ignore the request for an upgrade.
    let recording = record_every_split(RequestKind::Upgrade, OK);
    assert!(recording.complete && recording.persistent && !recording.switched);
}

/// RFC 9110, section 9.3.6: framing fields of a 2xx response to CONNECT are ignored.
#[test]
fn opens_tunnels() {
    for fields in [
        "",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: x\r\n",
    ] {
        let head = format!("HTTP/1.1 200 Connection established\r\n{fields}\r\n");
        let recording = record_every_split(RequestKind::Connect, format!("{head}\x16\x03\x03"));
        assert!(recording.error.is_none() && recording.complete && recording.switched);
        assert!(recording.consumed == head.len() && recording.body.is_empty());
    }
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\nno";
    let recording = record_every_split(RequestKind::Connect, refusal);
    assert!(recording.complete && recording.persistent && !recording.switched);
    assert_eq!(recording.body, b"no");
}
