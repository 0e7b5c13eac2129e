//! Frames as they come in.

use super::super::answer::{MAX_HEAD_BYTES, Nobody};
use super::super::code::{
    self, Breach, CANCEL, ENHANCE_YOUR_CALM, HEAD_TOO_LARGE, MALFORMED, NOT_SPOKEN, PROTOCOL_ERROR,
    REFUSED_STREAM,
};
use super::super::exchange::{Broken, Stage};
use super::super::frame::{
    self, ACK, END_HEADERS, END_STREAM, HEAD_BYTES, Head, MAX_PAYLOAD, kind,
};
use super::settings::LARGEST_WINDOW;
use super::{Goaway, Protocol};

/// A block may come in so many frames. One is the rule; a peer that splits more finely is up to no
/// good.
const MOST_CONTINUATIONS: u32 = 32;

/// A block of fields that is not whole.
#[derive(Debug)]
pub(super) struct Block {
    stream: u32,
    ends_stream: bool,
    bytes: Vec<u8>,
    continuations: u32,
}

impl Protocol {
    /// Takes in all whole frames at the beginning of `bytes`; how many bytes they were.
    ///
    /// # Errors
    ///
    /// If the peer did what ends the connection.
    pub(in super::super) fn receive(&mut self, bytes: &[u8]) -> Result<usize, Breach> {
        let mut taken = 0;
        while let Some(head) = Head::read(&bytes[taken..]) {
            if !self.peer.greeted && (head.kind != kind::SETTINGS || head.has(ACK)) {
                return Err(Breach {
                    code: PROTOCOL_ERROR,
                    failure: NOT_SPOKEN,
                });
            }
            if head.length > MAX_PAYLOAD {
                return Err(Breach::frame_size("a frame is longer than 16,384 bytes"));
            }
            let begin = taken + HEAD_BYTES;
            let Some(payload) = bytes.get(begin..begin + head.length) else {
                break;
            };
            self.frame(head, payload)?;
            taken = begin + head.length;
        }
        Ok(taken)
    }

    fn frame(&mut self, head: Head, payload: &[u8]) -> Result<(), Breach> {
        if self.block.is_some() && head.kind != kind::CONTINUATION {
            return Err(Breach::protocol("a block of fields is interrupted"));
        }
        match head.kind {
            kind::HEADERS => self.headers(head, payload),
            kind::DATA => self.data(head, payload),
            kind::CONTINUATION => self.continuation(head, payload),
            kind::RST_STREAM => self.rst_stream(head, payload),
            kind::SETTINGS => self.settings(head, payload),
            kind::PING => self.ping(head, payload),
            kind::GOAWAY => self.goaway(head, payload),
            kind::WINDOW_UPDATE => self.window_update(head, payload),
            kind::PUSH_PROMISE => Err(Breach::protocol("a push, though it is not enabled")),
            kind::PRIORITY if payload.len() != 5 => Err(Breach::frame_size("PRIORITY")),
            // Kinds that nobody knows are to be ignored (section 4.1).
            _ => self.flood.idle(),
        }
    }

    fn headers(&mut self, head: Head, payload: &[u8]) -> Result<(), Breach> {
        self.check_known(head.stream)?;
        let content = head.content(payload);
        let content = content.ok_or_else(|| Breach::protocol("padding longer than its frame"))?;
        if head.has(END_HEADERS) {
            return self.block(head.stream, head.has(END_STREAM), content);
        }
        self.block = Some(Block {
            stream: head.stream,
            ends_stream: head.has(END_STREAM),
            bytes: content.to_vec(),
            continuations: 0,
        });
        Ok(())
    }

    fn continuation(&mut self, head: Head, payload: &[u8]) -> Result<(), Breach> {
        let Some(mut block) = self
            .block
            .take()
            .filter(|block| block.stream == head.stream)
        else {
            return Err(Breach::protocol("CONTINUATION of nothing"));
        };
        block.continuations += 1;
        block.bytes.extend_from_slice(payload);
        if block.bytes.len() > MAX_HEAD_BYTES || block.continuations > MOST_CONTINUATIONS {
            self.end(block.stream, Stage::Broken(Broken::Failed(HEAD_TOO_LARGE)));
            // Without the rest of the block the tables differ: this connection is lost.
            return Err(Breach {
                code: ENHANCE_YOUR_CALM,
                failure: HEAD_TOO_LARGE,
            });
        }
        if head.has(END_HEADERS) {
            return self.block(block.stream, block.ends_stream, &block.bytes);
        }
        self.block = Some(block);
        Ok(())
    }

    /// A whole block: the head of an answer, a word on the way, or what follows a body.
    fn block(&mut self, stream: u32, ends_stream: bool, bytes: &[u8]) -> Result<(), Breach> {
        let Some(exchange) = self.streams.get(&stream) else {
            self.decoder.decode(bytes, &mut Nobody)?;
            return self.flood.late();
        };
        let mut progress = exchange.progress();
        if progress.stage == Stage::Head {
            self.decoder.decode(bytes, &mut Nobody)?;
            drop(progress);
            if !ends_stream {
                self.refuse(stream, "fields within a body");
                return Ok(());
            }
            self.finish(stream);
            return Ok(());
        }
        self.decoder.decode(bytes, &mut progress.answer)?;
        let answer = &mut progress.answer;
        if answer.is_too_large() {
            drop(progress);
            self.reset(stream, CANCEL, Broken::Failed(HEAD_TOO_LARGE));
            return Ok(());
        }
        let wrong = answer
            .wrong
            .or((answer.status == 0).then_some("no :status"));
        let interim = answer.is_interim();
        let wrong = wrong.or((interim && ends_stream).then_some("it ends with a status below 200"));
        if let Some(rule) = wrong {
            drop(progress);
            self.refuse(stream, rule);
            return Ok(());
        }
        if interim {
            let headers = answer.headers.is_some();
            answer.clear(headers);
            return self.flood.idle();
        }
        self.flood.progress();
        if ends_stream {
            drop(progress);
            self.finish(stream);
        } else {
            self.has_woken = true;
            progress.reach(Stage::Head);
        }
        Ok(())
    }

    fn data(&mut self, head: Head, payload: &[u8]) -> Result<(), Breach> {
        self.check_known(head.stream)?;
        let length = payload.len() as u32;
        self.receive_left -= i64::from(length);
        if self.receive_left < 0 {
            return Err(Breach::flow_control("more than the connection's window"));
        }
        // Padding is flow controlled, too.
        self.consumed += length;
        if self.consumed > self.windows.connection / 2 {
            let consumed = std::mem::take(&mut self.consumed);
            self.receive_left += i64::from(consumed);
            frame::put_window_update(&mut self.out, 0, consumed);
        }
        let content = head.content(payload);
        let content = content.ok_or_else(|| Breach::protocol("padding longer than its frame"))?;
        let ends_stream = head.has(END_STREAM);
        if content.is_empty() && !ends_stream {
            self.flood.idle()?;
        } else {
            self.flood.progress();
        }
        let Some(exchange) = self.streams.get(&head.stream) else {
            return Ok(());
        };
        let mut progress = exchange.progress();
        progress.receive_left -= i64::from(length);
        if progress.receive_left < 0 {
            return Err(Breach::flow_control("more than the stream's window"));
        }
        let is_body = progress.stage == Stage::Head;
        if !is_body || !progress.take_body(content) {
            drop(progress);
            let rule = if is_body {
                "a body longer than announced"
            } else {
                "a body without a head"
            };
            self.refuse(head.stream, rule);
            return Ok(());
        }
        if ends_stream {
            drop(progress);
            self.finish(head.stream);
            return Ok(());
        }
        progress.consumed += length;
        if progress.consumed > self.windows.stream / 2 {
            let consumed = std::mem::take(&mut progress.consumed);
            progress.receive_left += i64::from(consumed);
            frame::put_window_update(&mut self.out, head.stream, consumed);
        }
        Ok(())
    }

    /// An answer is whole.
    fn finish(&mut self, stream: u32) {
        let Some(exchange) = self.streams.get(&stream) else {
            return;
        };
        let progress = exchange.progress();
        let (whole, sent) = (progress.is_whole(), progress.unsent.is_empty());
        drop(progress);
        if !whole {
            self.refuse(stream, "a body shorter than announced");
            return;
        }
        self.end(stream, Stage::Ended);
        if !sent {
            // It did not need all of the request (section 8.1).
            frame::put_reset(&mut self.out, stream, CANCEL);
        }
    }

    /// An answer is malformed (section 8.1.1).
    fn refuse(&mut self, stream: u32, rule: &'static str) {
        tracing::debug!(stream, rule, "a malformed answer");
        self.reset(stream, PROTOCOL_ERROR, Broken::Failed(MALFORMED));
    }

    fn rst_stream(&mut self, head: Head, payload: &[u8]) -> Result<(), Breach> {
        self.check_known(head.stream)?;
        let code = frame::word(payload).filter(|_| payload.len() == 4);
        let code = code.ok_or_else(|| Breach::frame_size("RST_STREAM"))?;
        if !self.streams.contains_key(&head.stream) {
            return self.flood.late();
        }
        tracing::debug!(stream = head.stream, code, "the target reset a stream");
        let broken = match code {
            REFUSED_STREAM => Broken::Refused,
            code => Broken::Failed(code::reset(code)),
        };
        self.end(head.stream, Stage::Broken(broken));
        Ok(())
    }

    fn settings(&mut self, head: Head, payload: &[u8]) -> Result<(), Breach> {
        if head.stream != 0 {
            return Err(Breach::protocol("SETTINGS of a stream"));
        }
        if head.has(ACK) {
            return if payload.is_empty() {
                self.flood.idle()
            } else {
                Err(Breach::frame_size("an acknowledgement with settings"))
            };
        }
        let changed = self.peer.update(payload)?;
        if let Some(most) = changed.table {
            self.encoder.limit(most);
        }
        if changed.window != 0 {
            for exchange in self.streams.values() {
                let mut progress = exchange.progress();
                progress.send_window += changed.window;
                if progress.send_window > i64::from(LARGEST_WINDOW) {
                    return Err(Breach::flow_control("a window beyond 2^31 - 1"));
                }
            }
        }
        frame::put(&mut self.out, kind::SETTINGS, ACK, 0, &[]);
        if self.peer.greeted {
            self.flood.idle()?;
        }
        self.peer.greeted = true;
        self.grant();
        self.pump();
        Ok(())
    }

    fn ping(&mut self, head: Head, payload: &[u8]) -> Result<(), Breach> {
        if payload.len() != 8 {
            return Err(Breach::frame_size("PING"));
        }
        if head.stream != 0 {
            return Err(Breach::protocol("PING of a stream"));
        }
        self.flood.idle()?;
        if !head.has(ACK) {
            frame::put(&mut self.out, kind::PING, ACK, 0, payload);
        }
        Ok(())
    }

    fn goaway(&mut self, head: Head, payload: &[u8]) -> Result<(), Breach> {
        if head.stream != 0 {
            return Err(Breach::protocol("GOAWAY of a stream"));
        }
        let (Some(last), Some(code)) =
            (frame::word(payload), payload.get(4..).and_then(frame::word))
        else {
            return Err(Breach::frame_size("GOAWAY"));
        };
        self.flood.idle()?;
        let last = last & LARGEST_WINDOW;
        let said = String::from_utf8_lossy(&payload[8..payload.len().min(8 + 200)]);
        tracing::debug!(last, code, %said, "the target says goodbye");
        self.goaway = Some(Goaway { code });
        let refused: Vec<u32> = self
            .streams
            .keys()
            .copied()
            .filter(|stream| *stream > last)
            .collect();
        for stream in refused {
            self.end(stream, Stage::Broken(Broken::Refused));
        }
        // Those who got a stream, and those who still wait for one, have to look elsewhere.
        for waiting in std::mem::take(&mut self.waiting) {
            self.has_woken = true;
            waiting.progress().reach(Stage::Broken(Broken::Unsent));
        }
        Ok(())
    }

    fn window_update(&mut self, head: Head, payload: &[u8]) -> Result<(), Breach> {
        let more = frame::word(payload).filter(|_| payload.len() == 4);
        let more = more.ok_or_else(|| Breach::frame_size("WINDOW_UPDATE"))? & LARGEST_WINDOW;
        self.flood.idle()?;
        if head.stream == 0 {
            if more == 0 {
                return Err(Breach::protocol("a window that grows by nothing"));
            }
            self.send_window += i64::from(more);
            if self.send_window > i64::from(LARGEST_WINDOW) {
                return Err(Breach::flow_control("a window beyond 2^31 - 1"));
            }
        } else {
            self.check_known(head.stream)?;
            let Some(exchange) = self.streams.get(&head.stream) else {
                return Ok(());
            };
            let mut progress = exchange.progress();
            progress.send_window += i64::from(more);
            if more == 0 || progress.send_window > i64::from(LARGEST_WINDOW) {
                drop(progress);
                self.refuse(head.stream, "a window that grows by nothing, or too much");
                return Ok(());
            }
        }
        self.pump();
        Ok(())
    }

    /// Frames of streams may only be of those that we opened.
    fn check_known(&self, stream: u32) -> Result<(), Breach> {
        if stream % 2 == 1 && stream < self.next_stream {
            Ok(())
        } else {
            Err(Breach::protocol("a frame of a stream that there is not"))
        }
    }
}
