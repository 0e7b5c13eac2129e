//! Alerts of TLS, each of which is a failure with its name.

use std::io::Read;

use hammer_http::{ConfigureNetwork, Http, HttpVersion};

use crate::scripted_server::ScriptedServer;
use crate::{only_failure, run};

/// A server that answers the first message of a handshake with a fatal alert.
fn alerting_server(code: u8) -> ScriptedServer {
    ScriptedServer::serve(move |peer| {
        let header = peer.read(5);
        let length = u16::from_be_bytes([header[3], header[4]]);
        peer.read(length.into());
        peer.send(&[21, 3, 3, 0, 2, 2, code]);
        while peer.stream.read(&mut [0; 64]).is_ok_and(|bytes| bytes > 0) {}
    })
}

#[test]
fn each_alert_is_named_for_targets_and_proxies() {
    for (code, name, meaning) in [
        (40, "handshake_failure", "no CBC suites"),
        (42, "bad_certificate", "client certificate"),
        (43, "unsupported_certificate", "client certificate"),
        (45, "certificate_expired", "client certificate"),
        (46, "certificate_unknown", "client certificate"),
        (48, "unknown_ca", "does not trust the issuer"),
        (49, "access_denied", "denies this client"),
        (51, "decrypt_error", "verify a signature"),
        (70, "protocol_version", "1.2 and 1.3 only"),
        (71, "insufficient_security", "stronger"),
        (80, "internal_error", "an internal error"),
        (112, "unrecognized_name", "SNI"),
        (116, "certificate_required", "requires a client certificate"),
        (110, "unsupported_extension", "an extension"),
        (200, "unknown", "has no name"),
    ] {
        let server = alerting_server(code);
        let target = Http::builder(&server.url().replace("http:", "https:")).insecure(true);
        let report = run(target.build().expect("valid options"), 1);
        let expected = format!("tls_alert_{name}");
        assert_eq!(only_failure(&report), (&*expected, 1));
        let advice = &report.advice[&*expected];
        assert!(
            advice.contains(meaning) && advice.contains(name),
            "{advice}"
        );
        let proxied = Http::builder("http://a.test/").proxy(format!("https://{}", server.addr()));
        let report = run(proxied.build().expect("valid options"), 1);
        let expected = format!("proxy_{expected}");
        assert_eq!(only_failure(&report), (&*expected, 1));
        assert!(report.advice[&*expected].contains("the proxy sent"));
    }
}

/// The advice was to try https, on an https URL.
#[test]
fn a_target_without_http2_is_advised_by_what_its_alert_says() {
    let server = alerting_server(120);
    let url = server.url().replace("http:", "https:");
    let http = Http::builder(&url)
        .http_version(HttpVersion::Http2)
        .insecure(true);
    let report = run(http.build().expect("valid options"), 1);
    assert_eq!(only_failure(&report), ("h2_not_spoken", 1));
    let advice = &report.advice["h2_not_spoken"];
    assert!(
        advice.contains("ALPN") && !advice.contains("https"),
        "{advice}"
    );
}
