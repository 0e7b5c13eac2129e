//! Timeouts while a connection opens, which are named by the step that hung.

use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use hammer_core::{Report, Run, Schedule};
use hammer_http::{ConfigureNetwork, Http, HttpBuilder, HttpVersion};

use crate::only_failure;
use crate::scripted_server::{ScriptedConnection, ScriptedServer};
use crate::tls_server::{TLS_1_2_AND_1_3, https, serve_with_alpn, test_certificates};

const LIMIT: Duration = Duration::from_millis(40);

fn read_to_end(peer: &mut ScriptedConnection) {
    while peer.stream.read(&mut [0; 64]).is_ok_and(|bytes| bytes > 0) {}
}

/// A server that accepts connections and reads, but never answers.
fn silent_server() -> ScriptedServer {
    ScriptedServer::serve(read_to_end)
}

/// Loads of which each hangs at a step, with the failure of that step.
fn hanging_loads(silent: &ScriptedServer) -> Vec<(&'static str, HttpBuilder)> {
    let addr = silent.addr();
    let target = |scheme: &str| Http::builder(&format!("{scheme}://{addr}/")).insecure(true);
    let proxied = |proxy: String| {
        Http::builder("http://127.0.0.1:9/")
            .proxy(proxy)
            .proxy_insecure(true)
    };
    vec![
        ("tls_timeout", target("https")),
        (
            "tls_timeout",
            target("https").http_version(HttpVersion::Auto),
        ),
        (
            "tls_timeout",
            target("https").http_version(HttpVersion::Http2),
        ),
        (
            "settings_timeout",
            target("http").http_version(HttpVersion::Http2),
        ),
        (
            "proxy_timeout",
            proxied(format!("http://{addr}")).proxy_tunnel(true),
        ),
        ("proxy_tls_timeout", proxied(format!("https://{addr}"))),
        ("socks_timeout", proxied(format!("socks5://{addr}"))),
        ("socks_timeout", proxied(format!("socks5h://{addr}"))),
    ]
}

/// Runs one hit in each of this many slots, in a closed loop.
fn run_slots(http: HttpBuilder, slots: usize, timeout: Duration) -> Report {
    let schedule = Schedule::closed_loop().with_hit_count(slots as u64);
    let run = Run::new(http.build().expect("valid options"), schedule);
    let run = run.threads(1).max_in_flight(slots).timeout(timeout);
    run.execute().expect("a finished run")
}

#[test]
fn a_timeout_of_a_hit_names_the_step_that_hung() {
    let silent = silent_server();
    for (name, http) in hanging_loads(&silent) {
        let report = run_slots(http, 1, LIMIT);
        assert_eq!(only_failure(&report), (name, 1));
        assert_eq!(report.hits.timed_out, 1, "{name}");
    }
}

/// Slots that wait for a connection which another slot opens have the same failure.
#[test]
fn a_timeout_names_the_step_in_every_slot() {
    let silent = silent_server();
    for (name, http) in hanging_loads(&silent) {
        assert_eq!(only_failure(&run_slots(http, 5, LIMIT)), (name, 5));
    }
}

#[test]
fn the_limit_on_opening_names_the_step_that_hung() {
    let silent = silent_server();
    let patience = Duration::from_secs(20);
    for (name, http) in hanging_loads(&silent) {
        // The SETTINGS of HTTP/2 come when the connection is open.
        if name != "settings_timeout" {
            let report = run_slots(http.connect_timeout(LIMIT), 1, patience);
            assert_eq!(only_failure(&report), (name, 1));
        }
    }
}

#[test]
fn a_target_that_hangs_after_tls_is_a_settings_timeout() {
    let pki = test_certificates();
    let server = serve_with_alpn(&pki, TLS_1_2_AND_1_3, Some(b"h2"));
    let http = https(&server, &pki).http_version(HttpVersion::Auto);
    assert_eq!(
        only_failure(&run_slots(http, 2, LIMIT)),
        ("settings_timeout", 2)
    );
}

#[test]
fn a_proxy_that_stops_within_its_answer_is_a_proxy_timeout() {
    let half = ScriptedServer::serve(|peer| {
        peer.request();
        peer.send(b"HTTP/1.1 200 ");
        read_to_end(peer);
    });
    let http = Http::builder("http://a.test/").proxy(half.addr().to_string());
    let report = run_slots(http.proxy_tunnel(true), 1, LIMIT);
    assert_eq!(only_failure(&report), ("proxy_timeout", 1));
}

/// A listener whose queue is full, so that the system drops each attempt to connect.
fn black_hole() -> (SocketAddr, impl Drop) {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_io().build().expect("a runtime");
    let listener = {
        let _runtime = runtime.enter();
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        let any_port = "127.0.0.1:0".parse().expect("an address");
        socket.bind(any_port).expect("a free port");
        socket.listen(1).expect("a bound socket")
    };
    let address = listener.local_addr().expect("a bound listener");
    let mut queued = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, 2 * LIMIT) {
        queued.push(stream);
    }
    (
        address,
        KeptOpen {
            _all: (listener, queued, runtime),
        },
    )
}

/// Holds values until it is dropped.
struct KeptOpen<T> {
    _all: T,
}

impl<T> Drop for KeptOpen<T> {
    fn drop(&mut self) {}
}

#[test]
fn a_target_or_proxy_that_drops_packets_is_a_connect_timeout() {
    let (address, _open) = black_hole();
    let url = format!("https://{address}/");
    let report = run_slots(Http::builder(&url).insecure(true), 1, LIMIT);
    assert_eq!(only_failure(&report), ("connect_timeout", 1));
    assert!(report.advice["connect_timeout"].contains("firewall"));
    for scheme in ["http", "https", "socks5h"] {
        let http = Http::builder("http://a.test/").proxy(format!("{scheme}://{address}"));
        let report = run_slots(http, 1, LIMIT);
        assert_eq!(
            only_failure(&report),
            ("proxy_connect_timeout", 1),
            "{scheme}"
        );
    }
}

/// A step that hung before must not name the timeout of an answer.
#[test]
fn a_slow_answer_after_a_connection_has_opened_stays_a_timeout() {
    let pki = test_certificates();
    let server = serve_with_alpn(&pki, TLS_1_2_AND_1_3, None);
    let report = run_slots(https(&server, &pki), 1, 20 * LIMIT);
    assert_eq!(only_failure(&report), ("timeout", 1));
}
