//! Messages of the handshake protocol that arrive after the handshake.

use rustls::{Error, HandshakeType, InvalidMessage};

/// The type and the length before the body of a message (RFC 8446 section 4).
const HEADER_BYTES: usize = 4;

/// The largest message, as in rustls.
const MAX_BODY_BYTES: usize = 0xffff;

/// Received bytes of messages, which may begin and end in any record.
#[derive(Debug, Default)]
pub(super) struct MessageBuffer(Vec<u8>);

impl MessageBuffer {
    /// Returns true if no part of a message is left.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the plaintext of a record.
    ///
    /// # Errors
    ///
    /// If it announces a message that is too large.
    pub(super) fn append(&mut self, content: &[u8]) -> Result<(), Error> {
        self.0.extend_from_slice(content);
        match self.body_bytes() {
            Some(bytes) if bytes > MAX_BODY_BYTES => {
                Err(InvalidMessage::HandshakePayloadTooLarge.into())
            }
            _ => Ok(()),
        }
    }

    /// Removes the first message if it is complete, and returns its type and its body.
    pub(super) fn next(&mut self) -> Option<(HandshakeType, Vec<u8>)> {
        let end = HEADER_BYTES + self.body_bytes()?;
        if self.0.len() < end {
            return None;
        }
        let rest = self.0.split_off(end);
        let mut message = std::mem::replace(&mut self.0, rest);
        let kind = HandshakeType::from(message[0]);
        message.drain(..HEADER_BYTES);
        Some((kind, message))
    }

    fn body_bytes(&self) -> Option<usize> {
        let [_, a, b, c, ..] = *self.0 else {
            return None;
        };
        Some(u32::from_be_bytes([0, a, b, c]) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_cut_at_their_lengths() {
        let messages = [4, 0, 0, 2, 1, 2, 24, 0, 0, 1, 0];
        for piece in 1..=messages.len() {
            let mut buffer = MessageBuffer::default();
            let mut found = Vec::new();
            for content in messages.chunks(piece) {
                buffer.append(content).expect("small messages");
                found.extend(std::iter::from_fn(|| buffer.next()));
            }
            let expected = [
                (HandshakeType::NewSessionTicket, vec![1, 2]),
                (HandshakeType::KeyUpdate, vec![0]),
            ];
            assert_eq!(found, expected, "in pieces of {piece} bytes");
            assert!(buffer.is_empty());
        }
    }

    #[test]
    fn a_message_that_is_too_large_is_refused_at_its_header() {
        for (header, is_allowed) in [([4, 0, 0xff, 0xff], true), ([4, 1, 0, 0], false)] {
            let appended = MessageBuffer::default().append(&header);
            assert_eq!(appended.is_ok(), is_allowed, "{header:?}");
        }
    }
}
