//! The sending half of an established connection.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use rustls::{AlertDescription, ContentType, Error};
use tokio::io::AsyncWrite;

use super::record_cipher::{MAX_OVERHEAD_BYTES, MAX_PLAINTEXT_BYTES, RecordCipher};

/// The most plaintext that is sealed at once, so that a large body needs few writes.
const MAX_SEALED_BYTES: usize = 4 * MAX_PLAINTEXT_BYTES;

/// The most memory that is kept for the records of the next exchange: that of the largest record.
const MAX_KEPT_BYTES: usize = MAX_PLAINTEXT_BYTES + MAX_OVERHEAD_BYTES;

/// The levels of alerts (RFC 8446 section 6).
const WARNING: u8 = 1;
const FATAL: u8 = 2;

/// Sealed records on their way to the peer.
#[derive(Debug)]
pub(super) struct RecordWriter {
    cipher: RecordCipher,
    sealed: Vec<u8>,
    /// The bytes of `sealed` that the stream has taken.
    sent: usize,
    has_unsent_key_update: bool,
    /// True once no more plaintext may follow.
    is_closed: bool,
}

impl RecordWriter {
    pub(super) fn new(cipher: RecordCipher) -> Self {
        Self {
            cipher,
            sealed: Vec::new(),
            sent: 0,
            has_unsent_key_update: false,
            is_closed: false,
        }
    }

    /// Returns the number of records that the current key has sealed.
    pub(super) fn sequence(&self) -> u64 {
        self.cipher.sequence()
    }

    pub(super) fn has_unsent(&self) -> bool {
        self.sent < self.sealed.len()
    }

    /// Seals up to 64 KiB of these buffers in records of up to 16 KiB, and returns the number of bytes.
    ///
    /// # Errors
    ///
    /// If the connection was shut down or has failed.
    pub(super) fn seal_data(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        if self.is_closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let total: usize = buffers.iter().map(|buffer| buffer.len()).sum();
        let total = total.min(MAX_SEALED_BYTES);
        let records = total.div_ceil(MAX_PLAINTEXT_BYTES);
        self.sealed.reserve(total + records * MAX_OVERHEAD_BYTES);
        for start in (0..total).step_by(MAX_PLAINTEXT_BYTES) {
            let length = (total - start).min(MAX_PLAINTEXT_BYTES);
            let parts = PartsOfBuffers::new(buffers, start, length);
            self.seal(ContentType::ApplicationData, parts)
                .map_err(super::errors::tls_error)?;
        }
        Ok(total)
    }

    /// Releases the memory of a large body, unless records wait to be sent.
    pub(super) fn release_memory(&mut self) {
        if self.sealed.is_empty() && self.sealed.capacity() > MAX_KEPT_BYTES {
            self.sealed.shrink_to(MAX_KEPT_BYTES);
        }
    }

    /// Returns true while a `KeyUpdate` waits for the stream.
    pub(super) fn has_unsent_key_update(&self) -> bool {
        self.has_unsent_key_update
    }

    /// Seals a `KeyUpdate`, after which the cipher must change.
    pub(super) fn seal_key_update(&mut self, message: &[u8]) -> Result<(), Error> {
        self.has_unsent_key_update = true;
        self.seal(ContentType::Handshake, std::iter::once(message))
    }

    /// Seals a warning, after which plaintext may still follow.
    pub(super) fn seal_warning(&mut self, alert: AlertDescription) -> Result<(), Error> {
        self.seal_alert(WARNING, alert)
    }

    /// Seals `close_notify` if the connection is not closed yet.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.is_closed, true) {
            return Ok(());
        }
        self.seal_alert(WARNING, AlertDescription::CloseNotify)
    }

    /// Seals the alert for an error if the connection is not closed yet.
    pub(super) fn fail(&mut self, alert: AlertDescription) -> Result<(), Error> {
        if std::mem::replace(&mut self.is_closed, true) {
            return Ok(());
        }
        self.seal_alert(FATAL, alert)
    }

    /// Refuses plaintext from now on, because the peer ended the connection with an error.
    pub(super) fn refuse_data(&mut self) {
        self.is_closed = true;
    }

    /// Seals the records after this one with another key.
    pub(super) fn set_cipher(&mut self, cipher: RecordCipher) {
        self.cipher = cipher;
    }

    fn seal_alert(&mut self, level: u8, alert: AlertDescription) -> Result<(), Error> {
        let body = [level, u8::from(alert)];
        self.seal(ContentType::Alert, std::iter::once(&body[..]))
    }

    fn seal<'a>(
        &mut self,
        content: ContentType,
        parts: impl Iterator<Item = &'a [u8]>,
    ) -> Result<(), Error> {
        self.cipher.seal(content, parts, &mut self.sealed)
    }

    /// Writes all sealed records.
    pub(super) fn poll_send<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while self.has_unsent() {
            let unsent = &self.sealed[self.sent..];
            match ready!(Pin::new(&mut *stream).poll_write(cx, unsent))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                bytes => self.sent += bytes,
            }
        }
        self.sealed.clear();
        self.sent = 0;
        self.has_unsent_key_update = false;
        Poll::Ready(Ok(()))
    }
}

/// The parts of several buffers that lie in one range of all their bytes.
struct PartsOfBuffers<'a> {
    buffers: std::slice::Iter<'a, IoSlice<'a>>,
    skipped: usize,
    length: usize,
}

impl<'a> PartsOfBuffers<'a> {
    fn new(buffers: &'a [IoSlice<'a>], start: usize, length: usize) -> Self {
        Self {
            buffers: buffers.iter(),
            skipped: start,
            length,
        }
    }
}

impl<'a> Iterator for PartsOfBuffers<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while self.length > 0 {
            let buffer: &'a [u8] = self.buffers.next()?;
            let skipped = self.skipped.min(buffer.len());
            self.skipped -= skipped;
            let part = &buffer[skipped..];
            let part = &part[..part.len().min(self.length)];
            if !part.is_empty() {
                self.length -= part.len();
                return Some(part);
            }
        }
        None
    }
}
