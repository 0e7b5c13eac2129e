//! Bodies become text again, within a bound of memory.

mod layer;
mod limits;

use std::cell::Cell;
use std::io;
use std::rc::Rc;

use hammer_core::Failure;
use hyper::HeaderMap;
use hyper::header::CONTENT_ENCODING;

use crate::content_coding::ContentCoding;
use crate::failures;
use layer::DecoderLayer;
pub(crate) use limits::BodyBudget;
use limits::{ByteLimit, LimitedBuffer, LimitedForwarder};

/// Codings on top of each other that are undone: nobody needs more than one.
const MAX_CODINGS: usize = 3;

/// Takes a body piece by piece, undoes its codings, and keeps what comes out.
pub(crate) struct BodyDecoder {
    outer_layer: Box<dyn DecoderLayer>,
    too_large: Rc<Cell<bool>>,
    coded: bool,
    empty: bool,
}

/// A body that is whole.
#[derive(Debug, Default)]
pub(crate) struct DecodedBody {
    pub(crate) bytes: Vec<u8>,
    /// Whether a coding was undone.
    pub(crate) coded: bool,
}

impl BodyDecoder {
    /// For a body with these headers, of which at most `max_bytes` are kept, and no more than
    /// `budget` has left for all.
    ///
    /// # Errors
    ///
    /// If it has codings that nobody here knows, or too many.
    pub(crate) fn new(
        headers: &HeaderMap,
        max_bytes: u64,
        budget: Rc<BodyBudget>,
    ) -> Result<Self, Failure> {
        let codings = parse_codings(headers)?;
        let too_large = Rc::new(Cell::new(false));
        let coded = !codings.is_empty();
        let mut step: Box<dyn DecoderLayer> = Box::new(LimitedBuffer::new(
            ByteLimit::new(max_bytes, &too_large),
            budget,
        ));
        // The coding that was applied last is undone first, so it is built last.
        for (depth, coding) in codings.into_iter().enumerate() {
            if depth > 0 {
                // What lies between two codings is kept nowhere, but takes time all the same.
                step = Box::new(LimitedForwarder::new(
                    ByteLimit::new(max_bytes, &too_large),
                    step,
                ));
            }
            step = layer::decoding_layer(coding, step)?;
        }
        Ok(Self {
            outer_layer: step,
            too_large,
            coded,
            empty: true,
        })
    }

    /// Takes the next piece.
    ///
    /// # Errors
    ///
    /// If the body is larger than it may be, or not coded as its headers say.
    pub(crate) fn write(&mut self, piece: &[u8]) -> Result<(), Failure> {
        self.empty &= piece.is_empty();
        let written = self.outer_layer.write_all(piece);
        written.map_err(|error| failure(&self.too_large, &error))
    }

    /// The body, now that it is whole.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write), and if the body ends too early.
    pub(crate) fn finish(self) -> Result<DecodedBody, Failure> {
        // An answer to HEAD says how its body would have been coded, and has none.
        if self.empty {
            return Ok(DecodedBody::default());
        }
        let text = self.outer_layer.finish();
        let text = text.map_err(|error| failure(&self.too_large, &error))?;
        let coded = self.coded;
        Ok(DecodedBody { bytes: text, coded })
    }
}

fn parse_codings(headers: &HeaderMap) -> Result<Vec<ContentCoding>, Failure> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        let names = value.to_str().map_err(|_| failures::UNKNOWN_CODING)?;
        for name in names.split(',').map(str::trim) {
            if name.is_empty() || name.eq_ignore_ascii_case("identity") {
                continue;
            }
            let coding = ContentCoding::from_header(name);
            if coding.is_none() || codings.len() == MAX_CODINGS {
                tracing::debug!(names, "codings that are not undone here");
                return Err(failures::UNKNOWN_CODING);
            }
            codings.extend(coding);
        }
    }
    Ok(codings)
}

/// Decoders wrap the errors of what they write to, each in its own way; so the bound says by itself
/// that it was met.
fn failure(too_large: &Cell<bool>, error: &io::Error) -> Failure {
    tracing::debug!(%error, "a body that can't be read");
    if too_large.get() {
        failures::BODY_TOO_LARGE
    } else {
        failures::MALFORMED_BODY
    }
}

#[cfg(test)]
mod tests;
