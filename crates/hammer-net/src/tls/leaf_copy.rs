//! A copy of a CA's certificate that webpki accepts as a server's.

use std::iter;

use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm,
};
use x509_cert::der::asn1::AnyRef;
use x509_cert::der::{Decode, Reader, SliceReader, Tag, TagNumber, Tagged};

/// The object identifier of basicConstraints (RFC 5280 section 4.2.1.9), without its header.
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];

/// The value of a true boolean in DER.
const TRUE: &[u8] = &[0xff];

/// The tag of the extensions of a certificate (RFC 5280 section 4.1).
const EXTENSIONS: Tag = Tag::ContextSpecific {
    constructed: true,
    number: TagNumber(3),
};

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
fn ca_flag(certificate: &[u8]) -> Option<usize> {
    let signed = parts(AnyRef::from_der(certificate).ok()?.value()).next()?;
    let tagged = parts(signed.value()).find(|part| part.tag() == EXTENSIONS)?;
    let mut extensions = parts(parts(tagged.value()).next()?.value());
    let constraints = extensions.find_map(|extension| {
        let mut extension = parts(extension.value());
        let is_wanted = extension.next()?.value() == BASIC_CONSTRAINTS;
        extension.last().filter(|_| is_wanted)
    })?;
    let flag = parts(parts(constraints.value()).next()?.value()).next()?;
    let is_true = flag.tag() == Tag::Boolean && flag.value() == TRUE;
    is_true.then(|| flag.value().as_ptr().addr() - certificate.as_ptr().addr())
}

/// Returns the values of which the content of a value in DER consists, up to the first malformed one.
fn parts(content: &[u8]) -> impl Iterator<Item = AnyRef<'_>> {
    let mut reader = SliceReader::new(content).ok();
    iter::from_fn(move || {
        let reader = reader.as_mut().filter(|reader| !reader.is_finished())?;
        AnyRef::decode(reader).ok()
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

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CustomExtension, IsCa, KeyPair};

    use super::*;

    /// Bytes like those of basicConstraints with a true CA flag.
    const PATTERN: [u8; 15] = [6, 3, 0x55, 0x1d, 19, 1, 1, 0xff, 4, 5, 0x30, 3, 1, 1, 0xff];

    /// Creates a certificate with the pattern as a name in its subjectAltName (2.5.29.17).
    fn certificate_with_pattern(is_ca: IsCa) -> CertificateDer<'static> {
        let mut names = vec![0x30, 17, 0x82, 15];
        names.extend(PATTERN);
        let mut params = CertificateParams::new(vec![]).expect("a certificate without names");
        params.is_ca = is_ca;
        let extension = CustomExtension::from_oid_content(&[2, 5, 29, 17], names);
        params.custom_extensions.push(extension);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a signature");
        certificate.der().clone()
    }

    #[test]
    fn names_that_look_like_the_ca_flag_are_not_changed() {
        for not_a_ca in [IsCa::NoCa, IsCa::ExplicitNoCa] {
            let original = certificate_with_pattern(not_a_ca);
            assert!(LeafCopy::without_ca_flag(&original).is_none());
        }
        let original = certificate_with_pattern(IsCa::Ca(BasicConstraints::Unconstrained));
        let copy = LeafCopy::without_ca_flag(&original).expect("a copy");
        let count = |bytes: &[u8]| {
            let places = bytes.windows(PATTERN.len());
            places.filter(|part| *part == PATTERN).count()
        };
        // The names, and the flag, which is critical.
        assert_eq!(count(&original), 2);
        assert_eq!(count(&copy.certificate), 1);
        let pairs = original.iter().zip(copy.certificate.iter());
        assert_eq!(pairs.filter(|(before, after)| before != after).count(), 1);
        assert_eq!(ca_flag(&copy.certificate), None);
        let names = copy.certificate.windows(17);
        let is_kept = |part: &[u8]| part.starts_with(&[0x82, 15]) && part.ends_with(&PATTERN);
        assert_eq!(names.filter(|part| is_kept(part)).count(), 1);
    }
}
