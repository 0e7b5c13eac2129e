//! The part of a request that follows its head.

use std::collections::VecDeque;
use std::mem;

use bytes::{Buf, Bytes};

use crate::FieldList;

/// The rest of a request: pieces of its body, and its end.
#[derive(Debug, Default)]
pub(crate) struct OutgoingBody {
    current: Bytes,
    /// Further pieces, which are not empty.
    more: VecDeque<Bytes>,
    end: RequestEnd,
}

/// The end of a request.
#[derive(Debug, Default)]
enum RequestEnd {
    /// Not known yet: more may follow.
    Open,
    /// The request ends with the last piece.
    AfterBody,
    /// Trailers end the request.
    Trailers(Box<FieldList>),
    /// The end was sent.
    #[default]
    Sent,
}

/// The rest of a request after a piece of its body.
#[derive(Debug)]
pub(crate) enum AfterPiece {
    /// More pieces, or nothing for now.
    More,
    /// Nothing: this piece ends the request.
    End,
    /// Trailers, which end the request.
    Trailers(Box<FieldList>),
}

impl OutgoingBody {
    /// Begins the next request, whose head is sent and may end it.
    pub(crate) fn start(&mut self, body: Bytes, is_complete: bool) {
        self.more.clear();
        self.end = match is_complete {
            true if body.is_empty() => RequestEnd::Sent,
            true => RequestEnd::AfterBody,
            false => RequestEnd::Open,
        };
        self.current = body;
    }

    /// Discards everything that is not sent.
    pub(crate) fn discard(&mut self) {
        self.current = Bytes::new();
        self.more.clear();
        self.end = RequestEnd::Sent;
    }

    /// Returns true if more may be added.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.end, RequestEnd::Open)
    }

    /// Returns true if the whole request was sent.
    pub(crate) fn is_sent(&self) -> bool {
        matches!(self.end, RequestEnd::Sent)
    }

    /// Returns true if no piece is unsent.
    pub(crate) fn is_empty(&self) -> bool {
        self.current.is_empty()
    }

    /// Returns the number of unsent bytes.
    pub(crate) fn len(&self) -> usize {
        self.current.len() + self.more.iter().map(Bytes::len).sum::<usize>()
    }

    /// Adds a piece.
    pub(crate) fn push(&mut self, piece: Bytes) {
        if self.current.is_empty() {
            self.current = piece;
        } else if !piece.is_empty() {
            self.more.push_back(piece);
        }
    }

    /// Ends the request after the pieces so far, with trailers if given.
    ///
    /// If no piece is unsent, returns what to send now.
    pub(crate) fn finish(&mut self, trailers: Option<Box<FieldList>>) -> Option<AfterPiece> {
        self.end = match trailers {
            Some(trailers) => RequestEnd::Trailers(trailers),
            None => RequestEnd::AfterBody,
        };
        self.is_empty().then(|| self.take_end())
    }

    /// Returns the first unsent bytes, which belong to one piece.
    pub(crate) fn first(&self) -> &Bytes {
        &self.current
    }

    /// Returns what follows the first `bytes`, which are sent next, and removes them.
    pub(crate) fn advance(&mut self, bytes: usize) -> AfterPiece {
        self.current.advance(bytes);
        if self.current.is_empty() {
            self.current = self.more.pop_front().unwrap_or_default();
        }
        if self.is_empty() {
            self.take_end()
        } else {
            AfterPiece::More
        }
    }

    fn take_end(&mut self) -> AfterPiece {
        match mem::take(&mut self.end) {
            RequestEnd::Open => {
                self.end = RequestEnd::Open;
                AfterPiece::More
            }
            RequestEnd::AfterBody | RequestEnd::Sent => AfterPiece::End,
            RequestEnd::Trailers(trailers) => AfterPiece::Trailers(trailers),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(is_complete: bool) -> OutgoingBody {
        let mut body = OutgoingBody::default();
        body.start(Bytes::from_static(b"abc"), is_complete);
        body
    }

    #[test]
    fn a_complete_body_ends_with_its_last_byte() {
        let mut body = body(true);
        assert!(matches!(body.advance(2), AfterPiece::More));
        assert!(!body.is_sent());
        assert!(matches!(body.advance(1), AfterPiece::End));
        assert!(body.is_sent());
    }

    #[test]
    fn pieces_follow_each_other_until_the_end() {
        let mut body = body(false);
        body.push(Bytes::new());
        body.push(Bytes::from_static(b"de"));
        assert_eq!(body.len(), 5);
        assert!(matches!(body.advance(3), AfterPiece::More));
        assert_eq!(body.first(), "de");
        assert!(matches!(body.advance(2), AfterPiece::More));
        assert!(body.is_empty() && body.is_open());
        assert!(matches!(body.finish(None), Some(AfterPiece::End)));
        assert!(body.is_sent() && !body.is_open());
    }

    #[test]
    fn trailers_come_after_the_last_piece() {
        let mut body = body(false);
        assert!(body.finish(Some(Box::default())).is_none());
        assert!(matches!(body.advance(3), AfterPiece::Trailers(_)));
        assert!(body.is_sent());
    }
}
