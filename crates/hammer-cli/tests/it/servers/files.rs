use std::fs;
use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// Certificates and keys in a folder: `ca.pem` signs `server.pem` (for 127.0.0.1 and a.test) and
/// `client.pem`, each with its `.key`; `stranger.pem` signs itself.
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
        // With the name of the one who signs, OpenSSL would take it for one that signs itself.
        params.distinguished_name.push(DnType::CommonName, name);
        let signed = params.signed_by(&key, &issuer).unwrap();
        write(&format!("{name}.pem"), signed.pem());
        write(&format!("{name}.key"), key.serialize_pem());
    }
    let stranger = rcgen::generate_simple_self_signed(vec!["ann.test".to_owned()]).unwrap();
    write("stranger.pem", stranger.cert.pem());
    write("stranger.key", stranger.signing_key.serialize_pem());
}
