//! Sends a request while its response may already arrive.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hammer_core::Failure;
use hammer_net::NetworkStream;
use tokio::io::AsyncWrite;
use tokio::time::{Sleep, sleep};

use super::super::read_turn::ReadTurn;
use crate::failures;
use crate::request::http1::OutgoingRequest;

/// The time that a body waits for an interim response of status 100, as long as curl waits.
const CONTINUE_TIME: Duration = Duration::from_secs(1);

/// Maximum number of bytes in one write, so that an early response is seen soon.
const MAX_WRITE_BYTES: usize = 256 * 1024;

/// A request on its way.
pub(super) struct RequestSender<'e> {
    request: OutgoingRequest<'e>,
    state: SendState,
    /// The number of bytes that were written.
    written: usize,
    /// True if an interim response of status 100 asks for the body.
    is_body_wanted: bool,
}

/// The rest of a request to send.
enum SendState {
    /// Bytes up to this offset may be sent now.
    Writing {
        until: usize,
    },
    /// The body waits for an interim response of status 100, or for the time to pass.
    AwaitingContinue(Pin<Box<Sleep>>),
    /// All bytes were written, and may still be in a buffer of TLS.
    Flushing,
    Sent,
    /// The rest is not sent: the response came first, or the connection takes no more bytes.
    CutShort(Option<Failure>),
}

impl<'e> RequestSender<'e> {
    pub(super) fn new(request: OutgoingRequest<'e>) -> Self {
        let until = if request.expects_continue {
            request.start.len()
        } else {
            request.len()
        };
        Self {
            request,
            state: SendState::Writing { until },
            written: 0,
            is_body_wanted: false,
        }
    }

    /// Returns true if nothing more will be sent.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.state, SendState::Sent | SendState::CutShort(_))
    }

    /// Returns true if the request was not sent to its end.
    pub(super) fn is_cut_short(&self) -> bool {
        matches!(self.state, SendState::CutShort(_))
    }

    /// The error that ended the sending.
    pub(super) fn error(&self) -> Option<Failure> {
        match self.state {
            SendState::CutShort(failure) => failure,
            _ => None,
        }
    }

    /// Returns true if a part of the body was not sent.
    pub(super) fn has_unsent_body(&self) -> bool {
        self.request.has_body && self.written < self.request.len()
    }

    /// Sends no more.
    pub(super) fn cut_short(&mut self) {
        if !self.is_done() {
            self.state = SendState::CutShort(None);
        }
    }

    /// Acts on what has arrived: the status of the final response, or permission to send the body.
    pub(super) fn notice(&mut self, status: Option<u16>, is_body_wanted: bool) {
        self.is_body_wanted = is_body_wanted;
        let awaits_continue = matches!(self.state, SendState::AwaitingContinue(_));
        // A final response to an incomplete request refuses the rest, unless it is a success.
        let is_refused = status.is_some_and(|status| awaits_continue || status >= 300);
        if is_refused {
            self.cut_short();
        } else if awaits_continue && is_body_wanted {
            self.send_body();
        }
    }

    fn send_body(&mut self) {
        let until = self.request.len();
        self.state = SendState::Writing { until };
    }

    /// Sends the next bytes; returns true if there is more to do at once.
    ///
    /// An error of the socket does not end the exchange: the response may have arrived before.
    ///
    /// # Errors
    ///
    /// An error of TLS.
    pub(super) fn poll(
        &mut self,
        stream: &mut NetworkStream,
        turn: &mut ReadTurn,
        cx: &mut Context<'_>,
    ) -> Result<bool, Failure> {
        let result = match &mut self.state {
            SendState::Sent | SendState::CutShort(_) => return Ok(false),
            SendState::AwaitingContinue(time) => {
                if time.as_mut().poll(cx).is_pending() {
                    return Ok(false);
                }
                self.send_body();
                return Ok(true);
            }
            SendState::Writing { until } => {
                let until = *until;
                self.poll_write(until, stream, turn, cx)
            }
            SendState::Flushing => self.poll_flush(stream, cx),
        };
        match result {
            Poll::Pending => Ok(false),
            Poll::Ready(Ok(())) => Ok(true),
            Poll::Ready(Err(error)) => {
                // An error of TLS is not the end of the socket, so no response would follow.
                if let Some(failure) = failures::stream_failure(&error) {
                    return Err(failure);
                }
                tracing::debug!(%error, "the request could not be sent to its end");
                self.state = SendState::CutShort(Some(error.into()));
                Ok(true)
            }
        }
    }

    fn poll_write(
        &mut self,
        until: usize,
        stream: &mut NetworkStream,
        turn: &mut ReadTurn,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let pieces = self.request.pieces_after(self.written);
        let left = until - self.written;
        let written = if pieces[0].len() >= left {
            // Most requests are one piece, for which a plain write is faster.
            Pin::new(&mut *stream).poll_write(cx, &pieces[0][..left.min(MAX_WRITE_BYTES)])
        } else {
            let mut room = left.min(MAX_WRITE_BYTES);
            let slices = pieces.map(|piece| {
                let bytes = room.min(piece.len());
                room -= bytes;
                IoSlice::new(&piece[..bytes])
            });
            Pin::new(&mut *stream).poll_write_vectored(cx, &slices)
        };
        let bytes = ready!(written)?;
        if bytes == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        turn.count(bytes);
        self.written += bytes;
        if self.written < until {
            return Poll::Ready(Ok(()));
        }
        self.state = SendState::Flushing;
        self.poll_flush(stream, cx)
    }

    fn poll_flush(
        &mut self,
        stream: &mut NetworkStream,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(Pin::new(stream).poll_flush(cx))?;
        self.state = if self.written == self.request.len() {
            SendState::Sent
        } else if self.is_body_wanted {
            let until = self.request.len();
            SendState::Writing { until }
        } else {
            SendState::AwaitingContinue(Box::pin(sleep(CONTINUE_TIME)))
        };
        Poll::Ready(Ok(()))
    }
}
