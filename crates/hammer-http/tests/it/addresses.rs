//! Hosts with several addresses: which ones are tried, and how hits are shared and counted.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

use hammer_core::{AddressReport, Rate, Report, Run, Schedule};
use hammer_http::{ConfigureNetwork, Http, HttpBuilder, HttpVersion, TargetList};
use hammer_target::{TargetBehavior, TargetServer};

use crate::run;
use crate::scripted_server::{OK_RESPONSE, ScriptedServer};

/// A listener whose queue is full, so that connections are neither accepted nor refused.
struct MuteListener {
    _listener: tokio::net::TcpListener,
    _queued: Vec<TcpStream>,
    _runtime: tokio::runtime::Runtime,
}

impl MuteListener {
    fn at(address: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        let listener = {
            let _guard = runtime.enter();
            let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
            socket.bind(address).expect("a free port");
            socket.listen(1).expect("a bound socket")
        };
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(200)).ok();
        let queued = std::iter::from_fn(connect).collect();
        Self {
            _listener: listener,
            _queued: queued,
            _runtime: runtime,
        }
    }
}

fn local(last: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, last], port))
}

/// A builder for a host with these addresses of the local network.
fn http_at(port: u16, last: &[u8]) -> HttpBuilder {
    let ips: Vec<_> = last
        .iter()
        .map(|last| IpAddr::from([127, 0, 0, *last]).to_string())
        .collect();
    Http::builder(&format!("http://a.test:{port}/"))
        .resolve(format!("a.test:{port}:{}", ips.join(",")))
}

fn of_address(report: &Report, address: SocketAddr) -> &AddressReport {
    let found = report
        .addresses
        .iter()
        .find(|one| one.address == address.to_string());
    found.unwrap_or_else(|| panic!("no {address} in {:?}", report.addresses))
}

/// Regression: a hit waited for the whole timeout of an address that did not answer.
#[test]
fn an_address_that_does_not_answer_is_overtaken_by_the_next() {
    let server = ScriptedServer::answering(OK_RESPONSE);
    let port = server.addr().port();
    let _mute = MuteListener::at(local(3, port));
    let http = http_at(port, &[3, 1]).keepalive(false).build();
    let report = run(http.expect("valid options"), 4);
    assert_eq!(report.hits.ok, 4, "{:?}", report.failures);
    let connect = report.phases_us["connect"];
    assert!(connect.max >= 250e3, "{connect:?}");
    assert!(connect.max < 5e6, "not the timeout of 10 s: {connect:?}");
    let (mute, up) = (
        of_address(&report, local(3, port)),
        of_address(&report, server.addr()),
    );
    assert_eq!((mute.hits.scheduled, mute.connections), (0, 0));
    assert!(mute.failed_attempts["overtaken"] >= 2, "{mute:?}");
    assert_eq!((up.hits.ok, up.failed_attempts.len()), (4, 0), "{up:?}");
    assert!(up.connections >= 4, "{up:?}");
}

/// Regression: "check the address" did not say which.
#[test]
fn hits_that_time_out_are_counted_under_the_address_that_did_not_answer() {
    let port = ScriptedServer::answering(OK_RESPONSE).addr().port();
    let _mute = MuteListener::at(local(3, port));
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(3);
    let http = http_at(port, &[3]).build().expect("valid options");
    let run = Run::new(http, schedule).threads(1);
    let run = run.timeout(Duration::from_millis(300));
    let report = run.execute().expect("a finished run");
    let mute = of_address(&report, local(3, port));
    assert_eq!((report.hits.timed_out, mute.hits.timed_out), (3, 3));
    assert_eq!(mute.failures.get("connect_timeout"), Some(&3), "{mute:?}");
    assert!(mute.failed_attempts["no_answer"] >= 3, "{mute:?}");
}

#[test]
fn hits_that_are_refused_are_counted_under_their_address() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("a bound listener").port()
    };
    let http = http_at(port, &[1, 2]).build().expect("valid options");
    let report = run(http, 10);
    let refused = [1, 2].map(|last| &of_address(&report, local(last, port)).failures);
    let refused = refused.map(|failures| failures["connect_refused"]);
    assert_eq!((refused.iter().sum(), report.hits.failed), (10, 10));
    assert!(refused.iter().all(|count| *count > 0), "{refused:?}");
}

/// Two targets at one port of two addresses.
fn two_targets() -> [TargetServer; 2] {
    let at = |address| {
        TargetServer::builder()
            .listen(address)
            .spawn(TargetBehavior::default())
    };
    let first = at(local(2, 0)).expect("a free port");
    let second = at(local(3, first.addr().port())).expect("a free port");
    [first, second]
}

/// Regression: with one thread, a single connection took all hits, and with it one address.
#[test]
fn addresses_share_hits_evenly_at_any_number_of_threads() {
    for version in [HttpVersion::Http1, HttpVersion::Http2] {
        for threads in [1, 2, 3] {
            let targets = two_targets();
            let port = targets[0].addr().port();
            let http = http_at(port, &[2, 3]).http_version(version).build();
            let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(96);
            let run = Run::new(http.expect("valid options"), schedule).threads(threads);
            let report = run.execute().expect("a finished run");
            assert_eq!(report.hits.ok, 96, "{:?}", report.failures);
            let reported = [2, 3].map(|last| of_address(&report, local(last, port)).hits.ok);
            let seen = targets.map(|target| target.shutdown().counts.requests);
            assert_eq!(seen, reported);
            // A hit that the generator delays takes any connection that is free.
            let is_even = seen.iter().all(|hits| (36..=60).contains(hits));
            assert!(is_even, "{version:?} at {threads} threads: {seen:?}");
        }
    }
}

/// Regression: hosts and addresses were used in lockstep, so each host had one of its addresses.
#[test]
fn addresses_share_the_hits_of_each_host_evenly() {
    for version in [HttpVersion::Http1, HttpVersion::Http2] {
        let servers = [two_targets(), two_targets()];
        let ports = [0, 1].map(|host| servers[host][0].addr().port());
        let [a, b] = ports;
        let targets = format!("GET http://a.test:{a}/\nGET http://b.test:{b}/\n");
        let targets: TargetList = targets.parse().expect("valid targets");
        let http = Http::builder_for_targets(targets)
            .resolve(format!("a.test:{a}:127.0.0.2,127.0.0.3"))
            .resolve(format!("b.test:{b}:127.0.0.2,127.0.0.3"))
            .http_version(version)
            .build();
        let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(200);
        let run = Run::new(http.expect("valid options"), schedule).threads(1);
        let report = run.execute().expect("a finished run");
        assert_eq!(report.hits.ok, 200, "{:?}", report.failures);
        let seen = servers.map(|host| host.map(|one| one.shutdown().counts.requests));
        let is_even = seen.iter().flatten().all(|hits| (35..=65).contains(hits));
        assert!(is_even, "{version:?}: {seen:?}");
    }
}

/// Regression: the users of one address sent more hits each than those of another.
#[test]
fn users_send_in_turn_and_keep_to_their_addresses() {
    let targets = two_targets();
    let http = http_at(targets[0].addr().port(), &[2, 3]).build();
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(60);
    let run = Run::new(http.expect("valid options"), schedule).threads(1);
    let report = run.users(3).execute().expect("a finished run");
    assert_eq!(report.hits.ok, 60, "{:?}", report.failures);
    let counts = targets.map(|target| target.shutdown().counts);
    assert_eq!(counts[0].connections, 2, "two of three users");
    // A user whose answer is late misses a turn.
    assert!((34..=46).contains(&counts[0].requests), "{counts:?}");
}

/// Regression: a hit that waited for the connection of another one had no address.
#[test]
fn hits_that_wait_for_the_same_connection_time_out_at_its_address() {
    let silent = ScriptedServer::serve(|peer| {
        let mut read = || std::io::Read::read(&mut peer.stream, &mut [0; 64]);
        while read().is_ok_and(|bytes| bytes > 0) {}
    });
    let address = silent.addr();
    let http = Http::builder(&format!("https://{address}/")).http_version(HttpVersion::Http2);
    let schedule = Schedule::closed_loop().with_hit_count(20);
    let run = Run::new(http.build().expect("valid options"), schedule).threads(1);
    let run = run.max_in_flight(5).timeout(Duration::from_millis(60));
    let report = run.execute().expect("a finished run");
    let silent = of_address(&report, address);
    assert_eq!(silent.hits.timed_out, 20, "{:?}", report.addresses);
}

/// In a closed loop, hits do not choose among connections.
#[test]
fn addresses_share_the_connections_of_a_closed_loop() {
    for version in [HttpVersion::Http1, HttpVersion::Http2] {
        let targets = two_targets();
        let port = targets[0].addr().port();
        let http = http_at(port, &[2, 3]).http_version(version).build();
        let schedule = Schedule::closed_loop().with_hit_count(200);
        let run = Run::new(http.expect("valid options"), schedule).threads(1);
        let report = run.max_in_flight(4).execute().expect("a finished run");
        assert_eq!(report.hits.ok, 200, "{:?}", report.failures);
        let counts = targets.map(|target| target.shutdown().counts);
        assert_eq!(counts[0].connections, counts[1].connections, "{version:?}");
        assert!(counts.iter().all(|count| count.requests > 0), "{counts:?}");
    }
}

/// Regression: an address with a zone was refused as malformed.
#[cfg(target_os = "linux")]
#[test]
fn an_address_can_have_a_zone() {
    let listener = std::net::TcpListener::bind("[::1]:0").expect("a free port");
    let port = listener.local_addr().expect("a bound listener").port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut head = [0; 1024];
        let read = std::io::Read::read(&mut stream, &mut head).expect("a request");
        std::io::Write::write_all(&mut stream, OK_RESPONSE).expect("an open connection");
        String::from_utf8_lossy(&head[..read]).into_owned()
    });
    let http = Http::builder(&format!("http://[::1%25lo]:{port}/"));
    let report = run(http.build().expect("a valid URL"), 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    let head = server.join().expect("no panic");
    assert!(head.contains(&format!("host: [::1]:{port}\r\n")), "{head}");

    let error = Http::builder("http://[fe80::1%25nowhere0]/").build();
    let error = error.expect_err("no such interface").to_string();
    assert!(
        error.contains("unknown interface in fe80::1%nowhere0"),
        "{error}"
    );
}

/// The way to the target is through the proxy, so the address is that of the proxy.
#[test]
fn behind_a_proxy_the_address_is_that_of_the_proxy() {
    let proxy = ScriptedServer::answering(OK_RESPONSE);
    let port = proxy.addr().port();
    let http = Http::builder("http://a.test/").proxy(format!("http://b.test:{port}"));
    let http = http.resolve(format!("b.test:{port}:127.0.0.9,127.0.0.1"));
    let report = run(http.build().expect("valid options"), 2);
    assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
    assert_eq!(of_address(&report, proxy.addr()).hits.ok, 2);
    let refused = of_address(&report, local(9, port));
    assert!(
        refused.failed_attempts["connect_refused"] >= 1,
        "{refused:?}"
    );
    let [reported] = &report.proxies[..] else {
        panic!("{:?}", report.proxies)
    };
    assert_eq!(reported.url, format!("http://b.test:{port}"));
    assert!(reported.forwards && reported.variable.is_none());
}

/// A SOCKS proxy that gets addresses was asked for the first one only.
#[test]
fn a_socks_proxy_is_asked_for_the_next_address_if_the_first_refuses() {
    let proxy = ScriptedServer::serve(|peer| {
        let mut read = |bytes: usize| {
            let mut buffer = vec![0; bytes];
            std::io::Read::read_exact(&mut peer.stream, &mut buffer).ok()?;
            Some(buffer)
        };
        let Some(greeting) = read(3) else { return };
        assert_eq!(greeting, [5, 1, 0]);
        peer.send(&[5, 0]);
        let mut request = [0; 10];
        std::io::Read::read_exact(&mut peer.stream, &mut request).expect("a request");
        // Refuses the address 10.0.0.1, and takes the place of the other one.
        let reply = if request[7] == 1 { 5 } else { 0 };
        peer.send(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0]);
        while reply == 0 && peer.request() && peer.send(OK_RESPONSE) {}
    });
    let http = Http::builder("http://a.test/").proxy(format!("socks5://{}", proxy.addr()));
    let http = http.resolve("a.test:80:10.0.0.1,10.0.0.2").keepalive(false);
    let report = run(http.build().expect("valid options"), 4);
    assert_eq!(report.hits.ok, 4, "{:?}", report.failures);
    assert!(!report.proxies[0].forwards);
}
