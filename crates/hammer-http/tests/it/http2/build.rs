use hammer_http::{ConfigureNetwork, ErrorKind, Http, HttpBuilder, HttpVersion};

fn assert_refused(builder: HttpBuilder, kind: ErrorKind, fragment: &str) {
    let error = builder.build().map(drop).expect_err(fragment);
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().contains(fragment), "{error}");
}

#[test]
fn options_of_another_version_are_refused_with_a_remedy() {
    let tls = || Http::builder("https://127.0.0.1/").insecure(true);
    let plain = || Http::builder("http://127.0.0.1/");
    let plain_http2 = || Http::builder("http://127.0.0.1/").http_version(HttpVersion::Http2);
    let protocol = ErrorKind::Protocol;
    assert_refused(
        plain().connections(8),
        protocol,
        "try `http_version(Http2)`",
    );
    assert_refused(
        tls().http_version(HttpVersion::Http1).connections(8),
        protocol,
        "try `http_version(Http2)`",
    );
    assert_refused(
        plain().stream_window(100_000),
        protocol,
        "try `http_version(Http2)`",
    );
    assert_refused(
        plain_http2().connections(0),
        protocol,
        "expected at least 1",
    );
    assert_refused(
        plain_http2().connections(usize::MAX),
        protocol,
        "too many connections",
    );
    assert_refused(plain_http2().stream_window(0), protocol, "1 to 2147483647");
    assert_refused(
        plain_http2().stream_window(0x8000_0000),
        protocol,
        "1 to 2147483647",
    );
    assert_refused(plain_http2().connection_window(65_534), protocol, "65535");
    let header = ErrorKind::Header;
    for builder in [plain_http2, tls as fn() -> HttpBuilder] {
        for (name, value) in [
            ("Connection", "close"),
            ("Keep-Alive", "timeout=5"),
            ("Proxy-Connection", "close"),
            ("Upgrade", "websocket"),
            ("Transfer-Encoding", "chunked"),
            ("TE", "gzip"),
        ] {
            assert_refused(
                builder().header(name, value),
                header,
                "try `http_version(Http1)`",
            );
        }
        builder()
            .header("TE", "trailers")
            .build()
            .expect("valid options");
        builder().keepalive(false).build().expect("valid options");
    }
    let proxied = plain_http2().proxy("http://127.0.0.1:1");
    assert_refused(proxied, protocol, "`proxy_tunnel`");
}
