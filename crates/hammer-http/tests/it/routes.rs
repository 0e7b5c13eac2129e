use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use hammer_core::{Hammer, ResourceNeeds};
use hammer_http::{AddressFamily, ConfigureNetwork, ErrorKind, Http, HttpBuilder};

use crate::scripted_server::{OK_RESPONSE, ScriptedServer};
use crate::{BuilderChange, only_failure, run};

/// A server that counts its connections by source address.
fn server_counting_sources() -> (ScriptedServer, Arc<Mutex<BTreeMap<IpAddr, u64>>>) {
    let seen = Arc::new(Mutex::new(BTreeMap::new()));
    let counts = seen.clone();
    let server = ScriptedServer::serve(move |peer| {
        let from = peer.stream.peer_addr().expect("a connected socket").ip();
        *counts
            .lock()
            .expect("no script panicked")
            .entry(from)
            .or_default() += 1;
        while peer.request() && peer.send(OK_RESPONSE) {}
    });
    (server, seen)
}

fn hit(builder: HttpBuilder, hits: u64) {
    let report = run(builder.build().expect("valid options"), hits);
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
}

#[test]
fn overrides_change_the_connection_and_not_the_request() {
    let server = ScriptedServer::answering(OK_RESPONSE);
    let port = server.addr().port();
    let a_test = || Http::builder("http://a.test:81/x");
    hit(
        a_test().connect_to(format!("a.test:81:127.0.0.1:{port}")),
        2,
    );
    hit(
        a_test()
            .connect_to("b.test:81::")
            .connect_to(format!("::localhost:{port}")),
        2,
    );
    hit(
        Http::builder(&format!("http://a.test:{port}/x"))
            .resolve(format!("a.test:{port}:127.0.0.1")),
        2,
    );
    // An override of the addresses also applies to the new host.
    let both = a_test().connect_to(format!("a.test:81:b.test:{port}"));
    hit(both.resolve(format!("*:{port}:127.0.0.1")), 2);
    assert_eq!(server.connections(), 4);
    for head in server.heads() {
        assert!(
            head.starts_with("GET /x HTTP/1.1\r\nhost: a.test:"),
            "{head}"
        );
    }
}

#[test]
fn all_addresses_take_turns() {
    // The server listens on all of 127.0.0.0/8 and counts by its local address.
    let listener = std::net::TcpListener::bind("0.0.0.0:0").expect("a free port");
    let port = listener.local_addr().expect("a bound listener").port();
    let seen = Arc::new(Mutex::new(BTreeMap::new()));
    let counts = seen.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let local = stream.local_addr().expect("a connected socket").ip();
            *counts
                .lock()
                .expect("no thread panicked")
                .entry(local)
                .or_insert(0) += 1;
            ScriptedServer::answer_all(stream, OK_RESPONSE);
        }
    });
    let url = format!("http://a.test:{port}/");
    let http = Http::builder(&url).keepalive(false);
    hit(
        http.resolve(format!("a.test:{port}:127.0.0.2,127.0.0.3,127.0.0.4")),
        9,
    );
    let seen = seen.lock().expect("no thread panicked");
    assert_eq!(seen.values().collect::<Vec<_>>(), [&3, &3, &3], "{seen:?}");
}

#[test]
fn a_refusing_address_is_skipped() {
    let server = ScriptedServer::answering(OK_RESPONSE);
    let port = server.addr().port();
    let http = Http::builder(&format!("http://a.test:{port}/")).keepalive(false);
    hit(http.resolve(format!("a.test:{port}:[::1],127.0.0.1")), 4);
}

#[test]
fn connections_come_from_all_sources_in_turn() {
    let (server, seen) = server_counting_sources();
    let http = || Http::builder(&server.url()).keepalive(false);
    hit(http().source("127.0.0.2-127.0.0.3").source("127.0.0.9"), 9);
    let counts: Vec<_> = seen
        .lock()
        .expect("no script panicked")
        .clone()
        .into_iter()
        .collect();
    let expected = [2, 3, 9].map(|last| (IpAddr::from([127, 0, 0, last]), 3));
    assert_eq!(counts, expected);
    #[cfg(target_os = "linux")]
    hit(http().source("lo"), 2);
}

#[test]
fn connections_use_only_the_allowed_family() {
    let server = ScriptedServer::answering(OK_RESPONSE);
    let port = server.addr().port();
    let localhost = || Http::builder(&format!("http://localhost:{port}/"));
    hit(localhost().family(AddressFamily::V4), 2);
    let six = localhost()
        .family(AddressFamily::V6)
        .build()
        .expect("valid options");
    let report = run(six, 2);
    let (name, count) = only_failure(&report);
    // localhost may have an IPv6 address, on which no server listens.
    assert!(
        ["connect_refused", "no_address_of_family"].contains(&name),
        "{name}"
    );
    assert_eq!(count, 2);
}

#[test]
fn a_name_is_looked_up_again_when_its_addresses_are_old() {
    let server = ScriptedServer::answering_once(OK_RESPONSE);
    let url = format!("http://localhost:{}/", server.addr().port());
    let http = Http::builder(&url)
        .keepalive(false)
        .dns_refresh(std::time::Duration::from_nanos(1));
    let report = run(http.build().expect("valid options"), 5);
    assert_eq!(report.hits.ok, 5, "{:?}", report.failures);
    assert_eq!(report.phases_us["lookup"].count, 5);
}

#[cfg(unix)]
#[test]
fn a_unix_socket_takes_the_place_of_the_url() {
    use std::os::unix::net::UnixListener;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).expect("a bound listener");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            ScriptedServer::answer_all(stream, OK_RESPONSE);
        }
    });
    let http = Http::builder("http://a.test/")
        .unix_socket(&path)
        .build()
        .expect("valid options");
    let report = run(http, 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    assert_eq!(report.counts["connections_opened"], 1);
    assert_eq!(report.counts["connections_reused"], 2);
    assert!(!report.phases_us.contains_key("lookup"));
    // A server that ends may remove its socket.
    let build = || {
        Http::builder("http://a.test/")
            .unix_socket(&path)
            .build()
            .expect("valid options")
    };
    let http = build();
    std::fs::remove_file(&path).expect("a socket to remove");
    assert_eq!(only_failure(&run(http, 2)), ("no_socket", 2));
}

#[test]
fn contradicting_connection_options_are_refused_when_built() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("socket");
    #[cfg(unix)]
    let _listener = std::os::unix::net::UnixListener::bind(&path).expect("a bound listener");
    let table: [(BuilderChange, &str); 14] = [
        (|http| http.connect_to("a:1:b"), "malformed `connect_to`"),
        (|http| http.resolve("a:1:b"), "malformed `resolve`"),
        (
            |http| http.source("192.0.2.1"),
            "cannot connect from 192.0.2.1",
        ),
        (
            |http| http.unix_socket("/no/such"),
            "cannot use the Unix socket /no/such",
        ),
        (
            |http| http.unix_socket("/dev/null"),
            "expected the Unix socket of a server at /dev/null",
        ),
        (
            |http| http.keepalive(false).connection_hits(3),
            "`keepalive(false)` cannot be combined",
        ),
        (
            |http| http.connection_hits(0),
            "invalid value 0 of `connection_hits`",
        ),
        (
            |http| http.connect_to("::[::1]:").family(AddressFamily::V4),
            "::1 is not of the family that `family(V4)` selects (try without `family(V4)`)",
        ),
        (
            |http| http.connect_to("::[::1]:").source("127.0.0.1"),
            "::1 is not of the family that `source` selects",
        ),
        (
            |http| http.source("127.0.0.1").family(AddressFamily::V6),
            "`family(V6)` cannot be combined with `source`",
        ),
        (
            |http| http.resolve("a:80:127.0.0.1").family(AddressFamily::V6),
            "no `resolve` address of a is of the family that `family(V6)` selects",
        ),
        (
            |http| http.proxy("localhost").resolve("a:80:127.0.0.1"),
            "`resolve` for a cannot be combined with a proxy",
        ),
        (
            |http| http.proxy("socks5h://localhost").resolve("a:80:127.0.0.1"),
            "`resolve` for a cannot be combined with a proxy",
        ),
        (
            |http| http.source("lo").source("127.0.0.1"),
            "`source` cannot combine",
        ),
    ];
    for (change, message) in table {
        let error = change(Http::builder("http://a/"))
            .build()
            .expect_err(message);
        assert!(error.to_string().starts_with(message), "{message}: {error}");
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    }
    let table: [(BuilderChange, &str); 5] = [
        (|http| http.proxy("localhost"), "`proxy`"),
        (|http| http.connect_to("::b:"), "`connect_to`"),
        (|http| http.resolve("a:80:127.0.0.1"), "`resolve`"),
        (|http| http.source("127.0.0.1"), "`source`"),
        (|http| http.family(AddressFamily::V4), "`family`"),
    ];
    for (change, setting) in table {
        let unix = Http::builder("http://a/").unix_socket(&path);
        let error = change(unix).build().expect_err(setting).to_string();
        assert!(
            error.starts_with(setting) && error.contains("`unix_socket`"),
            "{error}"
        );
    }
}

#[test]
fn each_source_has_its_own_ports() {
    let needs = |http: HttpBuilder| {
        let http = http.build().expect("valid options");
        let all = ResourceNeeds::estimate(None, std::time::Duration::from_secs(1), 1000, 1);
        all.for_hammer(&http.describe()).ports
    };
    let http = || Http::builder("http://127.0.0.1/");
    assert_eq!(needs(http()), 1000);
    assert_eq!(needs(http().source("lo")), 1000);
    assert_eq!(needs(http().source("127.0.0.2-127.0.0.4")), 334);
    #[cfg(unix)]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&path).expect("a bound listener");
        assert_eq!(needs(http().unix_socket(path)), 0);
    }
}
