//! The error codes of HTTP/2 (RFC 9113, section 7) and their failures.

use hammer_core::Failure;

pub(super) const NO_ERROR: u32 = 0x0;
pub(super) const PROTOCOL_ERROR: u32 = 0x1;
pub(super) const FLOW_CONTROL_ERROR: u32 = 0x3;
pub(super) const FRAME_SIZE_ERROR: u32 = 0x6;
pub(super) const REFUSED_STREAM: u32 = 0x7;
pub(super) const CANCEL: u32 = 0x8;
pub(super) const COMPRESSION_ERROR: u32 = 0x9;
pub(super) const ENHANCE_YOUR_CALM: u32 = 0xb;

const INTERNAL_ADVICE: &str = "the target had an internal error: see its log";
const PROTOCOL_ADVICE: &str =
    "the target reports a protocol error of Hammer: see its log, and file an issue";
const CALM_ADVICE: &str =
    "the target limits the load: check its limits on hits, resets and time per connection";
const HTTP_1_1_ADVICE: &str = "the target requires HTTP/1.1 for this: add `http_version(Http1)`";
const SECURITY_ADVICE: &str = "the target requires stronger TLS than was negotiated: see its log";
const UNKNOWN_ADVICE: &str = "the target sent an unknown error code: see its log";

/// The failure of a hit whose stream was reset with `code`.
pub(super) fn reset_failure(code: u32) -> Failure {
    let canceled = "the target canceled the hit while processing it: see its log";
    let (name, advice) = match code {
        NO_ERROR => ("stream_reset_no_error", canceled),
        PROTOCOL_ERROR => ("stream_reset_protocol_error", PROTOCOL_ADVICE),
        0x2 => ("stream_reset_internal_error", INTERNAL_ADVICE),
        FLOW_CONTROL_ERROR => ("stream_reset_flow_control_error", PROTOCOL_ADVICE),
        0x4 => ("stream_reset_settings_timeout", PROTOCOL_ADVICE),
        0x5 => ("stream_reset_stream_closed", PROTOCOL_ADVICE),
        FRAME_SIZE_ERROR => ("stream_reset_frame_size_error", PROTOCOL_ADVICE),
        REFUSED_STREAM => return STREAM_REFUSED,
        CANCEL => ("stream_reset_cancel", canceled),
        COMPRESSION_ERROR => ("stream_reset_compression_error", PROTOCOL_ADVICE),
        0xa => ("stream_reset_connect_error", INTERNAL_ADVICE),
        ENHANCE_YOUR_CALM => ("stream_reset_enhance_your_calm", CALM_ADVICE),
        0xc => ("stream_reset_inadequate_security", SECURITY_ADVICE),
        0xd => ("stream_reset_http_1_1_required", HTTP_1_1_ADVICE),
        _ => ("stream_reset_unknown", UNKNOWN_ADVICE),
    };
    Failure::new(name).with_advice(advice)
}

/// The failure of a hit in flight on a connection that the target ended with `code`.
pub(super) fn goaway_failure(code: u32) -> Failure {
    let (name, advice) = match code {
        NO_ERROR => return Failure::CLOSED_EARLY,
        PROTOCOL_ERROR => ("goaway_protocol_error", PROTOCOL_ADVICE),
        0x2 => ("goaway_internal_error", INTERNAL_ADVICE),
        FLOW_CONTROL_ERROR => ("goaway_flow_control_error", PROTOCOL_ADVICE),
        0x4 => ("goaway_settings_timeout", PROTOCOL_ADVICE),
        0x5 => ("goaway_stream_closed", PROTOCOL_ADVICE),
        FRAME_SIZE_ERROR => ("goaway_frame_size_error", PROTOCOL_ADVICE),
        REFUSED_STREAM => ("goaway_refused_stream", CALM_ADVICE),
        CANCEL => ("goaway_cancel", INTERNAL_ADVICE),
        COMPRESSION_ERROR => ("goaway_compression_error", PROTOCOL_ADVICE),
        0xa => ("goaway_connect_error", INTERNAL_ADVICE),
        ENHANCE_YOUR_CALM => ("goaway_enhance_your_calm", CALM_ADVICE),
        0xc => ("goaway_inadequate_security", SECURITY_ADVICE),
        0xd => ("goaway_http_1_1_required", HTTP_1_1_ADVICE),
        _ => ("goaway_unknown", UNKNOWN_ADVICE),
    };
    Failure::new(name).with_advice(advice)
}

pub(crate) const STREAM_REFUSED: Failure = Failure::new("stream_refused").with_advice(
    "the target refused the hit on several connections: check its limit on concurrent streams",
);
pub(crate) const H2_NOT_SPOKEN: Failure = Failure::new("h2_not_spoken").with_advice(
    "the target does not speak HTTP/2 on this port: try `http_version(Http1)`, or https in the URL",
);
pub(super) const PROTOCOL_FAILURE: Failure = Failure::new("h2_protocol_error")
    .with_advice("the target broke a rule of HTTP/2: run with RUST_LOG=debug to see which");
pub(super) const COMPRESSION_FAILURE: Failure = Failure::new("h2_compression_error")
    .with_advice("the target's headers are not valid HPACK: check the proxies in front of it");
pub(super) const FLOW_CONTROL_FAILURE: Failure = Failure::new("h2_flow_control_error").with_advice(
    "the target broke the rules of flow control: run with RUST_LOG=debug to see which",
);
pub(super) const FRAME_SIZE_FAILURE: Failure = Failure::new("h2_frame_size_error").with_advice(
    "the target sent a frame of an invalid size: run with RUST_LOG=debug to see which",
);
pub(super) const FLOOD_FAILURE: Failure = Failure::new("h2_flood").with_advice(
    "the target sent a thousand frames in a row without content: it is broken or hostile",
);
pub(crate) const HEAD_TOO_LARGE: Failure = Failure::new("answer_head_too_large").with_advice(
    "the answer has headers of over 64 KiB, or over 100 headers (HTTP/1.1): check the target",
);
pub(super) const MALFORMED_RESPONSE: Failure = Failure::new("malformed_answer")
    .with_advice("the answer breaks a rule of HTTP/2: run with RUST_LOG=debug to see which");

/// An error of the peer that ends the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Http2ConnectionError {
    /// The error code sent to the peer.
    pub(super) code: u32,
    /// The failure of the hits in flight.
    pub(super) failure: Failure,
}

impl Http2ConnectionError {
    /// A flood of frames without content.
    pub(super) fn flood() -> Self {
        Self {
            code: ENHANCE_YOUR_CALM,
            failure: FLOOD_FAILURE,
        }
    }

    pub(super) fn protocol(rule: &'static str) -> Self {
        tracing::debug!(rule, "the target broke a rule of HTTP/2");
        Self {
            code: PROTOCOL_ERROR,
            failure: PROTOCOL_FAILURE,
        }
    }

    pub(super) fn frame_size(rule: &'static str) -> Self {
        tracing::debug!(rule, "the target sent a frame of an invalid size");
        Self {
            code: FRAME_SIZE_ERROR,
            failure: FRAME_SIZE_FAILURE,
        }
    }

    pub(super) fn flow_control(rule: &'static str) -> Self {
        tracing::debug!(rule, "the target broke the rules of flow control");
        Self {
            code: FLOW_CONTROL_ERROR,
            failure: FLOW_CONTROL_FAILURE,
        }
    }
}

impl From<super::hpack::HpackError> for Http2ConnectionError {
    fn from(_: super::hpack::HpackError) -> Self {
        Self {
            code: COMPRESSION_ERROR,
            failure: COMPRESSION_FAILURE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_and_advice() {
        for failure in [reset_failure, goaway_failure] {
            let mut names: Vec<_> = (0..=0xe).map(|code| failure(code).name()).collect();
            assert!((0..=0xe).all(|code| failure(code).advice().is_some()));
            assert_eq!(failure(0xe), failure(u32::MAX));
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), 15);
        }
    }
}
