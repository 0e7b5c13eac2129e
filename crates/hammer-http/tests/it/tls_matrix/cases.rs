//! The cases of the matrix.

use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};

use super::case::{CertificatePaths, MatrixCase};
use super::certificates::{CA, CA_SERVER, Certificates, SERVER};
use super::clients::ClientOptions;

/// Lets OpenSSL use keys and signatures that it takes for weak.
const WEAK: &str = "-cipher DEFAULT:@SECLEVEL=0";

fn trusting(file: &CertificatePaths) -> ClientOptions {
    ClientOptions {
        trusted: Some(file.certificate.clone()),
        ..ClientOptions::default()
    }
}

/// Creates a CA, and a certificate of it that is valid in these years only.
fn valid_in(files: &Certificates, from: i32, to: i32) -> (CertificatePaths, CertificatePaths) {
    let (ca_key, key) = (KeyPair::generate(), KeyPair::generate());
    let (ca_key, key) = (ca_key.expect("a key"), key.expect("a key"));
    let mut ca = CertificateParams::new(vec![]).expect("a certificate without names");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_certificate = ca.self_signed(&ca_key).expect("a signature");
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a valid name");
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    let ca_key_text = ca_key.serialize_pem();
    let signed = params.signed_by(&key, &Issuer::new(ca, ca_key));
    let write = |name: &str, certificate: String, key: String| {
        let paths = CertificatePaths {
            certificate: files.path(&format!("{name}{from}.pem")),
            key: files.path(&format!("{name}{from}.key")),
        };
        std::fs::write(&paths.certificate, certificate).expect("a written file");
        std::fs::write(&paths.key, key).expect("a written file");
        paths
    };
    (
        write("ca", ca_certificate.pem(), ca_key_text),
        write(
            "leaf",
            signed.expect("a signature").pem(),
            key.serialize_pem(),
        ),
    )
}

/// Certificates that are trusted or not.
pub(super) fn trust(files: &Certificates) -> Vec<MatrixCase> {
    let root = files.authority("rsa");
    let other = files.authority("p384");
    let middle = files.sign("p256", "middle", CA, Some(&root), "");
    let of_root = |extensions: &str| files.issued("p256", extensions, &root);
    let of_middle = files.sign("ed25519", "localhost", SERVER, Some(&middle), "");
    let leaf = of_root(SERVER);
    let (expired, early) = (valid_in(files, 2000, 2001), valid_in(files, 3000, 3001));
    let case = MatrixCase::new;
    let self_signed = |name, key: &str, extensions| {
        let paths = files.self_signed(key, extensions);
        case(name, paths.clone(), trusting(&paths))
    };
    let with_middle = |name, trusted| {
        let chain = format!("-cert_chain {}", middle.certificate.display());
        case(name, of_middle.clone(), trusting(trusted)).flags(&chain)
    };
    vec![
        self_signed(
            "self-signed RSA from `openssl req -x509` (CA:TRUE), in `--cacert`",
            "rsa",
            CA_SERVER,
        ),
        self_signed(
            "self-signed P-256 from `openssl req -x509` (CA:TRUE), in `--cacert`",
            "p256",
            CA_SERVER,
        ),
        self_signed("self-signed with CA:FALSE, in `--cacert`", "p256", SERVER),
        case(
            "issued by a CA in `--cacert`",
            leaf.clone(),
            trusting(&root),
        ),
        case(
            "issued by a CA, marked as a CA itself",
            of_root(CA_SERVER),
            trusting(&root),
        ),
        with_middle("issued by an intermediate CA that the server sends", &root),
        case(
            "issued by an intermediate CA that the server does not send",
            of_middle.clone(),
            trusting(&root),
        ),
        case(
            "issued by an intermediate CA in `--cacert`, without its root",
            of_middle.clone(),
            trusting(&middle),
        ),
        case(
            "issued by a CA, itself in `--cacert` without the CA",
            leaf.clone(),
            trusting(&leaf),
        ),
        case("issued by another CA", leaf, trusting(&other)),
        case(
            "for another name",
            of_root("subjectAltName=DNS:a.test\n"),
            trusting(&root),
        ),
        case(
            "with a common name (CN) only",
            of_root("basicConstraints=CA:FALSE\n"),
            trusting(&root),
        ),
        case(
            "for clients only (extended key usage)",
            of_root(&format!("{SERVER}extendedKeyUsage=clientAuth\n")),
            trusting(&root),
        ),
        case("expired", expired.1, trusting(&expired.0)),
        case("not valid yet", early.1, trusting(&early.0)),
    ]
}

/// Issuers that may not issue what they did.
pub(super) fn issuers(files: &Certificates) -> Vec<MatrixCase> {
    const NO_SIGNING: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign\n";
    let root = files.authority("rsa");
    let leaf_of = |issuer: &CertificatePaths| files.issued("p256", SERVER, issuer);
    let below = |name, root: &CertificatePaths, extensions| {
        let middle = files.sign("p384", "middle", extensions, Some(root), "");
        let chain = format!("-cert_chain {}", middle.certificate.display());
        MatrixCase::new(name, leaf_of(&middle), trusting(root)).flags(&chain)
    };
    let below_trusted = |name, extensions| {
        let issuer = files.sign("p384", "issuer", extensions, None, "");
        MatrixCase::new(name, leaf_of(&issuer), trusting(&issuer))
    };
    let short_path = "basicConstraints=critical,CA:TRUE,pathlen:0\n";
    let short = files.sign("rsa", "short path", short_path, None, "");
    vec![
        below_trusted(
            "issued by a certificate with CA:FALSE in `--cacert`",
            SERVER,
        ),
        below_trusted(
            "issued by a CA in `--cacert` whose key usage lacks keyCertSign",
            NO_SIGNING,
        ),
        below(
            "issued by an intermediate CA whose key usage lacks keyCertSign",
            &root,
            NO_SIGNING,
        ),
        MatrixCase::new(
            "issued by a CA with `pathlen:0` in `--cacert`",
            leaf_of(&short),
            trusting(&short),
        ),
        below(
            "issued by an intermediate CA below a CA with `pathlen:0` in `--cacert`",
            &short,
            CA,
        ),
    ]
}

/// Keys and signatures of certificates.
pub(super) fn keys(files: &Certificates) -> Vec<MatrixCase> {
    let root = files.authority("rsa");
    let with_key = |name, key: &str| {
        MatrixCase::new(name, files.issued(key, SERVER, &root), trusting(&root)).flags(WEAK)
    };
    let signed_with = |name, flags: &str| {
        let paths = files.sign("rsa", "localhost", SERVER, Some(&root), flags);
        MatrixCase::new(name, paths, trusting(&root)).flags(WEAK)
    };
    let of_p521 = files.authority("p521");
    vec![
        with_key("RSA key of 2048 bits", "rsa"),
        with_key("RSA key of 1024 bits", "rsa1024"),
        with_key("RSA key for PSS only", "pss"),
        with_key("P-256 key", "p256"),
        with_key("P-384 key", "p384"),
        with_key("P-521 key", "p521"),
        with_key("Ed25519 key", "ed25519"),
        with_key("Ed448 key", "ed448"),
        MatrixCase::new(
            "issued by a CA with a P-521 key",
            files.issued("p256", SERVER, &of_p521),
            trusting(&of_p521),
        ),
        signed_with("signed with SHA-1", "-sha1"),
        signed_with(
            "signed with RSA-PSS, salt as long as the hash",
            "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest",
        ),
        signed_with(
            "signed with RSA-PSS, salt as long as possible",
            "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:max",
        ),
        {
            let paths = files.sign("p256", "localhost", "", Some(&root), "");
            MatrixCase::new("of X.509 version 1", paths, trusting(&root))
        },
    ]
}

/// Servers that are not verified.
pub(super) fn insecure(files: &Certificates) -> Vec<MatrixCase> {
    let root = files.authority("rsa");
    let any = ClientOptions::default;
    let with_key = |name, key: &str| {
        MatrixCase::new(name, files.issued(key, SERVER, &root), any()).flags(WEAK)
    };
    vec![
        MatrixCase::new(
            "`--insecure`: expired",
            valid_in(files, 2000, 2001).1,
            any(),
        ),
        MatrixCase::new(
            "`--insecure`: not valid yet",
            valid_in(files, 3000, 3001).1,
            any(),
        ),
        MatrixCase::new(
            "`--insecure`: for another name",
            files.self_signed("rsa", "subjectAltName=DNS:a.test\n"),
            any(),
        ),
        with_key("`--insecure`: RSA key of 1024 bits", "rsa1024"),
        with_key("`--insecure`: RSA key for PSS only", "pss"),
        with_key("`--insecure`: P-521 key", "p521"),
        with_key("`--insecure`: Ed448 key", "ed448"),
        MatrixCase::new(
            "`--insecure`: of X.509 version 1",
            files.sign("rsa", "localhost", "", Some(&root), ""),
            any(),
        ),
        MatrixCase::new(
            "`--insecure`: signed with SHA-1",
            files.sign("rsa", "localhost", SERVER, Some(&root), "-sha1"),
            any(),
        )
        .flags(WEAK),
        MatrixCase::new(
            "`--insecure`: with a broken signature",
            broken_signature(files),
            any(),
        ),
    ]
}

/// Creates a certificate whose signature is that of another one.
fn broken_signature(files: &Certificates) -> CertificatePaths {
    let paths = files.self_signed("rsa", SERVER);
    let der = files.path("broken.der");
    files.openssl(
        "x509 -outform DER -in",
        [
            paths.certificate.as_os_str(),
            "-out".as_ref(),
            der.as_os_str(),
        ],
    );
    let mut bytes = std::fs::read(&der).expect("a written file");
    *bytes.last_mut().expect("a signature") ^= 1;
    std::fs::write(&der, bytes).expect("a written file");
    let certificate = files.path("broken.pem");
    files.openssl(
        "x509 -inform DER -in",
        [der.as_os_str(), "-out".as_ref(), certificate.as_os_str()],
    );
    CertificatePaths {
        certificate,
        ..paths
    }
}

/// Versions, cipher suites, groups and protocols of servers.
pub(super) fn parameters(files: &Certificates) -> Vec<MatrixCase> {
    let paths = files.self_signed("rsa", SERVER);
    let with_flags =
        |name, flags: &str| MatrixCase::new(name, paths.clone(), trusting(&paths)).flags(flags);
    let http2 = ClientOptions {
        requires_http2: true,
        ..trusting(&paths)
    };
    vec![
        with_flags("TLS 1.3", "-tls1_3"),
        with_flags("TLS 1.2", "-tls1_2"),
        with_flags("TLS 1.1", "-tls1_1 -cipher DEFAULT:@SECLEVEL=0"),
        with_flags(
            "TLS 1.2, ECDHE with AES-GCM",
            "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256",
        ),
        with_flags(
            "TLS 1.2, ECDHE with ChaCha20-Poly1305",
            "-tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305",
        ),
        with_flags(
            "TLS 1.2, ECDHE with AES-CBC only",
            "-tls1_2 -cipher ECDHE-RSA-AES128-SHA256",
        ),
        with_flags(
            "TLS 1.2, RSA key exchange only",
            "-tls1_2 -cipher AES128-GCM-SHA256",
        ),
        with_flags(
            "TLS 1.2, DHE only",
            "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256",
        ),
        with_flags(
            "TLS 1.3, AES-CCM only",
            "-tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256",
        ),
        with_flags("group X25519", "-groups X25519"),
        with_flags("group P-256", "-groups P-256"),
        with_flags("group P-384", "-groups P-384"),
        with_flags("group P-521 only", "-groups P-521"),
        with_flags("group X448 only", "-groups X448"),
        MatrixCase::new(
            "HTTP/2 required, a server that offers another protocol (ALPN)",
            paths.clone(),
            http2,
        )
        .flags("-alpn other"),
    ]
}

/// Servers that require a client certificate.
pub(super) fn clients(files: &Certificates) -> Vec<MatrixCase> {
    let server = files.self_signed("rsa", SERVER);
    let root = files.authority("rsa");
    let other = files.authority("p384");
    let mutual = format!(
        "-Verify 1 -verify_return_error -CAfile {}",
        root.certificate.display()
    );
    let case = |name, certificate: Option<(PathBuf, PathBuf, Option<&'static str>)>| {
        let client = ClientOptions {
            certificate,
            ..trusting(&server)
        };
        MatrixCase::new(name, server.clone(), client).flags(&mutual)
    };
    let with = |paths: CertificatePaths| Some((paths.certificate, paths.key, None));
    let issued = |key: &str, extensions: &str| files.issued(key, extensions, &root);
    let plain = issued("p256", "basicConstraints=CA:FALSE\n");
    let encrypted = files.path("encrypted.key");
    files.openssl(
        "pkey -aes256 -passout pass:secret -in",
        [
            plain.key.as_os_str(),
            "-out".as_ref(),
            encrypted.as_os_str(),
        ],
    );
    let pkcs12 = files.path("client.p12");
    files.openssl(
        "pkcs12 -export -passout pass:secret -in",
        [
            plain.certificate.as_os_str(),
            "-inkey".as_ref(),
            plain.key.as_os_str(),
            "-out".as_ref(),
            pkcs12.as_os_str(),
        ],
    );
    let mut in_pkcs12 = case(
        "client certificate in PKCS #12",
        Some((pkcs12.clone(), pkcs12, Some("secret"))),
    );
    in_pkcs12.client.is_pkcs12 = true;
    vec![
        case(
            "client certificate with an RSA key",
            with(issued("rsa", SERVER)),
        ),
        case("client certificate with a P-256 key", with(plain.clone())),
        case(
            "client certificate with a P-384 key",
            with(issued("p384", SERVER)),
        ),
        case(
            "client certificate with a P-521 key",
            with(issued("p521", SERVER)),
        ),
        case(
            "client certificate with an Ed25519 key",
            with(issued("ed25519", SERVER)),
        ),
        case(
            "client certificate of X.509 version 1",
            with(issued("p256", "")),
        ),
        case(
            "client certificate whose key has a password",
            Some((plain.certificate, encrypted, Some("secret"))),
        ),
        in_pkcs12,
        case(
            "client certificate of a CA that the server does not trust",
            with(files.issued("p256", SERVER, &other)),
        ),
        case(
            "client certificate for servers only",
            with(issued("p256", "extendedKeyUsage=serverAuth\n")),
        ),
        case(
            "client certificate that has expired",
            with(valid_in(files, 2000, 2001).1),
        ),
        case("no client certificate, which the server requires", None),
    ]
}
