use hammer_http::{ConfigureNetwork, ErrorKind, Http, HttpBuilder, TlsVersion};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use rustls::version::{TLS12, TLS13};

use crate::tls_server::{TLS_1_2_AND_1_3, https, serve, test_certificates};
use crate::{only_failure, run};

#[test]
fn a_client_certificate_is_sent_to_targets_that_ask() {
    let pki = test_certificates();
    let (server, _) = serve(&pki, TLS_1_2_AND_1_3, true);
    let (cert, key) = pki.client.clone();
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a written file");
        path
    };
    for http in [
        https(&server, &pki)
            .client_cert_pem(cert.clone())
            .client_key_pem(key.clone()),
        https(&server, &pki).client_cert_pem(format!("{key}{cert}")),
        https(&server, &pki)
            .client_cert(file("cert", &cert))
            .client_key(file("key", &key)),
        https(&server, &pki).client_cert(file("both", &format!("{cert}{key}"))),
    ] {
        let report = run(http.build().expect("valid options"), 2);
        assert_eq!(report.hits.ok, 2, "{:?}", report.failures);
    }
    // In TLS 1.3, the alert comes after the client's handshake, with the first read.
    for version in [TlsVersion::V1_2, TlsVersion::V1_3] {
        let without = https(&server, &pki).tls_max(version);
        let report = run(without.build().expect("valid options"), 2);
        let name = "tls_alert_certificate_required";
        assert_eq!(only_failure(&report), (name, 2), "{version:?}");
        let advice = &report.advice[name];
        assert!(advice.contains("`client_cert`"), "{version:?}: {advice}");
    }
}

#[test]
fn tls_versions_respect_the_limits() {
    let pki = test_certificates();
    let (both, _) = serve(&pki, TLS_1_2_AND_1_3, false);
    let (old, _) = serve(&pki, &[&TLS12], false);
    let (new, _) = serve(&pki, &[&TLS13], false);
    use TlsVersion::{V1_2, V1_3};
    for (server, lowest, highest, version) in [
        (&both, None, None, Some("TLSv1.3")),
        (&both, None, Some(V1_2), Some("TLSv1.2")),
        (&both, Some(V1_2), Some(V1_3), Some("TLSv1.3")),
        (&old, Some(V1_2), None, Some("TLSv1.2")),
        (&old, Some(V1_3), None, None),
        (&new, Some(V1_3), Some(V1_3), Some("TLSv1.3")),
        (&new, None, Some(V1_2), None),
    ] {
        let mut http = https(server, &pki);
        if let Some(lowest) = lowest {
            http = http.tls_min(lowest);
        }
        if let Some(highest) = highest {
            http = http.tls_max(highest);
        }
        let report = run(http.build().expect("valid options"), 1);
        let Some(version) = version else {
            let name = "tls_alert_protocol_version";
            assert_eq!(only_failure(&report), (name, 1));
            assert!(report.advice[name].contains("`tls_min`"));
            continue;
        };
        assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
        let facts: Vec<_> = report.facts["tls"].keys().collect();
        assert_eq!(facts.len(), 1, "{facts:?}");
        assert!(
            facts[0].starts_with(&format!("{version} TLS_")),
            "{facts:?}"
        );
        assert_eq!(report.facts["alpn"]["none"], 1);
    }
}

#[test]
fn the_server_name_is_sent_and_checked() {
    let pki = test_certificates();
    let (server, seen) = serve(&pki, TLS_1_2_AND_1_3, false);
    let port = server.addr().port();
    let a_test = || {
        let url = format!("https://a.test:{port}/");
        let http = Http::builder(&url).cacert_pem(pki.ca.clone());
        http.resolve(format!("*:{port}:127.0.0.1"))
    };
    let b_test = format!("https://b.test:{port}/");
    let b_test = Http::builder(&b_test).resolve(format!("*:{port}:127.0.0.1"));
    for http in [
        a_test(),
        b_test.cacert_pem(pki.ca.clone()).sni("a.test"),
        a_test().send_sni(false),
        https(&server, &pki),
    ] {
        let report = run(http.build().expect("valid options"), 1);
        assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    }
    let mismatched = run(a_test().sni("b.test").build().expect("valid options"), 1);
    assert_eq!(only_failure(&mismatched), ("tls_wrong_name", 1));
    let names = || {
        let seen = seen.lock().expect("no script panicked");
        let mut names = seen.get("name").cloned().unwrap_or_default();
        names.sort();
        // A session that failed to open ahead is opened again for its hit.
        names.dedup_by(|one, other| one == "b.test" && one == other);
        names
    };
    // Waits for the names of the five connections, the last of which fails its handshake.
    while names().len() < 5 {
        std::thread::yield_now();
    }
    assert_eq!(names(), ["a.test", "a.test", "b.test", "none", "none"]);
}

#[test]
fn handshakes_are_resumed_by_default() {
    let pki = test_certificates();
    for versions in [&[&TLS13][..], &[&TLS12]] {
        let (server, _) = serve(&pki, versions, false);
        let counts = |http: HttpBuilder| {
            let http = http.keepalive(false).build().expect("valid options");
            let report = run(http, 4);
            assert_eq!(report.hits.ok, 4, "{:?}", report.failures);
            let facts = &report.facts["tls_handshake"];
            let count = |kind| facts.get(kind).copied().unwrap_or(0);
            (count("full"), count("resumed"))
        };
        assert_eq!(counts(https(&server, &pki)), (1, 3));
        assert_eq!(counts(https(&server, &pki).tls_resume(false)), (4, 0));
    }
}

#[test]
fn the_key_log_has_the_nss_format() {
    let pki = test_certificates();
    let (server, _) = serve(&pki, &[&TLS13], false);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keys");
    std::fs::write(&path, "# from another program\n").expect("a written file");
    let report = run(
        https(&server, &pki)
            .key_log(&path)
            .build()
            .expect("valid options"),
        1,
    );
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
    let text = std::fs::read_to_string(&path).expect("an existing file");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("# from another program"));
    let mut labels: Vec<_> = lines
        .map(|line| {
            let words: Vec<_> = line.split(' ').collect();
            assert_eq!((words.len(), words[1].len()), (3, 64), "{line}");
            assert!(
                words[1..]
                    .concat()
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit())
            );
            words[0]
        })
        .collect();
    labels.sort_unstable();
    labels.retain(|label| *label != "EXPORTER_SECRET");
    let traffic = ["CLIENT_HANDSHAKE", "CLIENT", "SERVER_HANDSHAKE", "SERVER"];
    for prefix in traffic {
        assert!(
            labels.iter().any(|label| label.starts_with(prefix)),
            "{prefix}: {labels:?}"
        );
    }
    let error = https(&server, &pki)
        .key_log("/no/such/keys")
        .build()
        .expect_err("a missing folder");
    assert!(
        error
            .to_string()
            .starts_with("cannot open the key log /no/such/keys"),
        "{error}"
    );
}

#[test]
fn a_retired_connection_closes_tls_cleanly() {
    let pki = test_certificates();
    let (server, seen) = serve(&pki, TLS_1_2_AND_1_3, false);
    let http = https(&server, &pki)
        .connection_hits(1)
        .build()
        .expect("valid options");
    let report = run(http, 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    let ends = || {
        seen.lock()
            .expect("no script panicked")
            .get("end")
            .cloned()
            .unwrap_or_default()
    };
    while ends().len() < 3 {
        std::thread::yield_now();
    }
    assert_eq!(ends(), ["clean"; 3]);
}

#[test]
fn invalid_tls_options_are_refused_when_built() {
    let pki = test_certificates();
    let (cert, key) = pki.client.clone();
    let other = pki.server.1.clone();
    let block = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    let legacy = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: \
                  AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let broken = cert.replace("\nM", "\n?");
    let future = {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec!["a".to_owned()]).expect("a name");
        params.not_before = date_time_ymd(3000, 1, 1);
        params.self_signed(&key).expect("a signature").pem()
    };
    let http = || Http::builder("https://a.test/").insecure(true);
    let with_pem = |cert: &str, key: &str| http().client_cert_pem(cert).client_key_pem(key);
    let (certificates, tls) = (ErrorKind::Certificates, ErrorKind::Tls);
    let table = [
        (
            http().client_key_pem(key.clone()),
            certificates,
            "has no certificate (try `client_cert` FILE)",
        ),
        (
            http().client_cert_pem(cert.clone()),
            certificates,
            "has no key (try `client_key` FILE",
        ),
        (
            with_pem(&cert, &other),
            certificates,
            "the given client key does not belong to the given client certificate",
        ),
        (
            http().client_cert_pem(format!("{cert}{other}")),
            certificates,
            "the key in the given client certificate does not belong",
        ),
        (
            with_pem(&cert, &block("ENCRYPTED PRIVATE KEY")),
            certificates,
            "the given client key is encrypted (try `client_key_password`",
        ),
        (
            with_pem(&cert, legacy),
            certificates,
            "is encrypted in an old format of OpenSSL (try openssl pkey",
        ),
        (
            with_pem(&cert, &block("PRIVATE KEY")),
            certificates,
            "the given client key cannot be used by this TLS library; expected RSA",
        ),
        (
            with_pem(&cert, &cert),
            certificates,
            "-----BEGIN PRIVATE KEY-----",
        ),
        (
            with_pem(&key, &key),
            certificates,
            "-----BEGIN CERTIFICATE-----",
        ),
        (
            with_pem("", ""),
            certificates,
            "-----BEGIN CERTIFICATE-----",
        ),
        (with_pem(&broken, &key), certificates, "is malformed"),
        (
            with_pem(&block("CERTIFICATE"), &key),
            certificates,
            "is malformed",
        ),
        (
            with_pem(&pki.expired.0, &pki.expired.1),
            certificates,
            "the given client certificate expired on 2020-01-01",
        ),
        (
            with_pem(&future, &key),
            certificates,
            "is not valid before 3000-01-01",
        ),
        (
            http().client_cert("/no/such"),
            certificates,
            "cannot read the client certificate /no/such",
        ),
        (
            with_pem(&cert, &key).client_key("/no/such"),
            certificates,
            "cannot read the client key /no/such",
        ),
        (
            http().tls_min(TlsVersion::V1_3).tls_max(TlsVersion::V1_2),
            tls,
            "`tls_min(V1_3)` cannot be combined with `tls_max(V1_2)`",
        ),
        (http().sni("127.0.0.1"), tls, "try `send_sni(false)`"),
        (
            http().sni("a b"),
            tls,
            "expected a host name for `sni`, found \"a b\"",
        ),
        (
            http().sni("b.test").send_sni(false),
            tls,
            "`sni` cannot be combined with `send_sni(false)`",
        ),
        (
            Http::builder("http://a/").sni("b.test"),
            tls,
            "`sni` needs TLS",
        ),
        (
            Http::builder("http://a/").client_cert_pem(cert.clone()),
            tls,
            "`client_cert` needs TLS",
        ),
        (
            Http::builder("http://a/").tls_min(TlsVersion::V1_3),
            tls,
            "(try https://)",
        ),
    ];
    for (http, kind, message) in table {
        let error = http.build().expect_err(message);
        assert!(error.to_string().contains(message), "{message}: {error}");
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[test]
fn expired_roots_are_skipped_or_refused() {
    let pki = test_certificates();
    let (server, _) = serve(&pki, TLS_1_2_AND_1_3, false);
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![]).expect("a certificate without names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = date_time_ymd(2020, 1, 1);
    let expired = params.self_signed(&key).expect("a signature").pem();
    let error = https(&server, &pki)
        .cacert_pem(expired.clone())
        .build()
        .expect_err("an expired CA");
    assert!(
        error
            .to_string()
            .contains("the last one expired on 2020-01-01"),
        "{error}"
    );
    assert_eq!(error.kind(), ErrorKind::Certificates);
    let both = https(&server, &pki).cacert_pem(format!("{expired}{}", pki.ca));
    let report = run(both.build().expect("valid options"), 1);
    assert_eq!(report.hits.ok, 1, "{:?}", report.failures);
}
