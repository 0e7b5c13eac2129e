//! Turns the bytes of a connection into the events of its responses.

use super::chunks::{ChunkPiece, ChunkState};
use super::error::{ReceiveError, ResponseError, ResponseErrorKind};
use super::framing::{BodyEnd, RequestKind, ResponseFraming};
use super::head::{self, ParsedHead};
use super::sink::ResponseSink;
use super::status_line;
use crate::head::{Fields, ResponseHead, ResponseVersion};
use crate::limits::MAX_INTERIM_RESPONSES;

/// Maximum number of bytes of line breaks before the heads of a response.
const MAX_SKIPPED_BYTES: usize = 1024;

/// Decodes the responses of a connection, one after the other (RFC 9112, sections 4 to 9).
///
/// [`begin`](Self::begin) starts each response. [`receive`](Self::receive) takes the bytes of the
/// connection in pieces of any size: apart from the pieces of a body, its events and errors do not
/// depend on them. [`receive_end`](Self::receive_end) takes the end of the connection.
///
/// It accepts what real servers send and curl accepts: bare line feeds, folded lines, whitespace before
/// the colon of a field, no reason phrase, empty lines before a response, non-ASCII bytes, and
/// HTTP/1.0. Everything but the length of a body is limited ([`ResponseErrorKind`]).
#[derive(Debug)]
pub struct ResponseDecoder {
    state: DecoderState,
    request: RequestKind,
    interim_responses: u32,
    /// The number of bytes of line breaks before the heads.
    skipped: usize,
    /// The number of bytes of an incomplete head or trailer section that arrived before.
    searched: usize,
    persistent: bool,
    /// True once a byte of the response has arrived.
    begun: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DecoderState {
    Head,
    Length(u64),
    Chunks(ChunkState),
    UntilClose,
    Complete,
    /// The connection belongs to another protocol.
    Switched,
}

impl Default for ResponseDecoder {
    fn default() -> Self {
        Self::new()
    }
}

impl ResponseDecoder {
    /// Creates a decoder for a new connection.
    #[must_use]
    pub fn new() -> Self {
        Self {
            state: DecoderState::Complete,
            request: RequestKind::Plain,
            interim_responses: 0,
            skipped: 0,
            searched: 0,
            persistent: true,
            begun: false,
        }
    }

    /// Begins the response to a request of this kind, and forgets the one before.
    #[inline]
    pub fn begin(&mut self, request: RequestKind) {
        *self = Self {
            state: DecoderState::Head,
            request,
            ..Self::new()
        };
    }

    /// Returns true if the response is complete, or none has begun.
    #[inline]
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self.state, DecoderState::Complete | DecoderState::Switched)
    }

    /// Returns true if the head of the final response has arrived.
    ///
    /// Interim responses do not count, except a 101 that the request asked for.
    #[must_use]
    pub fn has_head(&self) -> bool {
        self.state != DecoderState::Head
    }

    /// Returns true if a byte has arrived since the last [`begin`](Self::begin).
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Returns true if the response is complete and another one may follow on the connection (RFC
    /// 9112, section 9.3).
    #[inline]
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.persistent && self.state == DecoderState::Complete
    }

    /// Returns true if the connection now belongs to another protocol: an upgrade, or a tunnel.
    ///
    /// Bytes that are not consumed are the first of that protocol.
    #[must_use]
    pub fn is_switched(&self) -> bool {
        self.state == DecoderState::Switched
    }

    /// Decodes `bytes`, and returns how many of them it consumed.
    ///
    /// Unless the response is complete, the caller keeps the others and presents them again together with
    /// the next ones. They are the beginning of a head or trailer section, and at most
    /// [`MAX_INCOMPLETE_BYTES`](crate::http1::MAX_INCOMPLETE_BYTES) long. Bytes that follow a complete
    /// response are not consumed. Folded header lines are unfolded in place.
    ///
    /// # Errors
    ///
    /// If the response breaks a rule, or the sink refuses an event. The connection cannot be used anymore.
    #[inline]
    pub fn receive<S: ResponseSink>(
        &mut self,
        bytes: &mut [u8],
        sink: &mut S,
    ) -> Result<usize, ReceiveError<S::Error>> {
        self.begun |= !bytes.is_empty();
        let mut consumed = 0;
        while consumed < bytes.len() {
            let rest = &mut bytes[consumed..];
            match self.state {
                DecoderState::Head => match self.receive_head(rest, sink)? {
                    Some(bytes) => consumed += bytes,
                    None => break,
                },
                DecoderState::Length(left) => {
                    let taken =
                        usize::try_from(left).map_or(rest.len(), |left| left.min(rest.len()));
                    sink.body(&rest[..taken]).map_err(ReceiveError::Sink)?;
                    consumed += taken;
                    self.state = match left - taken as u64 {
                        0 => DecoderState::Complete,
                        left => DecoderState::Length(left),
                    };
                }
                DecoderState::Chunks(_) => match self.receive_chunk(rest, sink)? {
                    Some(bytes) => consumed += bytes,
                    None => break,
                },
                DecoderState::UntilClose => {
                    sink.body(rest).map_err(ReceiveError::Sink)?;
                    consumed = bytes.len();
                }
                DecoderState::Complete | DecoderState::Switched => break,
            }
        }
        Ok(consumed)
    }

    /// Ends the response with the connection.
    ///
    /// # Errors
    ///
    /// [`ResponseErrorKind::Truncated`] unless the response is complete, or ends with the connection.
    pub fn receive_end(&mut self) -> Result<(), ResponseError> {
        match self.state {
            DecoderState::UntilClose => {
                self.state = DecoderState::Complete;
                Ok(())
            }
            DecoderState::Complete | DecoderState::Switched => Ok(()),
            DecoderState::Head | DecoderState::Length(_) | DecoderState::Chunks(_) => {
                Err(ResponseError::new(ResponseErrorKind::Truncated, &[]))
            }
        }
    }

    /// Returns true if the connection must end for the body of the response to end.
    #[must_use]
    pub fn ends_with_connection(&self) -> bool {
        self.state == DecoderState::UntilClose
    }

    /// Decodes a head; returns its size, or `None` if it is incomplete.
    #[inline]
    fn receive_head<S: ResponseSink>(
        &mut self,
        bytes: &mut [u8],
        sink: &mut S,
    ) -> Result<Option<usize>, ReceiveError<S::Error>> {
        // A head that arrives in pieces is parsed line by line, so that it is not parsed anew with
        // each piece.
        if self.searched == 0 && bytes.first() == Some(&b'H') {
            let mut table = head::common_table();
            if let Some(parsed) = head::parse_common(bytes, &mut table) {
                return self.take_head(&parsed, sink).map(Some);
            }
        }
        self.receive_head_by_line(bytes, sink)
    }

    /// Decodes a head that is incomplete, unusual or malformed.
    #[cold]
    #[inline(never)]
    fn receive_head_by_line<S: ResponseSink>(
        &mut self,
        bytes: &mut [u8],
        sink: &mut S,
    ) -> Result<Option<usize>, ReceiveError<S::Error>> {
        if let [b'\r' | b'\n', ..] = bytes {
            return Ok(Some(self.skip_empty_lines(bytes)?));
        }
        if !self.has_new_line(bytes) {
            status_line::check_beginning(bytes)?;
            head::check_incomplete(bytes)?;
            return Ok(None);
        }
        let mut table = head::empty_table();
        match head::parse_by_line(bytes, &mut table)? {
            Some(parsed) => self.take_head(&parsed, sink).map(Some),
            None => Ok(None),
        }
    }

    /// Skips line breaks before a head, and returns their number of bytes.
    ///
    /// RFC 9112, section 2.2, demands this of servers. Some send a line break too many after a body.
    fn skip_empty_lines(&mut self, bytes: &[u8]) -> Result<usize, ResponseError> {
        let line_breaks = bytes
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let count = line_breaks.count();
        self.skipped += count;
        if self.skipped > MAX_SKIPPED_BYTES {
            return Err(ResponseError::new(ResponseErrorKind::NotHttp, &[]));
        }
        Ok(count)
    }

    /// Returns true if an incomplete section may be known to end, or to be malformed, by bytes that
    /// were not searched before.
    ///
    /// Hence a section that arrives byte by byte is parsed once per line.
    fn has_new_line(&mut self, bytes: &[u8]) -> bool {
        // A line is parsed only when the next one has begun, because that may continue it.
        let from = self.searched.saturating_sub(1);
        self.searched = bytes.len();
        memchr::memchr(b'\n', bytes.get(from..).unwrap_or_default()).is_some()
    }

    /// Acts on a complete head, and returns its size.
    fn take_head<S: ResponseSink>(
        &mut self,
        parsed: &ParsedHead<'_, '_>,
        sink: &mut S,
    ) -> Result<usize, ReceiveError<S::Error>> {
        self.searched = 0;
        let head = ResponseHead {
            version: match parsed.line.is_http10 {
                true => ResponseVersion::Http10,
                false => ResponseVersion::Http11,
            },
            status: parsed.line.status,
            fields: Fields::from_lines(parsed.fields),
        };
        let switches = match parsed.line.status {
            101 if self.request == RequestKind::Upgrade => true,
            101 => {
                return Err(ResponseError::new(ResponseErrorKind::UnexpectedUpgrade, &[]).into());
            }
            100..=199 => {
                self.interim_responses += 1;
                if self.interim_responses > MAX_INTERIM_RESPONSES {
                    let kind = ResponseErrorKind::TooManyInterimResponses;
                    return Err(ResponseError::new(kind, &[]).into());
                }
                sink.interim(&head).map_err(ReceiveError::Sink)?;
                return Ok(parsed.bytes);
            }
            200..=299 => self.request == RequestKind::Connect,
            _ => false,
        };
        let framing = match switches {
            true => None,
            false => Some(ResponseFraming::new(
                parsed.line,
                parsed.fields,
                self.request,
            )?),
        };
        sink.head(&head).map_err(ReceiveError::Sink)?;
        self.persistent = framing.is_some_and(|framing| framing.persistent);
        self.state = match framing.map(|framing| framing.body_end) {
            None => DecoderState::Switched,
            Some(BodyEnd::Length(0)) => DecoderState::Complete,
            Some(BodyEnd::Length(length)) => DecoderState::Length(length),
            Some(BodyEnd::Chunks) => DecoderState::Chunks(ChunkState::START),
            Some(BodyEnd::Close) => DecoderState::UntilClose,
        };
        Ok(parsed.bytes)
    }

    /// Decodes the next piece of a chunked body; returns its size, or `None` if it is incomplete.
    fn receive_chunk<S: ResponseSink>(
        &mut self,
        bytes: &mut [u8],
        sink: &mut S,
    ) -> Result<Option<usize>, ReceiveError<S::Error>> {
        let DecoderState::Chunks(chunk) = &mut self.state else {
            return Ok(None);
        };
        match chunk.next_piece(bytes)? {
            ChunkPiece::Data {
                offset,
                bytes: length,
            } => {
                let end = offset + length;
                sink.body(&bytes[offset..end]).map_err(ReceiveError::Sink)?;
                Ok(Some(end))
            }
            ChunkPiece::Nothing => Ok(Some(bytes.len())),
            // The line of the last chunk is consumed first.
            ChunkPiece::Trailers { offset } if offset > 0 => Ok(Some(offset)),
            // Most bodies have no trailers.
            ChunkPiece::Trailers { .. } if bytes.starts_with(b"\r\n") => {
                self.state = DecoderState::Complete;
                Ok(Some(2))
            }
            ChunkPiece::Trailers { .. } => self.receive_trailers(bytes, sink),
        }
    }

    /// Decodes a trailer section; returns its size, or `None` if it is incomplete.
    #[cold]
    #[inline(never)]
    fn receive_trailers<S: ResponseSink>(
        &mut self,
        bytes: &mut [u8],
        sink: &mut S,
    ) -> Result<Option<usize>, ReceiveError<S::Error>> {
        if !self.has_new_line(bytes) {
            head::check_incomplete(bytes)?;
            return Ok(None);
        }
        let mut table = head::empty_table();
        let Some((end, fields)) = head::parse_trailers(bytes, &mut table)? else {
            return Ok(None);
        };
        if !fields.is_empty() {
            sink.trailers(&Fields::from_lines(fields))
                .map_err(ReceiveError::Sink)?;
        }
        self.searched = 0;
        self.state = DecoderState::Complete;
        Ok(Some(end))
    }
}
