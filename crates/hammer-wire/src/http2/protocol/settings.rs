//! The settings of both sides (RFC 9113, section 6.5).

use super::super::connection_error::Http2ConnectionError;
use super::super::flow_control::FlowControlWindows;
use super::super::frame::{self, MAX_PAYLOAD, kind};
use crate::{MAX_HEAD_BYTES, MAX_HEADERS};

/// The initial window of streams and of the connection.
pub(super) const DEFAULT_WINDOW: u32 = 65_535;
pub(super) const MAX_WINDOW: u32 = 0x7fff_ffff;

const HEADER_TABLE_SIZE: u16 = 1;
const ENABLE_PUSH: u16 = 2;
const MAX_CONCURRENT_STREAMS: u16 = 3;
const INITIAL_WINDOW_SIZE: u16 = 4;
const MAX_FRAME_SIZE: u16 = 5;
const MAX_HEADER_LIST_SIZE: u16 = 6;
/// RFC 8441, section 3.
const ENABLE_CONNECT_PROTOCOL: u16 = 8;

/// The largest head that the limits allow, as SETTINGS_MAX_HEADER_LIST_SIZE counts it: 32 bytes per
/// field in place of 4, and `:status` is a field of 42 bytes.
const MAX_HEADER_LIST_BYTES: u32 = (MAX_HEAD_BYTES + (32 - 4) * MAX_HEADERS + 42) as u32;

/// The settings of the peer.
#[derive(Debug)]
pub(super) struct PeerSettings {
    /// True once a SETTINGS frame has arrived.
    pub(super) received: bool,
    pub(super) max_streams: usize,
    pub(super) initial_window: u32,
    pub(super) max_frame_size: usize,
    /// True if the peer allows extended CONNECT.
    pub(super) extended_connect: bool,
}

impl Default for PeerSettings {
    fn default() -> Self {
        Self {
            received: false,
            // Unlimited unless the peer sets a limit.
            max_streams: usize::MAX,
            initial_window: DEFAULT_WINDOW,
            max_frame_size: MAX_PAYLOAD,
            extended_connect: false,
        }
    }
}

/// The changes by a SETTINGS frame that affect more than [`PeerSettings`].
#[derive(Debug, Default)]
pub(super) struct SettingsChange {
    /// The growth of the windows of all streams; may be negative.
    pub(super) window_delta: i64,
    pub(super) header_table_size: Option<usize>,
}

impl PeerSettings {
    /// Applies a SETTINGS frame; if a setting is repeated, the last value counts.
    pub(super) fn update(
        &mut self,
        payload: &[u8],
    ) -> Result<SettingsChange, Http2ConnectionError> {
        let (settings, []) = payload.as_chunks::<6>() else {
            return Err(Http2ConnectionError::frame_size(
                "SETTINGS is not a multiple of 6 bytes",
            ));
        };
        let before = i64::from(self.initial_window);
        let mut change = SettingsChange::default();
        for &[a, b, c, d, e, f] in settings {
            let value = u32::from_be_bytes([c, d, e, f]);
            match u16::from_be_bytes([a, b]) {
                HEADER_TABLE_SIZE => change.header_table_size = Some(value as usize),
                ENABLE_PUSH if value != 0 => {
                    return Err(Http2ConnectionError::protocol("a server enables push"));
                }
                MAX_CONCURRENT_STREAMS => self.max_streams = value as usize,
                INITIAL_WINDOW_SIZE if value > MAX_WINDOW => {
                    return Err(Http2ConnectionError::flow_control(
                        "an initial window above 2^31 - 1",
                    ));
                }
                INITIAL_WINDOW_SIZE => self.initial_window = value,
                MAX_FRAME_SIZE if !(16_384..=16_777_215).contains(&value) => {
                    return Err(Http2ConnectionError::protocol(
                        "an invalid maximum frame size",
                    ));
                }
                MAX_FRAME_SIZE => self.max_frame_size = value as usize,
                ENABLE_CONNECT_PROTOCOL => match (value, self.extended_connect) {
                    (0, false) => {}
                    (1, _) => self.extended_connect = true,
                    _ => {
                        return Err(Http2ConnectionError::protocol(
                            "an invalid setting of extended CONNECT",
                        ));
                    }
                },
                _ => {}
            }
        }
        change.window_delta = i64::from(self.initial_window) - before;
        Ok(change)
    }
}

/// Adds the client's settings to `out`.
pub(super) fn put(out: &mut Vec<u8>, windows: FlowControlWindows) {
    let settings = [
        (ENABLE_PUSH, 0),
        (INITIAL_WINDOW_SIZE, windows.stream),
        (MAX_HEADER_LIST_SIZE, MAX_HEADER_LIST_BYTES),
    ];
    let mut payload = Vec::new();
    for (name, value) in settings {
        payload.extend_from_slice(&name.to_be_bytes());
        payload.extend_from_slice(&value.to_be_bytes());
    }
    frame::put(out, kind::SETTINGS, 0, 0, &payload);
}

#[cfg(test)]
mod tests {
    use super::super::super::error_code::Http2ErrorCode;
    use super::*;

    const PROTOCOL_ERROR: Http2ErrorCode = Http2ErrorCode::PROTOCOL_ERROR;

    #[test]
    fn invalid_settings_are_refused() {
        for (payload, code) in [
            (&[0, 3, 0, 0, 0][..], Http2ErrorCode::FRAME_SIZE_ERROR),
            (&[0, 2, 0, 0, 0, 1], PROTOCOL_ERROR),
            (&[0, 4, 0x80, 0, 0, 0], Http2ErrorCode::FLOW_CONTROL_ERROR),
            (&[0, 5, 0, 0, 0x3f, 0xff], PROTOCOL_ERROR),
            (&[0, 5, 1, 0, 0, 0], PROTOCOL_ERROR),
            (&[0, 8, 0, 0, 0, 2], PROTOCOL_ERROR),
            // RFC 8441, section 3: no 0 after a 1.
            (&[0, 8, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0], PROTOCOL_ERROR),
        ] {
            let error = PeerSettings::default()
                .update(payload)
                .expect_err("invalid settings");
            assert_eq!(error.code(), code, "{payload:?}");
        }
    }

    #[test]
    fn the_last_value_of_a_repeated_setting_counts() {
        let mut peer = PeerSettings::default();
        let payload = [
            0, 4, 0, 0, 0, 9, 0, 4, 0, 0, 0, 5, 0, 3, 0, 0, 0, 7, 0x77, 0x77, 0, 0, 0, 1,
        ];
        let change = peer.update(&payload).expect("valid settings");
        assert_eq!((peer.initial_window, peer.max_streams), (5, 7));
        assert_eq!(change.window_delta, 5 - i64::from(DEFAULT_WINDOW));
    }
}
