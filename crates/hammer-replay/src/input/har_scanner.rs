//! Scanner for the entries of a HAR document.

use memchr::memchr2;

/// Finds the elements of `log.entries` in a HAR document while it is read.
#[derive(Debug, Default)]
pub(crate) struct HarScanner {
    depth: usize,
    /// The start of the string that is being read.
    string_start: Option<usize>,
    /// True if the last string in the `log` object was `entries`, which is a key if an array follows.
    entries_key_seen: bool,
    in_entries: bool,
    /// The start of the entry that is being read.
    entry_start: Option<usize>,
    /// The number of scanned bytes.
    at: usize,
}

impl HarScanner {
    /// Continues to scan `bytes`, and returns the range of the next complete entry.
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
                        // The escaped byte has not been read yet.
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

    /// Returns the index of the first byte that is still needed.
    pub(super) fn needed_from(&self) -> usize {
        let string = self.string_start.unwrap_or(self.at);
        self.entry_start.unwrap_or(string).min(string).min(self.at)
    }

    /// Adjusts the positions after `count` bytes were dropped from the front.
    pub(super) fn drop_front(&mut self, count: usize) {
        self.at -= count;
        let shifted =
            |position: Option<usize>| position.map(|position| position.saturating_sub(count));
        self.string_start = shifted(self.string_start);
        self.entry_start = shifted(self.entry_start);
    }

    /// Gives up the current entry, which is too long, and skips the rest of it.
    pub(super) fn skip_entry(&mut self) {
        self.entry_start = None;
        if self.string_start.is_some() {
            self.string_start = Some(self.at);
        }
    }

    /// Returns true if all brackets and strings are closed.
    pub(super) fn is_complete(&self) -> bool {
        self.depth == 0 && self.string_start.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::HarScanner;

    #[test]
    fn finds_entries_in_partial_input() {
        let text =
            br#"{"log":{"pages":[{"id":1}],"entries":[ {"a":"}\"]"}, {"b":[{}]} ],"x":[{}]}}"#;
        for cut in 0..text.len() {
            let mut scanner = HarScanner::default();
            let mut found = Vec::new();
            for end in [cut, text.len()] {
                while let Some(range) = scanner.next(&text[..end]) {
                    found.push(&text[range]);
                }
                assert!(scanner.needed_from() <= end, "{cut}");
            }
            let expected: [&[u8]; 2] = [br#"{"a":"}\"]"}"#, br#"{"b":[{}]}"#];
            assert_eq!(found, expected, "{cut}");
            assert!(scanner.is_complete());
        }
    }
}
