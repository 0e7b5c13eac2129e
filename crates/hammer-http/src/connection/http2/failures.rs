//! Failures of hits over HTTP/2, with advice.

use hammer_core::Failure;
use hammer_wire::http2::{
    Http2ConnectionError, Http2ConnectionErrorKind, Http2ErrorCode, MalformedPart, StreamFailure,
};

use crate::failures::{
    HEAD_TOO_LARGE, MALFORMED_LENGTH, TOO_MANY_INTERIM_ANSWERS, UNEXPECTED_UPGRADE,
};

const INTERNAL_ADVICE: &str = "the target had an internal error: see its log";
const PROTOCOL_ADVICE: &str =
    "the target reports a protocol error of Hammer: see its log, and file an issue";
const CALM_ADVICE: &str =
    "the target limits the load: check its limits on hits, resets and time per connection";
const HTTP_1_1_ADVICE: &str = "the target requires HTTP/1.1 for this: add `http_version(Http1)`";
const SECURITY_ADVICE: &str = "the target requires stronger TLS than was negotiated: see its log";
const UNKNOWN_ADVICE: &str = "the target sent an unknown error code: see its log";
const CANCELED_ADVICE: &str = "the target canceled the hit while processing it: see its log";
const GONE_ADVICE: &str = "the target shut down the connection gracefully, but without answering \
                           this hit: give it more time to answer before it closes connections";

pub(crate) const STREAM_REFUSED: Failure = Failure::new("stream_refused").with_advice(
    "the target refused the hit on several connections: check its limit on concurrent streams",
);
pub(crate) const H2_NOT_SPOKEN: Failure = Failure::new("h2_not_spoken").with_advice(
    "the target does not speak HTTP/2 on this port: try `http_version(Http1)`, or https if the URL has http",
);
/// The target does not choose HTTP/2 in the TLS handshake.
pub(crate) const H2_NOT_CHOSEN: Failure = Failure::new("h2_not_spoken").with_advice(
    "the target did not choose HTTP/2 in the TLS handshake (ALPN): try `http_version(Http1)`, or enable HTTP/2 on \
     this port of the target",
);
/// The target did not send its SETTINGS before the timeout of the hit.
pub(super) const SETTINGS_TIMEOUT: Failure = Failure::new("settings_timeout").with_advice(
    "the connection is open, but the target did not send the SETTINGS of HTTP/2 in time: check that it speaks \
     HTTP/2 on this port, and is not overloaded",
);
const MALFORMED_ANSWER: Failure = Failure::new("malformed_answer")
    .with_advice("the answer breaks a rule of HTTP/2: run with RUST_LOG=debug to see which");
const MALFORMED_ANSWER_HEADER: Failure = Failure::new("malformed_answer_header").with_advice(
    "a header of the answer is malformed (RFC 9113, section 8.2): run with RUST_LOG=debug to see why",
);
const PROTOCOL_FAILURE: Failure = Failure::new("h2_protocol_error")
    .with_advice("the target broke a rule of HTTP/2: run with RUST_LOG=debug to see which");
const COMPRESSION_FAILURE: Failure = Failure::new("h2_compression_error")
    .with_advice("the target's headers are not valid HPACK: check the proxies in front of it");
const FLOW_CONTROL_FAILURE: Failure = Failure::new("h2_flow_control_error").with_advice(
    "the target broke the rules of flow control: run with RUST_LOG=debug to see which",
);
const FRAME_SIZE_FAILURE: Failure = Failure::new("h2_frame_size_error").with_advice(
    "the target sent a frame of an invalid size: run with RUST_LOG=debug to see which",
);
const FLOOD_FAILURE: Failure = Failure::new("h2_flood").with_advice(
    "the target sent over 1,000 frames in a row that advanced no hit: it is broken or hostile",
);

/// Maps the failure of a stream to that of its hit; `connection_failure` is that of its connection.
pub(super) fn http2_stream_failure(failure: StreamFailure, connection_failure: Failure) -> Failure {
    match failure {
        StreamFailure::Refused => STREAM_REFUSED,
        StreamFailure::Reset(code) => reset_failure(code),
        StreamFailure::Malformed(response) => {
            tracing::debug!(rule = response.rule, "malformed answer");
            match response.part {
                MalformedPart::Message => MALFORMED_ANSWER,
                MalformedPart::Field => MALFORMED_ANSWER_HEADER,
                MalformedPart::Length => MALFORMED_LENGTH,
            }
        }
        StreamFailure::HeadTooLarge => HEAD_TOO_LARGE,
        StreamFailure::TooManyInterimResponses => TOO_MANY_INTERIM_ANSWERS,
        StreamFailure::UnexpectedUpgrade => UNEXPECTED_UPGRADE,
        StreamFailure::ConnectionError(error) => connection_error_failure(&error),
        StreamFailure::GoneAway(code) => goaway_failure(code),
        StreamFailure::Unsent | StreamFailure::ConnectionLost => connection_failure,
        // Hits send no CONNECT.
        _ => PROTOCOL_FAILURE,
    }
}

/// The failure of the hits on a connection whose target broke a rule.
pub(super) fn connection_error_failure(error: &Http2ConnectionError) -> Failure {
    match error.kind() {
        Http2ConnectionErrorKind::NotHttp2 => H2_NOT_SPOKEN,
        Http2ConnectionErrorKind::FrameSize => FRAME_SIZE_FAILURE,
        Http2ConnectionErrorKind::FlowControl => FLOW_CONTROL_FAILURE,
        Http2ConnectionErrorKind::Compression => COMPRESSION_FAILURE,
        Http2ConnectionErrorKind::HeadTooLarge => HEAD_TOO_LARGE,
        Http2ConnectionErrorKind::Flood => FLOOD_FAILURE,
        _ => PROTOCOL_FAILURE,
    }
}

/// The failure of a hit whose stream was reset with `code`.
fn reset_failure(code: Http2ErrorCode) -> Failure {
    let (name, advice) = match code {
        Http2ErrorCode::NO_ERROR => ("stream_reset_no_error", CANCELED_ADVICE),
        Http2ErrorCode::PROTOCOL_ERROR => ("stream_reset_protocol_error", PROTOCOL_ADVICE),
        Http2ErrorCode::INTERNAL_ERROR => ("stream_reset_internal_error", INTERNAL_ADVICE),
        Http2ErrorCode::FLOW_CONTROL_ERROR => ("stream_reset_flow_control_error", PROTOCOL_ADVICE),
        Http2ErrorCode::SETTINGS_TIMEOUT => ("stream_reset_settings_timeout", PROTOCOL_ADVICE),
        Http2ErrorCode::STREAM_CLOSED => ("stream_reset_stream_closed", PROTOCOL_ADVICE),
        Http2ErrorCode::FRAME_SIZE_ERROR => ("stream_reset_frame_size_error", PROTOCOL_ADVICE),
        Http2ErrorCode::REFUSED_STREAM => return STREAM_REFUSED,
        Http2ErrorCode::CANCEL => ("stream_reset_cancel", CANCELED_ADVICE),
        Http2ErrorCode::COMPRESSION_ERROR => ("stream_reset_compression_error", PROTOCOL_ADVICE),
        Http2ErrorCode::CONNECT_ERROR => ("stream_reset_connect_error", INTERNAL_ADVICE),
        Http2ErrorCode::ENHANCE_YOUR_CALM => ("stream_reset_enhance_your_calm", CALM_ADVICE),
        Http2ErrorCode::INADEQUATE_SECURITY => {
            ("stream_reset_inadequate_security", SECURITY_ADVICE)
        }
        Http2ErrorCode::HTTP_1_1_REQUIRED => ("stream_reset_http_1_1_required", HTTP_1_1_ADVICE),
        _ => ("stream_reset_unknown", UNKNOWN_ADVICE),
    };
    Failure::new(name).with_advice(advice)
}

/// The failure of a hit in flight on a connection that the target ended with `code`.
fn goaway_failure(code: Http2ErrorCode) -> Failure {
    let (name, advice) = match code {
        Http2ErrorCode::NO_ERROR => ("goaway_no_error", GONE_ADVICE),
        Http2ErrorCode::PROTOCOL_ERROR => ("goaway_protocol_error", PROTOCOL_ADVICE),
        Http2ErrorCode::INTERNAL_ERROR => ("goaway_internal_error", INTERNAL_ADVICE),
        Http2ErrorCode::FLOW_CONTROL_ERROR => ("goaway_flow_control_error", PROTOCOL_ADVICE),
        Http2ErrorCode::SETTINGS_TIMEOUT => ("goaway_settings_timeout", PROTOCOL_ADVICE),
        Http2ErrorCode::STREAM_CLOSED => ("goaway_stream_closed", PROTOCOL_ADVICE),
        Http2ErrorCode::FRAME_SIZE_ERROR => ("goaway_frame_size_error", PROTOCOL_ADVICE),
        Http2ErrorCode::REFUSED_STREAM => ("goaway_refused_stream", CALM_ADVICE),
        Http2ErrorCode::CANCEL => ("goaway_cancel", INTERNAL_ADVICE),
        Http2ErrorCode::COMPRESSION_ERROR => ("goaway_compression_error", PROTOCOL_ADVICE),
        Http2ErrorCode::CONNECT_ERROR => ("goaway_connect_error", INTERNAL_ADVICE),
        Http2ErrorCode::ENHANCE_YOUR_CALM => ("goaway_enhance_your_calm", CALM_ADVICE),
        Http2ErrorCode::INADEQUATE_SECURITY => ("goaway_inadequate_security", SECURITY_ADVICE),
        Http2ErrorCode::HTTP_1_1_REQUIRED => ("goaway_http_1_1_required", HTTP_1_1_ADVICE),
        _ => ("goaway_unknown", UNKNOWN_ADVICE),
    };
    Failure::new(name).with_advice(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_and_advice() {
        for failure in [reset_failure, goaway_failure] {
            let of = |code| failure(Http2ErrorCode(code));
            let mut names: Vec<_> = (0..=0xe).map(|code| of(code).name()).collect();
            assert!((0..=0xe).all(|code| of(code).advice().is_some()));
            assert_eq!(of(0xe), of(u32::MAX));
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), 15);
        }
    }
}
