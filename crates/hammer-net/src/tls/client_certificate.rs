//! Who the hammer is, for targets that ask for a client certificate.

use std::time::SystemTime;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::pem::PemSource;
use super::validity::CertificateValidity;
use crate::{Error, ErrorKind};

const CERTIFICATE: &str = "client certificate";
const KEY: &str = "client key";

/// A certificate, with those that lead to its root behind it, and its private key.
pub(crate) type ClientCertificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The client certificate and its key, which may lie in the same PEM.
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
                "{name} is of no use without its certificate: give that with --cert"
            )));
        }
    };
    let chain = chain(certificate)?;
    let key = private_key(certificate, key)?;
    Ok(Some((chain, key)))
}

/// What rustls has against an identity, which it judges as it takes it.
pub(crate) fn rejection_error(
    cause: rustls::Error,
    certificate: Option<&PemSource>,
    key: Option<&PemSource>,
) -> Error {
    let own = certificate.map_or_else(String::new, |pem| pem.describe(CERTIFICATE));
    let its = key.map_or_else(|| format!("the key in {own}"), |pem| pem.describe(KEY));
    let message = match &cause {
        rustls::Error::InconsistentKeys(_) => {
            return error(format!(
                "{its} does not belong to {own}: give the two that were made together"
            ));
        }
        rustls::Error::InvalidCertificate(_) => format!("{own} is malformed"),
        _ => format!("{its} can't be used: it should be an RSA, ECDSA or Ed25519 key"),
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
        let right = "it should have PEM blocks that begin with -----BEGIN CERTIFICATE-----";
        return Err(error(format!("no certificate in {name}: {right}")));
    }
    let now = SystemTime::now();
    let wrong = |one| CertificateValidity::at(one, now).problem();
    match chain.iter().find_map(wrong) {
        Some(wrong) => Err(error(format!("{name} {wrong}: no target would take it"))),
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
    let encrypted = [&b"BEGIN ENCRYPTED PRIVATE KEY"[..], b"4,ENCRYPTED"];
    let has = |mark: &[u8]| text.windows(mark.len()).any(|part| part == mark);
    PrivateKeyDer::from_pem_slice(&text).map_err(|cause| match cause {
        _ if encrypted.into_iter().any(has) => error(format!(
            "the key in {name} is encrypted: decrypt it with openssl pkey -in FILE -out PLAIN"
        )),
        pem::Error::NoItemsFound if key.is_none() => error(format!(
            "{name} has no key: give it with --key, or in the same file"
        )),
        pem::Error::NoItemsFound => error(format!(
            "no key in {name}: it should be a PEM block that begins with -----BEGIN PRIVATE KEY-----"
        )),
        cause => error(format!("the key in {name} is malformed")).with_source(cause),
    })
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Certificates, message)
}
