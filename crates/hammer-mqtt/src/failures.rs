//! Tells failures apart.

use std::io;

use hammer_core::Failure;

use crate::reason_code;

pub(crate) const NOT_CONNECTED: Failure = Failure::new("not_connected")
    .with_advice("the client of the hit had no connection at that moment: see the broker's log");
pub(crate) const CONNECTION_LOST: Failure = Failure::new("connection_lost")
    .with_advice("the broker closed the connection with this in flight: see its log");
pub(crate) const WINDOW_FULL: Failure = Failure::new("window_full").with_advice(
    "as many are unacknowledged as the broker or --window allows: more --clients spread them",
);
pub(crate) const PACKET_TOO_LARGE: Failure = Failure::new("packet_too_large")
    .with_advice("the broker's CONNACK allows smaller packets only: it was not sent");
pub(crate) const RECEIVED_PACKET_TOO_LARGE: Failure = Failure::new("packet_too_large").with_advice(
    "the broker sent more in one packet than the hammer takes: see what else is published there, and \
     whether it is MQTT",
);
pub(crate) const INVALID_TOPIC: Failure = Failure::new("invalid_topic").with_advice(
    "a topic is not empty, at most 65,535 bytes, and without + # and NUL: it was not sent",
);
pub(crate) const NO_VALUE: Failure = Failure::new("no_value")
    .with_advice("a feeder has no row left for the hit, or its file changed: nothing was sent");
pub(crate) const STRING_TOO_LONG: Failure = Failure::new("text_too_long")
    .with_advice("MQTT has no room for texts of more than 65,535 bytes: it was not sent");
pub(crate) const MALFORMED_PACKET: Failure = Failure::new("malformed_packet").with_advice(
    "what came is not MQTT: check port, and --mqtt for the version; see RUST_LOG=debug",
);
pub(crate) const KEEP_ALIVE_TIMEOUT: Failure = Failure::new("keep_alive_timeout").with_advice(
    "the broker did not answer a ping within the keep-alive: it is stuck or unreachable",
);

pub(crate) const CONNACK_TIMEOUT: Failure = Failure::new("connack_timeout").with_advice(
    "no answer to the CONNECT within --connect-timeout: what listens there may be no MQTT broker",
);
pub(crate) const SUBACK_TIMEOUT: Failure = Failure::new("suback_timeout")
    .with_advice("the broker let a subscriber in and did not answer its SUBSCRIBE: see its log");

pub(crate) const WEBSOCKET_REFUSED: Failure = Failure::new("websocket").with_advice(
    "the server did not agree to a websocket for MQTT: check port and path of the URL",
);

/// The failure of a websocket that a server answered with another status than 101.
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
    Failure::new(name)
        .with_advice("the server answered so instead of agreeing: check path and login")
}

/// The failure of a hit whose connection the broker ended with a reason.
pub(crate) fn from_disconnect_reason(code: u8) -> Failure {
    match code {
        0 => CONNECTION_LOST,
        0x8e => Failure::new("session_taken_over")
            .with_advice("another client has the same id: give each its own with --client-id"),
        0x93 => Failure::new("receive_maximum_exceeded")
            .with_advice("a bug in the hammer or the broker: more was unacknowledged than allowed"),
        code => Failure::new(reason_code::reason_name(code))
            .with_advice("the broker ended the connection for this"),
    }
}

/// Why a client could not connect although the broker answered.
pub(crate) fn from_connack_code(code: u8) -> Failure {
    let failure = Failure::new(reason_code::refusal_name(code));
    failure.with_advice("the broker's CONNACK says so: check user, password, client id and version")
}

/// A failure of the socket below MQTT.
pub(crate) fn from_io_error(error: io::Error) -> Failure {
    if let Some(failure) = hammer_net::tls_failure(&error) {
        return failure;
    }
    match error.kind() {
        io::ErrorKind::InvalidData => MALFORMED_PACKET,
        io::ErrorKind::UnexpectedEof => CONNECTION_LOST,
        _ => error.into(),
    }
}
