use memchr::memchr2;

/// Finds the elements of `log.entries` in a HAR, which is one document, as it comes in.
#[derive(Debug, Default)]
pub(crate) struct HarScanner {
    depth: usize,
    /// Within a string, and since where.
    string_start: Option<usize>,
    /// The last string in the object of `log`, which is a key if an array follows.
    entries_key_seen: bool,
    in_entries: bool,
    /// Where the entry began that is being read.
    entry_start: Option<usize>,
    /// How far it has been looked at.
    at: usize,
}

impl HarScanner {
    /// Goes on through `bytes`: the next entry that is whole.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Option<std::ops::Range<usize>> {
        while self.at < bytes.len() {
            if let Some(start) = self.string_start {
                let Some(length) = memchr2(b'"', b'\\', &bytes[self.at..]) else {
                    self.at = bytes.len();
                    return None;
                };
                let end = self.at + length;
                if bytes[end] == b'\\' {
                    if end + 1 >= bytes.len() {
                        // The other half of it has not come yet.
                        self.at = end;
                        return None;
                    }
                    self.at = end + 2;
                    continue;
                }
                if self.depth == 2 {
                    self.entries_key_seen = bytes[start..end] == *b"entries";
                }
                self.string_start = None;
                self.at = end + 1;
                continue;
            }
            let byte = bytes[self.at];
            self.at += 1;
            match byte {
                b'"' => self.string_start = Some(self.at),
                b'{' | b'[' => {
                    if self.depth == 2 && byte == b'[' {
                        self.in_entries = self.entries_key_seen;
                    }
                    if self.depth == 3 && self.in_entries && byte == b'{' {
                        self.entry_start = Some(self.at - 1);
                    }
                    self.depth += 1;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 2 {
                        self.in_entries = false;
                    }
                    if self.depth == 3
                        && let Some(start) = self.entry_start.take()
                    {
                        return Some(start..self.at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// From where on bytes are still needed.
    pub(super) fn needed_from(&self) -> usize {
        let string = self.string_start.unwrap_or(self.at);
        self.entry_start.unwrap_or(string).min(string).min(self.at)
    }

    /// `count` bytes in front were dropped.
    pub(super) fn drop_front(&mut self, count: usize) {
        self.at -= count;
        let moved = |place: Option<usize>| place.map(|place| place.saturating_sub(count));
        self.string_start = moved(self.string_start);
        self.entry_start = moved(self.entry_start);
    }

    /// Gives up the entry that is too long to be kept; what is left of it is stepped over.
    pub(super) fn skip_entry(&mut self) {
        self.entry_start = None;
        if self.string_start.is_some() {
            self.string_start = Some(self.at);
        }
    }

    /// Whether all that was opened is closed.
    pub(super) fn is_complete(&self) -> bool {
        self.depth == 0 && self.string_start.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::HarScanner;

    #[test]
    fn finds_entries_wherever_they_are_cut() {
        let text =
            br#"{"log":{"pages":[{"id":1}],"entries":[ {"a":"}\"]"}, {"b":[{}]} ],"x":[{}]}}"#;
        for cut in 0..text.len() {
            let mut document = HarScanner::default();
            let mut found = Vec::new();
            for end in [cut, text.len()] {
                while let Some(range) = document.next(&text[..end]) {
                    found.push(&text[range]);
                }
                assert!(document.needed_from() <= end, "{cut}");
            }
            let expected: [&[u8]; 2] = [br#"{"a":"}\"]"}"#, br#"{"b":[{}]}"#];
            assert_eq!(found, expected, "{cut}");
            assert!(document.is_complete());
        }
    }
}
