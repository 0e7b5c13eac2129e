//! The client certificate, for targets that ask for one.

use std::sync::Arc;
use std::time::SystemTime;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::{CertifiedKey, SigningKey, SingleCertAndKey};
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode;
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::certificate_date_status::CertificateDateStatus;
use super::pem::PemSource;
use super::private_key::{self, PrivateKeyText};
use crate::{Error, ErrorKind, SecretString};

const CERTIFICATE: &str = "client certificate";
const KEY: &str = "client key";

/// The sources of a client certificate and its key, which may share one PEM file.
#[derive(Debug, Default)]
pub(crate) struct ClientCertificateSource {
    pub(crate) certificate: Option<PemSource>,
    pub(crate) key: Option<PemSource>,
    pub(crate) key_password: Option<SecretString>,
}

impl ClientCertificateSource {
    /// Loads the certificate with the chain to its root, and its key.
    ///
    /// The certificate may be of any version of X.509, since only the server reads it.
    pub(crate) fn load(
        &self,
        provider: &CryptoProvider,
    ) -> Result<Option<Arc<SingleCertAndKey>>, Error> {
        let certificate = match (&self.certificate, &self.key) {
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
        let text = self.key_text(certificate)?;
        let key = text.read(self.key_password.as_ref())?;
        let refusal = || error(format!("{} {}", text.key_name, private_key::refusal(&key)));
        let signing_key = provider.key_provider.load_private_key(key.clone_key());
        let signing_key = signing_key.map_err(|cause| refusal().with_source(cause))?;
        let name = certificate.describe(CERTIFICATE);
        if !belongs_to(&*signing_key, &chain[0], &name)? {
            let key_name = &text.key_name;
            return Err(error(format!("{key_name} does not belong to {name}")));
        }
        let certified = CertifiedKey::new(chain, signing_key);
        Ok(Some(Arc::new(SingleCertAndKey::from(certified))))
    }

    fn key_text(&self, certificate: &PemSource) -> Result<PrivateKeyText, Error> {
        Ok(match &self.key {
            Some(key) => PrivateKeyText {
                text: key.read(KEY)?,
                name: key.describe(KEY),
                key_name: key.describe(KEY),
                is_shared: false,
            },
            None => PrivateKeyText {
                text: certificate.read(CERTIFICATE)?,
                name: certificate.describe(CERTIFICATE),
                key_name: format!("the key in {}", certificate.describe(CERTIFICATE)),
                is_shared: true,
            },
        })
    }
}

fn chain(certificate: &PemSource) -> Result<Vec<CertificateDer<'static>>, Error> {
    let (text, name) = (
        certificate.read(CERTIFICATE)?,
        certificate.describe(CERTIFICATE),
    );
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let chain = chain.map_err(|cause| error(format!("{name} is malformed")).with_source(cause))?;
    if chain.is_empty() {
        return Err(certificate.no_certificate_error(&text, CERTIFICATE));
    }
    let now = SystemTime::now();
    let problem = |one| CertificateDateStatus::at(one, now).problem();
    match chain.iter().find_map(problem) {
        Some(problem) => Err(error(format!("{name} {problem}; targets would reject it"))),
        None => Ok(chain),
    }
}

/// Returns true if a key is that of a certificate, which `name` names.
fn belongs_to(
    key: &dyn SigningKey,
    certificate: &CertificateDer<'_>,
    name: &str,
) -> Result<bool, Error> {
    let malformed = |cause| error(format!("{name} is malformed")).with_source(cause);
    let certificate = CertificateInner::<Raw>::from_der(certificate).map_err(malformed)?;
    let Some(key) = key.public_key() else {
        return Ok(true);
    };
    let key = SubjectPublicKeyInfoOwned::from_der(&key).map_err(malformed)?;
    let certified = certificate.tbs_certificate().subject_public_key_info();
    Ok(certified.subject_public_key == key.subject_public_key)
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Certificates, message)
}
