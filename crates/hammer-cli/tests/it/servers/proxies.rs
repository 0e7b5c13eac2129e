//! Tests with HTTP and SOCKS proxies.

use std::fs;
use std::path::Path;
use std::process::Command;

use hammer_target::{ServerCertificate, TargetBehavior, TargetServer};

use super::{ExternalServer, free_port, program};
use crate::command::{hammer, json, report, stderr, stdout};

/// Starts an HTTP proxy that requires authentication.
fn tinyproxy(program: &Path) -> ExternalServer {
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let config = format!(
        "Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 100\nAllow 127.0.0.1\n\
         BasicAuth ann s3cret\nLogLevel Critical\n"
    );
    let path = folder.path().join("tinyproxy.conf");
    fs::write(&path, config).unwrap();
    let mut command = Command::new(program);
    command.arg("-d").arg("-c").arg(path);
    ExternalServer::start(command, port, folder)
}

/// Starts a SOCKS proxy that requires authentication.
fn microsocks(program: &Path) -> ExternalServer {
    let port = free_port();
    let mut command = Command::new(program);
    command.args(["-i", "127.0.0.1", "-p", &port.to_string()]);
    command.args(["-u", "ann", "-P", "s3cret"]);
    ExternalServer::start(command, port, tempfile::tempdir().unwrap())
}

/// Starts a target with or without TLS.
fn target(tls: bool) -> TargetServer {
    let builder = TargetServer::builder();
    let builder = if tls {
        builder.tls(ServerCertificate::self_signed(["127.0.0.1"]).unwrap())
    } else {
        builder
    };
    builder.spawn(TargetBehavior::default()).unwrap()
}

/// The URL of a port that refuses connections.
fn unused_address() -> String {
    format!("https://127.0.0.1:{}/", free_port())
}

const LOAD: [&str; 5] = ["-n", "5", "-r", "100", "-k"];

#[test]
fn tinyproxy_forwards_hits_with_and_without_tls() {
    let Some(program) = program("tinyproxy") else {
        return;
    };
    let proxy = tinyproxy(&program);
    let with_login = format!("http://ann:s3cret@127.0.0.1:{}", proxy.port);
    let without_login = format!("127.0.0.1:{}", proxy.port);
    for tls in [false, true] {
        let target = target(tls);
        let url = target.url();
        let hit = |flags: &[&str]| report(&[&["http", &url], &LOAD[..], flags].concat());
        for flags in [
            &["-x", &with_login][..],
            &["-x", &without_login, "-U", "ann:s3cret"],
            &["-x", &with_login, "-p"],
        ] {
            let report = hit(flags);
            assert_eq!(report["hits"]["ok"], 5, "{flags:?} {}", report["failures"]);
            assert!(!report.to_string().contains("s3cret"), "{report}");
        }
        let without = hit(&["-x", &without_login]);
        assert_eq!(without["failures"]["proxy_auth_required"], 5, "{without}");
        let wrong = hit(&["-x", &without_login, "-U", "ann:wrong"]);
        // Outside a tunnel, it answers 401 as a target would.
        let named = if tls {
            &wrong["failures"]["proxy_auth_required"]
        } else {
            &wrong["labels"]["401"]
        };
        assert_eq!(*named, 5, "{wrong}");
        assert_eq!(target.shutdown().counts.requests, 15);
    }
    let unreachable =
        report(&[&["http", &unused_address(), "-x", &with_login], &LOAD[..]].concat());
    let failures = &unreachable["failures"];
    assert_eq!(failures["proxy_target_unreachable"], 5, "{failures}");
}

#[test]
fn proxies_come_from_the_environment() {
    let Some(program) = program("tinyproxy") else {
        return;
    };
    let proxy = tinyproxy(&program);
    let with_login = format!("http://ann:s3cret@127.0.0.1:{}", proxy.port);
    // Without credentials, a hit through the proxy fails, which shows that it used the proxy.
    let without_login = format!("127.0.0.1:{}", proxy.port);
    let (clear, secure) = (target(false), target(true));
    for (url, variables, through) in [
        (clear.url(), &[("http_proxy", &*with_login)][..], Some(true)),
        (clear.url(), &[("http_proxy", &*without_login)], Some(false)),
        (clear.url(), &[("HTTP_PROXY", &*without_login)], None),
        (clear.url(), &[("https_proxy", &*without_login)], None),
        (clear.url(), &[("ALL_PROXY", &*with_login)], Some(true)),
        (secure.url(), &[("HTTPS_PROXY", &*with_login)], Some(true)),
        (
            secure.url(),
            &[("https_proxy", &*without_login)],
            Some(false),
        ),
        (
            secure.url(),
            &[("https_proxy", &*without_login), ("NO_PROXY", "127.0.0.1")],
            None,
        ),
        (
            clear.url(),
            &[
                ("http_proxy", &*without_login),
                ("no_proxy", "a.test,127.0.0.0/8"),
            ],
            None,
        ),
        (
            clear.url(),
            &[("http_proxy", &*without_login), ("no_proxy", "*")],
            None,
        ),
    ] {
        let mut command = hammer(&[&["http", &url, "-o", "json", "-q"], &LOAD[..]].concat());
        let output = command.envs(variables.iter().copied()).output().unwrap();
        let report = json(&output);
        let failed = report["failures"]["proxy_auth_required"]
            .as_u64()
            .unwrap_or(0);
        let expected = if through == Some(false) { 5 } else { 0 };
        assert_eq!(failed, expected, "{variables:?} {report}");
        assert_eq!(report["hits"]["ok"], 5 - expected, "{variables:?} {report}");
    }
    // Flags take precedence over the environment, and errors name the variable.
    let url = clear.url();
    for given in [&["-x", ""][..], &["--noproxy", "*"]] {
        let mut command = hammer(&[&["http", &url, "-o", "json", "-q"], &LOAD[..], given].concat());
        let output = command.env("http_proxy", &without_login).output().unwrap();
        assert_eq!(json(&output)["hits"]["ok"], 5, "{given:?}");
    }
    let mut command = hammer(&[&["http", &url], &LOAD[..]].concat());
    let output = command
        .env("all_proxy", "socks4://ann:s3cret@a")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(
        message.contains("variable all_proxy") && message.contains("--noproxy '*'"),
        "{message}"
    );
    assert!(
        !message.contains("s3cret") && stdout(&output).is_empty(),
        "{message}"
    );
}

#[test]
fn microsocks_forwards_hits_by_name_and_by_address() {
    let Some(program) = program("microsocks") else {
        return;
    };
    let proxy = microsocks(&program);
    for tls in [false, true] {
        let target = target(tls);
        let url = target.url();
        let named = url.replace("127.0.0.1", "localhost");
        let hit = |url: &str, scheme: &str, user: &str| {
            let proxy = format!("{scheme}://{user}127.0.0.1:{}", proxy.port);
            report(&[&["http", url, "-x", &proxy], &LOAD[..]].concat())
        };
        for (url, scheme) in [
            (&url, "socks5"),
            (&named, "socks5"),
            (&url, "socks5h"),
            (&named, "socks5h"),
        ] {
            let report = hit(url, scheme, "ann:s3cret@");
            assert_eq!(
                report["hits"]["ok"], 5,
                "{url} {scheme} {}",
                report["failures"]
            );
            assert!(
                report["phases_us"]["proxy"]["count"].as_u64() > Some(0),
                "{report}"
            );
        }
        for user in ["", "ann:wrong@"] {
            let report = hit(&url, "socks5", user);
            assert_eq!(
                report["failures"]["proxy_auth_required"], 5,
                "{user} {}",
                report["failures"]
            );
        }
        let report = hit(&unused_address(), "socks5h", "ann:s3cret@");
        let failures = &report["failures"];
        assert_eq!(failures["socks_connection_refused"], 5, "{failures}");
    }
}
