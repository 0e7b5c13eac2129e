//! Hammer and curl as clients of a case.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use hammer_http::{ConfigureNetwork, Http, HttpBuilder, HttpVersion};

use crate::{only_failure, run};

/// The result of a request that was answered.
const ACCEPTED: &str = "accepted";

/// The options of a client.
#[derive(Debug, Clone, Default)]
pub(super) struct ClientOptions {
    /// The file to trust; `None` checks no certificate.
    pub(super) trusted: Option<PathBuf>,
    /// The files of certificate and key, with the password of the key.
    pub(super) certificate: Option<(PathBuf, PathBuf, Option<&'static str>)>,
    pub(super) is_pkcs12: bool,
    /// Requires HTTP/2, and so a common protocol.
    pub(super) requires_http2: bool,
}

/// Returns the result of a hit: `accepted`, the name of the failure, or that it was not sent.
pub(super) fn try_hammer(port: u16, options: &ClientOptions) -> String {
    let Ok(http) = hammer(port, options).build() else {
        return "refused at the start".to_owned();
    };
    let report = run(http, 1);
    if report.hits.ok == 1 {
        return ACCEPTED.to_owned();
    }
    let (failure, _) = only_failure(&report);
    let advice = &report.advice[failure];
    assert!(
        !advice.contains("::") && !advice.contains("Error("),
        "{advice}"
    );
    format!("`{failure}`")
}

fn hammer(port: u16, options: &ClientOptions) -> HttpBuilder {
    let mut http = Http::builder(&format!("https://localhost:{port}/"))
        .resolve(format!("localhost:{port}:127.0.0.1"));
    http = match &options.trusted {
        Some(trusted) => http.cacert(trusted),
        None => http.insecure(true),
    };
    if let Some((certificate, key, password)) = &options.certificate {
        http = http.client_cert(certificate).client_key(key);
        if let Some(password) = password {
            http = http.client_key_password(*password);
        }
    }
    match options.requires_http2 {
        true => http.http_version(HttpVersion::Http2),
        false => http,
    }
}

/// Returns the result of curl, which has no names for causes.
pub(super) fn try_curl(port: u16, options: &ClientOptions) -> &'static str {
    let mut curl = Command::new("curl");
    curl.args([
        "-q",
        "-s",
        "-o",
        "/dev/null",
        "--noproxy",
        "*",
        "--max-time",
        "20",
    ])
    .args(["--resolve", &format!("localhost:{port}:127.0.0.1")])
    .stdin(Stdio::null());
    match &options.trusted {
        Some(trusted) => curl.arg("--cacert").arg(trusted),
        None => curl.arg("--insecure"),
    };
    if let Some((certificate, key, password)) = &options.certificate {
        curl.arg("--cert").arg(certificate);
        match options.is_pkcs12 {
            true => curl.args(["--cert-type", "P12"]),
            false => curl.arg("--key").arg(key),
        };
        if let Some(password) = password {
            curl.args(["--pass", password]);
        }
    }
    if options.requires_http2 {
        curl.arg("--http2");
    }
    let status = curl.arg(format!("https://localhost:{port}/")).status();
    match status.expect("curl, whose version is known").success() {
        true => ACCEPTED,
        false => "refused",
    }
}

/// Returns the versions of curl and its TLS library, such as `curl 7.88 with OpenSSL 3.0`.
pub(super) fn curl_version() -> Option<String> {
    let output = Command::new("curl").arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    let short = |version: &str| {
        let mut numbers = version.split('.');
        format!(
            "{}.{}",
            numbers.next().unwrap_or_default(),
            numbers.next().unwrap_or_default()
        )
    };
    let curl = short(words.nth(1)?);
    let openssl = words.find_map(|word| word.strip_prefix("OpenSSL/"))?;
    Some(format!("curl {curl} with OpenSSL {}", short(openssl)))
}
