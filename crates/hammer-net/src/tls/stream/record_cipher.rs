//! Seals and opens the records of one direction, without copies.

use std::ops::Range;

use ring::aead::{
    AES_128_GCM, AES_256_GCM, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey,
};
use rustls::{ConnectionTrafficSecrets, ContentType, Error, PeerMisbehaved, ProtocolVersion};

/// The bytes of a record's header: type, version and length.
pub(super) const HEADER_BYTES: usize = 5;

/// The most plaintext that a record holds (RFC 8446 section 5.1, RFC 5246 section 6.2.1).
pub(super) const MAX_PLAINTEXT_BYTES: usize = 1 << 14;

/// The most bytes that follow the header of a record (RFC 5246 section 6.2.3; TLS 1.3 allows less).
pub(super) const MAX_PAYLOAD_BYTES: usize = MAX_PLAINTEXT_BYTES + 2_048;

/// The most bytes that a sealed record has besides its plaintext: header, nonce, type and tag.
pub(super) const MAX_OVERHEAD_BYTES: usize = HEADER_BYTES + EXPLICIT_NONCE_BYTES + 1 + TAG_BYTES;

const NONCE_BYTES: usize = 12;
const EXPLICIT_NONCE_BYTES: usize = 8;
const TAG_BYTES: usize = 16;

/// The layout of an encrypted record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordLayout {
    /// The type follows the plaintext, then padding (RFC 8446 section 5.2).
    Tls13,
    /// A nonce precedes the ciphertext (RFC 5288 section 3).
    Tls12Gcm,
    /// The nonce is implied (RFC 7905 section 2).
    Tls12Chacha,
}

/// The key of one direction, and the number of its next record.
#[derive(Debug)]
pub(super) struct RecordCipher {
    key: LessSafeKey,
    iv: [u8; NONCE_BYTES],
    sequence: u64,
    layout: RecordLayout,
}

/// An opened record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OpenedRecord {
    pub(super) content: ContentType,
    /// The place of the plaintext in the record.
    pub(super) plaintext: Range<usize>,
}

impl RecordCipher {
    /// Prepares the keys that rustls negotiated, from this record on.
    pub(super) fn new(
        version: ProtocolVersion,
        sequence: u64,
        secrets: ConnectionTrafficSecrets,
    ) -> Result<Self, Error> {
        use ConnectionTrafficSecrets as S;
        let gcm = match version {
            ProtocolVersion::TLSv1_3 => RecordLayout::Tls13,
            _ => RecordLayout::Tls12Gcm,
        };
        let (algorithm, layout, key, iv) = match secrets {
            S::Aes128Gcm { key, iv } => (&AES_128_GCM, gcm, key, iv),
            S::Aes256Gcm { key, iv } => (&AES_256_GCM, gcm, key, iv),
            S::Chacha20Poly1305 { key, iv } => {
                let layout = match version {
                    ProtocolVersion::TLSv1_3 => RecordLayout::Tls13,
                    _ => RecordLayout::Tls12Chacha,
                };
                (&CHACHA20_POLY1305, layout, key, iv)
            }
            _ => return Err(Error::General("unknown cipher of TLS records".into())),
        };
        Self::with_key(algorithm, layout, key.as_ref(), iv.as_ref(), sequence)
    }

    fn with_key(
        algorithm: &'static Algorithm,
        layout: RecordLayout,
        key: &[u8],
        iv: &[u8],
        sequence: u64,
    ) -> Result<Self, Error> {
        let unusable = || Error::General("a TLS key has the wrong length".into());
        let key = UnboundKey::new(algorithm, key).map_err(|_| unusable())?;
        Ok(Self {
            key: LessSafeKey::new(key),
            iv: iv.try_into().map_err(|_| unusable())?,
            sequence,
            layout,
        })
    }

    /// Returns the number of records that the key has sealed or opened.
    pub(super) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Appends a record with this plaintext, at most [`MAX_PLAINTEXT_BYTES`] in parts.
    pub(super) fn seal<'a>(
        &mut self,
        content: ContentType,
        parts: impl Iterator<Item = &'a [u8]>,
        output: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let start = output.len();
        let nonce = self.implied_nonce();
        output.extend_from_slice(&[u8::from(content), 3, 3, 0, 0]);
        if self.layout == RecordLayout::Tls12Gcm {
            output.extend_from_slice(&nonce[NONCE_BYTES - EXPLICIT_NONCE_BYTES..]);
        }
        let body = output.len();
        for part in parts {
            output.extend_from_slice(part);
        }
        if self.layout == RecordLayout::Tls13 {
            output.push(u8::from(content));
            output[start] = u8::from(ContentType::ApplicationData);
        }
        let plain_bytes = output.len() - body;
        let payload_bytes = output.len() - start - HEADER_BYTES + TAG_BYTES;
        output[start + 3..start + HEADER_BYTES].copy_from_slice(&length_field(payload_bytes));
        let header = header_of(&output[start..]);
        let tag = self.seal_body(nonce, header, plain_bytes, &mut output[body..])?;
        output.extend_from_slice(tag.as_ref());
        self.sequence += 1;
        Ok(())
    }

    fn seal_body(
        &self,
        nonce: [u8; NONCE_BYTES],
        header: [u8; HEADER_BYTES],
        plain_bytes: usize,
        body: &mut [u8],
    ) -> Result<ring::aead::Tag, Error> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let sealed = match self.layout {
            RecordLayout::Tls13 => {
                self.key
                    .seal_in_place_separate_tag(nonce, Aad::from(header), body)
            }
            _ => {
                let data = Aad::from(self.tls12_additional_data(header, plain_bytes));
                self.key.seal_in_place_separate_tag(nonce, data, body)
            }
        };
        sealed.map_err(|_| Error::EncryptError)
    }

    /// Decrypts a whole record in its place.
    ///
    /// # Errors
    ///
    /// If it was not sealed with this key, or is larger than a record may be.
    pub(super) fn open(&mut self, record: &mut [u8]) -> Result<OpenedRecord, Error> {
        let header = header_of(record);
        let payload = &mut record[HEADER_BYTES..];
        let ciphertext = match self.layout {
            RecordLayout::Tls12Gcm => EXPLICIT_NONCE_BYTES,
            _ => 0,
        };
        let overhead = ciphertext + TAG_BYTES;
        let plain_bytes = payload.len().checked_sub(overhead);
        let plain_bytes = plain_bytes.ok_or(Error::DecryptError)?;
        let mut nonce = self.implied_nonce();
        if self.layout == RecordLayout::Tls12Gcm {
            nonce[..NONCE_BYTES - EXPLICIT_NONCE_BYTES]
                .copy_from_slice(&self.iv[..NONCE_BYTES - EXPLICIT_NONCE_BYTES]);
            nonce[NONCE_BYTES - EXPLICIT_NONCE_BYTES..]
                .copy_from_slice(&payload[..EXPLICIT_NONCE_BYTES]);
        }
        let nonce = Nonce::assume_unique_for_key(nonce);
        // The plaintext begins where the payload does.
        let opened = match self.layout {
            RecordLayout::Tls13 => self.key.open_in_place(nonce, Aad::from(header), payload),
            _ => {
                let data = Aad::from(self.tls12_additional_data(header, plain_bytes));
                self.key.open_within(nonce, data, payload, ciphertext..)
            }
        };
        let plaintext = opened.map_err(|_| Error::DecryptError)?;
        self.sequence += 1;
        let (content, bytes) = match self.layout {
            RecordLayout::Tls13 => without_padding(plaintext)?,
            _ => (ContentType::from(header[0]), plaintext.len()),
        };
        if bytes > MAX_PLAINTEXT_BYTES {
            return Err(Error::PeerSentOversizedRecord);
        }
        Ok(OpenedRecord {
            content,
            plaintext: HEADER_BYTES..HEADER_BYTES + bytes,
        })
    }

    /// The initialization vector with the record's number in its last bytes (RFC 8446 section 5.3).
    fn implied_nonce(&self) -> [u8; NONCE_BYTES] {
        let mut nonce = self.iv;
        let number = self.sequence.to_be_bytes();
        for (byte, number) in nonce[NONCE_BYTES - number.len()..].iter_mut().zip(number) {
            *byte ^= number;
        }
        nonce
    }

    /// The data that the tag protects besides the plaintext (RFC 5246 section 6.2.3.3).
    fn tls12_additional_data(&self, header: [u8; HEADER_BYTES], plain_bytes: usize) -> [u8; 13] {
        let mut data = [0; 13];
        data[..8].copy_from_slice(&self.sequence.to_be_bytes());
        data[8..11].copy_from_slice(&header[..3]);
        data[11..].copy_from_slice(&length_field(plain_bytes));
        data
    }
}

fn header_of(record: &[u8]) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header.copy_from_slice(&record[..HEADER_BYTES]);
    header
}

/// Encodes a length, which is below 2¹⁶ for every record.
fn length_field(bytes: usize) -> [u8; 2] {
    (bytes as u16).to_be_bytes()
}

/// Finds the type of a record of TLS 1.3, which is its last byte that is not zero.
fn without_padding(plaintext: &[u8]) -> Result<(ContentType, usize), Error> {
    let last = plaintext.iter().rposition(|byte| *byte != 0);
    let last = last.ok_or(PeerMisbehaved::IllegalTlsInnerPlaintext)?;
    Ok((ContentType::from(plaintext[last]), last))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client's traffic key of RFC 8448 section 3, and its first record of data.
    const KEY: &str = "17422dda596ed5d9acd890e3c63f5051";
    const IV: &str = "5b78923dee08579033e523d9";
    const RECORD: &str = "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8\
                          a5b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4";

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        digits
            .map(|pair| {
                let pair = std::str::from_utf8(pair).expect("ASCII");
                u8::from_str_radix(pair, 16).expect("hexadecimal digits")
            })
            .collect()
    }

    fn cipher(layout: RecordLayout, sequence: u64) -> RecordCipher {
        let algorithm = match layout {
            RecordLayout::Tls12Chacha => &CHACHA20_POLY1305,
            _ => &AES_128_GCM,
        };
        let key = bytes(KEY).repeat(algorithm.key_len() / 16);
        let cipher = RecordCipher::with_key(algorithm, layout, &key, &bytes(IV), sequence);
        cipher.expect("a key of the right length")
    }

    fn sealed(cipher: &mut RecordCipher, content: ContentType, plaintext: &[u8]) -> Vec<u8> {
        let mut output = Vec::new();
        let parts = plaintext.chunks(7);
        cipher
            .seal(content, parts, &mut output)
            .expect("plaintext that fits");
        output
    }

    #[test]
    fn the_record_of_the_rfc_is_sealed_and_opened() {
        let plaintext: Vec<u8> = (0..50).collect();
        let mut record = sealed(
            &mut cipher(RecordLayout::Tls13, 0),
            ContentType::ApplicationData,
            &plaintext,
        );
        assert_eq!(record, bytes(RECORD));
        let opened = cipher(RecordLayout::Tls13, 0).open(&mut record);
        let opened = opened.expect("a record of this key");
        assert_eq!(opened.content, ContentType::ApplicationData);
        assert_eq!(record[opened.plaintext], plaintext);
    }

    const LAYOUTS: [RecordLayout; 3] = [
        RecordLayout::Tls13,
        RecordLayout::Tls12Gcm,
        RecordLayout::Tls12Chacha,
    ];

    #[test]
    fn records_open_in_their_order_only() {
        for layout in LAYOUTS {
            let mut sender = cipher(layout, 7);
            let mut records: Vec<_> = ["a", "", "bc"]
                .map(|text| sealed(&mut sender, ContentType::Alert, text.as_bytes()))
                .into();
            let mut receiver = cipher(layout, 7);
            for (record, expected) in records.iter().zip(["a", "", "bc"]) {
                let mut record = record.clone();
                let opened = receiver.open(&mut record).expect("the next record");
                assert_eq!(opened.content, ContentType::Alert);
                assert_eq!(record[opened.plaintext], *expected.as_bytes());
            }
            let late = receiver.open(&mut records[0]);
            assert_eq!(late, Err(Error::DecryptError), "{layout:?}");
        }
    }

    #[test]
    fn a_change_of_any_byte_is_noticed() {
        for layout in LAYOUTS {
            let record = sealed(
                &mut cipher(layout, 0),
                ContentType::ApplicationData,
                b"data",
            );
            for place in 0..record.len() {
                let mut changed = record.clone();
                changed[place] ^= 4;
                // The lengths of a header and of its record agree when they come from the buffer.
                let opened = cipher(layout, 0).open(&mut changed);
                let is_length_of_tls12 = layout != RecordLayout::Tls13 && matches!(place, 3 | 4);
                assert_eq!(opened.is_ok(), is_length_of_tls12, "{layout:?}, {place}");
            }
        }
    }

    #[test]
    fn a_record_that_is_too_short_is_refused() {
        for layout in LAYOUTS {
            for length in HEADER_BYTES..HEADER_BYTES + TAG_BYTES {
                let opened = cipher(layout, 0).open(&mut vec![23; length]);
                assert_eq!(
                    opened,
                    Err(Error::DecryptError),
                    "{layout:?}, {length} bytes"
                );
            }
        }
    }

    #[test]
    fn the_padding_of_tls13_is_removed() {
        let table = [
            (&b"ab\x17\0\0\0"[..], Ok((ContentType::ApplicationData, 2))),
            (b"a\0\x15", Ok((ContentType::Alert, 2))),
            (b"\x16", Ok((ContentType::Handshake, 0))),
            (
                b"\0\0",
                Err(PeerMisbehaved::IllegalTlsInnerPlaintext.into()),
            ),
            (b"", Err(PeerMisbehaved::IllegalTlsInnerPlaintext.into())),
        ];
        for (plaintext, expected) in table {
            assert_eq!(without_padding(plaintext), expected, "{plaintext:?}");
        }
    }

    #[test]
    fn a_record_with_too_much_plaintext_is_refused() {
        for layout in LAYOUTS {
            for (length, is_allowed) in [
                (MAX_PLAINTEXT_BYTES, true),
                (MAX_PLAINTEXT_BYTES + 1, false),
            ] {
                let plaintext = vec![1; length];
                let mut record = sealed(
                    &mut cipher(layout, 0),
                    ContentType::ApplicationData,
                    &plaintext,
                );
                let opened = cipher(layout, 0).open(&mut record);
                assert_eq!(opened.is_ok(), is_allowed, "{layout:?}, {length} bytes");
            }
        }
    }
}
