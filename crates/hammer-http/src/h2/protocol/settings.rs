//! What the two sides tell each other about what they take (RFC 9113, section 6.5).

use super::super::answer::MAX_HEAD_BYTES;
use super::super::code::Breach;
use super::super::frame::{self, MAX_PAYLOAD, kind};
use super::super::options::Windows;

/// Of streams and of the connection, as long as nobody says otherwise.
pub(super) const DEFAULT_WINDOW: u32 = 65_535;
pub(super) const LARGEST_WINDOW: u32 = 0x7fff_ffff;

const HEADER_TABLE_SIZE: u16 = 1;
const ENABLE_PUSH: u16 = 2;
const MAX_CONCURRENT_STREAMS: u16 = 3;
const INITIAL_WINDOW_SIZE: u16 = 4;
const MAX_FRAME_SIZE: u16 = 5;
const MAX_HEADER_LIST_SIZE: u16 = 6;

/// What the peer takes.
#[derive(Debug)]
pub(super) struct Peer {
    /// Whether it has told.
    pub(super) greeted: bool,
    pub(super) max_streams: usize,
    pub(super) window: u32,
    pub(super) max_payload: usize,
}

impl Default for Peer {
    fn default() -> Self {
        Self {
            greeted: false,
            // There is no limit unless it sets one.
            max_streams: usize::MAX,
            window: DEFAULT_WINDOW,
            max_payload: MAX_PAYLOAD,
        }
    }
}

/// What a SETTINGS frame changed beside what is in [`Peer`].
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// By how much the windows of all streams are larger now.
    pub(super) window: i64,
    pub(super) table: Option<usize>,
}

impl Peer {
    /// Takes in what a SETTINGS frame says; the last of several values for the same counts.
    pub(super) fn update(&mut self, payload: &[u8]) -> Result<Changed, Breach> {
        let (settings, []) = payload.as_chunks::<6>() else {
            return Err(Breach::frame_size("SETTINGS is no multiple of 6 bytes"));
        };
        let before = i64::from(self.window);
        let mut changed = Changed::default();
        for &[a, b, c, d, e, f] in settings {
            let value = u32::from_be_bytes([c, d, e, f]);
            match u16::from_be_bytes([a, b]) {
                HEADER_TABLE_SIZE => changed.table = Some(value as usize),
                ENABLE_PUSH if value != 0 => {
                    return Err(Breach::protocol("a server enables push"));
                }
                MAX_CONCURRENT_STREAMS => self.max_streams = value as usize,
                INITIAL_WINDOW_SIZE if value > LARGEST_WINDOW => {
                    return Err(Breach::flow_control("an initial window beyond 2^31 - 1"));
                }
                INITIAL_WINDOW_SIZE => self.window = value,
                MAX_FRAME_SIZE if !(16_384..=16_777_215).contains(&value) => {
                    return Err(Breach::protocol("a frame size that there can't be"));
                }
                MAX_FRAME_SIZE => self.max_payload = value as usize,
                _ => {}
            }
        }
        changed.window = i64::from(self.window) - before;
        Ok(changed)
    }
}

/// Adds what we take to `out`.
pub(super) fn put(out: &mut Vec<u8>, windows: Windows) {
    let settings = [
        (ENABLE_PUSH, 0),
        (INITIAL_WINDOW_SIZE, windows.stream),
        (MAX_HEADER_LIST_SIZE, MAX_HEAD_BYTES as u32),
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
    use super::super::super::code::{FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, PROTOCOL_ERROR};
    use super::*;

    #[test]
    fn settings_that_there_cannot_be_are_a_breach() {
        for (payload, code) in [
            (&[0, 3, 0, 0, 0][..], FRAME_SIZE_ERROR),
            (&[0, 2, 0, 0, 0, 1], PROTOCOL_ERROR),
            (&[0, 4, 0x80, 0, 0, 0], FLOW_CONTROL_ERROR),
            (&[0, 5, 0, 0, 0x3f, 0xff], PROTOCOL_ERROR),
            (&[0, 5, 1, 0, 0, 0], PROTOCOL_ERROR),
        ] {
            let breach = Peer::default().update(payload).expect_err("it is refused");
            assert_eq!(breach.code, code, "{payload:?}");
        }
    }

    #[test]
    fn the_last_of_several_values_counts() {
        let mut peer = Peer::default();
        let payload = [
            0, 4, 0, 0, 0, 9, 0, 4, 0, 0, 0, 5, 0, 3, 0, 0, 0, 7, 0x77, 0x77, 0, 0, 0, 1,
        ];
        let changed = peer.update(&payload).expect("it is well formed");
        assert_eq!((peer.window, peer.max_streams), (5, 7));
        assert_eq!(changed.window, 5 - i64::from(DEFAULT_WINDOW));
    }
}
