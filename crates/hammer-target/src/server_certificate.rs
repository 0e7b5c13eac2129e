//! Certificate of a target over TLS.

use std::fmt;
use std::sync::Arc;

use ::pem::{EncodeConfig, LineEnding, Pem};
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::error::{Error, ErrorKind};

/// A certificate and its private key, for a target over TLS.
///
/// ```
/// use hammer_target::{ServerCertificate, TargetBehavior, TargetServer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let certificate = ServerCertificate::self_signed(["localhost", "127.0.0.1"])?;
/// let trusted = certificate.pem().to_owned();
/// let target = TargetServer::builder().tls(certificate).spawn(TargetBehavior::default())?;
/// assert!(target.url().starts_with("https://127.0.0.1:"));
/// // … hammer it with a client that trusts `trusted` …
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ServerCertificate {
    pem: String,
    certified_key: Arc<CertifiedKey>,
}

impl ServerCertificate {
    /// Creates a self-signed certificate for DNS names and IP addresses. Only clients that trust its
    /// [`pem`](Self::pem) accept it.
    ///
    /// # Errors
    ///
    /// If a name is not ASCII.
    pub fn self_signed<N>(names: impl IntoIterator<Item = N>) -> Result<Self, Error>
    where
        N: Into<String>,
    {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let made = rcgen::generate_simple_self_signed(names).map_err(|cause| {
            Error::new(ErrorKind::Certificate, "cannot create a certificate").with_source(cause)
        })?;
        Self::from_pem(made.cert.pem(), made.signing_key.serialize_pem())
    }

    /// Reads PEM texts (RFC 7468): the certificate, followed by its chain, and its unencrypted private
    /// key. Both may be in the same text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Certificate`] if `cert` has no certificate or a malformed one; [`ErrorKind::Key`] if
    /// `key` has no key, a malformed one, or one that does not belong to the certificate.
    pub fn from_pem(cert: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<Self, Error> {
        let chain = parse_chain(cert.as_ref())?;
        let key = PrivateKeyDer::from_pem_slice(key.as_ref()).map_err(|cause| match cause {
            pem::Error::NoItemsFound => Error::new(
                ErrorKind::Key,
                "cannot read the key: expected an unencrypted PEM block that begins with \
                 -----BEGIN PRIVATE KEY-----, found none",
            ),
            _ => Error::new(ErrorKind::Key, "cannot read the key").with_source(cause),
        })?;
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider());
        let certified = certified.map_err(|cause| match cause {
            rustls::Error::InconsistentKeys(_) => Error::new(
                ErrorKind::Key,
                "cannot use the key: it does not belong to the certificate",
            ),
            rustls::Error::InvalidCertificate(_) => {
                Error::new(ErrorKind::Certificate, "cannot read the certificate").with_source(cause)
            }
            _ => Error::new(ErrorKind::Key, "cannot use the key").with_source(cause),
        })?;
        Ok(Self {
            pem: encode(&certified.cert),
            certified_key: Arc::new(certified),
        })
    }

    /// Returns the certificates as PEM without the key, for clients to trust.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub(crate) fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified_key)
    }
}

/// Parses all certificates in a text, in their order.
fn parse_chain(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(text)
        .collect::<Result<_, _>>()
        .map_err(|cause| {
            Error::new(ErrorKind::Certificate, "cannot read the certificate").with_source(cause)
        })?;
    if chain.is_empty() {
        return Err(Error::new(
            ErrorKind::Certificate,
            "cannot read the certificate: expected a PEM block that begins with \
             -----BEGIN CERTIFICATE-----, found none",
        ));
    }
    Ok(chain)
}

fn encode(chain: &[CertificateDer<'_>]) -> String {
    let blocks: Vec<_> = chain
        .iter()
        .map(|der| Pem::new("CERTIFICATE", der.as_ref()))
        .collect();
    ::pem::encode_many_config(&blocks, EncodeConfig::new().set_line_ending(LineEnding::LF))
}

impl fmt::Debug for ServerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerCertificate")
            .field("pem", &self.pem)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates the PEM texts of a certificate and its key.
    fn generate() -> (String, String) {
        let generated = rcgen::generate_simple_self_signed(["a.example".to_owned()]);
        let generated = generated.expect("a valid name");
        (generated.cert.pem(), generated.signing_key.serialize_pem())
    }

    #[test]
    fn errors_name_the_problem_of_a_pem() {
        let (cert, key) = generate();
        let (_, other) = generate();
        let no_der = |label| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        let (no_cert, no_key) = (no_der("CERTIFICATE"), no_der("PRIVATE KEY"));
        let encrypted = no_der("ENCRYPTED PRIVATE KEY");
        let no_base64 = cert.replace("\nM", "\n?");
        let (certificate, private) = (ErrorKind::Certificate, ErrorKind::Key);
        for (cert, key, kind, message) in [
            ("", &*key, certificate, "-----BEGIN CERTIFICATE-----"),
            (&key, &key, certificate, "-----BEGIN CERTIFICATE-----"),
            (&no_base64, &key, certificate, "read the certificate"),
            (&no_cert, &key, certificate, "read the certificate"),
            (&cert, "", private, "-----BEGIN PRIVATE KEY-----"),
            (&cert, &cert, private, "-----BEGIN PRIVATE KEY-----"),
            (&cert, &encrypted, private, "unencrypted"),
            (&cert, &no_key, private, "use the key"),
            (&cert, &other, private, "does not belong to the certificate"),
        ] {
            let error = ServerCertificate::from_pem(cert, key).expect_err(message);
            assert_eq!(error.kind(), kind, "{error}");
            assert!(
                error.to_string().contains(message),
                "expected {message}, found {error}"
            );
        }
    }

    #[test]
    fn the_pem_has_all_certificates_and_no_key() {
        let (cert, key) = generate();
        let chain = format!("{cert}{}", generate().0);
        let all = format!("{key}{chain}");
        let certificate = ServerCertificate::from_pem(&all, &all).expect("a valid PEM");
        assert_eq!(
            certificate.pem().replace('\n', ""),
            chain.replace(['\r', '\n'], "")
        );
        assert!(!format!("{certificate:?}").contains("KEY"));
    }

    #[test]
    fn a_name_that_is_not_ascii_is_an_error() {
        let error = ServerCertificate::self_signed(["schön.example"]).expect_err("not ASCII");
        assert_eq!(error.kind(), ErrorKind::Certificate);
    }
}
