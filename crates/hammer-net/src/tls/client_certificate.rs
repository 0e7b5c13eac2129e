//! The client certificate, for targets that ask for one.

use std::time::SystemTime;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::certificate_date_status::CertificateDateStatus;
use super::pem::PemSource;
use crate::{Error, ErrorKind};

const CERTIFICATE: &str = "client certificate";
const KEY: &str = "client key";

/// A certificate with the chain to its root, and its private key.
pub(crate) type ClientCertificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Loads the client certificate and its key, which may share one PEM file.
pub(crate) fn load(
    certificate: Option<&PemSource>,
    key: Option<&PemSource>,
) -> Result<Option<ClientCertificate>, Error> {
    let certificate = match (certificate, key) {
        (Some(certificate), _) => certificate,
        (None, None) => return Ok(None),
        (None, Some(key)) => {
            let name = key.describe(KEY);
            return Err(error(format!(
                "{name} has no certificate (try `client_cert` FILE)"
            )));
        }
    };
    let chain = chain(certificate)?;
    let key = private_key(certificate, key)?;
    Ok(Some((chain, key)))
}

/// Converts the error of rustls about a client certificate or its key.
pub(crate) fn rejection_error(
    cause: rustls::Error,
    certificate: Option<&PemSource>,
    key: Option<&PemSource>,
) -> Error {
    let certificate = certificate.map_or_else(String::new, |pem| pem.describe(CERTIFICATE));
    let key = key.map_or_else(
        || format!("the key in {certificate}"),
        |pem| pem.describe(KEY),
    );
    let message = match &cause {
        rustls::Error::InconsistentKeys(_) => {
            return error(format!("{key} does not belong to {certificate}"));
        }
        rustls::Error::InvalidCertificate(_) => format!("{certificate} is malformed"),
        _ => format!("cannot use {key}; expected an RSA, ECDSA or Ed25519 key"),
    };
    error(message).with_source(cause)
}

fn chain(certificate: &PemSource) -> Result<Vec<CertificateDer<'static>>, Error> {
    let (text, name) = (
        certificate.read(CERTIFICATE)?,
        certificate.describe(CERTIFICATE),
    );
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|cause| error(format!("{name} is malformed")).with_source(cause))?;
    if chain.is_empty() {
        return Err(error(format!(
            "no certificate in {name}; expected PEM blocks that begin with -----BEGIN CERTIFICATE-----"
        )));
    }
    let now = SystemTime::now();
    let problem = |one| CertificateDateStatus::at(one, now).problem();
    match chain.iter().find_map(problem) {
        Some(problem) => Err(error(format!("{name} {problem}; targets would reject it"))),
        None => Ok(chain),
    }
}

fn private_key(
    certificate: &PemSource,
    key: Option<&PemSource>,
) -> Result<PrivateKeyDer<'static>, Error> {
    let (text, name) = match key {
        Some(key) => (key.read(KEY)?, key.describe(KEY)),
        None => (
            certificate.read(CERTIFICATE)?,
            certificate.describe(CERTIFICATE),
        ),
    };
    let key_name = match key {
        Some(_) => name.clone(),
        None => format!("the key in {name}"),
    };
    let encryption_marks = [&b"BEGIN ENCRYPTED PRIVATE KEY"[..], b"4,ENCRYPTED"];
    let has = |mark: &[u8]| text.windows(mark.len()).any(|part| part == mark);
    PrivateKeyDer::from_pem_slice(&text).map_err(|cause| match cause {
        _ if encryption_marks.into_iter().any(has) => error(format!(
            "{key_name} is encrypted (try openssl pkey -in FILE -out PLAIN to decrypt it)"
        )),
        pem::Error::NoItemsFound if key.is_none() => error(format!(
            "{name} has no key (try `client_key` FILE, or append the key to the certificate)"
        )),
        pem::Error::NoItemsFound => error(format!(
            "{name} has no key; expected a PEM block that begins with -----BEGIN PRIVATE KEY-----"
        )),
        cause => error(format!("{key_name} is malformed")).with_source(cause),
    })
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Certificates, message)
}
