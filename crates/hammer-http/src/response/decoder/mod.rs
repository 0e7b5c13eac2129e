//! Decoding of response bodies within memory limits.

mod collector;
mod layer;
mod limits;

use std::cell::Cell;
use std::io;
use std::rc::Rc;

use hammer_core::Failure;
use hammer_wire::Fields;

use crate::content_coding::ContentCoding;
use crate::failures;
pub(crate) use collector::BodyCollector;
use layer::DecoderLayer;
pub(crate) use limits::WorkerBodyMemory;
use limits::{BodyBuffer, BodySizeLimiter, LimitedForwarder, ReservedBodyMemory};

/// Maximum number of codings of one body; servers rarely use more than one.
const MAX_CODINGS: usize = 3;

/// Decodes a body chunk by chunk and buffers the result.
pub(crate) struct BodyDecoder {
    outer_layer: Box<dyn DecoderLayer>,
    too_large: Rc<Cell<bool>>,
    coded: bool,
    empty: bool,
}

/// A complete, decoded body.
#[derive(Debug, Default)]
pub(crate) struct DecodedBody {
    pub(crate) bytes: Vec<u8>,
    /// True if the body had a content coding.
    pub(crate) coded: bool,
    /// The memory of `bytes`.
    _reserved: Option<ReservedBodyMemory>,
}

impl BodyDecoder {
    /// Creates a decoder for a body with these headers, limited to `max_bytes` and to the rest of
    /// `budget`, which the body uses until it is dropped.
    ///
    /// # Errors
    ///
    /// If the body has unknown codings, or too many.
    pub(crate) fn new(
        headers: &Fields<'_>,
        max_bytes: u64,
        budget: Rc<WorkerBodyMemory>,
    ) -> Result<Self, Failure> {
        let codings = parse_codings(headers)?;
        let too_large = Rc::new(Cell::new(false));
        let coded = !codings.is_empty();
        let mut layer: Box<dyn DecoderLayer> = Box::new(BodyBuffer::new(
            BodySizeLimiter::new(max_bytes, &too_large),
            budget,
        ));
        // The coding applied last is decoded first, so its layer is built last.
        for (depth, coding) in codings.into_iter().enumerate() {
            if depth > 0 {
                // Data between two decoders is not buffered, but decoding it takes time.
                layer = Box::new(LimitedForwarder::new(
                    BodySizeLimiter::new(max_bytes, &too_large),
                    layer,
                ));
            }
            layer = layer::decoding_layer(coding, layer)?;
        }
        Ok(Self {
            outer_layer: layer,
            too_large,
            coded,
            empty: true,
        })
    }

    /// Decodes the next chunk.
    ///
    /// # Errors
    ///
    /// If the body exceeds a limit, or is not coded as its headers say.
    pub(crate) fn write(&mut self, chunk: &[u8]) -> Result<(), Failure> {
        self.empty &= chunk.is_empty();
        let written = self.outer_layer.write_all(chunk);
        written.map_err(|error| failure(&self.too_large, &error))
    }

    /// Ends the body and returns it.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write), and if the body ends early.
    pub(crate) fn finish(self) -> Result<DecodedBody, Failure> {
        // A response to HEAD has a Content-Encoding but no body.
        if self.empty {
            return Ok(DecodedBody::default());
        }
        let buffer = self.outer_layer.finish();
        let buffer = buffer.map_err(|error| failure(&self.too_large, &error))?;
        Ok(DecodedBody {
            bytes: buffer.bytes,
            coded: self.coded,
            _reserved: Some(buffer.reserved),
        })
    }
}

fn parse_codings(headers: &Fields<'_>) -> Result<Vec<ContentCoding>, Failure> {
    let mut codings = Vec::new();
    for value in headers.values("content-encoding") {
        let names = str::from_utf8(value).map_err(|_| failures::UNKNOWN_CODING)?;
        for name in names.split(',').map(str::trim) {
            if name.is_empty() || name.eq_ignore_ascii_case("identity") {
                continue;
            }
            let coding = ContentCoding::from_header(name);
            if coding.is_none() || codings.len() == MAX_CODINGS {
                tracing::debug!(names, "unsupported content codings");
                return Err(failures::UNKNOWN_CODING);
            }
            codings.extend(coding);
        }
    }
    Ok(codings)
}

/// Maps an error of a decoder to a failure.
///
/// Decoders wrap the errors of the next layer in different ways, so an exceeded limit is recorded in a flag.
fn failure(too_large: &Cell<bool>, error: &io::Error) -> Failure {
    tracing::debug!(%error, "failed to decode a body");
    if too_large.get() {
        failures::BODY_TOO_LARGE
    } else {
        failures::MALFORMED_BODY
    }
}

#[cfg(test)]
mod tests;
