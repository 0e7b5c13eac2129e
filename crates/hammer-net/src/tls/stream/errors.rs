//! The I/O errors of a TLS stream.

use std::{error, fmt, io};

use rustls::{AlertDescription, Error};

/// The peer closed the connection without `close_notify`, so that its last bytes may be missing.
///
/// See RFC 8446 section 6.1.
#[derive(Debug)]
struct MissingCloseNotify;

impl fmt::Display for MissingCloseNotify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the peer closed the connection without the TLS alert close_notify")
    }
}

impl error::Error for MissingCloseNotify {}

pub(super) fn missing_close_notify() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, MissingCloseNotify)
}

/// Returns true if a read failed because the peer ended TLS without `close_notify`.
///
/// All that was received before was authentic, but more may have been on its way.
#[must_use]
pub fn is_missing_close_notify(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<MissingCloseNotify>())
}

/// The key for sending has sealed as many records as it may, and cannot be changed (TLS 1.2).
#[derive(Debug)]
struct ExhaustedKey;

impl fmt::Display for ExhaustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key of the TLS connection has sealed as many records as it may")
    }
}

impl error::Error for ExhaustedKey {}

pub(super) fn exhausted_key() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, ExhaustedKey)
}

/// Returns true if a write failed because the key may not seal more records.
pub(crate) fn is_exhausted_key(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<ExhaustedKey>())
}

pub(super) fn tls_error(error: Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// Returns the alert that tells the peer of an error, or `None` if the peer sent one itself.
pub(super) fn alert_for(error: &Error) -> Option<AlertDescription> {
    use AlertDescription as A;
    Some(match error {
        Error::AlertReceived(_) => return None,
        Error::DecryptError => A::BadRecordMac,
        Error::PeerSentOversizedRecord => A::RecordOverflow,
        Error::InvalidMessage(_) => A::DecodeError,
        Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::PeerMisbehaved(_) => A::UnexpectedMessage,
        _ => A::InternalError,
    })
}
