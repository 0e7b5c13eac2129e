use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use hammer_http::{ConfigureNetwork, Http, HttpBuilder};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream, SupportedProtocolVersion};

use crate::scripted_server::{OK_RESPONSE, ScriptedServer};

/// A CA, and certificates with keys for a server and its clients, all as PEM.
pub(crate) struct TestCertificates {
    pub(crate) ca: String,
    pub(crate) server: (String, String),
    pub(crate) client: (String, String),
    pub(crate) expired: (String, String),
}

pub(crate) fn test_certificates() -> TestCertificates {
    let ca_key = KeyPair::generate().expect("a key");
    let mut ca = CertificateParams::new(vec![]).expect("a certificate without names");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).expect("a signature").pem();
    let issuer = Issuer::new(ca, ca_key);
    let issue = |names: &[&str], year: i32| {
        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("valid names");
        params.not_after = date_time_ymd(year, 1, 1);
        let signed = params.signed_by(&key, &issuer).expect("a signature");
        (signed.pem(), key.serialize_pem())
    };
    TestCertificates {
        ca: ca_pem,
        server: issue(&["127.0.0.1", "a.test"], 4000),
        client: issue(&["ann.test"], 4000),
        expired: issue(&["ann.test"], 2020),
    }
}

/// The observations of a server: server names and ends of connections.
pub(crate) type TlsObservations = Arc<Mutex<BTreeMap<&'static str, Vec<String>>>>;

/// The configuration of a server with these certificates and versions.
pub(crate) fn server_config(
    pki: &TestCertificates,
    versions: &[&'static SupportedProtocolVersion],
    requires_client_cert: bool,
) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let pem =
        |text: &str| CertificateDer::from_pem_slice(text.as_bytes()).expect("a PEM certificate");
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .expect("supported versions");
    let builder = if requires_client_cert {
        let mut roots = RootCertStore::empty();
        roots.add(pem(&pki.ca)).expect("a CA certificate");
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
        builder.with_client_cert_verifier(verifier.build().expect("valid options"))
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::from_pem_slice(pki.server.1.as_bytes()).expect("a PEM key");
    let config = builder.with_single_cert(vec![pem(&pki.server.0)], key);
    Arc::new(config.expect("a matching key"))
}

/// A server that speaks these versions and may require client certificates.
///
/// It records the requested server name and the end of each connection.
pub(crate) fn serve(
    pki: &TestCertificates,
    versions: &[&'static SupportedProtocolVersion],
    requires_client_cert: bool,
) -> (ScriptedServer, TlsObservations) {
    let config = server_config(pki, versions, requires_client_cert);
    let seen = TlsObservations::default();
    let observations = seen.clone();
    let server = ScriptedServer::serve(move |peer| {
        let record = |what, text: &str| {
            let mut seen = observations.lock().expect("no script panicked");
            seen.entry(what).or_default().push(text.to_owned());
        };
        let mut tls = ServerConnection::new(config.clone()).expect("a valid config");
        let end = answer_over(&mut tls, &mut peer.stream);
        record("name", tls.server_name().unwrap_or("none"));
        record("end", end);
    });
    (server, seen)
}

/// A server that selects this protocol (ALPN), reads, and never answers.
pub(crate) fn serve_with_alpn(
    pki: &TestCertificates,
    versions: &[&'static SupportedProtocolVersion],
    protocol: Option<&[u8]>,
) -> ScriptedServer {
    let mut config = (*server_config(pki, versions, false)).clone();
    config.alpn_protocols = protocol.map(<[u8]>::to_vec).into_iter().collect();
    let config = Arc::new(config);
    ScriptedServer::serve(move |peer| {
        let mut tls = ServerConnection::new(config.clone()).expect("a valid config");
        let mut stream = Stream::new(&mut tls, &mut peer.stream);
        while stream.read(&mut [0; 64]).is_ok_and(|bytes| bytes > 0) {}
    })
}

fn answer_over(tls: &mut ServerConnection, stream: &mut TcpStream) -> &'static str {
    let mut stream = Stream::new(tls, stream);
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return "clean",
            Ok(bytes) => request.extend_from_slice(&buffer[..bytes]),
            Err(_) => return "broken",
        }
        if request.ends_with(b"\r\n\r\n") {
            request.clear();
            if stream.write_all(OK_RESPONSE).is_err() {
                return "broken";
            }
        }
    }
}

pub(crate) fn https(server: &ScriptedServer, pki: &TestCertificates) -> HttpBuilder {
    Http::builder(&server.url().replace("http:", "https:")).cacert_pem(pki.ca.clone())
}

pub(crate) const TLS_1_2_AND_1_3: &[&SupportedProtocolVersion] = &[&TLS12, &TLS13];
