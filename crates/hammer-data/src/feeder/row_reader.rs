//! Reader of rows from a byte stream.

use std::io::{self, Read};
use std::ops::Range;

use csv_core::{ReadRecordResult, Reader};

use super::column_names::ColumnNames;
use super::csv_quotes::CsvQuoteCheck;
use super::row::FeederRow;
use super::{FeedError, FeederFormat, json};

/// The maximum length of a row, so that a file in another format does not fill the memory.
const MAX_ROW_BYTES: usize = 16 << 20;

/// Reads rows one after another. Its buffers are reused for the next input.
pub(super) struct FeederRowReader {
    buffer: Vec<u8>,
    /// The end of the consumed part of the buffer.
    start: usize,
    /// The end of the filled part of the buffer.
    end: usize,
    at_end: bool,
    /// Bytes of the input that rows have consumed.
    bytes_consumed: u64,
    /// Lines that rows have consumed.
    lines_consumed: u64,
    csv: Reader,
    /// Checks the quotes of CSV, unless they were checked before.
    quotes: Option<CsvQuoteCheck>,
    ends: Vec<usize>,
}

impl FeederRowReader {
    /// Creates a reader whose buffer has `buffer_bytes`, and grows for longer rows.
    pub(super) fn new(buffer_bytes: usize) -> Self {
        Self {
            buffer: vec![0; buffer_bytes],
            start: 0,
            end: 0,
            at_end: false,
            bytes_consumed: 0,
            lines_consumed: 0,
            csv: Reader::new(),
            quotes: None,
            ends: vec![0; 16],
        }
    }

    /// Makes bad quotes of CSV an error.
    pub(super) fn checking_quotes(self) -> Self {
        Self {
            quotes: Some(CsvQuoteCheck::default()),
            ..self
        }
    }

    /// Prepares the reader for another input.
    pub(super) fn reset(&mut self) {
        (self.start, self.end, self.at_end) = (0, 0, false);
        (self.bytes_consumed, self.lines_consumed) = (0, 0);
        self.csv.reset();
    }

    /// Skips a byte order mark at the beginning of the input.
    pub(super) fn skip_byte_order_mark(&mut self, input: &mut impl Read) -> Result<(), FeedError> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        while self.end < MARK.len() && !self.at_end {
            self.fill(input)?;
        }
        if self.buffer[..self.end].starts_with(MARK) {
            self.start = MARK.len();
            self.bytes_consumed = MARK.len() as u64;
        }
        Ok(())
    }

    /// Returns the number of bytes of the input that rows have consumed.
    pub(super) fn bytes_consumed(&self) -> u64 {
        self.bytes_consumed
    }

    /// Returns the number of the line in which the last row ended, from 1.
    pub(super) fn line(&self) -> u64 {
        self.lines_consumed
    }

    /// Reads the next row, and returns false at the end of the input. Skips empty lines.
    pub(super) fn next_row(
        &mut self,
        input: &mut impl Read,
        format: FeederFormat,
        columns: &ColumnNames,
        row: &mut FeederRow,
    ) -> Result<bool, FeedError> {
        row.clear();
        match format {
            FeederFormat::Csv => self.next_csv(input, row),
            FeederFormat::Lines => {
                let found = self.next_line(input)?;
                if let Some(line) = found {
                    row.text.extend_from_slice(&self.buffer[line]);
                    row.fields.push(0..row.text.len());
                    return Ok(true);
                }
                Ok(false)
            }
            FeederFormat::JsonLines => {
                let Some(line) = self.next_line(input)? else {
                    return Ok(false);
                };
                json::read_fields(&self.buffer[line], columns, row)
                    .map_err(|problem| FeedError::malformed(self.lines_consumed, problem))?;
                Ok(true)
            }
        }
    }

    /// Returns the keys of the object in the next line, without consuming the line.
    pub(super) fn peek_keys(&mut self, input: &mut impl Read) -> Result<Vec<String>, FeedError> {
        let Some(line) = self.next_line(input)? else {
            return Ok(vec![]);
        };
        let keys = json::read_keys(&self.buffer[line.clone()])
            .map_err(|problem| FeedError::malformed(self.lines_consumed, problem))?;
        let back = self.start - line.start;
        self.start -= back;
        self.bytes_consumed -= back as u64;
        self.lines_consumed -= 1;
        Ok(keys)
    }

    fn next_csv(&mut self, input: &mut impl Read, row: &mut FeederRow) -> Result<bool, FeedError> {
        let (mut bytes, mut fields) = (0_usize, 0_usize);
        loop {
            if self.start == self.end && !self.at_end {
                self.fill(input)?;
            }
            // At the end of the input, a line feed ends the last row. Within quotes, it is text.
            let over = self.at_end && self.start == self.end;
            let unread = match over {
                true => b"\n",
                false => &self.buffer[self.start..self.end],
            };
            if row.text.len() == bytes {
                row.text.resize((2 * bytes).max(256), 0);
            }
            let (result, used, written, ended) =
                self.csv
                    .read_record(unread, &mut row.text[bytes..], &mut self.ends[fields..]);
            if over && written > 0 {
                let start = fields.checked_sub(1).map_or(0, |last| self.ends[last]);
                let line = self.starting_line(&row.text[start..bytes + written]);
                return Err(FeedError::malformed(line, "unclosed quote"));
            }
            let used = if over { 0 } else { used };
            if let Some(quotes) = &mut self.quotes {
                let checked = quotes.check(&self.buffer[self.start..self.start + used]);
                checked.map_err(|error| {
                    let hint = "(try quotes around the field, and \"\" for a quote in it)";
                    FeedError::malformed(error.line, format!("{} {hint}", error.problem))
                })?;
            }
            self.start += used;
            self.bytes_consumed += used as u64;
            bytes += written;
            fields += ended;
            if let Some(last) = self.buffer[..self.start].last()
                && used > 0
            {
                // The parser counts line feeds, but a row may end before one, at a carriage return.
                self.lines_consumed = self.csv.line() - u64::from(*last == b'\n');
            }
            if bytes > MAX_ROW_BYTES {
                return Err(too_long(self.starting_line(&row.text[..bytes])));
            }
            match result {
                ReadRecordResult::InputEmpty if over => return Ok(false),
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull => {}
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::End => return Ok(false),
                ReadRecordResult::Record => break,
            }
        }
        let mut start = 0;
        for end in &self.ends[..fields] {
            row.fields.push(start..*end);
            start = *end;
        }
        Ok(true)
    }

    /// Returns the range in the buffer of the next line that is not empty, without its line break.
    fn next_line(&mut self, input: &mut impl Read) -> Result<Option<Range<usize>>, FeedError> {
        let mut searched = 0;
        loop {
            let unread = &self.buffer[self.start..self.end];
            let found = memchr::memchr(b'\n', &unread[searched..]).map(|at| searched + at);
            let (length, with_end) = match found {
                Some(length) => (length, length + 1),
                None if self.at_end && unread.is_empty() => return Ok(None),
                None if self.at_end => (unread.len(), unread.len()),
                None if unread.len() > MAX_ROW_BYTES => {
                    return Err(too_long(self.lines_consumed + 1));
                }
                None => {
                    searched = unread.len();
                    self.fill(input)?;
                    continue;
                }
            };
            let mut line = self.start..self.start + length;
            self.start += with_end;
            self.bytes_consumed += with_end as u64;
            self.lines_consumed += 1;
            searched = 0;
            if self.buffer[line.clone()].ends_with(b"\r") {
                line.end -= 1;
            }
            if !line.is_empty() {
                return Ok(Some(line));
            }
        }
    }

    /// Reads more bytes after those that are not consumed yet.
    fn fill(&mut self, input: &mut impl Read) -> Result<(), FeedError> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.end == self.buffer.len() {
            self.buffer.resize(2 * self.end, 0);
        }
        let read = loop {
            match input.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result.map_err(FeedError::unreadable)?,
            }
        };
        self.end += read;
        self.at_end = read == 0;
        Ok(())
    }

    /// Returns the line in which `text`, which ends at the current position, begins.
    fn starting_line(&self, text: &[u8]) -> u64 {
        self.csv.line() - memchr::memchr_iter(b'\n', text).count() as u64
    }
}

fn too_long(line: u64) -> FeedError {
    FeedError::malformed(line, "row longer than 16 MiB")
}
