use hammer_http::{ConfigureNetwork, ErrorKind, Http, HttpBuilder, HttpVersion};

fn refused(builder: HttpBuilder, kind: ErrorKind, fragment: &str) {
    let error = builder.build().map(drop).expect_err(fragment);
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(fragment), "{error}");
}

#[test]
fn what_does_not_fit_the_version_is_refused_with_what_would() {
    let tls = || Http::builder("https://127.0.0.1/").insecure(true);
    let unknown = || Http::builder("http://127.0.0.1/");
    let clear = || Http::builder("http://127.0.0.1/").http_version(HttpVersion::Http2);
    let protocol = ErrorKind::Protocol;
    refused(unknown().connections(8), protocol, "try --http 2");
    refused(
        tls().http_version(HttpVersion::Http1).connections(8),
        protocol,
        "try --http 2",
    );
    refused(unknown().stream_window(100_000), protocol, "try --http 2");
    refused(clear().connections(0), protocol, "expected at least 1");
    refused(
        clear().connections(usize::MAX),
        protocol,
        "too many connections",
    );
    refused(clear().stream_window(0), protocol, "1 to 2147483647");
    refused(
        clear().stream_window(0x8000_0000),
        protocol,
        "1 to 2147483647",
    );
    refused(clear().connection_window(65_534), protocol, "65535");
    let header = ErrorKind::Header;
    for builder in [clear, tls as fn() -> HttpBuilder] {
        for (name, value) in [
            ("Connection", "close"),
            ("Keep-Alive", "timeout=5"),
            ("Proxy-Connection", "close"),
            ("Upgrade", "websocket"),
            ("Transfer-Encoding", "chunked"),
            ("TE", "gzip"),
        ] {
            refused(builder().header(name, value), header, "try --http 1.1");
        }
        builder()
            .header("TE", "trailers")
            .build()
            .expect("may be sent");
        builder()
            .keepalive(false)
            .build()
            .expect("says so without a header");
    }
    let proxied = clear().proxy("http://127.0.0.1:1");
    refused(proxied, protocol, "--proxytunnel");
}
