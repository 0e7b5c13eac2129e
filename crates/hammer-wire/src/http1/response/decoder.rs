//! Turns the bytes of a connection into the events of its responses.

use std::mem::MaybeUninit;

use super::chunks::{ChunkPiece, ChunkState};
use super::error::{ReceiveError, ResponseError, ResponseErrorKind};
use super::framing::{BodyEnd, ResponseFraming};
use super::head::{self, ParsedHead};
use crate::head::{Fields, HttpVersion, ResponseHead};
use crate::limits::{MAX_HEADERS, MAX_INTERIM_RESPONSES};

/// What a request means for the framing of its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// Nothing.
    Plain,
    /// HEAD: the response has no body.
    Head,
    /// CONNECT: after a response of 200 to 299, the connection is a tunnel.
    Connect,
    /// It has an `Upgrade`: after a response of 101, the connection speaks another protocol.
    Upgrade,
}

/// Receives the events of a response.
pub trait ResponseSink {
    /// The reason for refusing an event.
    type Error;

    /// An interim response (status 100 to 199), which has no body.
    ///
    /// # Errors
    ///
    /// Ends the decoding.
    fn interim(&mut self, head: &ResponseHead<'_>) -> Result<(), Self::Error> {
        let _ = head;
        Ok(())
    }

    /// The head of the final response.
    ///
    /// # Errors
    ///
    /// Ends the decoding.
    fn head(&mut self, head: &ResponseHead<'_>) -> Result<(), Self::Error>;

    /// The next bytes of the body, without their framing.
    ///
    /// # Errors
    ///
    /// Ends the decoding.
    fn body(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;

    /// The trailer fields, if there are any.
    ///
    /// # Errors
    ///
    /// Ends the decoding.
    fn trailers(&mut self, fields: &Fields<'_>) -> Result<(), Self::Error> {
        let _ = fields;
        Ok(())
    }
}

/// Decodes the responses of a connection, one after the other.
#[derive(Debug)]
pub struct ResponseDecoder {
    state: DecoderState,
    request: RequestKind,
    interim_responses: u32,
    /// The number of bytes of an incomplete head or trailer section that were searched for its end.
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
            searched: 0,
            persistent: true,
            begun: false,
        }
    }

    /// Begins the response to a request of this kind.
    pub fn begin(&mut self, request: RequestKind) {
        *self = Self {
            state: DecoderState::Head,
            request,
            ..Self::new()
        };
    }

    /// Returns true if the response is complete.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self.state, DecoderState::Complete | DecoderState::Switched)
    }

    /// Returns true if the head of the final response has arrived.
    #[must_use]
    pub fn has_head(&self) -> bool {
        self.state != DecoderState::Head
    }

    /// Returns true if a byte of the response has arrived.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// Returns true if another response may follow on the connection.
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
    /// the next ones. Folded header lines are unfolded in place.
    ///
    /// # Errors
    ///
    /// If the response breaks a rule, or the sink refuses an event. The connection cannot be used anymore.
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
                DecoderState::Chunks(chunk) => match self.receive_chunk(chunk, rest, sink)? {
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

    /// Returns true if the body of the response ends with the connection.
    #[must_use]
    pub fn ends_with_connection(&self) -> bool {
        self.state == DecoderState::UntilClose
    }

    /// Decodes a head; returns its size, or `None` if it is incomplete.
    fn receive_head<S: ResponseSink>(
        &mut self,
        bytes: &mut [u8],
        sink: &mut S,
    ) -> Result<Option<usize>, ReceiveError<S::Error>> {
        if self.waits_for_end(bytes)? {
            return Ok(None);
        }
        let mut table = [const { MaybeUninit::uninit() }; MAX_HEADERS];
        match head::parse(bytes, &mut table) {
            Ok(Some(parsed)) => return self.take_head(&parsed, sink).map(Some),
            Ok(None) => {
                self.searched = bytes.len();
                return Ok(None);
            }
            Err(error) if error.kind() != ResponseErrorKind::FieldLine => return Err(error.into()),
            // Folded lines are rare, so only a head that cannot be parsed is searched for them.
            Err(error) => {
                if head::find_end(bytes, 0).is_none() {
                    self.searched = bytes.len();
                    head::check_size(bytes)?;
                    return Ok(None);
                }
                if !head::unfold(bytes) {
                    return Err(error.into());
                }
            }
        }
        let mut table = [const { MaybeUninit::uninit() }; MAX_HEADERS];
        match head::parse(bytes, &mut table)? {
            Some(parsed) => self.take_head(&parsed, sink).map(Some),
            None => Ok(None),
        }
    }

    /// Returns true if an incomplete section is known not to end in `bytes`.
    ///
    /// Only the bytes that were not searched before are, so that a section that arrives byte by byte costs
    /// no more than one that arrives at once.
    fn waits_for_end(&mut self, bytes: &[u8]) -> Result<bool, ResponseError> {
        if self.searched == 0 {
            return Ok(false);
        }
        // The end may have begun in the bytes searched before.
        let from = self.searched.saturating_sub(3);
        if head::find_end(bytes, from).is_some() {
            return Ok(false);
        }
        if self.state == DecoderState::Head {
            head::check_beginning(bytes)?;
        }
        self.searched = bytes.len();
        head::check_size(bytes)?;
        Ok(true)
    }

    /// Acts on a complete head, and returns its size.
    fn take_head<S: ResponseSink>(
        &mut self,
        parsed: &ParsedHead<'_, '_>,
        sink: &mut S,
    ) -> Result<usize, ReceiveError<S::Error>> {
        self.searched = 0;
        let head = ResponseHead {
            version: if parsed.is_http10 {
                HttpVersion::Http10
            } else {
                HttpVersion::Http11
            },
            status: parsed.status,
            fields: Fields::from_lines(parsed.fields),
        };
        let switches = match parsed.status {
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
        let framing =
            ResponseFraming::new(parsed.is_http10, parsed.status, parsed.fields, self.request);
        let framing = if switches { None } else { Some(framing?) };
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
        mut chunk: ChunkState,
        bytes: &[u8],
        sink: &mut S,
    ) -> Result<Option<usize>, ReceiveError<S::Error>> {
        let piece = chunk.next_piece(bytes)?;
        self.state = DecoderState::Chunks(chunk);
        match piece {
            ChunkPiece::Data {
                offset,
                bytes: length,
            } => {
                let data = &bytes[offset..offset + length];
                sink.body(data).map_err(ReceiveError::Sink)?;
                Ok(Some(offset + length))
            }
            ChunkPiece::Nothing => Ok(Some(bytes.len())),
            // The line of the last chunk is consumed first.
            ChunkPiece::Trailers { offset } if offset > 0 => Ok(Some(offset)),
            ChunkPiece::Trailers { .. } => self.receive_trailers(bytes, sink),
        }
    }

    fn receive_trailers<S: ResponseSink>(
        &mut self,
        bytes: &[u8],
        sink: &mut S,
    ) -> Result<Option<usize>, ReceiveError<S::Error>> {
        // Most bodies have no trailers.
        let empty_line = match bytes {
            [b'\r', b'\n', ..] => Some(2),
            [b'\n', ..] => Some(1),
            _ => None,
        };
        if let Some(bytes) = empty_line {
            self.state = DecoderState::Complete;
            return Ok(Some(bytes));
        }
        if self.waits_for_end(bytes)? {
            return Ok(None);
        }
        let mut table = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let Some((end, fields)) = head::parse_trailers(bytes, &mut table)? else {
            self.searched = bytes.len();
            return Ok(None);
        };
        sink.trailers(&Fields::from_lines(fields))
            .map_err(ReceiveError::Sink)?;
        self.searched = 0;
        self.state = DecoderState::Complete;
        Ok(Some(end))
    }
}
