use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hammer_core::{Rate, Run, Schedule};
use hammer_http::{ErrorKind, Http, HttpBuilder};

use crate::scripted_server::{ScriptedServer, response_bytes};
use crate::{BuilderChange, run};

/// Returns the cookies of each request so far.
fn cookies(server: &ScriptedServer) -> Vec<Option<String>> {
    let heads = server.heads().into_iter();
    let values = heads.map(|head| {
        let value = head.lines().find_map(|line| line.strip_prefix("cookie: "));
        value.map(str::to_owned)
    });
    values.collect()
}

#[test]
fn cookies_are_sent_until_they_expire() {
    let number = AtomicU64::new(0);
    let server = ScriptedServer::replying(move |_| {
        let set = match number.fetch_add(1, Ordering::SeqCst) {
            0 => "Set-Cookie: id=1; Path=/",
            1 => "Set-Cookie: lang=de",
            2 => "Set-Cookie: id=2; Path=/",
            3 => "Set-Cookie: id=; Path=/; Max-Age=0",
            _ => "X-Nothing: set",
        };
        response_bytes("200 OK", &[set], b"")
    });
    let http = Http::builder(&server.url()).keep_cookies(true);
    run(http.build().expect("valid options"), 6);
    let expected = [
        None,
        Some("id=1"),
        Some("id=1; lang=de"),
        Some("id=2; lang=de"),
        Some("lang=de"),
        Some("lang=de"),
    ];
    assert_eq!(
        cookies(&server),
        expected.map(|cookie| cookie.map(str::to_owned))
    );
}

#[test]
fn cookies_are_not_kept_by_default() {
    let server = ScriptedServer::answering(
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
    );
    run(
        Http::builder(&server.url()).build().expect("valid options"),
        2,
    );
    assert_eq!(cookies(&server), [None, None]);
}

#[test]
fn configured_cookies_are_sent_and_initialize_the_jar() {
    let set = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=2; Path=/\r\nContent-Length: 0\r\n\r\n";
    let server = ScriptedServer::answering(set);
    let with_cookies = |http: HttpBuilder| http.cookie("a=1; b=x").cookie("c=y");
    let http = with_cookies(Http::builder(&server.url()));
    run(http.build().expect("valid options"), 2);
    assert_eq!(
        cookies(&server),
        [const { Some("a=1; b=x; c=y") }; 2].map(|one| one.map(str::to_owned))
    );

    let server = ScriptedServer::answering(set);
    let http = with_cookies(Http::builder(&server.url())).keep_cookies(true);
    run(http.build().expect("valid options"), 2);
    let expected = [
        Some("a=1; b=x; c=y".to_owned()),
        Some("a=2; b=x; c=y".to_owned()),
    ];
    assert_eq!(cookies(&server), expected);
}

#[test]
fn a_slot_keeps_its_cookies_when_its_connection_breaks() {
    let server = ScriptedServer::serve(|peer| {
        while let Some(request) = peer.whole_request() {
            if request.header("cookie").is_some() {
                return;
            }
            peer.send(&response_bytes("200 OK", &["Set-Cookie: a=b"], b""));
        }
    });
    let http = Http::builder(&server.url()).keep_cookies(true);
    let report = run(http.build().expect("valid options"), 4);
    assert_eq!(
        (report.hits.ok, report.hits.failed),
        (1, 3),
        "{:?}",
        report.failures
    );
    let found = cookies(&server);
    assert_eq!(found[0], None);
    assert!(
        found[1..]
            .iter()
            .all(|cookie| cookie.as_deref() == Some("a=b")),
        "{found:?}"
    );
}

#[test]
fn each_slot_has_its_own_cookies() {
    let next = Arc::new(AtomicU64::new(0));
    let server = ScriptedServer::serve(move |peer| {
        // Each connection belongs to one slot and must see only the cookie that it set.
        let own = format!("id={}", next.fetch_add(1, Ordering::SeqCst));
        let mut first = true;
        while let Some(request) = peer.whole_request() {
            let matches = request.header("cookie") == Some(&*own) || first;
            first = false;
            let status = if matches { "200 OK" } else { "400 Bad Request" };
            peer.send(&response_bytes(
                status,
                &[&format!("Set-Cookie: {own}")],
                b"",
            ));
        }
    });
    let http = Http::builder(&server.url()).keep_cookies(true);
    let schedule = Schedule::constant(Rate::per_second(1000)).with_hit_count(200);
    let run = Run::new(http.build().expect("valid options"), schedule)
        .threads(2)
        .max_in_flight(8);
    let report = run.execute().expect("a finished run");
    assert_eq!(
        report.hits.ok, 200,
        "{:?} {:?}",
        report.labels, report.failures
    );
}

#[test]
fn malformed_cookies_are_refused() {
    let table: [(BuilderChange, &str); 5] = [
        (|http| http.cookie("a"), "malformed cookie"),
        (|http| http.cookie("=a"), "malformed cookie"),
        (|http| http.cookie("a=b\u{7}"), "malformed value"),
        (
            |http| http.cookie("a=b").header("Cookie", "c=d"),
            "the header Cookie cannot be combined",
        ),
        (
            |http| http.keep_cookies(true).header("Cookie", "c=d"),
            "the header Cookie cannot be combined",
        ),
    ];
    for (change, message) in table {
        let error = change(Http::builder("http://a/"))
            .build()
            .expect_err(message);
        assert!(error.to_string().starts_with(message), "{error}");
        assert_eq!(error.kind(), ErrorKind::Header);
    }
}
