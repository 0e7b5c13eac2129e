//! Violations by the peer that end a connection.

use std::fmt;

use super::error_code::Http2ErrorCode;
use super::hpack::HpackError;

/// A rule of HTTP/2 that the peer broke, so that the connection cannot be used further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Http2ConnectionError {
    kind: Http2ConnectionErrorKind,
    rule: &'static str,
}

/// The kind of a [`Http2ConnectionError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Http2ConnectionErrorKind {
    /// The first frame is not the SETTINGS of a server: the peer does not speak HTTP/2.
    NotHttp2,
    /// Another rule of the protocol.
    Protocol,
    /// A frame of an invalid size.
    FrameSize,
    /// Data or credit beyond the windows.
    FlowControl,
    /// A header block that is not valid HPACK.
    Compression,
    /// A header block in more frames or bytes than any accepted head needs.
    HeadTooLarge,
    /// Frames without content, in such numbers that they are a burden.
    Flood,
}

impl Http2ConnectionError {
    pub(crate) const fn new(kind: Http2ConnectionErrorKind, rule: &'static str) -> Self {
        Self { kind, rule }
    }

    pub(crate) const fn protocol(rule: &'static str) -> Self {
        Self::new(Http2ConnectionErrorKind::Protocol, rule)
    }

    pub(crate) const fn frame_size(rule: &'static str) -> Self {
        Self::new(Http2ConnectionErrorKind::FrameSize, rule)
    }

    pub(crate) const fn flow_control(rule: &'static str) -> Self {
        Self::new(Http2ConnectionErrorKind::FlowControl, rule)
    }

    pub(crate) const fn flood(rule: &'static str) -> Self {
        Self::new(Http2ConnectionErrorKind::Flood, rule)
    }

    /// Returns the kind of violation.
    #[must_use]
    pub const fn kind(&self) -> Http2ConnectionErrorKind {
        self.kind
    }

    /// Returns the violation in words.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        self.rule
    }

    /// Returns the error code for the GOAWAY to the peer.
    #[must_use]
    pub const fn code(&self) -> Http2ErrorCode {
        match self.kind {
            Http2ConnectionErrorKind::NotHttp2 | Http2ConnectionErrorKind::Protocol => {
                Http2ErrorCode::PROTOCOL_ERROR
            }
            Http2ConnectionErrorKind::FrameSize => Http2ErrorCode::FRAME_SIZE_ERROR,
            Http2ConnectionErrorKind::FlowControl => Http2ErrorCode::FLOW_CONTROL_ERROR,
            Http2ConnectionErrorKind::Compression => Http2ErrorCode::COMPRESSION_ERROR,
            Http2ConnectionErrorKind::HeadTooLarge | Http2ConnectionErrorKind::Flood => {
                Http2ErrorCode::ENHANCE_YOUR_CALM
            }
        }
    }
}

impl From<HpackError> for Http2ConnectionError {
    fn from(_: HpackError) -> Self {
        Self::new(
            Http2ConnectionErrorKind::Compression,
            "a header block is not valid HPACK",
        )
    }
}

impl fmt::Display for Http2ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the peer broke a rule of HTTP/2: {}", self.rule)
    }
}

impl std::error::Error for Http2ConnectionError {}
