//! Keys in the bytes that a terminal sends.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

const ESC: u8 = 0x1b;

/// The sequences around pasted text (xterm, bracketed paste mode).
const PASTE_END: &[u8] = b"\x1b[201~";
const PASTE_START_PARAMETER: u16 = 200;

/// The longest sequence that can be a key, in bytes. A sequence without an end must not swallow all keys
/// that follow.
const LONGEST_SEQUENCE: usize = 32;

/// The longest pause within a sequence. Escape is a key of its own if nothing follows in this time.
const SEQUENCE_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause within pasted text.
const PASTE_PAUSE: Duration = Duration::from_secs(1);

/// Finds keys in the bytes that a terminal sends (ECMA-48, xterm). Unknown sequences and pasted text are
/// ignored: a text could contain a `q`.
///
/// The reader of crossterm is not used here. It waits for edges, and forgets a key that arrives together
/// with a resize; it reads until it has a key, and so blocks after half a sequence.
#[derive(Debug, Default)]
pub(super) struct KeyParser {
    /// The bytes of an item whose end has not arrived.
    pending: Vec<u8>,
    is_pasting: bool,
}

impl KeyParser {
    /// Takes bytes, and returns the keys that are complete.
    pub(super) fn parse(&mut self, bytes: &[u8]) -> Vec<KeyEvent> {
        self.pending.extend_from_slice(bytes);
        let mut keys = vec![];
        loop {
            if self.is_pasting && !self.skip_pasted_text() {
                return keys;
            }
            let Some((length, item)) = first_item(&self.pending) else {
                return keys;
            };
            self.pending.drain(..length);
            match item {
                Item::Key(key) => keys.push(key),
                Item::PasteStart => self.is_pasting = true,
                Item::Unknown => {}
            }
        }
    }

    /// The time for which the end of an item can still arrive; `None` if no item is incomplete.
    pub(super) fn patience(&self) -> Option<Duration> {
        match (self.is_pasting, self.pending.is_empty()) {
            (true, _) => Some(PASTE_PAUSE),
            (false, false) => Some(SEQUENCE_PAUSE),
            (false, true) => None,
        }
    }

    /// Gives up an item whose end has not arrived in time. Returns the key if it was Escape.
    pub(super) fn give_up(&mut self) -> Option<KeyEvent> {
        let is_escape = !self.is_pasting && self.pending == [ESC];
        *self = Self::default();
        is_escape.then(|| plain(KeyCode::Esc))
    }

    /// Returns true if the text has ended.
    fn skip_pasted_text(&mut self) -> bool {
        let mut windows = self.pending.windows(PASTE_END.len());
        match windows.position(|window| window == PASTE_END) {
            Some(start) => {
                self.pending.drain(..start + PASTE_END.len());
                self.is_pasting = false;
            }
            None => {
                // The last bytes may begin the end.
                let skipped = self.pending.len().saturating_sub(PASTE_END.len() - 1);
                self.pending.drain(..skipped);
            }
        }
        !self.is_pasting
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Key(KeyEvent),
    PasteStart,
    Unknown,
}

/// The first item with the number of its bytes; `None` if it is incomplete.
fn first_item(bytes: &[u8]) -> Option<(usize, Item)> {
    match *bytes {
        [] | [ESC] | [ESC, b'[' | b'O'] | [ESC, b'[', b'['] => None,
        // F1 to F5 on the console of Linux.
        [ESC, b'[', b'[', last, ..] => Some((4, (last == b'A').then_some(KeyCode::F(1)).into())),
        [ESC, b'[', ..] => control_sequence(bytes),
        [ESC, b'O', last, ..] => Some((3, final_key(last).into())),
        [ESC, ..] => Some((1, Some(KeyCode::Esc).into())),
        [b'\r' | b'\n', ..] => Some((1, Some(KeyCode::Enter).into())),
        [b'\t', ..] => Some((1, Some(KeyCode::Tab).into())),
        [control @ 0x01..=0x1a, ..] => {
            let letter = char::from(b'a' + control - 1);
            let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
            Some((1, Item::Key(key)))
        }
        [0x00..=0x1f | 0x7f, ..] => Some((1, Item::Unknown)),
        _ => character(bytes),
    }
}

/// A sequence that begins with ESC [ (ECMA-48, section 5.4).
fn control_sequence(bytes: &[u8]) -> Option<(usize, Item)> {
    let parameters = bytes.get(2..)?;
    let end = (parameters.iter()).position(|byte| !(0x20..=0x3f).contains(byte));
    let Some(length) = end.filter(|length| *length <= LONGEST_SEQUENCE) else {
        let is_endless = parameters.len() > LONGEST_SEQUENCE;
        return is_endless.then_some((2 + LONGEST_SEQUENCE, Item::Unknown));
    };
    let (parameters, last) = (&parameters[..length], parameters[length]);
    if !(0x40..=0x7e).contains(&last) {
        // It was broken off; the byte begins another item.
        return Some((2 + length, Item::Unknown));
    }
    let first = std::str::from_utf8(parameters).unwrap_or_default();
    let first = first.split(';').next().and_then(|first| first.parse().ok());
    let item = match (last, first) {
        (b'~', Some(PASTE_START_PARAMETER)) => Item::PasteStart,
        (b'~', Some(number)) => numbered_key(number).into(),
        _ => final_key(last).into(),
    };
    Some((3 + length, item))
}

/// The key of ESC [ `number` ~.
fn numbered_key(number: u16) -> Option<KeyCode> {
    match number {
        1 | 7 => Some(KeyCode::Home),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11 => Some(KeyCode::F(1)),
        _ => None,
    }
}

/// The key of a sequence by its last byte.
fn final_key(last: u8) -> Option<KeyCode> {
    match last {
        b'A' => Some(KeyCode::Up),
        b'B' => Some(KeyCode::Down),
        b'C' => Some(KeyCode::Right),
        b'D' => Some(KeyCode::Left),
        b'F' => Some(KeyCode::End),
        b'H' => Some(KeyCode::Home),
        b'P' => Some(KeyCode::F(1)),
        b'Z' => Some(KeyCode::BackTab),
        _ => None,
    }
}

/// A character in UTF-8.
fn character(bytes: &[u8]) -> Option<(usize, Item)> {
    let start = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(start) {
        Ok(valid) => valid,
        Err(error) if error.valid_up_to() > 0 => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(error) => return error.error_len().map(|length| (length, Item::Unknown)),
    };
    let character = valid.chars().next()?;
    let item = Some(KeyCode::Char(character)).into();
    Some((character.len_utf8(), item))
}

fn plain(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

impl From<Option<KeyCode>> for Item {
    fn from(code: Option<KeyCode>) -> Self {
        code.map_or(Self::Unknown, |code| Self::Key(plain(code)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(keys: &[KeyEvent]) -> String {
        let texts = keys.iter().map(|key| match (key.code, key.modifiers) {
            (KeyCode::Char(letter), KeyModifiers::CONTROL) => format!("^{letter}"),
            (KeyCode::Char(letter), _) => letter.to_string(),
            (code, _) => format!("{code:?}"),
        });
        texts.collect::<Vec<_>>().join(" ")
    }

    /// However the bytes are split, the keys are the same.
    #[test]
    fn bytes_are_keys() {
        for (bytes, keys) in [
            (&b"q1 ?"[..], "q 1   ?"),
            (b"\x03\x0c\x1a\t\r", "^c ^l ^z Tab Enter"),
            (
                b"\x1b[A\x1b[B\x1bOC\x1bOD\x1b[Z",
                "Up Down Right Left BackTab",
            ),
            (b"\x1b[5~\x1b[6~\x1b[H\x1b[4~", "PageUp PageDown Home End"),
            (b"\x1b[1;5Aa\x1bOP\x1b[11~\x1b[[A", "Up a F(1) F(1) F(1)"),
            (b"\x1b\x1b[Aq", "Esc Up q"),
            ("äß→😀".as_bytes(), "ä ß → 😀"),
            (b"a\xff\xc3(b\x7f\x00", "a ( b"),
            (b"\x1b[200~q\x1b[A\x03 quit\x1b[201~x", "x"),
            (b"\x1b[99~\x1b[?1;2cx\x1b[3\x03", "x ^c"),
            // The first 32 are a sequence without an end.
            (b"\x1b[111111111111111111111111111111111234q", "1 2 3 4 q"),
        ] {
            for length in 1..=bytes.len() {
                let mut parser = KeyParser::default();
                let chunks = bytes.chunks(length);
                let found: Vec<_> = chunks.flat_map(|chunk| parser.parse(chunk)).collect();
                assert_eq!(texts(&found), keys, "{bytes:?} by {length}");
                assert_eq!(parser.patience(), None, "{bytes:?} by {length}");
            }
        }
    }

    /// Half a sequence swallowed the next key.
    #[test]
    fn what_does_not_end_in_time_is_given_up() {
        for (bytes, pause, given_up) in [
            (&b"\x1b"[..], SEQUENCE_PAUSE, "Esc"),
            (b"\x1b[", SEQUENCE_PAUSE, ""),
            (b"\xc3", SEQUENCE_PAUSE, ""),
            (b"\x1b[200~q", PASTE_PAUSE, ""),
        ] {
            let mut parser = KeyParser::default();
            assert_eq!(parser.parse(bytes), [], "{bytes:?}");
            assert_eq!(parser.patience(), Some(pause));
            let key: Vec<_> = parser.give_up().into_iter().collect();
            assert_eq!(texts(&key), given_up, "{bytes:?}");
            assert_eq!(texts(&parser.parse(b"q")), "q");
        }
    }
}
