//! The error codes of HTTP/2 (RFC 9113, section 7).

use std::fmt;

/// An error code of RST_STREAM or GOAWAY.
///
/// Peers may send codes that no RFC defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Http2ErrorCode(pub u32);

impl Http2ErrorCode {
    /// No error: a graceful shutdown.
    pub const NO_ERROR: Self = Self(0x0);
    /// An unspecific violation of the protocol.
    pub const PROTOCOL_ERROR: Self = Self(0x1);
    /// An internal error of the sender.
    pub const INTERNAL_ERROR: Self = Self(0x2);
    /// A violation of flow control.
    pub const FLOW_CONTROL_ERROR: Self = Self(0x3);
    /// A SETTINGS frame that was not acknowledged in time.
    pub const SETTINGS_TIMEOUT: Self = Self(0x4);
    /// A frame of a stream that was already closed.
    pub const STREAM_CLOSED: Self = Self(0x5);
    /// A frame of an invalid size.
    pub const FRAME_SIZE_ERROR: Self = Self(0x6);
    /// A stream that was not processed at all.
    pub const REFUSED_STREAM: Self = Self(0x7);
    /// A stream that is no longer needed.
    pub const CANCEL: Self = Self(0x8);
    /// Header tables that cannot be kept up to date.
    pub const COMPRESSION_ERROR: Self = Self(0x9);
    /// A failed connection of a CONNECT request.
    pub const CONNECT_ERROR: Self = Self(0xa);
    /// Too much load from the receiver.
    pub const ENHANCE_YOUR_CALM: Self = Self(0xb);
    /// TLS that is too weak.
    pub const INADEQUATE_SECURITY: Self = Self(0xc);
    /// A request for which HTTP/1.1 is required.
    pub const HTTP_1_1_REQUIRED: Self = Self(0xd);

    /// Returns the name in the RFC, or `None` for other codes.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NO_ERROR => "NO_ERROR",
            Self::PROTOCOL_ERROR => "PROTOCOL_ERROR",
            Self::INTERNAL_ERROR => "INTERNAL_ERROR",
            Self::FLOW_CONTROL_ERROR => "FLOW_CONTROL_ERROR",
            Self::SETTINGS_TIMEOUT => "SETTINGS_TIMEOUT",
            Self::STREAM_CLOSED => "STREAM_CLOSED",
            Self::FRAME_SIZE_ERROR => "FRAME_SIZE_ERROR",
            Self::REFUSED_STREAM => "REFUSED_STREAM",
            Self::CANCEL => "CANCEL",
            Self::COMPRESSION_ERROR => "COMPRESSION_ERROR",
            Self::CONNECT_ERROR => "CONNECT_ERROR",
            Self::ENHANCE_YOUR_CALM => "ENHANCE_YOUR_CALM",
            Self::INADEQUATE_SECURITY => "INADEQUATE_SECURITY",
            Self::HTTP_1_1_REQUIRED => "HTTP_1_1_REQUIRED",
            _ => return None,
        })
    }
}

impl fmt::Display for Http2ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_the_rfc_have_names() {
        let names: Vec<_> = (0..=0xd).map(|code| Http2ErrorCode(code).name()).collect();
        assert!(names.iter().all(Option::is_some), "{names:?}");
        assert_eq!(Http2ErrorCode(0xe).to_string(), "0xe");
        assert_eq!(Http2ErrorCode::CANCEL.to_string(), "CANCEL");
    }
}
