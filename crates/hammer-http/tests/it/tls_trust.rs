//! Certificates that are trusted themselves, and those of CAs that serve.

use hammer_http::{ConfigureNetwork, Http};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use crate::tls_server::{TLS_1_2_AND_1_3, TestCertificates, serve, test_certificates};
use crate::{only_failure, run};

/// The result of a hit on a server with this certificate and key, where `trusted` is trusted.
fn result_of(certificate: (String, String), trusted: &str) -> String {
    let pki = TestCertificates {
        server: certificate,
        ..test_certificates()
    };
    let (server, _) = serve(&pki, TLS_1_2_AND_1_3, false);
    let http = Http::builder(&server.url().replace("http:", "https:")).cacert_pem(trusted);
    let report = run(http.build().expect("valid options"), 1);
    match report.hits.ok {
        1 => "ok".to_owned(),
        _ => only_failure(&report).0.to_owned(),
    }
}

/// The parameters of a certificate for this name that is marked as a CA.
fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a valid name");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params
}

fn new_key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

/// Creates a certificate signed by its own key.
fn self_signed(params: &CertificateParams) -> (String, String) {
    let key = new_key();
    let certificate = params.self_signed(&key).expect("a signature");
    (certificate.pem(), key.serialize_pem())
}

#[test]
fn a_self_signed_certificate_that_is_marked_as_a_ca_is_trusted_if_given() {
    let certificate = self_signed(&ca_params("127.0.0.1"));
    let trusted = certificate.0.clone();
    assert_eq!(result_of(certificate, &trusted), "ok");
    let other = self_signed(&ca_params("a.test"));
    let trusted = other.0.clone();
    assert_eq!(result_of(other, &trusted), "tls_wrong_name");
}

#[test]
fn a_self_signed_certificate_with_the_name_of_a_trusted_one_is_untrusted() {
    // rcgen gives all of them one name.
    let trusted = self_signed(&ca_params("127.0.0.1")).0;
    let own_key = new_key();
    let of_other_kind = KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
    for key in [own_key, of_other_kind] {
        let certificate = ca_params("127.0.0.1").self_signed(&key);
        let certificate = certificate.expect("a signature").pem();
        let found = result_of((certificate, key.serialize_pem()), &trusted);
        assert_eq!(found, "tls_untrusted");
    }
}

#[test]
fn a_certificate_that_is_marked_as_a_ca_is_verified_like_any_other() {
    let (mut root, root_key) = (ca_params("root.test"), new_key());
    root.distinguished_name.push(DnType::CommonName, "root");
    let root_pem = root.self_signed(&root_key).expect("a signature").pem();
    let issuer = Issuer::new(root.clone(), root_key);
    let forger = Issuer::new(root, new_key());
    let mut expired = ca_params("127.0.0.1");
    expired.not_after = date_time_ymd(2020, 1, 1);
    for (params, issuer, expected) in [
        (ca_params("127.0.0.1"), &issuer, "ok"),
        (ca_params("a.test"), &issuer, "tls_wrong_name"),
        (expired, &issuer, "tls_expired"),
        (ca_params("127.0.0.1"), &forger, "tls_bad_signature"),
    ] {
        let key = new_key();
        let signed = params.signed_by(&key, issuer).expect("a signature");
        let certificate = (signed.pem(), key.serialize_pem());
        assert_eq!(result_of(certificate, &root_pem), expected);
    }
}

#[test]
fn an_issued_certificate_is_trusted_without_its_issuer_if_given() {
    let pki = test_certificates();
    let trusted = pki.server.0.clone();
    assert_eq!(result_of(pki.server.clone(), &trusted), "ok");
    let other = test_certificates().server;
    assert_eq!(result_of(other, &trusted), "tls_untrusted");
    let client = pki.client.0;
    assert_eq!(result_of(pki.server, &client), "tls_untrusted");
}

#[test]
fn a_certificate_that_is_not_a_ca_cannot_issue_others() {
    let mut issuer = CertificateParams::new(vec!["a.test".to_owned()]).expect("a valid name");
    for (is_ca, expected) in [
        (IsCa::NoCa, "tls_untrusted"),
        (IsCa::ExplicitNoCa, "tls_untrusted"),
        (IsCa::Ca(BasicConstraints::Unconstrained), "ok"),
    ] {
        issuer.is_ca = is_ca;
        issuer.distinguished_name.push(DnType::CommonName, "issuer");
        let (issuer_key, key) = (new_key(), new_key());
        let trusted = issuer.self_signed(&issuer_key).expect("a signature").pem();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("a valid name");
        let signed = params.signed_by(&key, &Issuer::new(issuer.clone(), issuer_key));
        let certificate = (signed.expect("a signature").pem(), key.serialize_pem());
        assert_eq!(result_of(certificate, &trusted), expected);
    }
}
