//! Certificates for the tests of TLS.

use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// Writes certificates and keys into a folder.
///
/// `ca.pem` signs `server.pem` (for 127.0.0.1 and a.test) and `client.pem`. `unknown.pem` is
/// self-signed. Each key is in the file with the same name and `.key`.
pub(super) fn certificates(folder: &Path) {
    let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(vec![]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    write("ca.pem", ca.self_signed(&ca_key).unwrap().pem());
    let issuer = Issuer::new(ca, ca_key);
    for (name, hosts) in [
        ("server", &["127.0.0.1", "a.test"][..]),
        ("client", &["ann.test"]),
    ] {
        let key = KeyPair::generate().unwrap();
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        // With the name of its issuer, OpenSSL would take it for self-signed.
        params.distinguished_name.push(DnType::CommonName, name);
        let signed = params.signed_by(&key, &issuer).unwrap();
        write(&format!("{name}.pem"), signed.pem());
        write(&format!("{name}.key"), key.serialize_pem());
    }
    let unknown = rcgen::generate_simple_self_signed(vec!["ann.test".to_owned()]).unwrap();
    write("unknown.pem", unknown.cert.pem());
    write("unknown.key", unknown.signing_key.serialize_pem());
}
