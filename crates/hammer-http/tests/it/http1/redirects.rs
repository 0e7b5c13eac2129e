//! Locations of redirects as real servers send them.

use std::sync::{Arc, Mutex};

use super::answer_case::assert_nothing_wrong;
use super::gated_server::{FinishedHits, GatedServer, Transport};

/// Runs two hits that are redirected to `location`; returns them with the targets of all requests.
fn redirected(location: &'static [u8]) -> (FinishedHits, Vec<String>) {
    let targets = Arc::new(Mutex::new(Vec::new()));
    let seen = targets.clone();
    let server = GatedServer::serve(Transport::Clear, move |request, mut peer| {
        let target = request.head.split(' ').nth(1).expect("a target").to_owned();
        seen.lock()
            .expect("no script panicked")
            .push(target.clone());
        if target != "/" {
            return request.accept(peer);
        }
        let (start, end) = (
            b"HTTP/1.1 302 Found\r\nLocation:",
            b"\r\nContent-Length: 0\r\n\r\n",
        );
        peer.send(&[&start[..], location, end].concat())
            .then_some(peer)
    });
    let finished = server.run(server.http().follow_redirects(2), 2);
    let targets = targets.lock().expect("no script panicked").clone();
    (finished, targets)
}

/// Latin-1 was `malformed_redirect`. curl encodes each byte as it is.
#[test]
fn bytes_of_a_location_are_percent_encoded() {
    let table: [(&[u8], &str); 4] = [
        (b" /again/caf\xe9", "/again/caf%e9"),
        (b" /again?name=caf\xe9", "/again?name=caf%e9"),
        (b" /again/caf\xc3\xa9", "/again/caf%c3%a9"),
        (b" /again/a b", "/again/a%20b"),
    ];
    let mut wrong = Vec::new();
    for (location, expected) in table {
        let (finished, targets) = redirected(location);
        let targets: Vec<_> = targets
            .iter()
            .map(|target| target.to_ascii_lowercase())
            .collect();
        if finished.results() != ["200"; 2] || targets != ["/", expected, "/", expected] {
            let results = finished.results();
            wrong.push(format!(
                "{}: {results:?}, {targets:?}",
                location.escape_ascii()
            ));
        }
    }
    assert_nothing_wrong(&wrong);
}

/// It is the URL of the request itself by RFC 3986, so that following it was a loop. curl ends the chain.
#[test]
fn an_empty_location_ends_the_chain() {
    for location in [&b""[..], b" ", b" \t "] {
        let (finished, targets) = redirected(location);
        assert_eq!(
            finished.results(),
            ["302"; 2],
            "{}",
            location.escape_ascii()
        );
        assert_eq!(targets, ["/", "/"], "{}", location.escape_ascii());
    }
}
