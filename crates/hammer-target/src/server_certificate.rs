//! What a target shows its clients to prove who it is.

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
    /// A new one for these DNS names and IP addresses, which nobody trusts who was not given its
    /// [`pem`](Self::pem).
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
            Error::new(ErrorKind::Certificate, "make a certificate").with_source(cause)
        })?;
        Self::from_pem(made.cert.pem(), made.signing_key.serialize_pem())
    }

    /// One from PEM texts (RFC 7468): the certificate, with those that lead to its root behind it,
    /// and its private key, not encrypted. Both may be in the same text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Certificate`] if there is no certificate in `cert`, or a malformed one;
    /// [`ErrorKind::Key`] if there is no key in `key`, a malformed one, or one that does not belong
    /// to the certificate.
    pub fn from_pem(cert: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<Self, Error> {
        let chain = chain(cert.as_ref())?;
        let key = PrivateKeyDer::from_pem_slice(key.as_ref()).map_err(|cause| match cause {
            pem::Error::NoItemsFound => Error::new(
                ErrorKind::Key,
                "read the key: it should be a PEM block that begins with \
                 -----BEGIN PRIVATE KEY-----, not encrypted, and there is none",
            ),
            _ => Error::new(ErrorKind::Key, "read the key").with_source(cause),
        })?;
        let certified = CertifiedKey::from_der(chain, key, &ring::default_provider());
        let certified = certified.map_err(|cause| match cause {
            rustls::Error::InconsistentKeys(_) => Error::new(
                ErrorKind::Key,
                "use the key: it does not belong to the certificate",
            ),
            rustls::Error::InvalidCertificate(_) => {
                Error::new(ErrorKind::Certificate, "read the certificate").with_source(cause)
            }
            _ => Error::new(ErrorKind::Key, "use the key").with_source(cause),
        })?;
        Ok(Self {
            pem: encode(&certified.cert),
            certified_key: Arc::new(certified),
        })
    }

    /// The certificates as PEM, without the key: what clients are to trust.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub(crate) fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.certified_key)
    }
}

/// All certificates in a text, in their order.
fn chain(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(text)
        .collect::<Result<_, _>>()
        .map_err(|cause| {
            Error::new(ErrorKind::Certificate, "read the certificate").with_source(cause)
        })?;
    if chain.is_empty() {
        return Err(Error::new(
            ErrorKind::Certificate,
            "read the certificate: it should be a PEM block that begins with \
             -----BEGIN CERTIFICATE-----, and there is none",
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

    fn made() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["a.example".to_owned()]);
        let made = made.expect("the name is a name");
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn says_what_is_wrong_with_a_pem() {
        let (cert, key) = made();
        let (_, other) = made();
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
            (&cert, &encrypted, private, "not encrypted"),
            (&cert, &no_key, private, "use the key"),
            (&cert, &other, private, "does not belong to the certificate"),
        ] {
            let error = ServerCertificate::from_pem(cert, key).expect_err(message);
            assert_eq!(error.kind(), kind, "{error}");
            assert!(
                error.to_string().contains(message),
                "{error}, not {message}"
            );
        }
    }

    #[test]
    fn a_pem_to_trust_has_all_certificates_and_no_key() {
        let (cert, key) = made();
        let chain = format!("{cert}{}", made().0);
        let all = format!("{key}{chain}");
        let certificate = ServerCertificate::from_pem(&all, &all).expect("they belong together");
        assert_eq!(
            certificate.pem().replace('\n', ""),
            chain.replace(['\r', '\n'], "")
        );
        assert!(!format!("{certificate:?}").contains("KEY"));
    }

    #[test]
    fn a_name_that_no_certificate_can_have_is_an_error() {
        let error = ServerCertificate::self_signed(["schön.example"]).expect_err("it is not ASCII");
        assert_eq!(error.kind(), ErrorKind::Certificate);
    }
}
