//! The receiving half of an established connection: records become plaintext and messages.

use std::io;
use std::ops::Range;
use std::task::{Context, Poll};

use rustls::{ContentType, Error, InvalidMessage, PeerMisbehaved};
use tokio::io::{AsyncRead, ReadBuf};

use super::message_buffer::MessageBuffer;
use super::receive_buffer::ReceiveBuffer;
use super::record_cipher::RecordCipher;

/// The most empty records in a row, as in rustls and BoringSSL.
const MAX_EMPTY_RECORDS: u8 = 32;

/// The content of a record that was just opened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RecordContent {
    /// Plaintext, ready to be taken.
    Data,
    /// The level and the code of an alert.
    Alert([u8; 2]),
    /// Bytes of the handshake protocol, now among the [messages](RecordReader::messages).
    Handshake,
}

/// Received records, opened one by one in the place where they arrived.
#[derive(Debug)]
pub(super) struct RecordReader {
    received: ReceiveBuffer,
    cipher: RecordCipher,
    /// Plaintext at the front of `received` that has not been taken.
    plaintext: Range<usize>,
    /// The bytes of the record at the front that has been opened.
    opened: usize,
    pub(super) messages: MessageBuffer,
    empty_records: u8,
}

impl RecordReader {
    pub(super) fn new(received: ReceiveBuffer, cipher: RecordCipher) -> Self {
        Self {
            received,
            cipher,
            plaintext: 0..0,
            opened: 0,
            messages: MessageBuffer::default(),
            empty_records: 0,
        }
    }

    /// Opens the records after this one with another key.
    pub(super) fn set_cipher(&mut self, cipher: RecordCipher) {
        self.cipher = cipher;
    }

    /// Moves plaintext to the caller as far as there is room.
    pub(super) fn take(&mut self, output: &mut ReadBuf<'_>) {
        let bytes = self.plaintext.len().min(output.remaining());
        if bytes == 0 {
            return;
        }
        let taken = self.plaintext.start..self.plaintext.start + bytes;
        self.plaintext.start = taken.end;
        output.put_slice(&self.received.unread()[taken]);
        if self.plaintext.is_empty() {
            self.consume_opened();
        }
    }

    fn consume_opened(&mut self) {
        self.received.consume(std::mem::take(&mut self.opened));
    }

    /// Opens the next record if it has arrived whole.
    ///
    /// The plaintext of the record before must have been taken.
    pub(super) fn open_next(&mut self) -> Result<Option<RecordContent>, Error> {
        debug_assert!(self.plaintext.is_empty(), "plaintext would be lost");
        self.consume_opened();
        let Some(length) = self.received.whole_record(0)? else {
            return Ok(None);
        };
        let record = &mut self.received.unread()[..length];
        let opened = self.cipher.open(record)?;
        self.opened = length;
        let content = &record[opened.plaintext.clone()];
        self.empty_records = match (content.is_empty(), self.empty_records) {
            (false, _) => 0,
            (true, MAX_EMPTY_RECORDS) => return Err(PeerMisbehaved::TooManyEmptyFragments.into()),
            (true, count) => count + 1,
        };
        if opened.content != ContentType::Handshake && !self.messages.is_empty() {
            return Err(PeerMisbehaved::MessageInterleavedWithHandshakeMessage.into());
        }
        let content = match opened.content {
            ContentType::ApplicationData => {
                self.plaintext = opened.plaintext;
                RecordContent::Data
            }
            ContentType::Alert => {
                let alert = content.try_into();
                let malformed = InvalidMessage::MissingData("AlertMessagePayload");
                RecordContent::Alert(alert.map_err(|_| malformed)?)
            }
            ContentType::Handshake if content.is_empty() => {
                return Err(InvalidMessage::InvalidEmptyPayload.into());
            }
            ContentType::Handshake => {
                self.messages.append(content)?;
                RecordContent::Handshake
            }
            other => {
                return Err(Error::InappropriateMessage {
                    expect_types: vec![ContentType::ApplicationData, ContentType::Handshake],
                    got_type: other,
                });
            }
        };
        Ok(Some(content))
    }

    /// Reads from the stream once; 0 bytes are its end.
    ///
    /// All records that arrived before must have been opened.
    pub(super) fn poll_fill<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        debug_assert!(self.opened == 0, "a record would be lost");
        self.received.poll_fill(stream, cx)
    }
}
