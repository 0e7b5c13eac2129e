//! Error codes (RFC 9113, section 7), and the failures that they are.

use hammer_core::Failure;

pub(super) const NO_ERROR: u32 = 0x0;
pub(super) const PROTOCOL_ERROR: u32 = 0x1;
pub(super) const FLOW_CONTROL_ERROR: u32 = 0x3;
pub(super) const FRAME_SIZE_ERROR: u32 = 0x6;
pub(super) const REFUSED_STREAM: u32 = 0x7;
pub(super) const CANCEL: u32 = 0x8;
pub(super) const COMPRESSION_ERROR: u32 = 0x9;
pub(super) const ENHANCE_YOUR_CALM: u32 = 0xb;

const INTERNAL_ADVICE: &str = "the target failed within itself: see its log";
const PROTOCOL_ADVICE: &str =
    "the target says that the generator broke a rule: see its log, and tell us";
const CALM_ADVICE: &str =
    "the target finds this too much: see its limits on hits, on resets and on time per connection";
const HTTP_1_1_ADVICE: &str = "the target wants HTTP/1.1 for this: add --http 1.1";
const SECURITY_ADVICE: &str = "the target wants better TLS than was agreed upon: see its log";
const UNKNOWN_ADVICE: &str = "the target gave a code that no standard knows: see its log";

/// The failure of a hit whose stream was reset with `code`.
pub(super) fn reset_failure(code: u32) -> Failure {
    let cancelled = "the target gave up on the hit after it had begun: see its log";
    let (name, advice) = match code {
        NO_ERROR => ("stream_reset_no_error", cancelled),
        PROTOCOL_ERROR => ("stream_reset_protocol_error", PROTOCOL_ADVICE),
        0x2 => ("stream_reset_internal_error", INTERNAL_ADVICE),
        FLOW_CONTROL_ERROR => ("stream_reset_flow_control_error", PROTOCOL_ADVICE),
        0x4 => ("stream_reset_settings_timeout", PROTOCOL_ADVICE),
        0x5 => ("stream_reset_stream_closed", PROTOCOL_ADVICE),
        FRAME_SIZE_ERROR => ("stream_reset_frame_size_error", PROTOCOL_ADVICE),
        REFUSED_STREAM => return STREAM_REFUSED,
        CANCEL => ("stream_reset_cancel", cancelled),
        COMPRESSION_ERROR => ("stream_reset_compression_error", PROTOCOL_ADVICE),
        0xa => ("stream_reset_connect_error", INTERNAL_ADVICE),
        ENHANCE_YOUR_CALM => ("stream_reset_enhance_your_calm", CALM_ADVICE),
        0xc => ("stream_reset_inadequate_security", SECURITY_ADVICE),
        0xd => ("stream_reset_http_1_1_required", HTTP_1_1_ADVICE),
        _ => ("stream_reset_unknown", UNKNOWN_ADVICE),
    };
    Failure::new(name).with_advice(advice)
}

/// The failure of a hit that was under way on a connection that the target ended with `code`.
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
    "the target refused the hit several times, on other connections too: it has no room for more",
);
pub(crate) const H2_NOT_SPOKEN: Failure = Failure::new("h2_not_spoken")
    .with_advice("the target does not speak HTTP/2 there: try --http 1.1, or https in the URL");
pub(super) const PROTOCOL_FAILURE: Failure = Failure::new("h2_protocol_error")
    .with_advice("the target broke a rule of HTTP/2: see which with RUST_LOG=debug");
pub(super) const COMPRESSION_FAILURE: Failure = Failure::new("h2_compression_error")
    .with_advice("the target's headers are not HPACK: see what is between it and here");
pub(super) const FLOW_CONTROL_FAILURE: Failure = Failure::new("h2_flow_control_error")
    .with_advice("the target sent more than it was allowed to, or allowed more than there may be");
pub(super) const FRAME_SIZE_FAILURE: Failure = Failure::new("h2_frame_size_error")
    .with_advice("the target sent a frame of a size that it can't have");
pub(super) const FLOOD_FAILURE: Failure = Failure::new("h2_flood").with_advice(
    "the target sent a thousand frames in a row that carry nothing: it is broken, or hostile",
);
pub(crate) const HEAD_TOO_LARGE: Failure = Failure::new("answer_head_too_large")
    .with_advice("the headers of the answer are more than 64 KiB, or more than 100 over HTTP/1.1: the target is broken, or hostile");
pub(super) const MALFORMED_RESPONSE: Failure = Failure::new("malformed_answer")
    .with_advice("the answer breaks the rules of HTTP/2: see how with RUST_LOG=debug");

/// What the peer did that ends the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ConnectionError {
    /// What it is told.
    pub(super) code: u32,
    /// What the hits under way have come to.
    pub(super) failure: Failure,
}

impl ConnectionError {
    /// More than a peer has a use for.
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
        tracing::debug!(rule, "a frame of a wrong size");
        Self {
            code: FRAME_SIZE_ERROR,
            failure: FRAME_SIZE_FAILURE,
        }
    }

    pub(super) fn flow_control(rule: &'static str) -> Self {
        tracing::debug!(rule, "flow control is broken");
        Self {
            code: FLOW_CONTROL_ERROR,
            failure: FLOW_CONTROL_FAILURE,
        }
    }
}

impl From<super::hpack::HpackError> for ConnectionError {
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
    fn every_code_has_a_name_of_its_own_and_says_what_to_do() {
        for of in [reset_failure, goaway_failure] {
            let mut names: Vec<_> = (0..=0xe).map(|code| of(code).name()).collect();
            assert!((0..=0xe).all(|code| of(code).advice().is_some()));
            assert_eq!(of(0xe), of(u32::MAX));
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), 15);
        }
    }
}
