//! Reads the private key of a client certificate, and decrypts it.

use pkcs8::EncryptedPrivateKeyInfoRef;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::pem::other_format;
use crate::{Error, ErrorKind, SecretString};

/// The label of an encrypted key (RFC 7468 section 11).
const ENCRYPTED_LABEL: &str = "ENCRYPTED PRIVATE KEY";

/// Marks a key that is encrypted in the format of OpenSSL before version 1.0.
const OLD_ENCRYPTION: &[u8] = b"4,ENCRYPTED";

/// The text of a private key, with its names for messages.
pub(super) struct PrivateKeyText {
    pub(super) text: Vec<u8>,
    /// The name of the file or text.
    pub(super) name: String,
    /// The name of the key in it.
    pub(super) key_name: String,
    /// True if it is the text of the certificate.
    pub(super) is_shared: bool,
}

impl PrivateKeyText {
    /// Reads the key, with this password if it is encrypted.
    pub(super) fn read(
        &self,
        password: Option<&SecretString>,
    ) -> Result<PrivateKeyDer<'static>, Error> {
        let key_name = &self.key_name;
        if contains(&self.text, OLD_ENCRYPTION) {
            return Err(error(format!(
                "{key_name} is encrypted in an old format of OpenSSL (try openssl pkey -in FILE -out PLAIN to \
                 decrypt it)"
            )));
        }
        match PrivateKeyDer::from_pem_slice(&self.text) {
            Ok(key) => Ok(key),
            Err(pem::Error::NoItemsFound) => match self.encrypted_key() {
                Some(encrypted) => self.decrypt(&encrypted, password),
                None => Err(self.no_key_error()),
            },
            Err(cause) => Err(error(format!("{key_name} is malformed")).with_source(cause)),
        }
    }

    /// Returns the DER of an encrypted key, if the text has one.
    fn encrypted_key(&self) -> Option<Vec<u8>> {
        let blocks = ::pem::parse_many(&self.text).ok()?;
        let key = blocks
            .into_iter()
            .find(|block| block.tag() == ENCRYPTED_LABEL);
        key.map(::pem::Pem::into_contents)
    }

    fn decrypt(
        &self,
        encrypted: &[u8],
        password: Option<&SecretString>,
    ) -> Result<PrivateKeyDer<'static>, Error> {
        let key_name = &self.key_name;
        let Some(SecretString(password)) = password else {
            return Err(error(format!(
                "{key_name} is encrypted (try `client_key_password` PASSWORD, or openssl pkey -in FILE -out PLAIN)"
            )));
        };
        let key = EncryptedPrivateKeyInfoRef::try_from(encrypted)
            .map_err(|cause| error(format!("{key_name} is malformed")).with_source(cause))?;
        let plain = key.decrypt(password).map_err(|cause| {
            let message = format!(
                "cannot decrypt {key_name}: its password is wrong, or its encryption is not supported (try openssl \
                 pkey -in FILE -out PLAIN)"
            );
            error(message).with_source(cause)
        })?;
        Ok(PrivatePkcs8KeyDer::from(plain.as_bytes().to_vec()).into())
    }

    fn no_key_error(&self) -> Error {
        let name = &self.name;
        error(match other_format(&self.text) {
            Some((format, command)) => {
                format!("{name} is in {format}; expected PEM (try {command})")
            }
            None if self.is_shared => format!(
                "{name} has no key (try `client_key` FILE, or append the key to the certificate)"
            ),
            None => format!(
                "{name} has no key; expected a PEM block that begins with -----BEGIN PRIVATE KEY-----"
            ),
        })
    }
}

/// The kinds of keys that this TLS library cannot use, by their object identifiers in DER.
const UNSUPPORTED_KINDS: [(&[u8], &str); 6] = [
    (&[0x06, 5, 0x2b, 0x81, 4, 0, 0x23], "a P-521 key"),
    (&[0x06, 5, 0x2b, 0x81, 4, 0, 0x0a], "a secp256k1 key"),
    (&[0x06, 3, 0x2b, 0x65, 0x71], "an Ed448 key"),
    (
        &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0a],
        "a key for RSA-PSS only",
    ),
    (&[0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1], "a DSA key"),
    (&[0x06, 9, 0x2b, 0x24, 3, 3, 2, 8, 1, 1], "a Brainpool key"),
];

/// Returns the problem of a key that the TLS library refuses, as a predicate.
pub(super) fn refusal(key: &PrivateKeyDer<'_>) -> String {
    let der = key.secret_der();
    let kind = UNSUPPORTED_KINDS
        .iter()
        .find(|(kind, _)| contains(der, kind));
    let kind = match kind {
        Some((_, kind)) => format!("is {kind}, which this TLS library does not have"),
        None => "cannot be used by this TLS library".to_owned(),
    };
    format!("{kind}; expected RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519")
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Certificates, message)
}
