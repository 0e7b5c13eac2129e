//! The rules of an established connection: alerts, tickets and new keys.

use std::io;

use rustls::client::ClientConnectionData;
use rustls::kernel::KernelConnection;
use rustls::{
    AlertDescription, ConnectionTrafficSecrets, Error, HandshakeType, InvalidMessage,
    PeerMisbehaved, ProtocolVersion, SupportedCipherSuite,
};

use super::errors::{exhausted_key, tls_error};
use super::record_cipher::RecordCipher;
use super::record_reader::RecordReader;
use super::record_writer::RecordWriter;

/// A `KeyUpdate` that does not ask for another one, and one that does (RFC 8446 section 4.6.3).
const KEY_UPDATE: [u8; 5] = [24, 0, 0, 1, 0];
const KEY_UPDATE_REQUEST: [u8; 5] = [24, 0, 0, 1, 1];

/// The limits on what a peer may send without data, as in rustls.
const MAX_WARNINGS: u8 = 4;
const MAX_KEY_UPDATES: u8 = 32;

/// The part of the records of a key that is left for the last exchange, as a divisor.
///
/// For AES-GCM, that is a million records, or 16 GiB.
const NEAR_KEY_LIMIT: u64 = 16;

/// The secrets and counters of a connection.
pub(super) struct TlsSession {
    kernel: KernelConnection<ClientConnectionData>,
    /// The records that may be sealed with one key (RFC 8446 section 5.5).
    confidentiality_limit: u64,
    warnings: u8,
    key_updates: u8,
    has_refused_renegotiation: bool,
}

impl TlsSession {
    pub(super) fn new(kernel: KernelConnection<ClientConnectionData>) -> Self {
        let suite = kernel.negotiated_cipher_suite();
        let common = match suite {
            SupportedCipherSuite::Tls12(suite) => &suite.common,
            SupportedCipherSuite::Tls13(suite) => &suite.common,
        };
        let confidentiality_limit = common.confidentiality_limit;
        Self {
            kernel,
            confidentiality_limit,
            warnings: 0,
            key_updates: 0,
            has_refused_renegotiation: false,
        }
    }

    pub(super) fn cipher(
        &self,
        sequence: u64,
        secrets: ConnectionTrafficSecrets,
    ) -> Result<RecordCipher, Error> {
        RecordCipher::new(self.kernel.protocol_version(), sequence, secrets)
    }

    fn is_tls13(&self) -> bool {
        self.kernel.protocol_version() == ProtocolVersion::TLSv1_3
    }

    /// Notes that the peer sent data, which it may not replace by endless updates of keys.
    pub(super) fn note_data(&mut self) {
        self.key_updates = 0;
    }

    /// Handles an alert, and returns true if it is `close_notify`.
    ///
    /// # Errors
    ///
    /// The alert, if it ends the connection.
    pub(super) fn alert(&mut self, [level, code]: [u8; 2]) -> Result<bool, Error> {
        let alert = AlertDescription::from(code);
        if alert == AlertDescription::CloseNotify {
            return Ok(true);
        }
        // TLS 1.3 has no warnings but this one (RFC 8446 section 6).
        let is_harmless =
            level == 1 && (!self.is_tls13() || alert == AlertDescription::UserCanceled);
        if !is_harmless {
            return Err(Error::AlertReceived(alert));
        }
        tracing::debug!(?alert, "the peer warns");
        if self.warnings == MAX_WARNINGS {
            return Err(PeerMisbehaved::TooManyWarningAlertsReceived.into());
        }
        self.warnings += 1;
        Ok(false)
    }

    /// Handles all messages that have arrived whole.
    pub(super) fn handle_messages(
        &mut self,
        reader: &mut RecordReader,
        writer: &mut RecordWriter,
    ) -> Result<(), Error> {
        while let Some((kind, body)) = reader.messages.next() {
            match (kind, self.is_tls13()) {
                (HandshakeType::NewSessionTicket, true) => {
                    self.kernel.handle_new_session_ticket(&body)?;
                }
                (HandshakeType::KeyUpdate, true) => self.update_keys(&body, reader, writer)?,
                (HandshakeType::HelloRequest, false) => self.refuse_renegotiation(writer)?,
                (got_type, _) => {
                    return Err(Error::InappropriateHandshakeMessage {
                        expect_types: vec![
                            HandshakeType::NewSessionTicket,
                            HandshakeType::KeyUpdate,
                        ],
                        got_type,
                    });
                }
            }
        }
        Ok(())
    }

    fn update_keys(
        &mut self,
        body: &[u8],
        reader: &mut RecordReader,
        writer: &mut RecordWriter,
    ) -> Result<(), Error> {
        let is_requested = match body {
            [0] => false,
            [1] => true,
            _ => return Err(InvalidMessage::InvalidKeyUpdate.into()),
        };
        if !reader.messages.is_empty() {
            return Err(PeerMisbehaved::KeyEpochWithPendingFragment.into());
        }
        if self.key_updates == MAX_KEY_UPDATES {
            return Err(PeerMisbehaved::TooManyKeyUpdateRequests.into());
        }
        self.key_updates += 1;
        let (sequence, secrets) = self.kernel.update_rx_secret()?;
        reader.set_cipher(self.cipher(sequence, secrets)?);
        // One reply answers all requests that came before it.
        if is_requested && !writer.has_unsent_key_update() {
            self.change_sending_key(&KEY_UPDATE, writer)?;
        }
        Ok(())
    }

    /// Changes the key for sending if it has sealed all the records that it may.
    ///
    /// TLS 1.2 cannot change keys, so the connection is closed in order, as rustls does.
    ///
    /// # Errors
    ///
    /// In TLS 1.2, if the key may not seal more records; [`is_exhausted_key`](super::is_exhausted_key)
    /// recognizes it.
    pub(super) fn renew_sending_key(&mut self, writer: &mut RecordWriter) -> io::Result<()> {
        if writer.sequence() < self.confidentiality_limit {
            return Ok(());
        }
        if self.is_tls13() {
            let changed = self.change_sending_key(&KEY_UPDATE_REQUEST, writer);
            return changed.map_err(tls_error);
        }
        writer.close().map_err(tls_error)?;
        Err(exhausted_key())
    }

    /// Returns true if the key for sending cannot be changed, and may soon seal no more records.
    pub(super) fn is_near_key_limit(&self, writer: &RecordWriter) -> bool {
        let left = self.confidentiality_limit.saturating_sub(writer.sequence());
        !self.is_tls13() && left <= self.confidentiality_limit / NEAR_KEY_LIMIT
    }

    fn change_sending_key(
        &mut self,
        message: &[u8],
        writer: &mut RecordWriter,
    ) -> Result<(), Error> {
        writer.seal_key_update(message)?;
        let (sequence, secrets) = self.kernel.update_tx_secret()?;
        writer.set_cipher(self.cipher(sequence, secrets)?);
        Ok(())
    }

    fn refuse_renegotiation(&mut self, writer: &mut RecordWriter) -> Result<(), Error> {
        if std::mem::replace(&mut self.has_refused_renegotiation, true) {
            return Err(PeerMisbehaved::TooManyRenegotiationRequests.into());
        }
        writer.seal_warning(AlertDescription::NoRenegotiation)
    }
}
