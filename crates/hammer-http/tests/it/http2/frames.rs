//! A scripted HTTP/2 server that works frame by frame.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::scripted_server::{ScriptedConnection, ScriptedServer};

pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;

/// The setting SETTINGS_MAX_CONCURRENT_STREAMS.
pub(super) const MAX_CONCURRENT_STREAMS: u16 = 3;

pub(super) const END_STREAM: u8 = 1;
pub(super) const ACK: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
/// A header block in one frame that ends the stream.
pub(super) const WHOLE: u8 = END_STREAM | END_HEADERS;

/// `:status: 200` as an index of HPACK's static table.
pub(super) const OK: u8 = 0x88;

/// A frame as received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawFrame {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

/// A connection whose client has sent the preface.
pub(super) struct FrameConnection<'a> {
    peer: &'a mut ScriptedConnection,
    /// The number of earlier connections of this server.
    pub(super) number: u64,
}

/// A server that runs a closure for each connection after the preface and its own settings.
pub(super) fn serve(
    settings: &'static [(u16, u32)],
    script: impl Fn(&mut FrameConnection<'_>) + Send + Sync + 'static,
) -> ScriptedServer {
    serve_unless(|_| false, settings, script)
}

/// Like [`serve`], but sends nothing on connections for whose number `is_mute` returns true.
pub(super) fn serve_unless(
    is_mute: impl Fn(u64) -> bool + Send + Sync + 'static,
    settings: &'static [(u16, u32)],
    script: impl Fn(&mut FrameConnection<'_>) + Send + Sync + 'static,
) -> ScriptedServer {
    let connections = Arc::new(AtomicU64::new(0));
    ScriptedServer::serve(move |peer| {
        // A reset would discard bytes that the system holds back.
        let _ = peer.stream.set_nodelay(true);
        let mut preface = [0; 24];
        if peer.stream.read_exact(&mut preface).is_err() {
            return;
        }
        assert_eq!(&preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        let number = connections.fetch_add(1, Ordering::SeqCst);
        let mut frames = FrameConnection { peer, number };
        if is_mute(number) {
            return frames.wait_for_the_end();
        }
        let mut payload = Vec::new();
        for (name, value) in settings {
            payload.extend_from_slice(&name.to_be_bytes());
            payload.extend_from_slice(&value.to_be_bytes());
        }
        frames.send(SETTINGS, 0, 0, &payload);
        script(&mut frames);
    })
}

impl FrameConnection<'_> {
    /// Reads the next frame, or returns `None` at the end of the stream.
    pub(super) fn next(&mut self) -> Option<RawFrame> {
        let mut header = [0; 9];
        self.peer.stream.read_exact(&mut header).ok()?;
        let [a, b, c, kind, flags, stream @ ..] = header;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        let mut payload = vec![0; length];
        self.peer.stream.read_exact(&mut payload).ok()?;
        Some(RawFrame {
            kind,
            flags,
            stream: u32::from_be_bytes(stream),
            payload,
        })
    }

    /// Reads the next frame of one kind, skipping others and acknowledgments of settings.
    pub(super) fn next_of(&mut self, kind: u8) -> Option<RawFrame> {
        loop {
            let frame = self.next()?;
            if frame.kind == kind && (kind != SETTINGS || frame.flags & ACK == 0) {
                return Some(frame);
            }
        }
    }

    /// Reads the next request, which has no body, and returns its stream.
    pub(super) fn request(&mut self) -> Option<u32> {
        let head = self.next_of(HEADERS)?;
        assert_eq!(head.flags, END_STREAM | END_HEADERS);
        Some(head.stream)
    }

    /// Reads until the client closes the connection.
    pub(super) fn wait_for_the_end(&mut self) {
        while self.next().is_some() {}
    }

    /// Sends a frame; returns false if the connection is closed.
    pub(super) fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> bool {
        self.send_raw(&frame(kind, flags, stream, payload))
    }

    /// Sends bytes, such as several frames; returns false if the connection is closed.
    pub(super) fn send_raw(&mut self, bytes: &[u8]) -> bool {
        self.peer.send(bytes)
    }

    /// Answers a stream with 200 and no body.
    pub(super) fn ok(&mut self, stream: u32) -> bool {
        self.send(HEADERS, END_STREAM | END_HEADERS, stream, &[OK])
    }

    /// Answers all requests until the client closes the connection.
    pub(super) fn ok_to_all(&mut self) {
        while let Some(stream) = self.request() {
            self.ok(stream);
        }
    }

    pub(super) fn reset(&mut self, stream: u32, code: u32) -> bool {
        self.send(RST_STREAM, 0, stream, &code.to_be_bytes())
    }

    pub(super) fn goaway(&mut self, last: u32, code: u32) -> bool {
        let payload = [last.to_be_bytes(), code.to_be_bytes()].concat();
        self.send(GOAWAY, 0, 0, &payload)
    }
}

/// The bytes of a frame.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = (payload.len() as u32).to_be_bytes();
    let [d, e, f, g] = stream.to_be_bytes();
    let mut frame = vec![a, b, c, kind, flags, d, e, f, g];
    frame.extend_from_slice(payload);
    frame
}
