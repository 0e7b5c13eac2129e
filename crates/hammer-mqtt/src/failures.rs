//! The failures of hits, with advice.

use std::{error, fmt, io};

use hammer_core::Failure;

use crate::packet::MqttVersion;
use crate::packet::invalid_packet::InvalidPacket;
use crate::packet::reason_code;

pub(crate) const NOT_CONNECTED: Failure = Failure::new("not_connected").with_advice(
    "the client of the hit had no connection: see the fact 'lost_by' and the broker's log",
);
pub(crate) const CONNECTION_LOST: Failure = Failure::new("connection_lost")
    .with_advice("the broker closed the connection while the hit was in flight: see its log");
pub(crate) const WINDOW_FULL: Failure = Failure::new("window_full").with_advice(
    "the client has too many unacknowledged messages for the broker or `window`: raise `clients`",
);
pub(crate) const PACKET_TOO_LARGE: Failure = Failure::new("packet_too_large").with_advice(
    "the packet exceeds the limit in the broker's CONNACK and was not sent: reduce its size",
);
pub(crate) const RECEIVED_PACKET_TOO_LARGE: Failure = Failure::new("packet_too_large").with_advice(
    "a packet of the broker exceeds the limit of the hammer: check that the port speaks MQTT, and \
     which messages are published to the filter",
);
pub(crate) const INVALID_TOPIC: Failure = Failure::new("invalid_topic").with_advice(
    "a topic must have 1 to 65,535 bytes without + # and NUL; the packet was not sent",
);
pub(crate) const NO_VALUE: Failure = Failure::new("no_value")
    .with_advice("a feeder has no row left for the hit, or its file changed; nothing was sent");
pub(crate) const STRING_TOO_LONG: Failure = Failure::new("text_too_long")
    .with_advice("MQTT limits strings to 65,535 bytes; the packet was not sent");
pub(crate) const MALFORMED_PACKET: Failure = Failure::new("malformed_packet").with_advice(
    "the broker's answer is not valid MQTT: check the port and `version`, and use RUST_LOG=debug",
);
pub(crate) const FLOOD: Failure = Failure::new("mqtt_flood").with_advice(
    "the broker sent over 10,000 unrequested packets in 10 s, or kept sending after \
     DISCONNECT: it is broken or hostile",
);
pub(crate) const UNREAD_ANSWERS: Failure = Failure::new("unread_answers").with_advice(
    "the broker sends messages, but has not read 4 MiB of their acknowledgments: see its log",
);
pub(crate) const KEEP_ALIVE_TIMEOUT: Failure = Failure::new("keep_alive_timeout").with_advice(
    "no answer to a ping in 1.5 times the keep-alive: check that the broker is up and reachable",
);

pub(crate) const SUBACK_TIMEOUT: Failure = Failure::new("suback_timeout").with_advice(
    "no answer to a subscriber's SUBSCRIBE within `connect_timeout`: see the broker's log",
);

pub(crate) const WEBSOCKET_TIMEOUT: Failure = Failure::new("websocket_timeout").with_advice(
    "the connection is open, but the server did not answer the request for a WebSocket in time: check the \
     port and path of the URL",
);
pub(crate) const WEBSOCKET_REFUSED: Failure = Failure::new("websocket")
    .with_advice("the server refused a WebSocket for MQTT: check the port and path of the URL");

/// Returns the failure of a WebSocket handshake that was answered with a status other than 101.
pub(crate) fn from_websocket_status(status: u16) -> Failure {
    let name = match status {
        400 => "websocket_400",
        401 => "websocket_401",
        403 => "websocket_403",
        404 => "websocket_404",
        426 => "websocket_426",
        429 => "websocket_429",
        300..400 => "websocket_3xx",
        500..600 => "websocket_5xx",
        _ => "websocket_status",
    };
    Failure::new(name).with_advice(
        "the server refused the WebSocket with this status: check the path and the login",
    )
}

/// Returns the failure of a hit whose connection the broker ended with a reason code.
pub(crate) fn from_disconnect_reason(code: u8) -> Failure {
    match code {
        0 => CONNECTION_LOST,
        0x8e => Failure::new("session_taken_over").with_advice(
            "another client connected with the same id: give each its own with `client_id`",
        ),
        0x93 => Failure::new("receive_maximum_exceeded").with_advice(
            "too many unacknowledged messages: a bug in Hammer or the broker, please report it",
        ),
        code => Failure::new(reason_code::reason_name(code))
            .with_advice("the broker ended the connection for this reason: see its log"),
    }
}

/// Returns the failure of a client without an answer to CONNECT in time. `version` is the version of
/// CONNECT, unless the broker is known to speak it.
pub(crate) fn connack_timeout(version: Option<MqttVersion>) -> Failure {
    Failure::new("connack_timeout").with_advice(match version {
        None => "no answer to CONNECT within `connect_timeout`: see the broker's log",
        Some(MqttVersion::V3) => {
            "no answer to CONNECT within `connect_timeout`: check that an MQTT broker listens on \
             this port"
        }
        Some(MqttVersion::V5) => {
            "no answer to CONNECT within `connect_timeout`: check that an MQTT broker \
             listens on this port, or try `version(V3)` if it does not speak MQTT 5"
        }
    })
}

/// Returns the failure of a client whose connection failed before an answer to CONNECT. `version` is
/// the version of CONNECT, unless the broker is known to speak it.
///
/// Brokers that do not know the version may close the connection (MQTT 5.0, section 3.1.2.2).
pub(crate) fn before_connack(failure: Failure, version: Option<MqttVersion>) -> Failure {
    if !matches!(failure, Failure::CLOSED_EARLY | Failure::RESET) && failure != CONNECTION_LOST {
        return failure;
    }
    Failure::new("closed_before_connack").with_advice(match version {
        None => {
            "the broker closed the connection without an answer to CONNECT: see its log; it may \
             limit its connections"
        }
        Some(MqttVersion::V3) => {
            "the server closed the connection without an answer to CONNECT: check that \
             the port is for MQTT without TLS, see the server's log, or try `version(V5)`"
        }
        Some(MqttVersion::V5) => {
            "the server closed the connection without an answer to CONNECT, as brokers without MQTT \
             5 do: try `version(V3)`, or check the port and the server's log"
        }
    })
}

/// Returns the failure of a client whose broker does not speak `version`.
fn unsupported_version(version: MqttVersion) -> Failure {
    Failure::new("unsupported_protocol_version").with_advice(match version {
        MqttVersion::V3 => "the broker does not speak MQTT 3.1.1: try `version(V5)`",
        MqttVersion::V5 => "the broker does not speak MQTT 5: try `version(V3)`",
    })
}

/// Returns the failure for a packet that cannot be used.
pub(crate) fn from_invalid_packet(error: InvalidPacket) -> Failure {
    tracing::debug!(%error, "invalid packet");
    match error {
        InvalidPacket::ProtocolError(advice) => {
            Failure::new("broker_protocol_error").with_advice(advice)
        }
        InvalidPacket::Malformed(_) | InvalidPacket::OtherVersion | InvalidPacket::TlsAlert => {
            MALFORMED_PACKET
        }
    }
}

/// Returns the failure for an answer to CONNECT of `version` that cannot be used.
pub(crate) fn from_invalid_connack(error: InvalidPacket, version: MqttVersion) -> Failure {
    match error {
        InvalidPacket::OtherVersion => unsupported_version(version),
        InvalidPacket::TlsAlert => Failure::new("tls_required")
            .with_advice("the port expects TLS: use mqtts:// or wss:// in the URL"),
        error => from_invalid_packet(error),
    }
}

/// Returns the failure of a client whose CONNECT of `version` the broker refused.
pub(crate) fn from_connack_code(code: u8, version: MqttVersion) -> Failure {
    let advice = match code {
        1 | 0x84 => return unsupported_version(version),
        2 | 0x85 => "the broker refused the client id: choose one with `client_id`",
        4 | 5 | 0x86 | 0x87 | 0x8c => {
            "the broker refused the client: check the user, the password and the client id"
        }
        0x9a => {
            "the broker refused the will, since it does not support retained messages: remove `will_retain`"
        }
        0x9b => "the broker refused the will, since it allows only a lower QoS: lower `will_qos`",
        _ => "the broker refused the client for this reason: see its log",
    };
    Failure::new(reason_code::refusal_name(code)).with_advice(advice)
}

/// Returns the failure of a subscriber whose subscription the broker refused.
pub(crate) fn from_suback_code(code: u8) -> Failure {
    Failure::new(reason_code::reason_name(code)).with_advice(
        "the broker refused the subscription: check `filter`, and what the user may subscribe to",
    )
}

/// The source of a socket's error if the broker sends without an end.
#[derive(Debug)]
pub(crate) struct FloodError;

impl fmt::Display for FloodError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected the end of the stream, found a flood of data")
    }
}

impl error::Error for FloodError {}

/// Returns the failure for an error of the socket.
pub(crate) fn from_io_error(error: io::Error) -> Failure {
    if let Some(failure) = hammer_net::tls_failure(&error) {
        return failure;
    }
    if (error.get_ref()).is_some_and(|source| source.is::<FloodError>()) {
        return FLOOD;
    }
    match error.kind() {
        io::ErrorKind::InvalidData => MALFORMED_PACKET,
        io::ErrorKind::UnexpectedEof => CONNECTION_LOST,
        _ => error.into(),
    }
}
