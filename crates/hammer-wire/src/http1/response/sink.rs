//! Receives the events of a response.

use crate::head::{Fields, ResponseHead};

/// Receives the events of a response.
///
/// They come in this order: [`interim`](Self::interim) up to 100 times, [`head`](Self::head) once,
/// [`body`](Self::body) any number of times, and [`trailers`](Self::trailers) at most once. The pieces
/// in which a body comes depend on the bytes that the decoder was given; everything else does not.
pub trait ResponseSink {
    /// The reason for refusing an event.
    type Error;

    /// An interim response (status 100 to 199), which has no body (RFC 9110, section 15.2).
    ///
    /// # Errors
    ///
    /// Ends the decoding.
    fn interim(&mut self, head: &ResponseHead<'_>) -> Result<(), Self::Error> {
        let _ = head;
        Ok(())
    }

    /// The head of the final response: of the only one that is not interim, or a 101 that the request
    /// asked for.
    ///
    /// # Errors
    ///
    /// Ends the decoding.
    fn head(&mut self, head: &ResponseHead<'_>) -> Result<(), Self::Error>;

    /// The next bytes of the body, without their framing. There is at least one.
    ///
    /// # Errors
    ///
    /// Ends the decoding.
    fn body(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;

    /// The trailer fields after a body in chunks, if there are any (RFC 9112, section 7.1.2).
    ///
    /// # Errors
    ///
    /// Ends the decoding.
    fn trailers(&mut self, fields: &Fields<'_>) -> Result<(), Self::Error> {
        let _ = fields;
        Ok(())
    }
}
