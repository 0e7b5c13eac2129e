//! Answers that come before the request was wholly sent: they count, however the connection ends.

use bytes::Bytes;
use hammer_http::{ConfigureNetwork, Http};

use super::answer_case::assert_nothing_wrong;
use super::gated_server::{FinishedHits, GatedServer, Request, TRANSPORTS, Transport};
use super::peer::Peer;
use crate::proxies::{CONNECTED, accept_socks};
use crate::run;
use crate::scripted_server::ScriptedServer;

/// Fits into the buffers of two sockets, or nearly so.
const MEDIUM_BYTES: usize = 2 << 20;
/// Does not fit into any buffers.
const LARGE_BYTES: usize = 64 << 20;
/// The part of a body that some servers read before they answer.
const PART_BYTES: usize = 1 << 20;

const REFUSAL: &[u8] = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n";
const CLOSING_REFUSAL: &[u8] =
    b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const EARLY_OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server that does not wait for the end of an upload.
#[derive(Clone, Copy)]
struct EarlyAnswer {
    what: &'static str,
    label: &'static str,
    script: fn(&Request, Peer) -> Option<Peer>,
}

const EARLY_ANSWERS: [EarlyAnswer; 10] = [
    EarlyAnswer {
        what: "413, the end of the server's side, and the rest of the body is read",
        label: "413",
        script: |_, mut peer| {
            peer.send(CLOSING_REFUSAL);
            peer.close_sending();
            peer.skip_all();
            None
        },
    },
    EarlyAnswer {
        what: "413 and a close with the body unread, which resets the connection",
        label: "413",
        script: |_, mut peer| {
            peer.send(CLOSING_REFUSAL);
            peer.close();
            None
        },
    },
    EarlyAnswer {
        what: "413 and a reset",
        label: "413",
        script: |_, mut peer| {
            peer.send(CLOSING_REFUSAL);
            peer.reset();
            None
        },
    },
    EarlyAnswer {
        what: "413 and a reset after a part of the body",
        label: "413",
        script: |_, mut peer| {
            peer.skip(PART_BYTES);
            peer.send(CLOSING_REFUSAL);
            peer.reset();
            None
        },
    },
    EarlyAnswer {
        what: "413 without the word close, while the upload continues",
        label: "413",
        script: |request, mut peer| {
            peer.skip(PART_BYTES);
            peer.send(REFUSAL);
            let rest = request.content_length() - PART_BYTES;
            peer.skip(rest).then_some(peer)
        },
    },
    EarlyAnswer {
        what: "413 with a body of its own, while the upload continues",
        label: "413",
        script: |request, mut peer| {
            peer.skip(PART_BYTES);
            let body = vec![b'x'; 256 << 10];
            let head = format!("HTTP/1.1 413 \r\nContent-Length: {}\r\n\r\n", body.len());
            peer.send(&[head.as_bytes(), &body].concat());
            let rest = request.content_length() - PART_BYTES;
            peer.skip(rest).then_some(peer)
        },
    },
    EarlyAnswer {
        what: "413 whose body ends with the connection",
        label: "413",
        script: |_, mut peer| {
            peer.send(b"HTTP/1.1 413 \r\nConnection: close\r\n\r\ntoo large");
            peer.close_sending();
            peer.skip_all();
            None
        },
    },
    EarlyAnswer {
        what: "200 before the body is read, if it ever is",
        label: "200",
        script: |request, mut peer| {
            peer.send(EARLY_OK);
            request.gate.wait_for_end_of(request.number + 1);
            request.gate.allow(request.number + 2);
            peer.skip(request.content_length()).then_some(peer)
        },
    },
    EarlyAnswer {
        what: "200 and a close with the body unread, which resets the connection",
        label: "200",
        script: |_, mut peer| {
            peer.send(EARLY_OK);
            peer.close();
            None
        },
    },
    EarlyAnswer {
        what: "200 and a reset after a part of the body",
        label: "200",
        script: |_, mut peer| {
            peer.skip(PART_BYTES);
            peer.send(EARLY_OK);
            peer.reset();
            None
        },
    },
];

/// The bodies of hits: those with an even number upload much, and the others little.
fn bodies(bytes: usize) -> Bytes {
    [&vec![b'x'; bytes][..], b"\nsmall"].concat().into()
}

/// Runs four hits, of which the first and the third upload and get an early answer.
fn upload(early: EarlyAnswer, bodies: Bytes, transport: Transport) -> FinishedHits {
    let server = GatedServer::serve(transport, move |request, peer| {
        if request.content_length() >= MEDIUM_BYTES {
            (early.script)(request, peer)
        } else {
            request.accept(peer)
        }
    });
    server.run(server.http().data_lines(bodies), 4)
}

/// Returns what is wrong with the results of [`upload`].
fn check(early: EarlyAnswer, finished: &FinishedHits, transport: Transport) -> Option<String> {
    let expected = [early.label, "200", early.label, "200"];
    let found = finished.results();
    (found != expected).then(|| format!("{} over {transport:?}: {found:?}", early.what))
}

/// RFC 9112, section 9.5: a client watches for an answer while it sends a body.
///
/// A third to two thirds of these hits were `connection_reset`.
#[test]
fn an_early_answer_to_a_medium_upload_counts() {
    let bodies = bodies(MEDIUM_BYTES);
    let mut wrong = Vec::new();
    for transport in TRANSPORTS {
        for early in EARLY_ANSWERS {
            let finished = upload(early, bodies.clone(), transport);
            wrong.extend(check(early, &finished, transport));
        }
    }
    assert_nothing_wrong(&wrong);
}

/// These hits were ok, and nothing said that most of their bodies was never sent.
#[test]
fn an_early_answer_to_a_large_upload_counts_as_cut_short() {
    let bodies = bodies(LARGE_BYTES);
    let mut wrong = Vec::new();
    for transport in TRANSPORTS {
        for early in EARLY_ANSWERS {
            let finished = upload(early, bodies.clone(), transport);
            wrong.extend(check(early, &finished, transport));
            let cut_short = finished.count("upload_cut_short");
            if cut_short != 2 {
                wrong.push(format!(
                    "{} over {transport:?}: {cut_short} cut short",
                    early.what
                ));
            }
            let reasons = finished.report.verdict.reasons.join("\n");
            if !reasons.contains("2 uploads were answered before the body was sent") {
                wrong.push(format!("{} over {transport:?}: {reasons:?}", early.what));
            }
        }
    }
    assert_nothing_wrong(&wrong);
}

/// A request that is the same for all hits took another way than one that varies.
#[test]
fn an_early_answer_to_a_fixed_request_counts() {
    let mut wrong = Vec::new();
    for transport in TRANSPORTS {
        for early in EARLY_ANSWERS {
            let server = GatedServer::serve(transport, move |request, peer| {
                if request.number.is_multiple_of(2) {
                    (early.script)(request, peer)
                } else {
                    request.accept(peer)
                }
            });
            let http = server.http().body(vec![b'x'; MEDIUM_BYTES]);
            let finished = server.run(http, 4);
            wrong.extend(check(early, &finished, transport));
        }
    }
    assert_nothing_wrong(&wrong);
}

#[test]
fn an_upload_that_is_read_is_not_cut_short() {
    let bodies = bodies(LARGE_BYTES);
    for transport in TRANSPORTS {
        let server = GatedServer::serve(transport, |request, peer| request.accept(peer));
        let finished = server.run(server.http().data_lines(bodies.clone()), 3);
        let failures = &finished.report.failures;
        assert_eq!(
            finished.results(),
            ["200"; 3],
            "{transport:?}: {failures:?}"
        );
        let counts = [
            "upload_cut_short",
            "connections_dropped",
            "connections_closed_by_target",
        ]
        .map(|counter| finished.count(counter));
        assert_eq!(
            (counts, server.connections()),
            ([0, 0, 0], 1),
            "{transport:?}"
        );
        let reasons = finished.report.verdict.reasons.join("\n");
        assert!(!reasons.contains("upload"), "{transport:?}: {reasons}");
    }
}

/// RFC 9112, section 9.5: without an answer, a lost connection is what it is.
#[test]
fn a_connection_that_is_lost_in_an_upload_is_a_failure() {
    let mut wrong = Vec::new();
    for transport in TRANSPORTS {
        for (answer, part_bytes) in [(&b""[..], PART_BYTES), (b"HTTP/1.1 413 Cont", 0)] {
            let early = EarlyAnswer {
                what: "a reset without a complete answer",
                label: "connection_reset",
                script: |_, _| None,
            };
            let server = GatedServer::serve(transport, move |request, mut peer| {
                if request.content_length() < MEDIUM_BYTES {
                    return request.accept(peer);
                }
                peer.skip(part_bytes);
                peer.send(answer);
                peer.reset();
                None
            });
            let finished = server.run(server.http().data_lines(bodies(LARGE_BYTES)), 4);
            wrong.extend(check(early, &finished, transport));
        }
    }
    assert_nothing_wrong(&wrong);
}

/// The target said that it closes, and its reset may come before that word is read.
#[test]
fn a_refusal_that_closes_counts_as_closed_by_the_target() {
    let mut wrong = Vec::new();
    let bodies = bodies(LARGE_BYTES);
    for transport in TRANSPORTS {
        for part_bytes in [0, PART_BYTES] {
            let server = GatedServer::serve(transport, move |request, mut peer| {
                if request.content_length() < MEDIUM_BYTES {
                    return request.accept(peer);
                }
                peer.skip(part_bytes);
                peer.send(CLOSING_REFUSAL);
                peer.reset();
                None
            });
            let finished = server.run(server.http().data_lines(bodies.clone()), 4);
            let (results, counts) = (finished.results(), finished.connection_counts());
            if results != ["413", "200", "413", "200"] || counts != [3, 2, 0, 0] {
                wrong.push(format!(
                    "{transport:?} {part_bytes}: {results:?} {counts:?}"
                ));
            }
        }
    }
    assert_nothing_wrong(&wrong);
}

/// The answer waits on a connection that takes no request, so that the request is not sent.
///
/// A proxy is asked first, so that the connection is reset before the request could be sent.
#[test]
fn a_request_without_a_body_is_not_cut_short() {
    let server = ScriptedServer::serve_owned(|mut connection| {
        accept_socks(&mut connection, 0);
        let mut peer = Peer::new(connection.stream, None);
        let answer = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";
        peer.send(&[CONNECTED, answer].concat());
        peer.reset();
    });
    let http = Http::builder("http://127.0.0.1:1/")
        .proxy(format!("socks5://{}", server.addr()))
        .keepalive(false);
    let report = run(http.build().expect("valid options"), 100);
    assert!(report.labels["408"] > 0, "{:?}", report.failures);
    let cut_short = report.counts.get("upload_cut_short");
    assert_eq!(cut_short, None, "{:?} {:?}", report.labels, report.failures);
}
