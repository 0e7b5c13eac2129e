//! Reader of the records of a log in a bounded buffer.

use std::io::{self, Read};
use std::ops::Range;

use memchr::memchr;

use super::har_scanner::HarScanner;

/// Initial size of the buffer.
const CHUNK_BYTES: usize = 1 << 16;
/// Maximum length of a line.
pub(crate) const MAX_LINE_BYTES: usize = 1 << 20;
/// Maximum length of a HAR entry, which can contain whole bodies.
pub(crate) const MAX_ENTRY_BYTES: usize = 1 << 25;

/// A record of a log.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LogRecord<'r> {
    /// A line without its line feed, or an entry of a HAR document.
    Complete(&'r [u8]),
    /// A record longer than the limit.
    TooLong,
    /// The incomplete end of a HAR document.
    Truncated,
}

/// Reads a log record by record in a bounded buffer.
pub(crate) struct RecordReader {
    reader: Box<dyn Read>,
    buffer: Vec<u8>,
    /// The bytes of the buffer from `start` to `end` are not consumed yet.
    start: usize,
    end: usize,
    /// The index up to which the buffer was searched for a line feed.
    searched: usize,
    at_end: bool,
    /// True within a line that is too long.
    skipping: bool,
    har: Option<HarScanner>,
    number: u64,
}

impl RecordReader {
    pub(crate) fn new(reader: Box<dyn Read>) -> Self {
        Self {
            reader,
            buffer: vec![0; CHUNK_BYTES],
            start: 0,
            end: 0,
            searched: 0,
            at_end: false,
            skipping: false,
            har: None,
            number: 0,
        }
    }

    /// Switches from lines to the entries of a HAR document.
    pub(crate) fn read_as_har(&mut self) {
        self.har = Some(HarScanner::default());
    }

    /// Returns the number of the last record, counted from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Returns the start of the log without consuming it: at least `lines` lines, or fewer if the log ends
    /// or they exceed `max_bytes`. An incomplete line at the end is left out.
    pub(crate) fn peek_lines(&mut self, lines: usize, max_bytes: usize) -> io::Result<&[u8]> {
        let enough = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).take(lines).count() == lines;
        while !self.at_end && self.end < max_bytes && !enough(&self.buffer[..self.end]) {
            self.fill()?;
        }
        let bytes = &self.buffer[self.start..self.end];
        let end = memchr::memrchr(b'\n', bytes).filter(|_| !self.at_end);
        Ok(&bytes[..end.unwrap_or(bytes.len())])
    }

    /// Reads the next record. Returns `None` at the end.
    #[inline]
    pub(crate) fn next(&mut self) -> io::Result<Option<LogRecord<'_>>> {
        if self.har.is_some() {
            return self.next_entry();
        }
        loop {
            if let Some(length) = memchr(b'\n', &self.buffer[self.searched..self.end]) {
                let line = self.start..self.searched + length;
                (self.start, self.searched) = (line.end + 1, line.end + 1);
                if std::mem::take(&mut self.skipping) || line.len() > MAX_LINE_BYTES {
                    return Ok(Some(self.count_too_long()));
                }
                self.number += 1;
                return Ok(Some(LogRecord::Complete(&self.buffer[line])));
            }
            self.searched = self.end;
            if self.at_end {
                return Ok(self.last_line());
            }
            if self.end - self.start > MAX_LINE_BYTES {
                self.skipping = true;
            }
            if self.skipping {
                self.start = self.end;
            }
            self.fill()?;
        }
    }

    /// Returns the last line if it has no line feed.
    fn last_line(&mut self) -> Option<LogRecord<'_>> {
        let rest = self.take_rest();
        if std::mem::take(&mut self.skipping) || rest.len() > MAX_LINE_BYTES {
            return Some(self.count_too_long());
        }
        if rest.is_empty() {
            return None;
        }
        self.number += 1;
        Some(LogRecord::Complete(&self.buffer[rest]))
    }

    fn next_entry(&mut self) -> io::Result<Option<LogRecord<'_>>> {
        loop {
            let Some(har) = &mut self.har else {
                return Ok(None);
            };
            if let Some(entry) = har.next(&self.buffer[self.start..self.end]) {
                self.number += 1;
                let entry = self.start + entry.start..self.start + entry.end;
                return Ok(Some(if std::mem::take(&mut self.skipping) {
                    LogRecord::TooLong
                } else {
                    LogRecord::Complete(&self.buffer[entry])
                }));
            }
            if self.at_end {
                let complete = har.is_complete();
                self.har = Some(HarScanner::default());
                let rest = self.take_rest();
                let truncated = !complete && !rest.is_empty();
                self.number += u64::from(truncated);
                return Ok(truncated.then_some(LogRecord::Truncated));
            }
            let needed = har.needed_from();
            if self.end - self.start - needed > MAX_ENTRY_BYTES {
                har.skip_entry();
                self.number += 1;
                self.drop_unneeded();
                return Ok(Some(LogRecord::TooLong));
            }
            self.drop_unneeded();
            self.fill()?;
        }
    }

    /// Drops scanned bytes that are not part of an entry.
    fn drop_unneeded(&mut self) {
        if let Some(har) = &mut self.har {
            let unneeded = har.needed_from();
            har.drop_front(unneeded);
            self.start += unneeded;
        }
    }

    fn count_too_long(&mut self) -> LogRecord<'static> {
        self.number += 1;
        LogRecord::TooLong
    }

    fn take_rest(&mut self) -> Range<usize> {
        let rest = self.start..self.end;
        self.start = self.end;
        rest
    }

    /// Reads more bytes to the end of the buffer.
    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.searched = self.searched.saturating_sub(self.start);
            self.start = 0;
        }
        // Every open log has a buffer, so the memory for a long line is freed.
        if self.end < CHUNK_BYTES / 2 && self.buffer.len() > 4 * CHUNK_BYTES {
            self.buffer.truncate(CHUNK_BYTES);
            self.buffer.shrink_to_fit();
        }
        if self.buffer.len() - self.end < CHUNK_BYTES / 2 {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let read = loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.end += read;
        self.at_end = read == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{LogRecord, MAX_LINE_BYTES, RecordReader};

    /// Returns one byte at a time.
    struct OneByteReader(std::io::Cursor<Vec<u8>>);

    impl Read for OneByteReader {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    fn all(text: &[u8], har: bool) -> Vec<Option<Vec<u8>>> {
        let mut both = [false, true].into_iter().map(|slow| {
            let reader: Box<dyn Read> = if slow && text.len() < 1_000 {
                Box::new(OneByteReader(std::io::Cursor::new(text.to_vec())))
            } else {
                Box::new(std::io::Cursor::new(text.to_vec()))
            };
            let mut records = RecordReader::new(reader);
            if har {
                records.read_as_har();
            }
            let mut found = Vec::new();
            while let Some(record) = records.next().expect("reading from memory") {
                found.push(match record {
                    LogRecord::Complete(bytes) => Some(bytes.to_vec()),
                    LogRecord::TooLong | LogRecord::Truncated => None,
                });
            }
            assert_eq!(records.number(), found.len() as u64);
            found
        });
        let (fast, slow) = (both.next().expect("two"), both.next().expect("two"));
        assert_eq!(fast, slow);
        fast
    }

    #[test]
    fn reads_lines() {
        let some = |text: &str| Some(text.as_bytes().to_vec());
        assert_eq!(all(b"", false), []);
        assert_eq!(all(b"a\n\nbc", false), [some("a"), some(""), some("bc")]);
        let long = [&vec![b'x'; MAX_LINE_BYTES + 300_000], "\nb".as_bytes()].concat();
        assert_eq!(all(&long, false), [None, some("b")]);
        assert_eq!(all(&long[..MAX_LINE_BYTES + 300_000], false), [None]);
    }

    #[test]
    fn reads_entries_of_a_har_document() {
        let text = br#"{"log":{"version":"1.2","entries":[{"a":1},{"b":"}"}]}}"#;
        let some = |text: &str| Some(text.as_bytes().to_vec());
        let both = [some(r#"{"a":1}"#), some(r#"{"b":"}"}"#)];
        assert_eq!(all(text, true), both);
        let truncated = all(&text[..text.len() - 8], true);
        assert_eq!(truncated, [both[0].clone(), None]);
    }
}
