//! A copy of a CA's certificate that webpki accepts as a server's.

use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm,
};

/// The object identifier of basicConstraints (RFC 5280 section 4.2.1.9), in DER.
const BASIC_CONSTRAINTS: &[u8] = &[0x06, 3, 0x55, 0x1d, 19];

const DER_TRUE: [u8; 3] = [1, 1, 0xff];
const OCTET_STRING: u8 = 4;
const SEQUENCE: u8 = 0x30;

/// A copy of a CA's certificate that is not marked as a CA.
///
/// webpki refuses a CA as the certificate of a server, which `openssl req -x509` creates and OpenSSL
/// accepts. The copy differs from the original in the value of one boolean, the CA flag. All other
/// checks apply to it as they are, and its signature is checked over the original bytes.
#[derive(Debug)]
pub(super) struct LeafCopy {
    pub(super) certificate: CertificateDer<'static>,
}

impl LeafCopy {
    /// Copies a certificate that is marked as a CA.
    pub(super) fn without_ca_flag(original: &CertificateDer<'_>) -> Option<Self> {
        let value = ca_flag(original)?;
        let mut copy = original.to_vec();
        copy[value] = 0;
        Some(Self {
            certificate: copy.into(),
        })
    }

    /// Wraps algorithms so that the signature of the copy is checked over the original.
    pub(super) fn algorithms<'a>(
        &'a self,
        original: &'a CertificateDer<'a>,
        algorithms: &[&'static dyn SignatureVerificationAlgorithm],
    ) -> Vec<OriginalSignature<'a>> {
        let wrap = |algorithm: &&'static _| OriginalSignature {
            algorithm: *algorithm,
            copy: signed_part(&self.certificate),
            original: signed_part(original),
        };
        algorithms.iter().map(wrap).collect()
    }
}

/// Returns the place of the value of the CA flag, if the certificate has one and it is true.
///
/// These bytes in another part of the certificate do no harm: webpki then refuses the copy as a CA.
fn ca_flag(certificate: &[u8]) -> Option<usize> {
    let length = BASIC_CONSTRAINTS.len();
    let mut places = certificate.windows(length).enumerate();
    places.find_map(|(place, part)| {
        if part != BASIC_CONSTRAINTS {
            return None;
        }
        let mut value = place + length;
        let is_critical = certificate.get(value..value + 3)? == DER_TRUE;
        value += if is_critical { 3 } else { 0 };
        // The headers of the octet string and of the sequence in it, both shorter than 128 bytes.
        let [OCTET_STRING, _, SEQUENCE, _, flag @ ..] = certificate.get(value..value + 7)? else {
            return None;
        };
        (flag == DER_TRUE).then_some(value + 6)
    })
}

/// Returns the certificate without the header of its outer sequence; it begins with the signed part.
fn signed_part(certificate: &[u8]) -> &[u8] {
    let header = match certificate.get(1) {
        Some(length @ 0x80..) => 2 + usize::from(length & 0x7f),
        _ => 2,
    };
    certificate.get(header..).unwrap_or_default()
}

/// Verifies signatures as `algorithm` does, but that of the copy over the original.
#[derive(Debug)]
pub(super) struct OriginalSignature<'a> {
    algorithm: &'static dyn SignatureVerificationAlgorithm,
    copy: &'a [u8],
    original: &'a [u8],
}

impl SignatureVerificationAlgorithm for OriginalSignature<'_> {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let is_copy = self.copy.starts_with(message);
        let original = self.original.get(..message.len()).filter(|_| is_copy);
        self.algorithm
            .verify_signature(public_key, original.unwrap_or(message), signature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }
}
