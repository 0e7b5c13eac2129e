//! The reason that a packet of the broker cannot be used.

use std::fmt;

/// The reason that a packet of the broker cannot be used (MQTT 5.0, section 4.13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidPacket {
    /// The bytes are not those of a packet.
    Malformed(&'static str),
    /// The packet is well formed, but the standard forbids it. The text is a sentence for the
    /// reader of the report, with the section.
    ProtocolError(&'static str),
    /// The CONNACK is one of the other version of MQTT.
    OtherVersion,
    /// The answer to CONNECT is an alert of TLS.
    TlsAlert,
}

impl fmt::Display for InvalidPacket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed(message) | Self::ProtocolError(message) => message,
            Self::OtherVersion => "CONNACK of another version of MQTT",
            Self::TlsAlert => "alert of TLS",
        })
    }
}
