use std::io::{Read, Write};
use std::net::TcpStream;

use hammer_http::{ConfigureNetwork, ErrorKind, Http, HttpBuilder, RequestHeader};

use crate::scripted_server::{OK_RESPONSE, ScriptedConnection, ScriptedServer};
use crate::{BuilderChange, only_failure, run};
const ESTABLISHED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";
/// The header for the user `ann` with the password `p@ss`.
const ANN_AUTHORIZATION: &str = "proxy-authorization: Basic YW5uOnBAc3M=\r\n";

fn proxied_by(proxy: &ScriptedServer) -> HttpBuilder {
    Http::builder("http://a.test/x?y").proxy(proxy.addr().to_string())
}

fn hit(builder: HttpBuilder, hits: u64) {
    let report = run(builder.build().expect("valid options"), hits);
    assert_eq!(report.hits.ok, hits, "{:?}", report.failures);
}

#[test]
fn a_proxy_forwards_plain_requests() {
    let proxy = ScriptedServer::answering(OK_RESPONSE);
    let url = format!("http://ann:p%40ss@{}", proxy.addr());
    let header: RequestHeader = "X-Proxied: this".parse().expect("valid input");
    hit(
        Http::builder("http://a.test/x?y")
            .proxy(url)
            .proxy_header(header),
        3,
    );
    assert_eq!(proxy.connections(), 1, "the connection is kept alive");
    for head in proxy.heads() {
        assert!(
            head.starts_with("GET http://a.test/x?y HTTP/1.1\r\nhost: a.test\r\n"),
            "{head}"
        );
        assert!(
            head.contains(ANN_AUTHORIZATION) && head.contains("x-proxied: this\r\n"),
            "{head}"
        );
    }
}

#[test]
fn requests_that_cannot_be_forwarded_take_a_tunnel() {
    let proxy = ScriptedServer::serve(|peer| {
        peer.request();
        peer.send(ESTABLISHED);
        while peer.request() && peer.send(OK_RESPONSE) {}
    });
    let header = || {
        "X-Proxied: this"
            .parse::<RequestHeader>()
            .expect("valid input")
    };
    let tunneled = proxied_by(&proxy)
        .proxy_tunnel(true)
        .proxy_user("ann:p%40ss");
    hit(tunneled.proxy_header(header()), 2);
    hit(proxied_by(&proxy).connect_to("a.test:80:[::1]:81"), 1);
    let heads = proxy.heads();
    assert!(
        heads[0].starts_with("CONNECT a.test:80 HTTP/1.1\r\nhost: a.test:80\r\n"),
        "{}",
        heads[0]
    );
    assert!(
        heads[0].contains(ANN_AUTHORIZATION) && heads[0].contains("x-proxied: this\r\n"),
        "{}",
        heads[0]
    );
    // Headers for the proxy do not reach the target.
    assert!(
        heads[1].starts_with("GET /x?y HTTP/1.1\r\nhost: a.test\r\n"),
        "{}",
        heads[1]
    );
    assert!(
        !heads[1].contains("proxy-") && !heads[1].contains("x-proxied"),
        "{}",
        heads[1]
    );
    assert!(heads[3].starts_with("CONNECT [::1]:81 "), "{}", heads[3]);
}

#[test]
fn refused_tunnels_are_failures() {
    let table: [(&[u8], &str); 13] = [
        (b"HTTP/1.1 401 Unauthorized\r\n\r\n", "proxy_auth_required"),
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 9\r\n\r\ngive name",
            "proxy_auth_required",
        ),
        (b"HTTP/1.0 403 Filtered\r\n\r\n", "proxy_forbidden"),
        (
            b"HTTP/1.1 502 Bad Gateway\r\n\r\n",
            "proxy_target_unreachable",
        ),
        (
            b"HTTP/1.1 503 Service Unavailable\r\n\r\n",
            "proxy_target_unreachable",
        ),
        (
            b"HTTP/1.1 504 Gateway Timeout\r\n\r\n",
            "proxy_target_unreachable",
        ),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "proxy_refused"),
        (
            b"HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n",
            "proxy_refused",
        ),
        (b"", "proxy_closed_early"),
        (b"HTTP/1.1 200 OK\r\n", "proxy_closed_early"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "proxy_malformed_answer"),
        (b"\x05\x00", "proxy_malformed_answer"),
        (
            b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
            "proxy_malformed_answer",
        ),
    ];
    for (answer, name) in table {
        let proxy = ScriptedServer::answering_once(answer);
        let report = run(
            proxied_by(&proxy)
                .proxy_tunnel(true)
                .build()
                .expect("valid options"),
            2,
        );
        assert_eq!(
            only_failure(&report),
            (name, 2),
            "{}",
            answer.escape_ascii()
        );
        let advice = &report.advice[name];
        let is_other_protocol = name == "proxy_malformed_answer" && !answer.starts_with(b"HTTP/");
        assert_eq!(advice.contains("scheme"), is_other_protocol, "{advice}");
    }
}

#[test]
fn answers_to_connect_follow_the_rules_of_other_answers() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(150));
    let table: [&[u8]; 4] = [
        b"HTTP/1.1 200\r\nServer : x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nVia: a,\r\n b\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n\r\n",
        many.as_bytes(),
    ];
    for answer in table {
        let answer = answer.to_vec();
        let proxy = ScriptedServer::serve(move |peer| {
            peer.request();
            peer.send(&answer);
            while peer.request() && peer.send(OK_RESPONSE) {}
        });
        hit(proxied_by(&proxy).proxy_tunnel(true), 2);
    }
}

#[test]
fn a_407_to_a_forwarded_request_is_a_failure() {
    let proxy = ScriptedServer::answering(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
    let report = run(proxied_by(&proxy).build().expect("valid options"), 2);
    assert_eq!(only_failure(&report), ("proxy_auth_required", 2));
    // From the target itself, 407 is an outcome.
    let target = ScriptedServer::answering(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
    let report = run(
        Http::builder(&target.url()).build().expect("valid options"),
        2,
    );
    assert_eq!(report.labels["407"], 2);
}

#[test]
fn an_endless_head_of_a_proxy_is_malformed() {
    let proxy = ScriptedServer::serve(|peer| {
        peer.request();
        peer.send(b"HTTP/1.1 200 OK\r\n");
        while peer.send(b"X-Endless: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n") {}
    });
    let report = run(
        proxied_by(&proxy)
            .proxy_tunnel(true)
            .build()
            .expect("valid options"),
        2,
    );
    assert_eq!(only_failure(&report), ("proxy_malformed_answer", 2));
}

#[test]
fn an_unreachable_proxy_differs_from_an_unreachable_target() {
    let unused = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a free port")
        .local_addr();
    let unused = unused.expect("a bound listener");
    for proxy in [unused.to_string(), format!("socks5h://{unused}")] {
        let http = Http::builder("http://a.test/")
            .proxy(proxy)
            .build()
            .expect("valid options");
        assert_eq!(only_failure(&run(http, 2)), ("proxy_unreachable", 2));
    }
    let unknown = Http::builder("http://a.test/").proxy("no-such-host.invalid");
    let report = run(unknown.build().expect("valid options"), 2);
    assert_eq!(only_failure(&report), ("proxy_name_not_resolved", 2));
}

/// Reads the greeting and request of a SOCKS client; returns the requested address and port.
pub(crate) fn accept_socks(peer: &mut ScriptedConnection, method: u8) -> Vec<u8> {
    let methods = peer.read(2)[1];
    let offered = peer.read(methods.into());
    assert!(offered.contains(&method), "{offered:?}");
    peer.send(&[5, method]);
    if method == 2 {
        let user = peer.read(2)[1];
        assert_eq!(peer.read(user.into()), b"ann");
        let password = peer.read(1)[0];
        assert_eq!(peer.read(password.into()), b"p@ss");
        peer.send(&[1, 0]);
    }
    assert_eq!(peer.read(3), [5, 1, 0]);
    match peer.read(1)[0] {
        1 => peer.read(6),
        3 => {
            let length = peer.read(1)[0];
            peer.read(usize::from(length) + 2)
        }
        other => panic!("unexpected address type {other}"),
    }
}

/// The last answer of a SOCKS proxy before it passes bytes on.
pub(crate) const CONNECTED: &[u8] = &[5, 0, 0, 1, 127, 0, 0, 1, 0, 80];

#[test]
fn a_socks_proxy_gets_a_name_or_an_address() {
    let proxy = ScriptedServer::serve(|peer| {
        let requested = accept_socks(peer, 0);
        let expected: [&[u8]; 2] = [b"a.test\0\x50", b"\x7f\0\0\x09\0\x50"];
        assert!(expected.contains(&&*requested), "{requested:?}");
        peer.send(CONNECTED);
        while peer.request() && peer.send(OK_RESPONSE) {}
    });
    let named = Http::builder("http://a.test/").proxy(format!("socks5h://{}", proxy.addr()));
    hit(named, 2);
    let looked_up = Http::builder("http://a.test/").resolve("a.test:80:127.0.0.9");
    hit(looked_up.proxy(format!("socks5://{}", proxy.addr())), 2);
    assert!(
        proxy
            .heads()
            .iter()
            .all(|head| head.starts_with("GET / HTTP/1.1\r\nhost: a.test\r\n"))
    );
    assert_eq!(proxy.heads().len(), 4);
}

#[test]
fn a_socks_proxy_gets_the_credentials() {
    let proxy = ScriptedServer::serve(|peer| {
        accept_socks(peer, 2);
        peer.send(CONNECTED);
        while peer.request() && peer.send(OK_RESPONSE) {}
    });
    let url = format!("socks5h://ann:p%40ss@{}", proxy.addr());
    hit(Http::builder("http://a.test/").proxy(url), 2);
}

#[test]
fn each_reply_of_a_socks_proxy_has_its_failure() {
    let table = [
        (1, "socks_general_failure"),
        (2, "proxy_forbidden"),
        (3, "socks_network_unreachable"),
        (4, "socks_host_unreachable"),
        (5, "socks_connection_refused"),
        (6, "socks_ttl_expired"),
        (7, "socks_command_not_supported"),
        (8, "socks_address_type_not_supported"),
        (9, "socks_unknown_reply"),
    ];
    for (reply, name) in table {
        let proxy = ScriptedServer::serve(move |peer| {
            accept_socks(peer, 0);
            peer.send(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
        });
        assert_socks_fails(&proxy, "", name);
    }
}

#[test]
fn malformed_replies_of_a_socks_proxy_are_failures() {
    let table: [(&'static [u8], &str, &str); 7] = [
        (b"", "", "proxy_closed_early"),
        (b"\x05", "", "proxy_closed_early"),
        (b"\x05\xff", "", "proxy_auth_required"),
        (b"\x05\x02\x01\x01", "ann:wrong@", "proxy_auth_required"),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "",
            "proxy_malformed_answer",
        ),
        (b"\x04\x00", "", "proxy_malformed_answer"),
        (b"\x05\x00\x05\x00\x00\x09", "", "proxy_malformed_answer"),
    ];
    for (answer, user, name) in table {
        let proxy = ScriptedServer::serve(move |peer| {
            peer.send(answer);
            let _ = peer.stream.shutdown(std::net::Shutdown::Write);
            while peer.stream.read(&mut [0; 64]).is_ok_and(|bytes| bytes > 0) {}
        });
        assert_socks_fails(&proxy, user, name);
    }
}

fn assert_socks_fails(proxy: &ScriptedServer, user: &str, name: &str) {
    let url = format!("socks5h://{user}{}", proxy.addr());
    let http = Http::builder("http://a.test/")
        .proxy(url)
        .build()
        .expect("valid options");
    let report = run(http, 2);
    assert_eq!(only_failure(&report), (name, 2));
    assert!(report.advice.contains_key(name), "{name}");
}

#[test]
fn listed_hosts_bypass_the_proxy() {
    let proxy = ScriptedServer::answering_once(b"HTTP/1.1 500 Not Me\r\n\r\n");
    let target = ScriptedServer::answering(OK_RESPONSE);
    for list in ["*", "127.0.0.0/8", "a.test,127.0.0.1"] {
        let http = Http::builder(&target.url()).proxy(proxy.addr().to_string());
        hit(http.no_proxy(list), 1);
    }
    let direct = Http::builder(&target.url()).proxy("");
    hit(direct, 1);
    assert_eq!(proxy.connections(), 0);
}

#[test]
fn invalid_proxies_are_refused_when_built() {
    let header = || -> RequestHeader { "A: b".parse().expect("valid input") };
    let long = "a".repeat(256);
    let table: [(BuilderChange, &str); 7] = [
        (
            |http| http.proxy("socks4://a"),
            "unknown scheme of the proxy",
        ),
        (
            |http| http.proxy("http://ann:secret@a:0"),
            "malformed proxy \"http://ann:***@a:0\"",
        ),
        (
            |http| http.proxy("a").proxy_user("ann:%zz"),
            "expected two hexadecimal digits after %",
        ),
        (
            |http| http.proxy_user("ann:p"),
            "`proxy_user` needs a proxy",
        ),
        (
            |http| http.proxy("a").proxy_cacert("/no/such"),
            "`proxy_cacert` needs a proxy that speaks TLS",
        ),
        (
            |http| http.proxy("socks5h://ann@a"),
            "cannot send the password to the SOCKS proxy",
        ),
        (
            |http| http.proxy("https://a").proxy_cacert("/no/such"),
            "cannot read the CA file /no/such",
        ),
    ];
    for (change, message) in table {
        let error = change(Http::builder("http://a/"))
            .build()
            .expect_err(message);
        assert!(error.to_string().starts_with(message), "{message}: {error}");
        let certificates = message.starts_with("cannot read the CA file");
        assert_eq!(
            error.kind() == ErrorKind::Certificates,
            certificates,
            "{error}"
        );
    }
    let socks = || Http::builder("http://a/").proxy("socks5h://a");
    let error = socks()
        .proxy_header(header())
        .build()
        .expect_err("a useless header");
    assert!(
        error
            .to_string()
            .contains("a SOCKS proxy, which has no headers"),
        "{error}"
    );
    let too_long = Http::builder(&format!("http://{long}/")).proxy("socks5h://a");
    let error = too_long.build().expect_err("a name that is too long");
    assert!(error.to_string().contains("try socks5://"), "{error}");
    let user = format!("socks5h://{long}:p@a");
    let error = Http::builder("http://a/")
        .proxy(user)
        .build()
        .expect_err("a name that is too long");
    assert!(error.to_string().contains("1 to 255 bytes"), "{error}");
}

#[test]
fn debug_output_hides_secrets() {
    let builder = Http::builder("http://bob:secret@a.test/").proxy("http://ann:secret@b.test");
    assert!(!format!("{builder:?}").contains("secret"), "{builder:?}");
    let http = builder.build().expect("valid options");
    assert!(!format!("{http:?}").contains("secret"), "{http:?}");
}

/// Copies bytes both ways, as a tunnel does.
pub(crate) fn pipe(one: &mut TcpStream, mut other: TcpStream) {
    let copy = |mut from: TcpStream, mut to: TcpStream| {
        let mut buffer = [0; 4096];
        while let Ok(bytes @ 1..) = from.read(&mut buffer) {
            if to.write_all(&buffer[..bytes]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(std::net::Shutdown::Both);
    };
    let (from, to) = (one.try_clone(), other.try_clone());
    let (from, to) = (from.expect("a handle"), to.expect("a handle"));
    let back = std::thread::spawn(move || copy(to, from));
    let forth = one.try_clone().expect("a handle");
    copy(forth, other.try_clone().expect("a handle"));
    let _ = other.flush();
    let _ = back.join();
}
